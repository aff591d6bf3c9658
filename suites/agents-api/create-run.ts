import { type BoundCase, defineCase } from '../../harness/core/contract-case.ts';
import type { TrialView } from '../../harness/judge/views.ts';
import { ask, openProject } from './drive.ts';
import { declared, error, expectAnswer, labelled, missing, status, unchanged } from './expect.ts';

const needs = ['agents-api', 'fixtures'] as const;

/** POST …/agent-runs with what it must refuse. */
export const refusesUnknownWorkflow = defineCase<TrialView>({
  id: 'api-create-unknown-workflow',
  purpose: 'starts a run of a workflow that does not exist',
  needs,
  async drive(stage) {
    const project = await openProject(stage);
    if (project === undefined) return;
    await ask(project, 'list before', 'GET', project.runs);
    const workflowId = stage.nonce('no such workflow');
    await ask(project, 'create', 'POST', project.runs, { workflowId, inputQuery: 'What is in there?' });
    await ask(project, 'list after', 'GET', project.runs);
  },
  checks: [
    {
      id: 'agents-api/refuses-unknown-workflow',
      requirement: 'AR-2.3',
      title: 'a run of an unknown workflow is refused, and none is created',
      restsOn: 'AR-1.1d',
      judge(view, { variationPoints }) {
        if (labelled(view, 'create').length === 0) return missing(view, 'a project', 'AR-1.1d');
        const allowed = declared(variationPoints['VP-BADREF'], { '404': 404, '400': 400 });
        return [
          ...expectAnswer(view, 'create', status(...allowed), error('WORKFLOW_NOT_FOUND')),
          ...unchanged(view, 'list before', 'list after'),
        ];
      },
    },
  ],
});

export const createRunCases: readonly BoundCase<TrialView>[] = [refusesUnknownWorkflow];
