import { z } from 'zod';
import { isStoreId } from '../store/ids.ts';
import type { Store } from '../store/open.ts';
import { listTelemetryRuns, type TelemetryFilter, telemetryStats } from '../store/telemetry-queries.ts';
import { findTelemetryRun, insertTelemetryRun, type Stored } from '../store/telemetry-runs.ts';
import { digestOf, ingestBody, privacyProblem, type SentRun } from '../telemetry/ingest-body.ts';
import type { TelemetryMetrics } from '../telemetry/metrics.ts';
import {
  listedRun,
  type ShownRun,
  shownFailure,
  shownRun,
  shownStats,
  shownStep,
  telemetryStatus,
} from '../telemetry/resources.ts';
import { HttpError } from './errors.ts';
import { readFilters } from './paging.ts';
import { readBody } from './request-body.ts';
import { type Api, type Methods, type Operation, parameter, type RouteContext, route } from './routes.ts';
import { storedText } from './text.ts';

/** What the routes of telemetry are composed of. */
export interface TelemetryParts {
  readonly store: Store;
  readonly clock: { readonly now: () => number };
  readonly newId: () => string;
  readonly metrics: TelemetryMetrics;
}

/** The two services of telemetry; one only writes, the other only reads. */
export const TELEMETRY_SERVICES = ['ingest', 'query'] as const;

/** One of the two. */
export type TelemetryService = (typeof TELEMETRY_SERVICES)[number];

/** The longest run there can be, with some room. */
const MAX_BODY_BYTES = 16 * 1024 * 1024;

const MAX_PAGE_SIZE = 100;
const DEFAULT_PAGE_SIZE = 20;
const MAX_PAGE = 1_000_000_000;

/** Only plain digits count, whatever a number may otherwise look like. */
const count = (max: number, fallback: number) =>
  z
    .string()
    .regex(/^\d{1,10}$/)
    .transform(Number)
    .pipe(z.int().min(1).max(max))
    .default(fallback);

/** A plus sign that was not escaped arrives as a space. */
const time = z
  .string()
  .transform((text) => text.replace(' ', '+'))
  .pipe(z.iso.datetime({ offset: true }))
  .transform((text) => new Date(text));

const filterQuery = z.object({
  agent_id: storedText.optional(),
  agent_version: storedText.optional(),
  status: telemetryStatus.optional(),
  environment: storedText.optional(),
  start_time: time.optional(),
  end_time: time.optional(),
});
const listQuery = filterQuery.extend({
  page: count(MAX_PAGE, 1),
  page_size: count(MAX_PAGE_SIZE, DEFAULT_PAGE_SIZE),
});

const RUN_NOT_FOUND = new HttpError(404, 'RUN_NOT_FOUND', 'telemetry run not found');

function filterOf(context: RouteContext, query: z.output<typeof filterQuery>): TelemetryFilter {
  const { start_time, end_time, agent_id, agent_version, environment, status } = query;
  const given = Object.entries({ agent_id, agent_version, environment, status });
  return {
    tenant: context.get('principal').tenant,
    equal: Object.fromEntries(given.filter(([, value]) => value !== undefined)),
    from: start_time,
    to: end_time,
  };
}

async function readRun(context: RouteContext): Promise<SentRun> {
  const sent = await readBody(context, ingestBody, MAX_BODY_BYTES);
  const problem = privacyProblem(sent);
  if (problem === undefined) return sent;
  const detail = { loc: ['body', ...problem.loc], msg: problem.breach, type: 'privacy' };
  throw new HttpError(422, 'PRIVACY', [detail]);
}

const REFUSALS: Readonly<Record<Exclude<Stored, 'stored' | 'known'>, string>> = {
  conflict: 'run_id is the one of another run',
  'step-taken': 'a step_id is the one of another step',
};

