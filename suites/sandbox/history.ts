/** The tests of an agent, page by page. */
import { type BoundCase, defineCase } from '../../harness/core/contract-case.ts';
import type { TrialView } from '../../harness/judge/views.ts';
import { openProject, WORKFLOWS } from '../agents-api/drive.ts';
import { bodyOf, expectAnswer, labelled, missing } from '../agents-api/expect.ts';
import { about, made } from './answers.ts';
import { askOf, HISTORY, makeAgent, type OwnAgent, runTest } from './drive.ts';
import {
  complete,
  isPage,
  itemsAreTold,
  itemsOf,
  newestFirst,
  outOfRange,
  PAGES,
  pageFault,
  pagesAreWhole,
  TESTS,
} from './history-judges.ts';

const BAD_LIMITS = ['limit=0', 'limit=501', 'limit=-1', 'limit=abc'] as const;
const BAD_OFFSETS = ['offset=-1', 'offset=abc'] as const;
const BEYOND = [`offset=${TESTS}`, `offset=${TESTS + 3}`] as const;
const QUERIES = ['limit=1', 'limit=500', ...BEYOND, ...PAGES, ...BAD_LIMITS, ...BAD_OFFSETS];

async function readAll(agent: OwnAgent): Promise<void> {
  await askOf(agent, 'history', 'GET', HISTORY);
  for (const query of QUERIES) await askOf(agent, query, 'GET', `${HISTORY}?${query}`);
}

const histories = defineCase<TrialView>({
  id: 'sandbox-history',
  purpose: 'tests an agent seven times and reads its history in every way',
  needs: ['sandbox', 'fixtures'],
  agentRuns: TESTS,
  async drive(stage) {
    const project = await openProject(stage);
    if (project === undefined) return;
    const idle = await makeAgent(stage, project, 'never tested', { workflow: WORKFLOWS.quick });
    if (idle !== undefined) await askOf(idle, 'empty history', 'GET', HISTORY);
    const agent = await makeAgent(stage, project, 'tested often', { workflow: WORKFLOWS.quick });
    if (agent === undefined) return;
    for (let index = 1; index <= TESTS; index += 1)
      await runTest(agent, `test ${index}`, { payload: { message: `Test ${index} of ${TESTS}` } });
    await readAll(agent);
  },
  checks: [
    {
      id: 'sandbox/lists-tests',
      requirement: 'SB-4.1',
      title: 'the history holds the tests, newest first, 50 from the first by default',
      judge: about(
        ['history'],
        complete((view, terms) => [
          ...isPage('history', { limit: 50, offset: 0, count: TESTS })(view, terms),
          ...newestFirst(view, terms),
        ]),
      ),
    },
    {
      id: 'sandbox/keeps-to-the-limit',
      requirement: 'SB-4.2',
      title: 'the history holds at most limit tests, and tells the limit',
      judge: about(
        ['limit=1', 'limit=500'],
        complete((view, terms) => [
          ...isPage('limit=1', { limit: 1, offset: 0, count: 1 })(view, terms),
          ...isPage('limit=500', { limit: 500, offset: 0, count: TESTS })(view, terms),
        ]),
      ),
    },
    {
      id: 'sandbox/limits-are-from-1-to-500',
      requirement: 'SB-4.3',
      title: 'another limit is refused or clamped, as declared',
      judge: about(BAD_LIMITS, outOfRange(BAD_LIMITS)),
    },
    {
      id: 'sandbox/offsets-are-from-0',
      requirement: 'SB-4.4',
      title: 'another offset is refused or clamped, as declared',
      judge: about(BAD_OFFSETS, outOfRange(BAD_OFFSETS)),
    },
    {
      id: 'sandbox/nothing-beyond-the-end',
      requirement: 'SB-4.5',
      title: 'beyond the last test the history is empty, with the same total',
      judge: about(
        BEYOND,
        complete((view, terms) =>
          BEYOND.flatMap((label) => {
            const offset = Number(label.slice('offset='.length));
            return isPage(label, { limit: 50, offset, count: 0 })(view, terms);
          }),
        ),
      ),
    },
    {
      id: 'sandbox/pages-hold-every-test-once',
      requirement: 'SB-4.6',
      title: 'the pages of a history together hold every test once',
      judge: about(PAGES, complete(pagesAreWhole)),
    },
    {
      id: 'sandbox/empty-history',
      requirement: 'SB-4.7',
      title: 'the history of an agent without tests is empty',
      judge: about(['empty history'], (view) =>
        expectAnswer(
          view,
          'empty history',
          made('no tests, limit 50, offset 0, total 0', (body) =>
            pageFault(body, { limit: 50, offset: 0, count: 0 }, 0),
          ),
        ),
      ),
    },
    {
      id: 'sandbox/items-of-the-history',
      requirement: 'SB-4.9',
      title: 'an item of the history has its ids, status, token_usage and created_at',
      judge: about(
        ['history'],
        complete((view, terms) => {
          const [history] = labelled(view, 'history');
          return history !== undefined && itemsOf(bodyOf(history)).length === 0
            ? missing(view, 'a history with items', 'SB-4.1')
            : itemsAreTold(view, terms);
        }),
      ),
    },
  ],
});

export const historyCases: readonly BoundCase<TrialView>[] = [histories];
