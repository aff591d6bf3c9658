import { type BoundCase, defineCase } from '../../harness/core/contract-case.ts';
import { inconclusive } from '../../harness/core/finding.ts';
import type { TrialView } from '../../harness/judge/views.ts';
import { say } from '../statements.ts';
import { ask, awaitStatus, TERMINAL_STATUSES, WORKFLOWS, type WorkflowBody, walk } from './drive.ts';
import { elsewhereCase } from './elsewhere.ts';
import { expectAnswer, fieldOf, holds, isInstant, status } from './expect.ts';
import { askRun, LABELS, openRun, tidyUp } from './own-run.ts';
import { pageAt } from './pages.ts';
import { after, answered, completed, started } from './reached.ts';
import { AGENT_NODE_STATE, conclude, issueOf, lastBody, lastField, lastRefs } from './run-parts.ts';

const needs = ['agents-api', 'fixtures'] as const;

const GRAPH: WorkflowBody = {
  nodes: [
    { id: 'plan', stepType: 'plan' },
    { id: 'left', stepType: 'tool', tool: 'profile_dataset', after: ['plan'], delayMs: 250 },
    { id: 'right', stepType: 'retrieve', after: ['plan'], messages: ['half way', 'found it'] },
    { id: 'answer', stepType: 'respond', after: ['left', 'right'] },
  ],
};
const NODES = GRAPH.nodes.map(({ id }) => id);

const DURING = 'node states during the run';
const STATES = 'node states';
const STEPS = 'steps';
/** Nothing of the run happens while it is looked at. */
const NOT_YET_MS = 60_000;

const itemsOf = (body: unknown): readonly unknown[] | undefined => {
  const items = fieldOf(body, 'items');
  return Array.isArray(items) ? items : undefined;
};

/** What keeps an answer from being one entry for each node. */
function nodesFault(body: unknown): string | undefined {
  const items = itemsOf(body);
  if (items === undefined) return Array.isArray(body) ? 'a bare array' : 'no items';
  const issue = items.map((item) => issueOf(AGENT_NODE_STATE, item)).find((one) => one !== undefined);
  if (issue !== undefined) return issue;
  const counts = NODES.map((id) => ({
    id,
    count: items.filter((item) => fieldOf(item, 'nodeId') === id).length,
  }));
  const odd = counts.find(({ count }) => count !== 1);
  return odd === undefined ? undefined : `${odd.count} of node ${odd.id}`;
}

function progressFault(state: unknown): string | undefined {
  const [id, progress] = [String(fieldOf(state, 'nodeId')), fieldOf(state, 'progress')];
  if (typeof progress !== 'number' || progress < 0 || progress > 1)
    return `${id} has progress ${String(progress)}`;
  if (fieldOf(state, 'status') !== 'COMPLETED') return undefined;
  if (progress !== 1) return `${id} is completed with progress ${progress}`;
  return isInstant(fieldOf(state, 'completedAt')) ? undefined : `${id} is completed without completedAt`;
}

function statesFaults(body: unknown): readonly (string | undefined)[] {
  const items = itemsOf(body) ?? [];
  const ids = items.map((item) => fieldOf(item, 'nodeId'));
  const repeated = ids.find((id, index) => ids.indexOf(id) !== index);
  const twice = repeated === undefined ? undefined : `${String(repeated)} comes twice`;
  return [twice, ...items.map(progressFault)];
}

const graphOfNodes = defineCase<TrialView>({
  id: 'api-node-states-list',
  purpose: 'reads the node states of a run with branches, during it and after it',
  needs,
  agentRuns: 1,
  async drive(stage) {
    const run = await openRun(stage, GRAPH);
    if (run === undefined) return;
    await stage.pause(100);
    await askRun(run, DURING, 'GET', '/node-states');
    await awaitStatus(stage, run.project, run.path, TERMINAL_STATUSES, LABELS.end);
    await askRun(run, STATES, 'GET', '/node-states');
  },
  checks: [
    {
      id: 'agents-api/lists-node-states',
      requirement: 'AR-5.1',
      title: 'the node states of a run come as {items}, one for each node',
      restsOn: 'AR-2.1',
      judge: after([started(), completed], (view) =>
        expectAnswer(
          view,
          STATES,
          status(200),
          holds(`{items}, one of each of ${NODES.join(', ')}`, nodesFault),
        ),
      ),
    },
    {
      id: 'agents-api/node-progress-is-sound',
      requirement: 'AR-5.1a',
      title: 'progress lies between 0 and 1, and is 1 when a node is completed',
      restsOn: 'AR-2.1',
      judge: after([started(), completed, answered(STATES, 200, 'AR-5.1')], (view) =>
        [DURING, STATES].flatMap((label) => {
          if (itemsOf(lastBody(view, label)) === undefined)
            return [inconclusive(say('no-items', 'node states', 'none', ...lastRefs(view, label)), 'AR-5.1')];
          const expected = 'each node once, progress 0 to 1, a completed one with 1 and completedAt';
          return conclude(
            'wrong-state',
            expected,
            statesFaults(lastBody(view, label)),
            lastRefs(view, label),
          );
        }),
      ),
    },
  ],
});

/** Whether the run was still as it was made when we had looked. */
const notYetBegun = (view: TrialView): ReturnType<ReturnType<typeof started>> => {
  const [made, then] = [LABELS.start, 'run'].map((label) => lastField(view, label, 'status'));
  if (typeof then === 'string' && then === made) return undefined;
  const actual = `${String(made)} became ${String(then)}`;
  const statement = say('begun', 'a run that has not begun', actual, ...lastRefs(view, LABELS.start, 'run'));
  return [inconclusive(statement, 'AR-2.1e')];
};

const notStarted = defineCase<TrialView>({
  id: 'api-parts-not-started',
  purpose: 'reads steps and node states of a run that has not started',
  needs,
  agentRuns: 1,
  async drive(stage) {
    const run = await openRun(stage, WORKFLOWS.pending(NOT_YET_MS));
    if (run === undefined) return;
    await walk(run.project, STEPS, `${run.path}/steps`);
    await askRun(run, STATES, 'GET', '/node-states');
    await ask(run.project, 'run', 'GET', run.path);
    await tidyUp(run);
  },
  checks: [
    {
      id: 'agents-api/no-steps-before-the-start',
      requirement: 'AR-4.3',
      title: 'a run that has not started shows no steps',
      restsOn: 'AR-2.1',
      judge: after([started(), notYetBegun], (view) =>
        expectAnswer(
          view,
          STEPS,
          status(200),
          holds('no items, no cursor, total 0', () => {
            const page = pageAt(view, STEPS);
            if (page === undefined) return 'no page';
            const { items, nextCursor, total } = page;
            const isEmpty = items.length === 0 && nextCursor === null && total === 0;
            return isEmpty ? undefined : `${items.length} items, total ${total}`;
          }),
        ),
      ),
    },
    {
      id: 'agents-api/no-node-states-before-the-start',
      requirement: 'AR-5.3',
      title: 'a run that has not started shows no node states',
      restsOn: 'AR-2.1',
      judge: after([started(), notYetBegun], (view) =>
        expectAnswer(
          view,
          STATES,
          status(200),
          holds('{items: []}', (body) => {
            const count = itemsOf(body)?.length;
            return count === 0 ? undefined : `${count ?? 'no'} items`;
          }),
        ),
      ),
    },
  ],
});

export const nodeStateCases: readonly BoundCase<TrialView>[] = [
  graphOfNodes,
  notStarted,
  elsewhereCase('node-states', { unknown: 'AR-5.2', otherProject: 'AR-5.2a' }),
];
