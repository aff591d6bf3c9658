import { type BoundCase, defineCase } from '../../harness/core/contract-case.ts';
import { inconclusive } from '../../harness/core/finding.ts';
import { parseBody } from '../../harness/judge/version.ts';
import type { TrialView } from '../../harness/judge/views.ts';
import { say } from '../statements.ts';
import { ask, awaitStatus, openProject, TERMINAL_STATUSES, WORKFLOWS, walk } from './drive.ts';
import { expectAnswer, fieldOf, holds, labelled, status } from './expect.ts';
import { askRun, LABELS, type OwnRun, runIn, tidyUp } from './own-run.ts';
import { after, completed, started } from './reached.ts';
import { conclude, lastField, lastRefs, readList } from './run-parts.ts';

const DELETE = 'delete workflow';
const RUN = 'run afterwards';
const LIST = 'runs afterwards';
const WORK_MS = 3_000;

/** All that is asked about runs whose workflow is gone. */
const ASKED = [
  DELETE,
  RUN,
  LIST,
  'steps afterwards',
  'messages afterwards',
  'node states afterwards',
  'cancel the completed one',
  'cancel the running one',
] as const;

/** Deletes the workflow that the run was started with, which the run itself names. */
async function deleteWorkflow({ project, path }: OwnRun, label: string): Promise<void> {
  const answer = await ask(project, label, 'GET', path);
  const workflowId = fieldOf(parseBody(answer?.body ?? ''), 'workflowId');
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
    await deleteWorkflow(done, 'run before');
    await deleteWorkflow(busy, 'other run before');
    await ask(project, RUN, 'GET', done.path);
    await walk(project, LIST, project.runs);
    for (const part of ['steps', 'messages', 'node-states'])
      await askRun(done, `${part.replace('-', ' ')} afterwards`, 'GET', `/${part}`);
    await askRun(done, 'cancel the completed one', 'POST', '/cancel');
    await askRun(busy, 'cancel the running one', 'POST', '/cancel');
    await tidyUp(busy);
  },
  checks: [
    {
      id: 'agents-api/runs-outlive-their-workflow',
      requirement: 'AR-E5',
      title: 'a run whose workflow was deleted can be read, names it, and yields no 5xx',
      restsOn: 'AR-2.1',
      judge: after([started(), completed], (view) => {
        const broken = ASKED.flatMap((label) => labelled(view, label))
          .filter(({ response }) => (response?.status ?? 500) >= 500)
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
