import { type BoundCase, defineCase } from '../../harness/core/contract-case.ts';
import type { Finding } from '../../harness/core/finding.ts';
import type { TrialView } from '../../harness/judge/views.ts';
import { ask, makeWorkflow, type OwnProject, openProject, WORKFLOWS } from './drive.ts';
import { declared, error, errorText, expectAnswer, holds, isOneChoice, status } from './expect.ts';
import { between, hidden, nothingCreated, QUERY } from './refused.ts';

const needs = ['agents-api', 'fixtures'] as const;

/** Bodies of the wrong shape, and the field that the error must name, where it is about one. */
const MISSHAPEN: Readonly<
  Record<string, { readonly body: (workflowId: string) => unknown; readonly field?: string }>
> = {
  'no workflowId': { body: () => ({ inputQuery: QUERY }), field: 'workflowId' },
  'no inputQuery': { body: (workflowId) => ({ workflowId }), field: 'inputQuery' },
  'workflowId a number': { body: () => ({ workflowId: 42, inputQuery: QUERY }), field: 'workflowId' },
  'inputQuery a list': { body: (workflowId) => ({ workflowId, inputQuery: [QUERY] }), field: 'inputQuery' },
  'contextItemIds a text': {
    body: (workflowId) => ({ workflowId, inputQuery: QUERY, contextItemIds: 'all' }),
    field: 'contextItemIds',
  },
  'a list': { body: (workflowId) => [{ workflowId, inputQuery: QUERY }] },
  'a text': { body: () => '"a run, please"' },
  'a null': { body: () => 'null' },
};

const NOT_JSON = ['cut off', 'no JSON at all', 'of another type'] as const;

async function sendNoJson(project: OwnProject, workflowId: string): Promise<void> {
  const whole = JSON.stringify({ workflowId, inputQuery: QUERY });
  await ask(project, 'cut off', 'POST', project.runs, whole.slice(0, -2));
  await ask(project, 'no JSON at all', 'POST', project.runs, 'workflowId: none');
  await project.actor.request({
    label: 'of another type',
    method: 'POST',
    path: project.runs,
    headers: { 'content-type': 'text/csv' },
    body: whole,
  });
}

const refusesMisshapenBodies = defineCase<TrialView>({
  id: 'api-create-misshapen',
  purpose: 'starts runs with bodies of the wrong shape, and with such as are no JSON',
  needs,
  async drive(stage) {
    const project = await openProject(stage);
    if (project === undefined) return;
    const workflowId = await makeWorkflow(project, WORKFLOWS.quick);
    await between(project, async () => {
      if (workflowId === undefined) return;
      for (const [label, { body }] of Object.entries(MISSHAPEN))
        await ask(project, label, 'POST', project.runs, body(workflowId));
      await sendNoJson(project, workflowId);
    });
  },
  checks: [
    {
      id: 'agents-api/refuses-misshapen-runs',
      requirement: 'AR-2.1a',
      title: 'a body without a required field, of a wrong type, or no object is refused, and the field named',
      restsOn: 'AR-2.1',
      judge: (view, { variationPoints }) =>
        hidden(view, 'no workflowId', 'a workflow', 'AR-2.1') ?? [
          ...Object.entries(MISSHAPEN).flatMap(([label, { field }]) =>
            expectMisshapen(view, label, field, variationPoints['VP-422']),
          ),
          ...isOneChoice(view, ...Object.keys(MISSHAPEN)),
          ...nothingCreated(view),
        ],
    },
    {
      id: 'agents-api/refuses-what-is-no-json',
      requirement: 'AR-2.1b',
      title: 'a body that is not JSON, or does not say so, is refused',
      restsOn: 'AR-2.1',
      judge: (view) =>
        hidden(view, 'cut off', 'a workflow', 'AR-2.1') ??
        NOT_JSON.flatMap((label) => expectAnswer(view, label, status(400, 415, 422), error())),
    },
  ],
});

function expectMisshapen(
  view: TrialView,
  label: string,
  field: string | undefined,
  choice: string | undefined,
): readonly Finding[] {
  const allowed = declared(choice, { 'reject-422': 422, 'reject-400': 400 });
  const named = holds(`the name of the field, ${field}`, (body) => {
    const detail = JSON.stringify(errorText(body)) ?? '';
    return field === undefined || detail.includes(field) ? undefined : detail.slice(0, 80);
  });
  return expectAnswer(view, label, status(...allowed), error('VALIDATION', 'QUERY_REQUIRED'), named);
}

export const misshapenCases: readonly BoundCase<TrialView>[] = [refusesMisshapenBodies];
