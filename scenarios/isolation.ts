/** Users who have nothing to do with each other, at the same time. */
import { type Actor, defineScenario, type Socket, type Stage } from '../harness/core/scenario.ts';
import { canaryOf } from './canary.ts';
import { fenced } from './data-sets.ts';

/** Labels by which checks find what belongs to whom. */
export const USERS = {
  busy: 'session of a busy user',
  idle: 'session of an idle user',
  run: 'analysis of a user among others',
} as const;

const DATA_AGENT = 'unified_data_agent';
/** The same for everybody: only the data differ. */
const QUESTION =
  'Analyse this cost report: what is the total cost, and which service costs most? Name that service in full.';
const DAYS = 6;

/** A cost report of one user; the service that costs most is named by a canary. */
function report(stage: Stage, canary: string): string {
  const top = `svc-${canary}`;
  const lines = Array.from({ length: DAYS }, (_, day) => {
    const date = `2025-03-0${day + 1}`;
    const small = ['search', 'billing'].map(
      (service) => `${date},${service},${(10 + stage.random() * 40).toFixed(2)}`,
    );
    return [`${date},${top},${(400 + stage.random() * 500).toFixed(2)}`, ...small];
  });
  return ['date,service,cost_usd', ...lines.flat()].join('\n');
}

interface Session {
  readonly busy: Socket;
  readonly message: string;
}

async function openBusy(stage: Stage, actor: Actor): Promise<Session> {
  const message =
    `${QUESTION}\n\nReport ${canaryOf(stage, `words of ${actor.name}`)}:\n` +
    fenced(report(stage, canaryOf(stage, `data of ${actor.name}`)));
  const busy = await actor.connect({ label: USERS.busy });
  await busy.greeted();
  return { busy, message };
}

async function openIdle(actor: Actor): Promise<Socket> {
  const idle = await actor.connect({ label: USERS.idle });
  if (await idle.greeted()) await idle.ping();
  return idle;
}

/** Hears on after the end of all runs, and shows that the socket was alive until then. */
async function hearOut(stage: Stage, socket: Socket): Promise<void> {
  await socket.listen(stage.thresholds.graceMs);
  await socket.ping();
  await socket.close();
}

/**
 * Everybody opens a busy socket; then, so that no busy one is the newest, an idle one; then all ask at once.
 */
export const usersAtOnce = defineScenario({
  id: 'users-at-once',
  purpose: 'has users with different data ask the same at once, an idle socket beside each',
  actors: 'crowd',
  // Alone: what then leaks is a word of theirs, which is known, and of nobody else's.
  interference: 'load',
  trials: 3,
  agentRuns: 1,
  async play(stage) {
    const sessions = await Promise.all(stage.actors.map((actor) => openBusy(stage, actor)));
    const idle = await Promise.all(stage.actors.map(openIdle));
    const runs = sessions.flatMap(({ busy, message }) =>
      busy.isOpen ? [busy.start({ label: USERS.run, agent: DATA_AGENT, message })] : [],
    );
    await Promise.all(runs.map((run) => run.ended()));
    await Promise.all([...sessions.map(({ busy }) => busy), ...idle].map((socket) => hearOut(stage, socket)));
  },
});
