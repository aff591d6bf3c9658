/**
 * The runs of a trial that were given data whose answers are known, each with its score. Whatever else a campaign
 * drives for other suites counts too, as long as it asked such a question: a run is paid for once.
 */
import type { EvidenceRef } from '../../harness/evidence/transcript.ts';
import { terminalOf } from '../../harness/judge/run-facts.ts';
import type { RunView, SeenEvent, TrialView } from '../../harness/judge/views.ts';
import {
  costOptimisation,
  singleAnalysis,
  thoroughAnalysis,
  threeAtOnce,
  twoSockets,
} from '../../scenarios/chat-runs.ts';
import { valueAnomalies, valueCapacity, valueContextItem, valueSavings } from '../../scenarios/value-runs.ts';
import { type Score, score } from './rubric.ts';
import { sentTo } from './sent-data.ts';
import { type Task, taskOf } from './tasks.ts';
import { NO_RESULTS, readResults, type ToolResults } from './tool-results.ts';

/** Quiet scenarios that ask questions with known answers; those under load or faults are another matter. */
export const SCENARIOS = {
  savings: [valueSavings.id, valueContextItem.id, costOptimisation.id],
  anomalies: [valueAnomalies.id],
  capacity: [valueCapacity.id],
  totals: [singleAnalysis.id, thoroughAnalysis.id, threeAtOnce.id, twoSockets.id],
} as const;

export const EVERY_SCENARIO: readonly string[] = Object.values(SCENARIOS).flat();

/** What became of a run: an answer, the word that it failed, or nothing, for which another requirement answers. */
export type Outcome = 'answered' | 'failed' | 'hidden';

export interface ValueRun {
  readonly run: RunView;
  readonly task: Task;
  readonly message: string;
  readonly outcome: Outcome;
  /** The requirement whose breach hid the answer. */
  readonly because: string | undefined;
  readonly answer: string;
  readonly results: ToolResults;
  readonly score: Score;
  readonly ref: EvidenceRef;
}

/** Several checks ask for the same runs; a view never changes. */
const known = new WeakMap<TrialView, readonly ValueRun[]>();

/** The runs of this trial that were asked a question with a known answer. */
export function valueRunsOf(view: TrialView): readonly ValueRun[] {
  const found = known.get(view);
  if (found !== undefined) return found;
  const runs = EVERY_SCENARIO.includes(view.scenario)
    ? view.runs.flatMap((run) => valueRun(run, view) ?? [])
    : [];
  known.set(view, runs);
  return runs;
}

/** The run with its score; nothing where its question has no known answer. */
export function valueRun(run: RunView, view: TrialView): ValueRun | undefined {
  const sent = sentTo(run, view);
  const task = sent === undefined ? undefined : taskOf(sent);
  if (sent === undefined || task === undefined) return undefined;
  const end = terminalOf(run);
  const because = hiddenBy(run, end);
  const answer = end?.event.response ?? '';
  const results = end === undefined ? NO_RESULTS : readResults(resultsOf(run), task.names);
  return {
    run,
    task,
    message: sent.message,
    outcome: outcomeOf(end),
    because,
    answer,
    results,
    score: score(answer, task, results),
    ref: view.ref(run.askedSeq, ...(end === undefined ? [] : [end.seq])),
  };
}

function outcomeOf(end: SeenEvent | undefined): Outcome {
  if (end === undefined) return 'hidden';
  return end.event.kind === 'run.completed' ? 'answered' : 'failed';
}

/** What a run that shows no end leaves open; one that we did not wait for is nobody's breach. */
function hiddenBy(run: RunView, end: SeenEvent | undefined): string | undefined {
  if (end !== undefined || run.end === 'not-awaited') return undefined;
  if (run.end === 'refused') return 'CN-9';
  return run.events.length === 0 ? 'CN-4' : 'LC-3';
}

/** What the tools of the run and of those it handed over to gave back. */
function resultsOf(run: RunView): readonly unknown[] {
  const events = [...run.events, ...run.subRuns.flatMap((subRun) => subRun.events)];
  return events.flatMap(({ event }) => (event.kind === 'tool.finished' ? [event.data['result']] : []));
}
