import { ANY_RUN, agentsApi, changingJson, deafTo, insteadOf, itemsOf, RUNS, withBody } from './answers.ts';
import type { Defect } from './defect.ts';
import type { Frame } from './frames.ts';

const LISTS = /^\/api\/(?:.*\/)?(agent-runs|projects|context-items|workflows|agents|steps|messages)$/;
const EMPTY_PAGE = { items: [], nextCursor: null, total: 0 };

/** Lists that are not what they should be. */
export const runListDefects: readonly Defect[] = [
  {
    id: 'M12',
    family: 'lost page',
    title: 'the cursor is ignored: every page is the first',
    breaks: '5',
    mustFail: ['AR-1.1a', 'AR-1.1c'],
    mayFail: ['AR-1.1f', 'AR-1.4a', 'AR-4.4', 'AR-6.1', 'AR-E1', 'AR-E6', ...agentsApi(4)],
    build: () => deafTo(LISTS, () => ['cursor']),
  },
  {
    id: 'M13',
    family: 'wrapped',
    title: 'lists and node states are bare arrays',
    breaks: '5',
    mustFail: ['AR-1.1', 'AR-4.1', 'AR-5.1', 'AR-6.1'],
    mayFail: ANY_RUN,
    build: () => changingJson('GET', /\/agent-runs(\/[^/]+\/(steps|messages|node-states))?$/, itemsOf),
  },
  {
    id: 'D-AR-STATUS-IGNORED',
    family: 'silent drop',
    title: 'the status filter is ignored',
    breaks: '5',
    mustFail: ['AR-1.2', 'AR-1.2b', 'AR-1.2a'],
    mayFail: ['AR-1.4', 'AR-1.4a'],
    build: () => deafTo(RUNS, () => ['status']),
  },
  {
    id: 'D-AR-WORKFLOW-IGNORED',
    family: 'silent drop',
    title: 'the workflow filter is ignored',
    breaks: '5',
    mustFail: ['AR-1.3'],
    mayFail: ['AR-1.4', 'AR-1.4a'],
    build: () => deafTo(RUNS, () => ['workflowId']),
  },
  {
    id: 'D-AR-ONE-FILTER',
    family: 'silent drop',
    title: 'of two filters only one holds',
    breaks: '5',
    mustFail: ['AR-1.4'],
    mayFail: ['AR-1.4a'],
    build: () => deafTo(RUNS, (query) => (query.has('status') ? ['workflowId'] : [])),
  },
  {
    id: 'D-AR-TOTAL-OF-PAGE',
    family: 'lost page',
    title: 'total counts the page instead of the list',
    breaks: '5',
    mustFail: ['AR-1.4a'],
    mayFail: ['AR-1.1', 'AR-1.1a', 'AR-1.2b', 'AR-4.4', 'AR-E1'],
    build: () => changingJson('GET', LISTS, (body) => ({ ...body, total: itemsOf(body).length })),
  },
  {
    id: 'D-AR-LIMIT-CLAMPED',
    family: 'drifted schema',
    title: 'a limit out of range is clamped, although its refusal is declared',
    breaks: '5',
    mustFail: ['AR-1.1b'],
    mayFail: [],
    build: () =>
      deafTo(RUNS, (query) => (/^([1-9]\d?|100)$/.test(query.get('limit') ?? '1') ? [] : ['limit'])),
  },
  {
    id: 'D-AR-PAGES-OVERLAP',
    family: 'lost page',
    title: 'each page begins with the last item of the page before',
    breaks: '5',
    mustFail: ['AR-1.1a'],
    mayFail: ['AR-1.1f', 'AR-1.4a', 'AR-4.4', 'AR-6.1', 'AR-E1', 'AR-E6', 'AR-E7'],
    build: () => {
      const lastOf = new Map<string, Frame>();
      return changingJson('GET', LISTS, (body, { url }) => {
        const items = itemsOf(body);
        const before = lastOf.get(url.searchParams.get('cursor') ?? '');
        const last = items.at(-1);
        if (typeof body['nextCursor'] === 'string' && last !== undefined)
          lastOf.set(body['nextCursor'], last);
        return before === undefined ? body : { ...body, items: [before, ...items] };
      });
    },
  },
  {
    id: 'D-AR-EMPTY-IS-NULL',
    family: 'placeholder',
    title: 'an empty list has null for its items',
    breaks: '5',
    mustFail: ['AR-1.1d', 'AR-4.3', 'AR-5.3'],
    mayFail: ['AR-4.1', 'AR-5.1', 'AR-6.3', 'AR-6.4', 'AR-8.2', ...agentsApi(1)],
    build: () =>
      changingJson('GET', /\/agent-runs(\/[^/]+\/(steps|messages|node-states))?$/, (body) =>
        itemsOf(body).length === 0 ? { ...body, items: null } : body,
      ),
  },
  {
    id: 'D-AR-UNKNOWN-PROJECT',
    family: 'swallowed error',
    title: 'the list of an unknown project is empty, although 404 is declared',
    breaks: '5',
    mustFail: ['AR-1.1e'],
    mayFail: [],
    build: () =>
      insteadOf('GET', RUNS, 'PROJECT_NOT_FOUND', (response) => withBody(response, EMPTY_PAGE, 200)),
  },
];
