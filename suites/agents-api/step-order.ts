/** Steps as lists and streams count them, a few and a thousand. */
import { type BoundCase, defineCase } from '../../harness/core/contract-case.ts';
import type { Stage } from '../../harness/core/scenario.ts';
import type { TrialView } from '../../harness/judge/views.ts';
import { inMs } from '../statements.ts';
import { awaitStatus, TERMINAL_STATUSES, WORKFLOWS, type WorkflowBody, walk } from './drive.ts';
import { fieldOf, labelled, missing } from './expect.ts';
import { follow, hearOut, LABELS, openRun } from './own-run.ts';
import { expectWalk } from './pages.ts';
import { after, completed, heard, readable, started } from './reached.ts';
import { conclude, listOf, type Reading } from './run-parts.ts';
import { isTerminalFrame, type StreamFrame, streamNamed } from './stream-view.ts';

const needs = ['agents-api', 'fixtures'] as const;

const STEPS = 'steps';
const MANY = 1_000;
const PAGE_SIZE = 100;
/** How many times longer than an answer so many steps may take. */
const LONGER = 3;
/** A run that counts its steps wrongly may have more; one that never ends is left. */
const MOST_PAGES = 30;
/** Time for a subscriber to be there before the first step. */
const HEAD_START_MS = 1_000;

/** Branches that run side by side, so that the order is not given by the workflow alone. */
const BRANCHING: WorkflowBody = {
  startDelayMs: HEAD_START_MS,
  nodes: [
    { id: 'plan', stepType: 'plan' },
    { id: 'left', stepType: 'tool', tool: 'profile_dataset', after: ['plan'], delayMs: 60, repeat: 3 },
    { id: 'right', stepType: 'tool', tool: 'aggregate', after: ['plan'], delayMs: 40, repeat: 4 },
    { id: 'answer', stepType: 'respond', after: ['left', 'right'] },
  ],
};

/** Starts the run, has it followed from the beginning, and reads its steps when it is over. */
async function followAndRead(
  stage: Stage,
  workflow: WorkflowBody,
  limit: number,
  withinMs = stage.thresholds.completionMs,
): Promise<void> {
  const run = await openRun(stage, workflow);
  if (run === undefined) return;
  const socket = await follow(run);
  await hearOut(stage, socket, withinMs);
  await awaitStatus(stage, run.project, run.path, TERMINAL_STATUSES, LABELS.end);
  await walk(run.project, STEPS, `${run.path}/steps?limit=${limit}`, MOST_PAGES);
}

/** The ids of steps in the order in which the stream first shows them. */
function firstSights(frames: readonly StreamFrame[]): readonly string[] {
  const ids = frames.map(({ body }) => fieldOf(fieldOf(body, 'step'), 'id'));
  return [...new Set(ids.filter((id) => typeof id === 'string'))];
}

function countFault({ items }: Reading): string | undefined {
  const place = items.findIndex((step, index) => fieldOf(step, 'stepNumber') !== index + 1);
  return place < 0
    ? undefined
    : `the stepNumber in place ${place + 1} is ${String(fieldOf(items[place], 'stepNumber'))}`;
}

/** A step that the stream counts otherwise than the list. */
function numberFault(frames: readonly StreamFrame[], { items }: Reading): string | undefined {
  const numbers = new Map(items.map((step) => [fieldOf(step, 'id'), fieldOf(step, 'stepNumber')]));
  const other = frames
    .map(({ body }) => fieldOf(body, 'step'))
    .find(
      (step) =>
        numbers.has(fieldOf(step, 'id')) && numbers.get(fieldOf(step, 'id')) !== fieldOf(step, 'stepNumber'),
    );
  return other === undefined ? undefined : `the stream calls ${String(fieldOf(other, 'id'))} another number`;
}

function sightFault(sights: readonly string[], list: Reading): string | undefined {
  const listed = new Set(list.ids);
  const seen = sights.filter((id) => listed.has(id));
  const shown = new Set(seen);
  const expected = list.ids.filter((id) => shown.has(id));
  const place = expected.findIndex((id, index) => seen[index] !== id);
  return place < 0 ? undefined : `step ${expected[place]} is not seen in its place, which is ${place + 1}`;
}

