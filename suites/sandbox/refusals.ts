/** Tests that must be refused, and that nothing is stored of them. */
import { type BoundCase, defineCase } from '../../harness/core/contract-case.ts';
import type { Finding } from '../../harness/core/finding.ts';
import type { TrialView } from '../../harness/judge/views.ts';
import { openProject, unknownId, WORKFLOWS } from '../agents-api/drive.ts';
import {
  declared,
  error,
  expectAnswer,
  fieldOf,
  isOneChoice,
  labelled,
  missing,
  status,
} from '../agents-api/expect.ts';
import { about, made, misshapen, unknownAgent } from './answers.ts';
import { askOf, type Fields, HISTORY, makeAgent, openAgent, runTest, subjectOf } from './drive.ts';
import { shown } from './results.ts';

const AFTER = 'history afterwards';

/** That the history is as long as it was: empty, for the agent is the case's own. */
function nothingStored(view: TrialView): readonly Finding[] {
  const [after] = labelled(view, AFTER);
  if (after?.response?.status !== 200) return missing(view, 'the history afterwards', 'SB-4.7');
  const empty = made('no test in the history', (body) =>
    fieldOf(body, 'total') === 0 ? undefined : `total ${shown(fieldOf(body, 'total'))}`,
  );
  return expectAnswer(view, AFTER, empty);
}

/** Bodies of the wrong shape, and the field that the error must name. */
const MISSHAPEN: Readonly<
  Record<string, { readonly body: (word: string) => unknown; readonly field?: string }>
> = {
  'no payload': { body: (word) => ({ simulate_webhook: true, note: word }), field: 'payload' },
  'payload a list': { body: (word) => ({ payload: [word] }), field: 'payload' },
  'payload a text': { body: (word) => ({ payload: word }), field: 'payload' },
  'payload null': { body: () => ({ payload: null }), field: 'payload' },
  'simulate_webhook a text': {
    body: (word) => ({ payload: {}, simulate_webhook: word }),
    field: 'simulate_webhook',
  },
  'simulate_webhook a list': {
    body: (word) => ({ payload: {}, simulate_webhook: [word] }),
    field: 'simulate_webhook',
  },
  'a list': { body: (word) => [{ payload: { word } }] },
};
const SHAPES = Object.keys(MISSHAPEN);

/** What was sent, and must not come back. */
function wordsOf(view: TrialView, label: string): readonly string[] {
  const [exchange] = labelled(view, label);
  return [...(exchange?.request.body ?? '').matchAll(/never-repeat-[0-9a-f]+/g)].map(([word]) => word);
}

const misshapenTests = defineCase<TrialView>({
  id: 'sandbox-misshapen-tests',
  purpose: 'asks for tests with bodies of the wrong shape',
  needs: ['sandbox', 'fixtures'],
  async drive(stage) {
    const agent = await openAgent(stage, { workflow: WORKFLOWS.quick });
    if (agent === undefined) return;
    for (const [label, { body }] of Object.entries(MISSHAPEN))
      await runTest(agent, label, body(`never-repeat-${stage.nonce(label)}`));
    await askOf(agent, AFTER, 'GET', HISTORY);
  },
  checks: [
    {
      id: 'sandbox/refuses-misshapen-tests',
      requirement: 'SB-1.4',
      title: 'a test without a proper payload or trigger is refused, the field named, and not stored',
      restsOn: 'SB-1.1',
      judge: about(SHAPES, (view, { variationPoints }) => [
        ...SHAPES.flatMap((label) =>
          expectAnswer(
            view,
            label,
            ...misshapen(variationPoints, MISSHAPEN[label]?.field, wordsOf(view, label)),
          ),
        ),
        ...isOneChoice(view, ...SHAPES),
        ...nothingStored(view),
      ]),
    },
  ],
});

const BODY: Fields = { payload: { message: 'Is anybody there?' } };
const ODD = ['an agent id that is a word', 'an agent id of other letters'] as const;

const unknownAgents = defineCase<TrialView>({
  id: 'sandbox-unknown-agents',
  purpose: 'asks for tests and histories of agents that do not exist',
  needs: ['sandbox'],
  async drive(stage) {
    const actor = stage.actor();
    const unknown = subjectOf(stage, actor, unknownId(stage, 'agent'));
    await runTest(unknown, 'test of an unknown agent', BODY);
    await runTest(unknown, 'test of an unknown agent again', BODY);
    await askOf(unknown, 'history of an unknown agent', 'GET', HISTORY);
    await runTest(subjectOf(stage, actor, 'nobody'), ODD[0], BODY);
    await runTest(subjectOf(stage, actor, `${stage.nonce('agent')}-ü`), ODD[1], BODY);
  },
  checks: [
    {
      id: 'sandbox/tests-no-unknown-agent',
      requirement: 'SB-1.6',
      title: 'a test of an unknown agent is refused as declared',
      judge: (view, { variationPoints }) => [
        ...expectAnswer(view, 'test of an unknown agent', ...unknownAgent(variationPoints)),
        ...isOneChoice(view, 'test of an unknown agent', 'test of an unknown agent again'),
      ],
    },
    {
      id: 'sandbox/takes-no-odd-agent-ids',
      requirement: 'SB-1.7',
      title: 'an agent id that is no UUID is answered as unknown or refused',
      judge: (view) => ODD.flatMap((label) => expectAnswer(view, label, status(400, 404, 422), error())),
    },
    {
      id: 'sandbox/no-history-of-unknown-agents',
      requirement: 'SB-4.8',
      title: 'the history of an unknown agent is refused as declared',
      judge: (view, { variationPoints }) =>
        expectAnswer(view, 'history of an unknown agent', ...unknownAgent(variationPoints)),
    },
  ],
});

const inactiveAgents = defineCase<TrialView>({
  id: 'sandbox-inactive-agent',
  purpose: 'asks for tests of an agent that is inactive',
  needs: ['sandbox', 'fixtures'],
  async drive(stage) {
    const project = await openProject(stage);
    if (project === undefined) return;
    const setUp = { workflow: WORKFLOWS.quick, status: 'INACTIVE' } as const;
    const agent = await makeAgent(stage, project, 'inactive', setUp);
    if (agent === undefined) return;
    await runTest(agent, 'test of an inactive agent', BODY);
    await runTest(agent, 'test of an inactive agent again', BODY);
    await askOf(agent, AFTER, 'GET', HISTORY);
  },
  checks: [
    {
      id: 'sandbox/tests-no-inactive-agent',
      requirement: 'SB-1.8',
      title: 'a test of an inactive agent is refused as declared, and not stored',
      judge: about(['test of an inactive agent'], (view, { variationPoints }) => [
        ...expectAnswer(
          view,
          'test of an inactive agent',
          status(...declared(variationPoints['VP-STATECONFLICT'], { '409': 409, '400': 400 })),
          error('AGENT_INACTIVE'),
        ),
        ...isOneChoice(view, 'test of an inactive agent', 'test of an inactive agent again'),
        ...nothingStored(view),
      ]),
    },
  ],
});

export const refusalCases: readonly BoundCase<TrialView>[] = [misshapenTests, unknownAgents, inactiveAgents];
