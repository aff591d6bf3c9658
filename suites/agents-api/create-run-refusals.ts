import { type BoundCase, defineCase } from '../../harness/core/contract-case.ts';
import type { Finding } from '../../harness/core/finding.ts';
import type { TrialView } from '../../harness/judge/views.ts';
import { misshapenCases } from './create-run-shapes.ts';
import { ask, makeContextItem, makeWorkflow, openProject, unknownId, WORKFLOWS } from './drive.ts';
import {
  declared,
  error,
  expectAnswer,
  fieldOf,
  isOneChoice,
  labelled,
  looksTheSame,
  missing,
  status,
} from './expect.ts';
import { sentWith } from './made.ts';
import { between, hidden, nothingCreated, QUERY } from './refused.ts';

const needs = ['agents-api', 'fixtures'] as const;

const refusesUnknownWorkflow = defineCase<TrialView>({
  id: 'api-create-unknown-workflow',
  purpose: 'starts a run of a workflow that does not exist',
  needs,
  async drive(stage) {
    const project = await openProject(stage);
    if (project === undefined) return;
    const body = { workflowId: unknownId(stage, 'workflow'), inputQuery: QUERY };
    await between(project, () => ask(project, 'create', 'POST', project.runs, body));
  },
  checks: [
    {
      id: 'agents-api/refuses-unknown-workflow',
      requirement: 'AR-2.3',
      title: 'a run of an unknown workflow is refused, and none is created',
      restsOn: 'AR-1.1d',
      judge(view, { variationPoints }) {
        const allowed = declared(variationPoints['VP-BADREF'], { '404': 404, '400': 400 });
        return (
          hidden(view, 'create', 'a request', 'AR-1.1d') ?? [
            ...expectAnswer(view, 'create', status(...allowed), error('WORKFLOW_NOT_FOUND')),
            ...nothingCreated(view),
          ]
        );
      },
    },
  ],
});

const wasRefused = (view: TrialView, label: string): boolean =>
  (labelled(view, label)[0]?.response?.status ?? 0) >= 400;

const isInvalidItem = [status(400), error('CONTEXT_ITEM_INVALID')] as const;

const refusesUnknownItems = defineCase<TrialView>({
  id: 'api-create-unknown-item',
  purpose: 'starts runs with a context item that does not exist, and with one of another project',
  needs,
  async drive(stage) {
    const project = await openProject(stage);
    const other = await openProject(stage);
    if (project === undefined) return;
    const workflowId = await makeWorkflow(project, WORKFLOWS.quick);
    const own = await makeContextItem(project);
    const foreign = other === undefined ? undefined : await makeContextItem(other);
    const create = (label: string, items: readonly (string | undefined)[]) =>
      workflowId === undefined || items.includes(undefined)
        ? undefined
        : ask(project, label, 'POST', project.runs, { workflowId, inputQuery: QUERY, contextItemIds: items });
    await between(project, async () => {
      const unknown = unknownId(stage, 'item');
      await create('unknown item', [unknown]);
      await create('unknown item among others', [own, unknown]);
      await create('foreign item', [foreign]);
    });
  },
  checks: [
    {
      id: 'agents-api/refuses-unknown-context-items',
      requirement: 'AR-2.4',
      title: 'a run with an unknown context item is refused, and none is created',
      restsOn: 'AR-1.1d',
      judge: (view) =>
        hidden(view, 'unknown item', 'a workflow', 'AR-2.1') ?? [
          ...expectAnswer(view, 'unknown item', ...isInvalidItem),
          ...expectAnswer(view, 'unknown item among others', ...isInvalidItem),
          ...nothingCreated(view),
        ],
    },
    {
      id: 'agents-api/refuses-foreign-context-items-as-unknown',
      requirement: 'AR-2.4a',
      title: 'a context item of another project is refused just as an unknown one',
      restsOn: 'AR-2.4',
      judge(view) {
        const hides = hidden(view, 'foreign item', 'an item of another project', 'AR-2.2');
        if (hides !== undefined) return hides;
        const refused = expectAnswer(view, 'foreign item', ...isInvalidItem);
        if (!wasRefused(view, 'foreign item')) return refused;
        const usual = expectAnswer(view, 'unknown item', ...isInvalidItem);
        if (usual.some(({ verdict }) => verdict !== 'pass'))
          return missing(view, 'the refusal of an unknown item', 'AR-2.4');
        const ids = ['unknown item', 'foreign item'].flatMap((label) => sentItems(view, label));
        return refused.some(({ verdict }) => verdict !== 'pass')
          ? refused
          : [...refused, ...looksTheSame(view, 'unknown item', 'foreign item', ids)];
      },
    },
  ],
});

/** The context items that were sent with a request. */
function sentItems(view: TrialView, label: string): readonly string[] {
  const ids = fieldOf(sentWith(labelled(view, label)[0]), 'contextItemIds');
  return Array.isArray(ids) ? ids.filter((id) => typeof id === 'string') : [];
}

const EMPTY = 'empty query';
const BLANK = 'query of white space';

const refusesEmptyQueries = defineCase<TrialView>({
  id: 'api-create-empty-query',
  purpose: 'starts runs with an empty query and with one of white space',
  needs,
  agentRuns: 2,
  async drive(stage) {
    const project = await openProject(stage);
    if (project === undefined) return;
    const workflowId = await makeWorkflow(project, WORKFLOWS.quick);
    await between(project, async () => {
      if (workflowId === undefined) return;
      await ask(project, EMPTY, 'POST', project.runs, { workflowId, inputQuery: '' });
      await ask(project, BLANK, 'POST', project.runs, { workflowId, inputQuery: ' \n\t ' });
    });
  },
  checks: [
    {
      id: 'agents-api/treats-empty-queries-as-declared',
      requirement: 'AR-2.5',
      title: 'an empty query is refused or accepted, as declared',
      restsOn: 'AR-2.1',
      judge: (view, { variationPoints }) =>
        hidden(view, EMPTY, 'a workflow', 'AR-2.1') ?? [
          ...expectQuery(view, EMPTY, variationPoints['VP-EMPTYQ']),
          ...(labelled(view, EMPTY)[0]?.response?.status === 400 && wasRefused(view, BLANK)
            ? nothingCreated(view)
            : []),
        ],
    },
    {
      id: 'agents-api/treats-blank-queries-as-empty',
      requirement: 'AR-2.5a',
      title: 'a query of white space is answered as an empty one',
      restsOn: 'AR-2.5',
      judge(view, { variationPoints }) {
        const choice = variationPoints['VP-EMPTYQ'];
        const hides = hidden(view, BLANK, 'a workflow', 'AR-2.1');
        if (hides !== undefined) return hides;
        if (expectQuery(view, EMPTY, choice).some(({ verdict }) => verdict !== 'pass'))
          return missing(view, 'the answer to an empty query', 'AR-2.5');
        return [...expectQuery(view, BLANK, choice), ...isOneChoice(view, EMPTY, BLANK)];
      },
    },
  ],
});

function expectQuery(view: TrialView, label: string, choice: string | undefined): readonly Finding[] {
  const allowed = status(...declared(choice, { '400': 400, '201': 201 }));
  const isAccepted = labelled(view, label)[0]?.response?.status === 201;
  return isAccepted
    ? expectAnswer(view, label, allowed)
    : expectAnswer(view, label, allowed, error('QUERY_REQUIRED'));
}

export const refusalCases: readonly BoundCase<TrialView>[] = [
  refusesUnknownWorkflow,
  refusesUnknownItems,
  refusesEmptyQueries,
  ...misshapenCases,
];
