import { markingOf } from '../core/safety.ts';
import type { Actor, Socket } from '../core/scenario.ts';
import type { Entry } from '../evidence/transcript.ts';
import { dialectOf } from '../protocol/dialects/registry.ts';
import { type Examination, fail, ok, type Sign, warn } from './doctor-sign.ts';

/** The chat socket of one user: opened, greeted, answered, and with one agent run if that is asked for. */
export async function examineSocket(
  examination: Examination,
  actor: Actor,
  withRun: boolean,
): Promise<readonly Sign[]> {
  const { plan, journal } = examination;
  if (!plan.capabilities.chat.available) return [];
  const began = journal.now();
  const socket = await actor.connect({ label: 'doctor' });
  if (!socket.isOpen) return [refusedSign(examination, actor)];
  const greeted = await socket.greeted();
  const took = Math.round(journal.now() - began);
  const sign = greeted
    ? greetingSign(examination, actor, took)
    : fail('socket', `${actor.name} is let in and not greeted`, 'expected the greeting that the dialect has');
  const run = withRun && greeted ? [await examineRun(examination, socket, actor)] : [];
  await socket.close();
  return [sign, ...run];
}

const ofActor = <T extends Entry>(entries: readonly T[], { name }: Actor): readonly T[] =>
  entries.filter((entry) => 'actor' in entry && entry.actor === name);

function refusedSign({ entries, target }: Examination, actor: Actor): Sign {
  const own = ofActor(entries, actor);
  const refused = own.find((entry) => entry.kind === 'ws.refused');
  if (refused?.kind === 'ws.refused') {
    const told = `${actor.name} is refused: the upgrade of ${target.wsUrl} got ${refused.status}`;
    const hint =
      refused.status === 401 || refused.status === 403
        ? 'expected 101: the token is not accepted on the socket'
        : 'expected 101: check TARGET_WS_URL, and that the proxy passes upgrades on';
    return fail('socket', told, hint);
  }
  const error = own.find((entry) => entry.kind === 'transport.error' && entry.socket !== undefined);
  const why = error?.kind === 'transport.error' ? `${error.code} ${error.message}` : 'nothing was heard';
  return fail(
    'socket',
    `${actor.name} cannot open ${target.wsUrl} (${why})`,
    'check TARGET_WS_URL and the proxy',
  );
}

function greetingSign({ entries, plan }: Examination, actor: Actor, took: number): Sign {
  const dialect = dialectOf(plan.target);
  const greeting = ofActor(entries, actor)
    .flatMap((entry) => (entry.kind === 'ws.frame' && entry.direction === 'in' ? [entry.text] : []))
    .flatMap((text) => dialect?.decode(text) ?? [])
    .find(({ kind }) => kind === 'greeting');
  const named = greeting?.kind === 'greeting' ? greeting.userId : undefined;
  if (named !== undefined && actor.user !== undefined && named !== actor.user)
    return warn(
      'socket',
      `${actor.name} is greeted as ${named.slice(0, 80)}`,
      'check which user the token is of',
    );
  return ok('socket', `${actor.name} is let in and greeted, after ${took} ms`);
}

/** Any agent does; this one is built in (docs/protocol.md section 4). */
const AGENT = 'unified_data_agent';

async function examineRun(examination: Examination, socket: Socket, actor: Actor): Promise<Sign> {
  const { journal, entries, plan } = examination;
  if (markingOf(plan.target.environment) !== 'for-tests')
    return warn(
      'run',
      'no agent run was asked for: the target is not marked as being for tests',
      'if it is, set TARGET_ENVIRONMENT=staging',
    );
  const began = journal.now();
  const message = 'Which of these days was the dearest?\nday,cost\nMonday,10\nTuesday,25';
  const run = socket.start({ label: 'doctor run', agent: AGENT, message });
  const hasEnded = await run.ended();
  const took = `${((journal.now() - began) / 1000).toFixed(1)} s`;
  const frames = ofActor(entries, actor).filter((entry) => entry.kind === 'ws.frame').length;
  if (hasEnded) return ok('run', `an agent run came to its end after ${took}`);
  return fail(
    'run',
    `an agent run did not come to its end (${frames} frames, ${took})`,
    'look at the agents and their model',
  );
}
