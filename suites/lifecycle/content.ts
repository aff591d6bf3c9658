import { defineCheck } from '../../harness/core/check.ts';
import { type Finding, fail, pass } from '../../harness/core/finding.ts';
import type { EvidenceRef } from '../../harness/evidence/transcript.ts';
import { isSubRun, terminalOf } from '../../harness/judge/run-facts.ts';
import type { RunView, SeenEvent, SocketView, TrialView } from '../../harness/judge/views.ts';
import type { AgentEvent, Decoded } from '../../harness/protocol/agent-event.ts';
import { say } from '../statements.ts';
import { placeholderIn } from './placeholder.ts';
import { defineRunCheck, ORDINARY, wholeRef } from './run-check.ts';

/** What is wrong with one event, apart from its place: shape, missing content, stock values. */
function faultsOf(event: AgentEvent, view: TrialView): readonly string[] {
  const { issues } = view.inspect({ kind: 'event', event });
  const stock = placeholderIn(event);
  return [...issues, ...missingOutcome(event), ...(stock === undefined ? [] : [stock])];
}

/** A tool that succeeded has a result, one that failed says why: the schema alone cannot say "the one or the other". */
function missingOutcome(event: AgentEvent): readonly string[] {
  if (event.kind !== 'tool.finished') return [];
  const value = event.toolStatus === 'error' ? event.data['error'] : event.data['result'];
  const name = event.toolStatus === 'error' ? 'data.error' : 'data.result';
  const isEmpty = value === undefined || value === null || value === '';
  return isEmpty ? [`${name}: nothing, with status ${event.toolStatus ?? 'missing'}`] : [];
}

export const eventsAreWellFormed = defineRunCheck({
  id: 'lifecycle/events-are-well-formed',
  requirement: 'LC-7',
  title: 'each event matches the schema of its type, with real values',
  needs: 'events',
  andSubRuns: true,
  judge(run, view) {
    const expected = 'every required field, of its type, with a real value';
    const faulty = run.events.flatMap((seen) => {
      const faults = faultsOf(seen.event, view);
      return faults.length === 0 ? [] : [{ seen, faults }];
    });
    if (faulty.length === 0)
      return [pass(say('well-formed', expected, `${run.events.length} events`, wholeRef(run, view)))];
    return faulty.map(({ seen, faults }) =>
      fail(say('malformed-event', expected, `${seen.event.type}: ${faults.join('; ')}`, view.ref(seen.seq))),
    );
  },
});

const ASKED = ['requestId', 'agent', 'userId', 'threadId'] as const;
const CONSTANT = [...ASKED, 'runId'] as const;

/** What each event must carry: what was asked for, else what the first event of the run says. */
function identityOf(run: RunView): Readonly<Record<(typeof CONSTANT)[number], string | undefined>> {
  const first = run.events[0]?.event;
  return {
    requestId: run.requestId,
    agent: run.agent,
    userId: run.actor.user ?? first?.userId,
    threadId: run.threadId ?? first?.threadId,
    runId: first?.runId,
  };
}

export const eventsNameTheirRun = defineRunCheck({
  id: 'lifecycle/events-name-their-run',
  requirement: 'LC-8',
  title: 'the ids of a run are constant and are what was asked for',
  needs: 'events',
  andSubRuns: true,
  judge(run, view) {
    const identity = identityOf(run);
    const expected = CONSTANT.map((name) => `${name} ${identity[name] ?? 'present'}`).join(', ');
    const wrong = run.events.flatMap(({ event, seq }) =>
      CONSTANT.filter((name) => event[name] === undefined || event[name] !== identity[name]).map((name) => ({
        actual: `${event.type}: ${name} ${event[name] ?? 'missing'}`,
        seq,
      })),
    );
    const child = isSubRun(run) ? undefined : run.events.find(({ event }) => event.parentRunId !== undefined);
    if (child !== undefined) {
      const actual = `${child.event.type}: parent_run_id ${child.event.parentRunId}, of a run that was asked for`;
      return [fail(say('has-a-parent', expected, actual, view.ref(run.askedSeq, child.seq)))];
    }
    if (wrong.length === 0)
      return [pass(say('one-identity', expected, 'in every event', wholeRef(run, view)))];
    return wrong.map(({ actual, seq }) =>
      fail(say('wrong-id', expected, actual, view.ref(run.askedSeq, seq))),
    );
  },
});

/**
 * Hearing of its own user's runs that another socket asked for is a matter of fan-out, LC-17; the other socket
 * may well belong to another trial. An event that names no run is nobody's.
 */
function isOwnUsers(stray: SeenEvent, { actor, greetings }: SocketView): boolean {
  const user = actor.user ?? greetings[0]?.decoded.userId;
  return user !== undefined && stray.event.userId === user && stray.event.runId !== undefined;
}

export const noStrayEvents = defineCheck<TrialView>({
  id: 'lifecycle/no-stray-events',
  requirement: 'LC-8',
  title: 'no socket hears of a run of somebody else',
  scenarios: ORDINARY,
  restsOn: 'CN-2',
  judge: (view) =>
    view.sockets.flatMap((socket): readonly Finding[] => {
      const expected = 'only events of runs of its own user';
      const strays = socket.strays.filter((stray) => !isOwnUsers(stray, socket));
      if (strays.length > 0)
        return strays.map(({ event, seq }) =>
          fail(say('stray-event', expected, strayWords(event), view.ref(seq))),
        );
      const last = socket.inbound.at(-1);
      if (last === undefined || socket.runs.length === 0) return [];
      return [pass(say('no-stray', expected, `${socket.inbound.length} frames`, view.ref(last.seq)))];
    }),
});