const branching = defineCase<TrialView>({
  id: 'api-steps-order',
  purpose: 'follows a run whose branches run side by side, and reads its steps',
  needs,
  agentRuns: 1,
  drive: (stage) => followAndRead(stage, BRANCHING, PAGE_SIZE),
  checks: [
    {
      id: 'agents-api/steps-have-one-order',
      requirement: 'AR-E7',
      title: 'steps are numbered without gaps, and seen in that order',
      when: ['run-stream'],
      restsOn: 'AR-2.1',
      judge: after([started(), completed, readable(STEPS, 'AR-4.1'), heard()], (view) => {
        const list = listOf(view, STEPS);
        const stream = streamNamed(view, LABELS.stream);
        const sights = firstSights(stream?.frames ?? []);
        if (stream === undefined || sights.length < 2) return missing(view, 'steps on the stream', 'AR-10.1');
        const expected = 'stepNumber 1 to n without gaps, in the list and on the stream';
        const faults = [countFault(list), numberFault(stream.frames, list), sightFault(sights, list)];
        return conclude('wrong-order', expected, faults, [...list.refs, stream.ref]);
      }),
    },
  ],
});

/** The page that took longest; one that was never answered took too long. */
function slowestPage(view: TrialView, limitMs: number): string | undefined {
  const took = labelled(view, STEPS).map(({ request, response }) =>
    response === undefined ? Number.POSITIVE_INFINITY : response.at - request.at,
  );
  const longest = Math.max(0, ...took);
  if (longest <= limitMs) return undefined;
  const page = `page ${took.indexOf(longest) + 1}`;
  return Number.isFinite(longest) ? `${page} took ${inMs(longest)}` : `${page} did not come`;
}

const thousandSteps = defineCase<TrialView>({
  id: 'api-thousand-steps',
  purpose: `follows a run of ${MANY} steps and reads them page by page`,
  needs,
  agentRuns: 1,
  drive: (stage) =>
    followAndRead(
      stage,
      { ...WORKFLOWS.steps(MANY), startDelayMs: HEAD_START_MS },
      PAGE_SIZE,
      LONGER * stage.thresholds.completionMs,
    ),
  checks: [
    {
      id: 'agents-api/thousand-steps-page-by-page',
      requirement: 'AR-E1',
      title: `${MANY} steps come whole and in order, each page in time`,
      restsOn: 'AR-2.1',
      judge: after([started(), completed], (view, { thresholds }) => {
        const exchanges = labelled(view, STEPS);
        if (exchanges[0]?.response !== undefined && exchanges[0].response.status !== 200)
          return missing(view, 'a list of steps', 'AR-4.1');
        const slow = slowestPage(view, thresholds.httpMs);
        const pages = expectWalk(view, STEPS, { size: PAGE_SIZE, ids: [], isAll: false });
        if (slow === undefined && pages.some(({ verdict }) => verdict === 'fail')) return pages;
        const list = listOf(view, STEPS);
        const lost =
          slow === undefined && list.items.length < MANY ? `${list.items.length} steps` : undefined;
        const expected = `${MANY} steps, numbered from 1, each page within ${inMs(thresholds.httpMs)}`;
        const refs = list.refs.length === 0 ? [view.ref()] : list.refs;
        return conclude('not-readable', expected, [slow, lost, countFault(list)], refs);
      }),
    },
    {
      id: 'agents-api/stream-drops-no-step',
      requirement: 'AR-E1',
      title: `the stream shows each of ${MANY} steps`,
      when: ['run-stream'],
      restsOn: 'AR-2.1',
      judge: after([started(), completed, readable(STEPS, 'AR-4.1'), heard()], (view) => {
        const stream = streamNamed(view, LABELS.stream);
        if (stream?.frames[0]?.type !== 'agent.run.created')
          return missing(view, 'a stream from its beginning', 'AR-10.1a');
        if (!stream.frames.some(({ body }) => isTerminalFrame(body)))
          return missing(view, 'a stream that was heard to its end', 'AR-10.1a');
        const seen = new Set(firstSights(stream.frames));
        const dropped = listOf(view, STEPS).ids.filter((id) => !seen.has(id));
        const fault = dropped.length === 0 ? undefined : `${dropped.length} not shown, first ${dropped[0]}`;
        return conclude('dropped', 'each step of the list on the stream', [fault], [stream.ref]);
      }),
    },
  ],
});

export const stepOrderCases: readonly BoundCase<TrialView>[] = [branching, thousandSteps];
