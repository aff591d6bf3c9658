/** The telemetry on paper: what it has to refuse it knows by its label, everything else it stores and shows. */
import type { Paper, PaperAnswer, PaperAsk } from './paper-stage.ts';

type Fields = Readonly<Record<string, unknown>>;

interface Stored {
  readonly tenant: string;
  readonly sent: string;
  readonly run: Fields;
}

/** How a label is refused: its status and its code. */
export type Refusals = (label: string) => readonly [status: number, code: string] | undefined;

const refused = (status: number, code: string, detail: unknown = 'no'): PaperAnswer => ({
  status,
  body: { detail, code },
});

const list = (value: unknown): readonly Fields[] =>
  Array.isArray(value) ? (value as readonly Fields[]) : [];

function shown(sent: Fields): Fields {
  const { failure, ...rest } = sent as Fields & { readonly failure?: Fields | null };
  const runId = rest['run_id'] ?? '0b2f0c1e-0000-4000-8000-000000000001';
  const created = '2026-01-05T10:00:01.000Z';
  const failures = failure
    ? [{ failure_id: 'failure-1', run_id: runId, step_id: null, ...failure, created_at: created }]
    : [];
  const steps = [...list(rest['steps'])]
    .sort((a, b) => Number(a['seq']) - Number(b['seq']))
    .map((step) => ({ ...step, run_id: runId }));
  return {
    environment: 'production',
    ended_at: null,
    ...rest,
    run_id: runId,
    steps,
    failures,
    created_at: created,
  };
}

const at = (run: Fields): number => Date.parse(String(run['started_at']));

function matches(query: URLSearchParams): (run: Fields) => boolean {
  const [from, to] = ['start_time', 'end_time'].map((name) => Date.parse(query.get(name) ?? ''));
  return (run) =>
    ['agent_id', 'agent_version', 'status', 'environment'].every((name) => {
      const wanted = query.get(name);
      return wanted === null || run[name] === wanted;
    }) &&
    !(at(run) < (from ?? Number.NaN)) &&
    !(at(run) > (to ?? Number.NaN));
}

function counted(keys: readonly string[]): Fields {
  const counts: Record<string, number> = {};
  for (const key of keys) counts[key] = (counts[key] ?? 0) + 1;
  return counts;
}

function statistics(runs: readonly Fields[]): Fields {
  const steps = runs.flatMap((run) => list(run['steps']));
  const failures = runs.flatMap((run) => list(run['failures']));
  const failed = runs.filter((run) => run['status'] === 'failure').length;
  const rounded = (value: number): number => Math.round((Number.isNaN(value) ? 0 : value) * 100) / 100;
  return {
    total_runs: runs.length,
    total_failures: failed,
    success_rate: rounded((100 * (runs.length - failed)) / runs.length),
    avg_latency_ms: rounded(steps.reduce((sum, step) => sum + Number(step['latency_ms']), 0) / steps.length),
    failure_breakdown: counted(failures.map((one) => `${one['failure_type']}/${one['failure_code']}`)),
    step_type_breakdown: counted(steps.map((step) => String(step['step_type']))),
  };
}

/** A page as it is asked for, or why it is none. */
function paged(runs: readonly Fields[], query: URLSearchParams): PaperAnswer {
  const [page, size] = [Number(query.get('page') ?? 1), Number(query.get('page_size') ?? 20)];
  const isOdd = !(page >= 1) || !(size >= 1 && size <= 100);
  const start = query.get('start_time');
  if (isOdd || query.get('status') === 'NOPE' || (start !== null && Number.isNaN(Date.parse(start))))
    return refused(422, 'VALIDATION');
  return { status: 200, body: runs.slice((page - 1) * size, page * size) };
}

/** An honest telemetry, which refuses these labels. */
export function paperTelemetry(refusals: Refusals = () => undefined): Paper {
  const stored: Stored[] = [];
  const counters = { ingested: 0, duplicate: 0, failed: 0 };
  const ingest = ({ label, tenant, body = '' }: PaperAsk): PaperAnswer => {
    const refusal = refusals(label);
    if (refusal !== undefined) {
      counters.failed += 1;
      return refused(...refusal, [{ loc: ['body', label.replace(/^no /, '')], msg: 'no' }]);
    }
    const sent = JSON.parse(body) as Fields;
    const known = stored.find((one) => one.tenant === tenant && one.run['run_id'] === sent['run_id']);
    if (known === undefined) {
      counters.ingested += 1;
      const run = shown(sent);
      stored.push({ tenant, sent: body, run });
      return { status: 201, body: run };
    }
    if (known.sent !== body) return refused(409, 'CONFLICT');
    counters.duplicate += 1;
    return { status: 200, body: known.run };
  };
  const read = ({ tenant }: PaperAsk, url: URL): PaperAnswer => {
    const own = stored.filter((one) => one.tenant === tenant).map(({ run }) => run);
    const chosen = own.filter(matches(url.searchParams)).sort((a, b) => at(b) - at(a));
    if (url.pathname === '/v1/runs') return paged(chosen, url.searchParams);
    if (url.pathname === '/v1/stats') return { status: 200, body: statistics(chosen) };
    const [, id, part] = /^\/v1\/runs\/([^/]+)(?:\/(steps|failures))?$/.exec(url.pathname) ?? [];
    const run = own.find((one) => one['run_id'] === id);
    if (run === undefined) return refused(404, 'RUN_NOT_FOUND', 'no such run');
    return { status: 200, body: part === undefined ? run : run[part] };
  };
  const service = ({ missing }: PaperAsk, pathname: string): PaperAnswer | undefined => {
    const [status, word] = missing === undefined ? [200, 'healthy'] : [503, 'unhealthy'];
    if (pathname === '/health') return { status, body: { status: word, service: 'paper', version: '1' } };
    const lines = Object.entries(counters).map(([name, value]) => `runs_${name}_total ${value}`);
    return pathname === '/metrics' ? { status: 200, body: lines.join('\n') } : undefined;
  };
  return (ask) => {
    const url = new URL(ask.path, 'https://target.example');
    if (ask.method === 'POST' && url.pathname === '/v1/runs') return ingest(ask);
    if (ask.method !== 'GET') return refused(405, 'METHOD_NOT_ALLOWED');
    return service(ask, url.pathname) ?? read(ask, url);
  };
}