const strayWords = ({ type, requestId, runId }: AgentEvent): string =>
  `${type} of run ${runId ?? 'without id'}, request ${requestId ?? 'without id'}, not of this user`;

/** What of the run carries a number, in order of arrival: an event of an unknown type takes one like any other. */
function numbered(
  run: RunView,
): readonly { readonly what: string; readonly wireSeq: unknown; readonly seq: number }[] {
  const events = run.events.map(({ event, seq }) => ({ what: event.type, wireSeq: event.seq, seq }));
  const unknown = run.replies.flatMap(({ decoded, seq }) =>
    decoded.kind === 'unknown' && typeof decoded.frame['seq'] === 'number'
      ? [{ what: decoded.type, wireSeq: decoded.frame['seq'], seq }]
      : [],
  );
  return [...events, ...unknown].sort((a, b) => a.seq - b.seq);
}

export const eventsAreNumbered = defineRunCheck({
  id: 'lifecycle/events-are-numbered',
  requirement: 'LC-9',
  title: 'seq counts from 1 without gap or repeat, and event ids are unique',
  needs: 'events',
  andSubRuns: true,
  judge(run, view) {
    const all = numbered(run);
    const expected = `seq 1 to ${all.length}, each event_id once`;
    const misnumbered = all.flatMap(({ what, wireSeq, seq }, index) => {
      if (wireSeq === index + 1) return [];
      const actual = `${what} has seq ${wireSeq ?? 'missing'} in place ${index + 1}`;
      return [fail(say('wrong-seq', expected, actual, view.ref(seq)))];
    });
    const ids = new Set<string>();
    const repeated = run.events.flatMap(({ event, seq }) => {
      const { eventId } = event;
      if (eventId !== undefined && !ids.has(eventId)) {
        ids.add(eventId);
        return [];
      }
      return [
        fail(
          say(
            'repeated-event-id',
            expected,
            `${event.type}: event_id ${eventId ?? 'missing'}`,
            view.ref(seq),
          ),
        ),
      ];
    });
    const findings = [...misnumbered, ...repeated];
    return findings.length > 0
      ? findings
      : [pass(say('numbered', expected, 'as expected', wholeRef(run, view)))];
  },
});

const usageSchema = ['input_tokens', 'output_tokens', 'total_tokens'] as const;

function usageFault(event: AgentEvent): string | undefined {
  const usage = event.data['usage'] as Readonly<Record<string, unknown>> | null | undefined;
  const [input, output, total] = usageSchema.map((name) => usage?.[name]);
  if (typeof input !== 'number' || typeof output !== 'number' || typeof total !== 'number')
    return 'no usage to add up';
  return input + output === total ? undefined : `usage ${input} + ${output} is given as ${total}`;
}

export const accountsAddUp = defineRunCheck({
  id: 'lifecycle/accounts-add-up',
  requirement: 'LC-14',
  title: 'tools_used names the tools that were seen, and the usage adds up',
  needs: 'completion',
  andSubRuns: true,
  judge(run, view) {
    const terminal = terminalOf(run);
    if (terminal === undefined) return [];
    const seen = new Set(
      run.events.flatMap(({ event }) => (event.kind === 'tool.started' ? (event.toolName ?? []) : [])),
    );
    const used = terminal.event.toolsUsed;
    const expected = `tools_used {${[...seen].sort().join(', ')}}, total = input + output`;
    const isSame = used?.length === seen.size && [...seen].every((name) => used.includes(name));
    const names = [...(used ?? ['missing'])].sort().join(', ');
    const faults = [isSame ? undefined : `tools_used {${names}}`, usageFault(terminal.event)];
    const wrong = faults.filter((fault) => fault !== undefined);
    const ref = view.ref(run.askedSeq, terminal.seq);
    if (wrong.length > 0) return [fail(say('wrong-account', expected, wrong.join('; '), ref))];
    return [pass(say('adds-up', expected, 'as expected', ref))];
  },
});

/** Frames that the protocol does not know, and fields it does not know on those it does. */
function driftOf(decoded: Decoded, view: TrialView): string | undefined {
  if (decoded.kind === 'unknown') return `type "${decoded.type}"`;
  if (decoded.kind === 'malformed') return `a frame that is none: ${decoded.reason}`;
  const { unknownFields } = view.inspect(decoded);
  if (unknownFields.length === 0) return undefined;
  const type = decoded.kind === 'event' ? decoded.event.type : decoded.kind;
  return `${type}: ${unknownFields.join(', ')}`;
}

export const noDrift = defineCheck<TrialView>({
  id: 'lifecycle/no-drift',
  requirement: 'LC-15',
  title: 'no event type and no field that the protocol does not know',
  scenarios: ORDINARY,
  restsOn: 'CN-2',
  judge(view) {
    const expected = 'only what the protocol knows';
    const drift = new Map<string, EvidenceRef>();
    let frames = 0;
    for (const { decoded, seq } of view.sockets.flatMap(({ inbound }) => inbound)) {
      frames += 1;
      for (const what of decoded.flatMap((one) => driftOf(one, view) ?? []))
        if (!drift.has(what)) drift.set(what, view.ref(seq));
    }
    if (drift.size > 0) return [...drift].map(([what, ref]) => fail(say('drift', expected, what, ref)));
    const last = view.sockets.flatMap(({ inbound }) => inbound).at(-1);
    return last === undefined
      ? []
      : [pass(say('no-drift', expected, `${frames} frames`, view.ref(last.seq)))];
  },
});
