/** Runs of one agent that differ in everything that can be asked for, and the questions. */
import { fieldOf } from '../agents-api/expect.ts';
import { askUntil, type Fields, failed, type Ground, ingest, query, runBody, timeAt } from './ground.ts';

export const RUNS = 25;
export const PAGE_SIZE = 10;
export const SEND = 'ingest';
export const ALL = 'list all';
export const STEP_MS = 1_000;
export const WINDOW = { from: 5, to: 14 } as const;
/** Prime to the number of runs, so that they are sent in an order of its own. */
const STRIDE = 7;

const VERSIONS = ['1.0.0', '2.0.0'] as const;
const STATUSES = ['success', 'partial', 'failure'] as const;
const ENVIRONMENTS = ['conformance', 'conformance-b', 'conformance-c', 'conformance-d'] as const;
const pick = (of: readonly string[], index: number): string => of[index % of.length] ?? '';

/** Runs that differ in everything that can be asked for. */
function runAt(ground: Ground, index: number): Fields {
  const outcome = pick(STATUSES, index);
  return runBody(ground, `listed ${index}`, {
    agent_version: pick(VERSIONS, index),
    environment: pick(ENVIRONMENTS, index),
    started_at: timeAt(ground, index * STEP_MS),
    ended_at: timeAt(ground, index * STEP_MS + 500),
    steps: [],
    ...(outcome === 'failure' ? failed() : { status: outcome }),
  });
}

export type Match = (run: unknown) => boolean;
const is =
  (name: string, value: string): Match =>
  (run) =>
    fieldOf(run, name) === value;

/** Questions by label: what is asked for, and which runs must come. */
export const FILTERS: Readonly<Record<string, { readonly query: string; readonly matches: Match }>> = {
  'of a version': { query: `agent_version=${VERSIONS[1]}`, matches: is('agent_version', VERSIONS[1]) },
  'of a status': { query: 'status=partial', matches: is('status', 'partial') },
  'of an environment': {
    query: `environment=${ENVIRONMENTS[1]}`,
    matches: is('environment', ENVIRONMENTS[1]),
  },
  'of all three': {
    query: `agent_version=${VERSIONS[0]}&status=success&environment=${ENVIRONMENTS[0]}`,
    matches: (run) =>
      is('agent_version', VERSIONS[0])(run) &&
      is('status', 'success')(run) &&
      is('environment', ENVIRONMENTS[0])(run),
  },
  'of nothing': { query: 'agent_version=9.9.9', matches: () => false },
};

const START = 'start_time';
const END = 'end_time';
export const BOUNDED = 'of a window';
export const PAGED = (page: number): string => `page ${page}`;
export const PAGES = Math.ceil(RUNS / PAGE_SIZE);
export const BAD_PAGES = ['page=0', 'page_size=0', 'page_size=101', 'page_size=abc'] as const;
export const FRESH = 'of a fresh agent';
export const BAD_STATUS = 'status=NOPE';
export const BAD_TIME = 'start_time=garbage';

const listPath = (agentId: string, more: string): string => {
  const size = more.includes('page') ? '' : '&page_size=100';
  return `/v1/runs?agent_id=${encodeURIComponent(agentId)}${size}${more === '' ? '' : `&${more}`}`;
};

/** Asks for them until all are there, then in every other way. */
export async function askAll(ground: Ground): Promise<void> {
  const ask = (label: string, more: string) => query(ground, label, listPath(ground.agentId, more));
  await askUntil(
    ground,
    () => ask(ALL, ''),
    ({ body }) => (body.match(/"run_id"/g) ?? []).length >= RUNS,
  );
  for (const [label, { query: more }] of Object.entries(FILTERS)) await ask(label, more);
  const [from, to] = [timeAt(ground, WINDOW.from * STEP_MS), timeAt(ground, WINDOW.to * STEP_MS)];
  await ask(BOUNDED, `${START}=${encodeURIComponent(from)}&${END}=${encodeURIComponent(to)}`);
  for (let page = 1; page <= PAGES + 1; page += 1)
    await ask(PAGED(page), `page=${page}&page_size=${PAGE_SIZE}`);
  for (const more of [...BAD_PAGES, BAD_STATUS, BAD_TIME]) await ask(more, more);
  await query(ground, FRESH, listPath(`${ground.agentId}-fresh`, ''));
}

/** Sends the runs, in an order that is not that of their times. */
export async function sendAll(ground: Ground): Promise<void> {
  for (let index = 0; index < RUNS; index += 1)
    await ingest(ground, SEND, runAt(ground, (index * STRIDE) % RUNS));
}
