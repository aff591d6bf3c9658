import { type BoundCase, defineCase } from '../../harness/core/contract-case.ts';
import { type Finding, inconclusive } from '../../harness/core/finding.ts';
import { parseJson } from '../../harness/core/json.ts';
import type { ExchangeView, TrialView } from '../../harness/judge/views.ts';
import { say } from '../statements.ts';
import { ask, awaitStatus, openProject, TERMINAL_STATUSES, WORKFLOWS, walk } from './drive.ts';
import { expectAnswer, fieldOf, holds, labelled, missing, status } from './expect.ts';
import { askRun, LABELS, type OwnRun, runIn, tidyUp } from './own-run.ts';
import { after, completed, started } from './reached.ts';
import { conclude, lastField, lastRefs, readList } from './run-parts.ts';

const DELETE = 'delete workflow';
const RUN = 'run afterwards';
const LIST = 'runs afterwards';
const WORK_MS = 3_000;

/**
 * What is asked about the completed run before and after its workflow is gone, and the requirement that says
 * that it is answered at all: what is broken anyway is not broken by the deletion.
 */
const PARTS = {
  runs: { because: 'AR-1.1', below: undefined },
  steps: { because: 'AR-4.1', below: '/steps' },
  'node states': { because: 'AR-5.1', below: '/node-states' },
  messages: { because: 'AR-6.1', below: '/messages' },
} as const;
const CANCEL = 'cancel';

const ASKED = [DELETE, RUN, ...Object.keys(PARTS).map(later), later(CANCEL), 'cancel the running one'];

function earlier(what: string): string {
  return `${what} before`;
}

function later(what: string): string {
  return `${what} afterwards`;
}

async function askAll(run: OwnRun, when: (what: string) => string): Promise<void> {
  for (const [part, { below }] of Object.entries(PARTS))
    await walk(run.project, when(part), below === undefined ? run.project.runs : `${run.path}${below}`);
  await askRun(run, when(CANCEL), 'POST', '/cancel');
}

const isBroken = ({ response }: ExchangeView): boolean => (response?.status ?? 500) >= 500;

/** Something that was broken while the workflow was still there, as a requirement. */
function brokenBefore(view: TrialView): readonly Finding[] | undefined {
  const part = Object.entries(PARTS).find(([name]) => labelled(view, earlier(name)).some(isBroken));
  const isCancelBroken = labelled(view, earlier(CANCEL)).some(isBroken);
  const because = part?.[1].because ?? (isCancelBroken ? 'AR-8.3' : undefined);
  return because === undefined ? undefined : missing(view, 'answers before the deletion', because);
}

/** Deletes the workflow that the run was started with, which the run itself names. */
async function deleteWorkflow({ project, path }: OwnRun, label: string): Promise<void> {
  const answer = await ask(project, label, 'GET', path);
  const workflowId = fieldOf(parseJson(answer?.body ?? ''), 'workflowId');
  if (typeof workflowId !== 'string') return;
  await ask(project, DELETE, 'DELETE', `${project.path}/workflows/${encodeURIComponent(workflowId)}`);
}

/** A run that outlives its workflow. */
export const deletedWorkflow: BoundCase<TrialView> = defineCase<TrialView>({
  id: 'api-deleted-workflow',
  purpose: 'deletes the workflows of a completed and of a running run, and asks about the runs',
  needs: ['agents-api', 'fixtures'],
  agentRuns: 2,
  async drive(stage) {
    const project = await openProject(stage);
    if (project === undefined) return;
    const done = await runIn(project, WORKFLOWS.quick);
    const busy = await runIn(project, WORKFLOWS.slow(WORK_MS), 'start another run');
    if (done === undefined || busy === undefined) return;
    await awaitStatus(stage, project, done.path, TERMINAL_STATUSES, LABELS.end);
    await askAll(done, earlier);
    await deleteWorkflow(done, 'run before');
    await deleteWorkflow(busy, 'other run before');
    await ask(project, RUN, 'GET', done.path);
    await askAll(done, later);
    await askRun(busy, 'cancel the running one', 'POST', '/cancel');
    await tidyUp(busy);
  },
  checks: [
    {
      id: 'agents-api/runs-outlive-their-workflow',
      requirement: 'AR-E5',
      title: 'a run whose workflow was deleted can be read, names it, and yields no 5xx',
      restsOn: 'AR-2.1',
      judge: after([started(), completed, brokenBefore], (view) => {
        const broken = ASKED.flatMap((label) => labelled(view, label))
          .filter(isBroken)
          .map(({ label, response }) => `"${label}" answered ${response?.status ?? 'not at all'}`);
        const soundness = conclude('broken', 'no 5xx, whatever is asked', broken, lastRefs(view, ...ASKED));
        const deletion = labelled(view, DELETE)[0]?.response?.status ?? 0;
        const refs = lastRefs(view, DELETE);
        if (broken.length === 0 && ![200, 202, 204].includes(deletion))
          return [inconclusive(say('not-deleted', 'a deleted workflow', `status ${deletion}`, ...refs))];
        const [id, workflowId] = ['id', 'workflowId'].map((field) => lastField(view, LABELS.start, field));
        const isListed = readList(view, LIST)?.ids.some((one) => one === id) ?? false;
        return [
          ...soundness,
          ...expectAnswer(
            view,
            RUN,
            status(200),
            holds('its workflowId', (body) => {
              const named = fieldOf(body, 'workflowId');
              return named === workflowId ? undefined : `workflowId ${String(named)}`;
            }),
          ),
          ...conclude(
            'unlisted',
            'the run in the list',
            [isListed ? undefined : 'missing'],
            lastRefs(view, LIST),
          ),
        ];
      }),
    },
  ],
});
