import { defineCheck } from '../../harness/core/check.ts';
import { type Finding, fail, inconclusive, pass } from '../../harness/core/finding.ts';
import { isCompleted, terminalOf } from '../../harness/judge/run-facts.ts';
import type { RunView, SubRunView, TrialView } from '../../harness/judge/views.ts';
import { VIOLATIONS, type ViolationCode, violationsOf } from '../../harness/protocol/grammar.ts';
import { coordination } from '../../scenarios/multi-agent.ts';
import { say } from '../statements.ts';
import { coordinated, heardSubRuns, hiddenEnd, refOf, witnessAfterEnd } from './family.ts';

/** What makes a lifecycle whole; its tool calls are judged like those of any run, under LC-5 and LC-6. */
const WHOLE: ReadonlySet<ViolationCode> = new Set([
  'event-before-start',
  'started-twice',
  'event-after-terminal',
  'second-terminal',
  'completed-without-reasoning',
]);

/** Sub-runs of whichever run: agents may hand over although nobody asked a supervisor. */
const families = (view: TrialView): readonly RunView[] =>
  view.runs.filter(({ subRuns }) => subRuns.length > 0);

/** The supervisor's run from which nothing came: who did not take part has no lifecycle. */
function withoutSubRuns(view: TrialView, expected: string): readonly Finding[] {
  return coordinated(view)
    .filter(({ subRuns }) => subRuns.length === 0)
    .flatMap((run) => {
      if (terminalOf(run) === undefined) return hiddenEnd(run, expected);
      return [inconclusive(say('no-hand-over', expected, 'no hand-over', refOf(run, view)), 'MA-1')];
    });
}

const A_LIFECYCLE = 'a sub-run that names its parent, from agent_started to one terminal event';

export const subRunsAreWhole = defineCheck<TrialView>({
  id: 'multi-agent/sub-runs-have-a-lifecycle',
  requirement: 'MA-2',
  title: 'each hand-over is followed by a sub-run with a lifecycle of its own, which names its parent',
  scenarios: [coordination.id],
  restsOn: 'CN-9',
  judge: (view, { thresholds }) => [
    ...families(view).flatMap((run) =>
      run.subRuns.flatMap((sub) => judgeLifecycle(sub, run, view, thresholds.graceMs)),
    ),
    ...withoutSubRuns(view, A_LIFECYCLE),
  ],
});

function judgeLifecycle(sub: SubRunView, run: RunView, view: TrialView, graceMs: number): readonly Finding[] {
  if (sub.events.length === 0) return judgeUnheard(sub, run, view);
  const faults = [
    ...parentFaults(sub, run, view),
    ...ownerFaults(sub, run, view),
    ...grammarFaults(sub, view),
  ];
  if (faults.length > 0) return faults;
  if (terminalOf(sub) === undefined) return judgeUnended(sub, run, view, graceMs);
  const seqs = [sub.events[0], terminalOf(sub)].flatMap((seen) => seen?.seq ?? []);
  return [pass(say('whole', A_LIFECYCLE, `${sub.agent}: ${sub.events.length} events`, view.ref(...seqs)))];
}

/** It was announced, and its parent has gone on to its end without it. */
function judgeUnheard(sub: SubRunView, run: RunView, view: TrialView): readonly Finding[] {
  const ref = refOf(run, view, ...sub.handoffs.map(({ seq }) => seq));
  const actual = `${sub.agent} was announced as run ${sub.runId}, of which there is no event`;
  const statement = say('no-sub-run', A_LIFECYCLE, actual, ref);
  if (isCompleted(run)) return [fail(statement)];
  // A parent that fails or is cancelled may be stopped before what it announced has begun.
  return terminalOf(run) === undefined ? hiddenEnd(run, A_LIFECYCLE) : [];
}

function parentFaults(
  { events, handoffs, agent }: SubRunView,
  run: RunView,
  view: TrialView,
): readonly Finding[] {
  const [first] = events;
  const announced = handoffs[0]?.event.runId;
  const parents = new Set([announced ?? first?.event.parentRunId ?? run.events[0]?.event.runId]);
  const wrong = events.find(
    ({ event }) => event.parentRunId === undefined || !parents.has(event.parentRunId),
  );
  if (wrong === undefined) return [];
  const actual = `${agent}, ${wrong.event.type}: parent_run_id ${wrong.event.parentRunId ?? 'missing'}`;
  const expected = `parent_run_id ${[...parents].join('')} in each event of the sub-run`;
  return [
    fail(say('wrong-parent', expected, actual, view.ref(...handoffs.map(({ seq }) => seq), wrong.seq))),
  ];
}

/** A sub-run is nobody else's, and belongs where its parent does. */
function ownerFaults({ events, agent }: SubRunView, run: RunView, view: TrialView): readonly Finding[] {
  const parent = run.events[0]?.event;
  const expected = `user ${parent?.userId ?? 'unknown'} and thread ${parent?.threadId ?? 'unknown'}, as its parent`;
  // What an event leaves out is LC-8; here it counts what it says.
  const differs = (own: string | undefined, theirs: string | undefined): boolean =>
    own !== undefined && theirs !== undefined && own !== theirs;
  const wrong = events.find(
    ({ event }) => differs(event.userId, parent?.userId) || differs(event.threadId, parent?.threadId),
  );
  if (parent === undefined || wrong === undefined) return [];
  const { userId = 'missing', threadId = 'missing', type } = wrong.event;
  const actual = `${agent}, ${type}: user ${userId}, thread ${threadId}`;
  return [fail(say('other-owner', expected, actual, view.ref(run.askedSeq, wrong.seq)))];
}

