import { defineCheck } from '../../harness/core/check.ts';
import { type Finding, fail, inconclusive, pass } from '../../harness/core/finding.ts';
import { terminalOf } from '../../harness/judge/run-facts.ts';
import type { RunView, SocketView, TrialView } from '../../harness/judge/views.ts';
import type { AgentEvent } from '../../harness/protocol/agent-event.ts';
import { RUNS, threeAtOnce, twoSockets } from '../../scenarios/chat-runs.ts';
import { say } from '../statements.ts';
import { violationsOfRun } from './order.ts';
import { eventRef, wholeRef } from './run-check.ts';

/** What hides a run of which nothing was seen. */
export const hiddenBy = (run: RunView | undefined): string =>
  run === undefined ? 'CN-2' : run.end === 'refused' ? 'CN-9' : 'CN-4';

export const runsInterleave = defineCheck<TrialView>({
  id: 'lifecycle/runs-interleave',
  requirement: 'LC-16',
  title: 'three runs at once on one socket are each valid',
  scenarios: [threeAtOnce.id],
  restsOn: 'CN-2',
  judge(view) {
    if (view.scenario !== threeAtOnce.id || view.runs.length === 0) return [];
    const expected = 'each run started, in order, and ended, although the others were under way';
    const ends = view.runs.flatMap((run) => terminalOf(run)?.at ?? []);
    const firstEnd = Math.min(...ends, Number.POSITIVE_INFINITY);
    const sequential = view.runs.find(({ askedAt }) => askedAt > firstEnd);
    if (sequential !== undefined)
      return [
        inconclusive(
          say('not-at-once', expected, 'a run ended before all were asked for', wholeRef(sequential, view)),
        ),
      ];
    return view.runs.map((run) => judgeAtOnce(run, expected, view));
  },
});

function judgeAtOnce(run: RunView, expected: string, view: TrialView): Finding {
  if (run.end === 'not-awaited')
    return inconclusive(say('not-awaited', expected, 'the harness stopped waiting', run.endRef));
  if (run.events.length === 0)
    return inconclusive(say('nothing-seen', expected, `it ended "${run.end}"`, run.endRef), hiddenBy(run));
  const [violation] = violationsOfRun(run);
  if (violation !== undefined) {
    const { code, index } = violation;
    const statement = say(code, expected, `${run.label}: ${code}`, eventRef(run, view, index));
    // That a run never ends is told under its own requirement.
    const isUnended = code === 'no-terminal' || code === 'call-never-closed';
    return isUnended ? inconclusive(statement, 'LC-3') : fail(statement);
  }
  const mixed = judgeIdentities(run, expected, view);
  if (mixed !== undefined) return mixed;
  const actual = `${run.label}: ${run.events.length} events`;
  return pass(say('valid-at-once', expected, actual, wholeRef(run, view)));
}

/** An event of another run among those of this one, or two runs under one id. */
function judgeIdentities(run: RunView, expected: string, view: TrialView): Finding | undefined {
  const runId = runIdOf(run);
  const foreign = run.events.find(({ event }) => event.runId !== runId);
  if (foreign !== undefined) {
    const actual = `${run.label}: an event of run ${foreign.event.runId ?? 'without id'}`;
    return fail(say('runs-mixed', expected, actual, view.ref(foreign.seq)));
  }
  const namesake = view.runs.find((other) => other !== run && runIdOf(other) === runId);
  if (namesake === undefined) return undefined;
  const actual = `${run.label} and ${namesake.label} are both run ${runId ?? 'without id'}`;
  return fail(say('one-id-for-two', expected, actual, wholeRef(run, view)));
}

const runIdOf = (run: RunView): string | undefined => run.events[0]?.event.runId;

interface FanOut {
  readonly older: SocketView;
  readonly newer: SocketView;
  readonly run: RunView;
  /** Entries in which the newer socket heard of the run. */
  readonly heard: readonly number[];
}

function fanOutOf(view: TrialView): FanOut | undefined {
  const [older, newer] = view.sockets;
  const run = older?.runs.find(({ label }) => label === RUNS.older);
  if (view.scenario !== twoSockets.id || older === undefined || newer === undefined || run === undefined)
    return undefined;
  const runId = run.events[0]?.event.runId;
  const isOfRun = (event: AgentEvent): boolean =>
    event.requestId === run.requestId || (runId !== undefined && event.runId === runId);
  const heard = newer.strays.filter(({ event }) => isOfRun(event)).map(({ seq }) => seq);
  return { older, newer, run, heard };
}

export const keepsToItsSockets = defineCheck<TrialView>({
  id: 'lifecycle/keeps-to-its-sockets',
  requirement: 'LC-17',
  title: 'events go to the declared sockets, and the older one keeps its own',
  scenarios: [twoSockets.id],
  restsOn: 'CN-2',
  judge(view, { variationPoints }) {
    const fanOut = fanOutOf(view);
    if (fanOut === undefined) return [];
    const declared = variationPoints['VP-FANOUT'];
    const expected = `the older socket has its run whole; the newer one ${heardWords(declared)}`;
    if (terminalOf(fanOut.run) === undefined) return [judgeSilenced(fanOut, expected, view)];
    return [judgeFanOut(fanOut, declared, expected, view)];
  },
});

function judgeSilenced({ run, heard }: FanOut, expected: string, view: TrialView): Finding {
  const actual = `it has ${run.events.length} events, the newer one ${heard.length}`;
  const statement = say('older-went-silent', expected, actual, run.endRef, view.ref(...heard));
  if (isSilenced(run, heard.length)) return fail(statement);
  return inconclusive(statement, run.events.length === 0 ? hiddenBy(run) : 'LC-3');
}

function judgeFanOut(
  { newer, run, heard }: FanOut,
  declared: string | undefined,
  expected: string,
  view: TrialView,
): Finding {
  const witness = newer.pings.filter(({ pong }) => pong !== undefined).at(-1);
  if (witness === undefined || witness.at < run.askedAt)
    return inconclusive(
      say('newer-not-alive', expected, 'no pong on the newer socket after the run', run.endRef),
      'CN-3',
    );
  const all = run.events.length;
  const allowed = [
    ...(declared === 'all-sockets' ? [] : [0]),
    ...(declared === 'originating-socket' ? [] : [all]),
  ];
  const actual = `the newer one heard ${heard.length} of ${all} events`;
  const statement = say('fan-out', expected, actual, wholeRef(run, view), view.ref(witness.seq, ...heard));
  return allowed.includes(heard.length) ? pass(statement) : fail({ ...statement, code: 'wrong-fan-out' });
}

/** The older socket is alive, was answered before, and has not the end of its run: somebody else got it, or nobody. */
const isSilenced = (run: RunView, heard: number): boolean =>
  run.end === 'deadline' && (heard > 0 || run.events.length === 0);

function heardWords(declared: string | undefined): string {
  if (declared === 'originating-socket') return 'hears nothing of it';
  return declared === 'all-sockets' ? 'hears all of it' : 'hears all or nothing of it';
}
