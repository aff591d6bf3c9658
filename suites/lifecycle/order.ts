import { defineCheck } from '../../harness/core/check.ts';
import { type Finding, fail, inconclusive, pass } from '../../harness/core/finding.ts';
import { terminalOf } from '../../harness/judge/run-facts.ts';
import type { RunView, SeenEvent, SocketView, TrialView } from '../../harness/judge/views.ts';
import { TERMINAL_KINDS } from '../../harness/protocol/agent-event.ts';
import {
  VIOLATIONS,
  type Violation,
  type ViolationCode,
  violationsOf,
} from '../../harness/protocol/grammar.ts';
import { inMs, say } from '../statements.ts';
import { defineRunCheck, eventRef, ORDINARY, wholeRef } from './run-check.ts';

/** One automaton for each turn of the run. */
export function violationsOfRun(run: RunView): readonly Violation[] {
  const turns = new Map<number, number[]>();
  run.events.forEach(({ event }, index) => {
    const turn = event.turn ?? 1;
    turns.set(turn, [...(turns.get(turn) ?? []), index]);
  });
  return [...turns.values()].flatMap((indices) => {
    const events = indices.flatMap((index) => run.events[index]?.event ?? []);
    return violationsOf(events).map((violation) => ({ ...violation, index: indices[violation.index] ?? 0 }));
  });
}

function judgeOrder(
  run: RunView,
  view: TrialView,
  codes: readonly ViolationCode[],
  expected: string,
): readonly Finding[] {
  const violations = violationsOfRun(run).filter(({ code }) => codes.includes(code));
  if (violations.length === 0) return [pass(say('in-order', expected, 'as expected', wholeRef(run, view)))];
  return violations.map(({ code, index, callId }) => {
    const call = callId === undefined ? '' : ` (call ${callId})`;
    const type = run.events[index]?.event.type ?? 'no event';
    return fail(say(code, expected, `${VIOLATIONS[code]}${call}: ${type}`, eventRef(run, view, index)));
  });
}

const FIVE_NAMES = {
  'run.started': 'agent_started',
  reasoning: 'agent_thinking',
  'tool.started': 'tool_executing',
  'tool.finished': 'tool_completed',
  'run.completed': 'agent_completed',
} as const;
const FIVE = Object.keys(FIVE_NAMES) as readonly (keyof typeof FIVE_NAMES)[];

/** Runs that were given data to work on, which needs tools. */
const usesTools = ({ label }: RunView): boolean => label.startsWith('analysis');

export const showsAllFive = defineCheck<TrialView>({
  id: 'lifecycle/shows-all-five-events',
  requirement: 'LC-1',
  title: 'a tool-using run that completes shows all five lifecycle events',
  scenarios: ORDINARY,
  restsOn: 'CN-9',
  judge: (view, { lacks }) =>
    view.runs.filter(usesTools).flatMap((run): readonly Finding[] => {
      const five = FIVE.filter((kind) => kind !== 'reasoning' || lacks?.has('thinking-events') !== true);
      const expected = `of run ${run.requestId}: ${five.map((kind) => FIVE_NAMES[kind]).join(', ')}`;
      if (run.end === 'refused')
        return [inconclusive(say('refused', expected, 'refused', run.endRef), 'CN-9')];
      const end = terminalOf(run)?.event.kind;
      // A run that says that it failed keeps its promise here; how many may is a matter of rates.
      if (run.end === 'not-awaited' || end === 'run.failed' || end === 'run.cancelled') return [];
      const seen = new Set(run.events.map(({ event }) => event.kind));
      const missing = five.filter((kind) => !seen.has(kind));
      if (missing.length === 0) return [pass(say('all-five', expected, 'all five', wholeRef(run, view)))];
      const types = [...new Set(run.events.map(({ event }) => event.type))].join(', ') || 'none';
      return [fail(say('missing-events', expected, `only ${types}; it ended "${run.end}"`, run.endRef))];
    }),
});

export const startsFirst = defineRunCheck({
  id: 'lifecycle/starts-first',
  requirement: 'LC-2',
  title: 'agent_started is the first event of a run, once',
  needs: 'events',
  judge(run, view) {
    const expected = 'agent_started first, and once';
    const turn = run.events[0]?.event.turn;
    if (turn !== undefined && turn !== 1)
      return [fail(say('late-first-turn', expected, `it begins with turn ${turn}`, eventRef(run, view, 0)))];
    return judgeOrder(run, view, ['event-before-start', 'started-twice'], expected);
  },
});

