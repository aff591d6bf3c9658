import { defineCase } from '../../harness/core/contract-case.ts';
import type { TrialView } from '../../harness/judge/views.ts';
import { awaitStatus, makeWorkflow, openProject, startRun, WORKFLOWS } from '../agents-api/drive.ts';
import { badInputs } from './bad-input.ts';
import { after, before, judgeAnswers, judgeState, type Reading, tryAll } from './generated.ts';

const READINGS = ['the run', 'the list of runs', 'the messages'].map(
  (what): Reading => ({ what, because: 'AR-3.1' }),
);

/** What has to be there first. */
const GROUND = 'AR-2.1';

export const generatedInput = defineCase<TrialView>({
  id: 'generated-input',
  purpose:
    'sends every endpoint of the agents API what it must refuse, and reads before and after that nothing changed',
  needs: ['agents-api', 'fixtures'],
  agentRuns: 1,
  async drive(stage) {
    const project = await openProject(stage);
    const workflowId = project === undefined ? undefined : await makeWorkflow(project, WORKFLOWS.quick);
    if (project === undefined || workflowId === undefined) return;
    const run = await startRun(project, workflowId);
    if (run === undefined) return;
    await awaitStatus(stage, project, run, ['COMPLETED']);
    const { actor } = project;
    const paths = [run, project.runs, `${run}/messages`];
    const readAll = (when: typeof before): Promise<unknown> =>
      Promise.all(
        READINGS.map((reading, index) =>
          actor.request({ label: when(reading), method: 'GET', path: paths[index] ?? run }),
        ),
      );
    await readAll(before);
    await tryAll(stage, actor, badInputs({ project: project.path, run, workflowId }));
    await readAll(after);
  },
  checks: [
    {
      id: 'resilience/refuses-bad-input',
      requirement: 'RS-13',
      title: 'bad input is answered with a 4xx and the error shape, never with a 5xx',
      judge: judgeAnswers(GROUND),
    },
    {
      id: 'resilience/bad-input-changes-nothing',
      requirement: 'RS-13',
      title: 'what was refused changed nothing',
      judge: judgeState(READINGS, GROUND),
    },
  ],
});
