/** Tests that are read where they are not. */
import { type BoundCase, defineCase } from '../../harness/core/contract-case.ts';
import type { TrialView } from '../../harness/judge/views.ts';
import { openProject, unknownId, WORKFLOWS } from '../agents-api/drive.ts';
import { error, expectAnswer, isOneChoice, looksTheSame, missing, status } from '../agents-api/expect.ts';
import { about, foreign, unknownTest } from './answers.ts';
import { askOf, makeAgent, runTest, testPath } from './drive.ts';
import { testAt } from './results.ts';

/** The last segments of the paths that were asked for. */
export const idsAsked = (view: TrialView): readonly string[] =>
  [
    ...new Set(
      view.exchanges.flatMap(({ request: { url, body = '' } }) => [
        ...[...url.matchAll(/\/(?:agents|test)\/([^/?]+)/g)].map(([, id = '']) => decodeURIComponent(id)),
        ...[...body.matchAll(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g)].map(([id]) => id),
      ]),
    ),
  ].filter((id) => id.length >= UUID_LENGTH);

const UUID_LENGTH = 36;
const ODD = ['compare', 'no-uuid'] as const;

const readings = defineCase<TrialView>({
  id: 'sandbox-readings',
  purpose: 'reads tests that are unknown, of another agent, or no ids at all',
  needs: ['sandbox', 'fixtures'],
  agentRuns: 2,
  async drive(stage) {
    const project = await openProject(stage);
    if (project === undefined) return;
    const one = await makeAgent(stage, project, 'one', { workflow: WORKFLOWS.quick });
    const other = await makeAgent(stage, project, 'other', { workflow: WORKFLOWS.quick });
    if (one === undefined) return;
    await askOf(one, 'unknown test', 'GET', testPath(unknownId(stage, 'test')));
    await askOf(one, 'unknown test again', 'GET', testPath(unknownId(stage, 'test again')));
    for (const id of ODD) await askOf(one, id, 'GET', testPath(id));
    const body = { payload: { message: 'For the other one alone' } };
    const foreignId = other === undefined ? undefined : await runTest(other, 'test of the other', body);
    if (foreignId !== undefined) await askOf(one, 'foreign test', 'GET', testPath(foreignId));
    await runTest(one, 'test of the one', body);
  },
  checks: [
    {
      id: 'sandbox/reads-no-unknown-test',
      requirement: 'SB-5.2',
      title: 'an unknown test is answered with 404 and TEST_NOT_FOUND',
      judge: about(['unknown test'], (view, { variationPoints }) => [
        ...expectAnswer(view, 'unknown test', ...unknownTest(variationPoints)),
        ...isOneChoice(view, 'unknown test', 'unknown test again'),
      ]),
    },
    {
      id: 'sandbox/reads-no-test-of-another-agent',
      requirement: 'SB-5.3',
      title: 'a test of another agent looks like an unknown one',
      judge: about(['foreign test'], (view, { variationPoints }) => {
        if (testAt(view, 'test of the other') === undefined)
          return missing(view, 'a test of another agent', 'SB-1.1');
        const found = expectAnswer(view, 'foreign test', ...foreign(variationPoints));
        const isRefused = found.every(({ verdict }) => verdict === 'pass');
        const usual = expectAnswer(view, 'unknown test', ...unknownTest(variationPoints));
        if (!isRefused) return found;
        if (usual.some(({ verdict }) => verdict !== 'pass'))
          return missing(view, 'the answer to an unknown test', 'SB-5.2');
        return [...found, ...looksTheSame(view, 'unknown test', 'foreign test', idsAsked(view))];
      }),
    },
    {
      id: 'sandbox/takes-no-odd-test-ids',
      requirement: 'SB-5.4',
      title: 'a test id that is no UUID is answered as unknown or refused',
      judge: about(ODD, (view) => [
        // The path of comparisons exists, and has no GET.
        ...expectAnswer(view, 'compare', status(400, 404, 405, 422), error()),
        ...expectAnswer(view, 'no-uuid', status(400, 404, 422), error()),
      ]),
    },
  ],
});

export const readingCases: readonly BoundCase<TrialView>[] = [readings];