/** A pong received at least the grace period after the terminal event: the socket was alive and was heard. */
const witnessAfter = (socket: SocketView, at: number, graceMs: number): number | undefined =>
  socket.pings.find(({ at: sentAt, pong }) => pong !== undefined && sentAt >= at + graceMs)?.pong?.seq;

/** That nothing followed is only known where somebody listened on; a scenario that left at once shows nothing. */
function judgeListening(
  run: RunView,
  terminal: SeenEvent,
  view: TrialView,
  graceMs: number,
): readonly Finding[] {
  const expected = 'exactly one terminal event, last';
  const socket = view.sockets.find(({ id }) => id === run.socket);
  if (socket === undefined) return [];
  const witness = witnessAfter(socket, terminal.at, graceMs);
  if (witness !== undefined)
    return [pass(say('ended-once', expected, 'one, and nothing after it', view.ref(terminal.seq, witness)))];
  const byTarget = socket.close !== undefined && socket.close.by !== 'harness';
  const wasLeft = !byTarget && !socket.pings.some(({ at }) => at >= terminal.at);
  if (wasLeft) return [];
  const actual = `nothing came, but no pong ${inMs(graceMs)} later shows that the socket was alive`;
  return [
    inconclusive(
      say('not-listened-on', expected, actual, view.ref(terminal.seq)),
      byTarget ? 'CN-2' : 'CN-3',
    ),
  ];
}

export const endsOnce = defineRunCheck({
  id: 'lifecycle/ends-once',
  requirement: 'LC-3',
  title: 'a run has exactly one terminal event, and nothing follows it',
  needs: 'events',
  judge(run, view, { thresholds }) {
    const expected = 'exactly one terminal event, last';
    const findings = judgeOrder(
      run,
      view,
      ['no-terminal', 'second-terminal', 'event-after-terminal'],
      expected,
    );
    const terminal = run.events.findLast(({ event }) => TERMINAL_KINDS.has(event.kind));
    if (terminal === undefined)
      return [
        fail(
          say(
            'no-terminal',
            expected,
            `none; it ended "${run.end}" after ${run.events.length} events`,
            run.endRef,
          ),
        ),
      ];
    if (findings.some(({ verdict }) => verdict === 'fail')) return findings;
    return judgeListening(run, terminal, view, thresholds.graceMs);
  },
});

export const thinksAloud = defineRunCheck({
  id: 'lifecycle/thinks-before-completing',
  requirement: 'LC-4',
  title: 'a run that completes has shown its thinking',
  needs: 'completion',
  judge: (run, view) =>
    judgeOrder(
      run,
      view,
      ['completed-without-reasoning'],
      'at least one agent_thinking before agent_completed',
    ),
});

const hasCalls = (run: RunView): boolean =>
  run.events.some(({ event }) => event.kind === 'tool.started' || event.kind === 'tool.finished');

/** Calls that were opened for one tool and closed for another. */
function closedAsOther(run: RunView, expected: string, view: TrialView): readonly Finding[] {
  const opened = new Map<string | undefined, string | undefined>();
  return run.events.flatMap(({ event }, index): Finding[] => {
    const { kind, callId, toolName } = event;
    if (kind === 'tool.started' && !opened.has(callId)) opened.set(callId, toolName);
    const name = kind === 'tool.finished' ? opened.get(callId) : undefined;
    if (name === undefined || toolName === undefined || toolName === name) return [];
    const actual = `call ${callId ?? 'without id'} of ${name} is closed as one of ${toolName}`;
    return [fail(say('closed-as-other-tool', expected, actual, eventRef(run, view, index)))];
  });
}

export const closesCalls = defineRunCheck({
  id: 'lifecycle/closes-each-tool-call-once',
  requirement: 'LC-5',
  title: 'each tool call is closed exactly once, after it was opened',
  needs: 'terminal',
  andSubRuns: true,
  judge(run, view) {
    if (!hasCalls(run)) return [];
    const codes = [
      'call-not-open',
      'call-closed-twice',
      'call-opened-twice',
      'call-open-at-terminal',
    ] as const;
    const expected = 'each tool_executing closed by exactly one later tool_completed';
    const misnamed = closedAsOther(run, expected, view);
    return misnamed.length > 0 ? misnamed : judgeOrder(run, view, codes, expected);
  },
});

export const leavesNoCallOpen = defineRunCheck({
  id: 'lifecycle/leaves-no-tool-call-open',
  requirement: 'LC-6',
  title: 'no tool call is open at the terminal event',
  needs: 'terminal',
  andSubRuns: true,
  judge(run, view) {
    if (!hasCalls(run)) return [];
    return judgeOrder(run, view, ['call-open-at-terminal'], 'every call closed before the terminal event');
  },
});