function grammarFaults(sub: SubRunView, view: TrialView): readonly Finding[] {
  const end = terminalOf(sub);
  const astray = sub.events.find(({ event }) => (event.turn ?? 1) !== 1);
  if (astray !== undefined && (end === undefined || astray.seq <= end.seq)) {
    const actual = `${sub.agent}, ${astray.event.type}: turn ${astray.event.turn} before the first has ended`;
    return [fail(say('late-first-turn', A_LIFECYCLE, actual, view.ref(astray.seq)))];
  }
  const turn = sub.events.filter(({ event }) => (event.turn ?? 1) === 1);
  return violationsOf(turn.map(({ event }) => event))
    .filter(({ code }) => WHOLE.has(code))
    .map(({ code, index }) => {
      const seen = turn[index];
      const actual = `${sub.agent}, ${seen?.event.type ?? 'no event'}: ${VIOLATIONS[code]}`;
      return fail(say(code, A_LIFECYCLE, actual, view.ref(...(seen === undefined ? [] : [seen.seq]))));
    });
}

/** That it ended nowhere is known where its parent ended and somebody listened on; else it is open how it went on. */
function judgeUnended(sub: SubRunView, run: RunView, view: TrialView, graceMs: number): readonly Finding[] {
  if (terminalOf(run) === undefined) return hiddenEnd(run, A_LIFECYCLE);
  const witness = witnessAfterEnd(run, view, graceMs);
  const actual = `${sub.agent} has no terminal event after ${sub.events.length} events`;
  const last = sub.events.at(-1)?.seq ?? run.askedSeq;
  const statement = say('never-ended', A_LIFECYCLE, actual, refOf(run, view, last));
  if (witness === undefined) return [inconclusive(statement, 'MA-3')];
  return [fail({ ...statement, refs: [...statement.refs, view.ref(witness)] })];
}

const IN_BETWEEN = 'announced once, started after that, ended before its parent';

export const subRunsFitIn = defineCheck<TrialView>({
  id: 'multi-agent/sub-runs-lie-within-their-parent',
  requirement: 'MA-3',
  title: 'sub-runs start after their hand-over and end before their parent',
  scenarios: [coordination.id],
  restsOn: 'CN-9',
  judge: (view, { thresholds }) => [
    ...families(view).flatMap((run) => judgeFamily(run, view, thresholds.graceMs)),
    ...withoutSubRuns(view, IN_BETWEEN),
  ],
});

function judgeFamily(run: RunView, view: TrialView, graceMs: number): readonly Finding[] {
  const heard = heardSubRuns(run);
  const findings = heard.flatMap((sub) => judgePlace(sub, run, view, graceMs));
  if (findings.length > 0 || heard.length > 0) return findings;
  if (terminalOf(run) === undefined) return hiddenEnd(run, IN_BETWEEN);
  return [inconclusive(say('no-sub-run', IN_BETWEEN, 'nothing of any sub-run', refOf(run, view)), 'MA-2')];
}

function judgePlace(sub: SubRunView, run: RunView, view: TrialView, graceMs: number): readonly Finding[] {
  const [first, ...more] = sub.handoffs;
  const begins = sub.events[0]?.seq ?? run.askedSeq;
  const state = (code: string, actual: string, ...seqs: readonly number[]) =>
    say(code, IN_BETWEEN, `${sub.agent}: ${actual}`, refOf(run, view, ...seqs));
  if (first === undefined) return [fail(state('not-announced', 'no agent_handoff names its run', begins))];
  if (more.length > 0) {
    const seqs = sub.handoffs.map(({ seq }) => seq);
    return [fail(state('announced-twice', `${seqs.length} hand-overs name one run`, ...seqs))];
  }
  if (begins < first.seq)
    return [fail(state('started-before', 'it started before its hand-over', begins, first.seq))];
  return judgeEnd(sub, run, view, graceMs, state);
}

function judgeEnd(
  sub: SubRunView,
  run: RunView,
  view: TrialView,
  graceMs: number,
  state: (code: string, actual: string, ...seqs: readonly number[]) => ReturnType<typeof say>,
): readonly Finding[] {
  const parent = terminalOf(run);
  if (parent === undefined) return hiddenEnd(run, IN_BETWEEN);
  const end = terminalOf(sub);
  const late = sub.events.find(({ seq, event }) => seq > parent.seq && (event.turn ?? 1) === 1);
  if (late !== undefined)
    return [fail(state('outlived-its-parent', `${late.event.type} after the end of its parent`, late.seq))];
  if (end !== undefined) return [pass(state('in-between', 'as expected', end.seq))];
  const statement = state('open-at-the-end', 'it was open when its parent ended', parent.seq);
  // Where it never ended at all that is told there, and once.
  return [
    witnessAfterEnd(run, view, graceMs) === undefined ? fail(statement) : inconclusive(statement, 'MA-2'),
  ];
}