async function storeRun({ store, clock, newId }: TelemetryParts, context: RouteContext) {
  const sent = await readRun(context);
  const { tenant } = context.get('principal');
  const runId = sent.run_id ?? newId();
  const at = new Date(clock.now());
  const stored = await insertTelemetryRun(store, { tenant, runId, sent, digest: digestOf(sent), at, newId });
  if (stored === 'conflict' || stored === 'step-taken')
    throw new HttpError(409, 'CONFLICT', REFUSALS[stored]);
  return { stored, run: await findTelemetryRun(store, tenant, runId) };
}

async function ingest(parts: TelemetryParts, context: RouteContext): Promise<Response> {
  const { metrics } = parts;
  try {
    const { stored, run } = await storeRun(parts, context);
    if (stored === 'known') metrics.duplicate();
    else metrics.ingested();
    return context.json(run, stored === 'known' ? 200 : 201);
  } catch (error) {
    metrics.failed();
    throw error;
  }
}

async function runOfPath(store: Store, context: RouteContext): Promise<ShownRun> {
  const id = parameter(context, 'run').toLowerCase();
  const { tenant } = context.get('principal');
  const run = isStoreId(id) ? await findTelemetryRun(store, tenant, id) : undefined;
  if (run === undefined) throw RUN_NOT_FOUND;
  return run;
}

/** What is answered with a part of one run. */
function partOfRun(
  store: Store,
  summary: string,
  answer: z.ZodType,
  part: (run: ShownRun) => unknown,
): Operation {
  return {
    summary,
    status: 200,
    answer,
    refuses: [404],
    handle: async (context) => Response.json(part(await runOfPath(store, context))),
  };
}

function listOperation(store: Store): Operation {
  return {
    summary: 'The reported runs of the tenant, newest first',
    query: listQuery,
    status: 200,
    answer: z.array(listedRun),
    handle: async (context) => {
      const query = readFilters(context, listQuery);
      const page = { page: query.page, pageSize: query.page_size };
      return context.json(await listTelemetryRuns(store, filterOf(context, query), page));
    },
  };
}

function ingestOperation(parts: TelemetryParts): Operation {
  return {
    summary: 'Report a run; the same one again changes nothing',
    body: ingestBody,
    status: 201,
    answer: shownRun,
    refuses: [409],
    handle: (context) => ingest(parts, context),
  };
}

function statsOperation(store: Store): Operation {
  return {
    summary: 'What the reported runs of the tenant come to',
    query: filterQuery,
    status: 200,
    answer: shownStats,
    handle: async (context) =>
      context.json(await telemetryStats(store, filterOf(context, readFilters(context, filterQuery)))),
  };
}

/** Serves telemetry, or only one of its services. */
export function telemetryRoutes(
  api: Api,
  parts: TelemetryParts,
  served: ReadonlySet<TelemetryService>,
): void {
  const { store, metrics } = parts;
  const runs: Methods = {
    ...(served.has('ingest') ? { POST: ingestOperation(parts) } : {}),
    ...(served.has('query') ? { GET: listOperation(store) } : {}),
  };
  if (served.size > 0) route(api, '/v1/runs', runs);
  if (served.has('query')) {
    const steps = z.array(shownStep);
    const failures = z.array(shownFailure);
    const one = partOfRun(store, 'One reported run', shownRun, (run) => run);
    route(api, '/v1/runs/:run', { GET: one });
    route(api, '/v1/runs/:run/steps', {
      GET: partOfRun(store, 'The steps of a reported run', steps, (run) => run.steps),
    });
    route(api, '/v1/runs/:run/failures', {
      GET: partOfRun(store, 'The failures of a reported run', failures, (run) => run.failures),
    });
    route(api, '/v1/stats', { GET: statsOperation(store) });
  }
  route(api, '/metrics', {
    GET: {
      summary: 'Counters of the telemetry, as text for Prometheus',
      status: 200,
      handle: async () =>
        new Response(await metrics.text(), { headers: { 'content-type': metrics.contentType } }),
    },
  });
}
