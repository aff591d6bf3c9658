import { type SelectQueryBuilder, sql } from 'kysely';
import type { ListedRun, ShownStats } from '../telemetry/resources.ts';
import type { Store } from './open.ts';
import type { Tables } from './tables.ts';
import { listed } from './telemetry-runs.ts';
import type { TelemetryRunTable } from './telemetry-tables.ts';

/** Which runs of a tenant are meant; everything that is given has to hold. */
export interface TelemetryFilter {
  readonly tenant: string;
  /** What a run must have as it is given here. */
  readonly equal: Readonly<
    Partial<Pick<TelemetryRunTable, 'agent_id' | 'agent_version' | 'environment' | 'status'>>
  >;
  /** The first and the last instant at which a run may have started. */
  readonly from: Date | undefined;
  readonly to: Date | undefined;
}

type RunQuery<O> = SelectQueryBuilder<Tables, 'telemetry_runs', O>;

function matching<O>(query: RunQuery<O>, { tenant, equal, from, to }: TelemetryFilter): RunQuery<O> {
  return query.where((eb) =>
    eb.and([
      eb.and({ tenant, ...equal }),
      ...(from === undefined ? [] : [eb('started_at', '>=', from)]),
      ...(to === undefined ? [] : [eb('started_at', '<=', to)]),
    ]),
  );
}

/** One page of the runs, the one that started last first. */
export async function listTelemetryRuns(
  store: Store,
  filter: TelemetryFilter,
  { page, pageSize }: { readonly page: number; readonly pageSize: number },
): Promise<readonly ListedRun[]> {
  const rows = await matching(store.selectFrom('telemetry_runs'), filter)
    .selectAll()
    .orderBy('started_at', 'desc')
    .orderBy('ordinal', 'desc')
    .limit(pageSize)
    .offset((page - 1) * pageSize)
    .execute();
  return rows.map(listed);
}

async function runTotals(store: Store, filter: TelemetryFilter) {
  return matching(store.selectFrom('telemetry_runs'), filter)
    .select(({ fn }) => [
      fn.countAll<string>().as('total'),
      sql<string>`count(*) filter (where status = 'failure')`.as('failures'),
      sql<string>`coalesce(round(100.0 * count(*) filter (where status <> 'failure')
        / nullif(count(*), 0), 2), 0)`.as('success_rate'),
    ])
    .executeTakeFirstOrThrow();
}

async function failureCounts(store: Store, filter: TelemetryFilter) {
  const runs = matching(store.selectFrom('telemetry_runs'), filter).select('run_id');
  return store
    .selectFrom('telemetry_failures')
    .select(sql<string>`failure_type || '/' || failure_code`.as('kind'))
    .select(({ fn }) => fn.countAll<string>().as('count'))
    .where('tenant', '=', filter.tenant)
    .where('run_id', 'in', runs)
    .groupBy('kind')
    .orderBy('kind')
    .execute();
}

async function stepCounts(store: Store, filter: TelemetryFilter) {
  const runs = matching(store.selectFrom('telemetry_runs'), filter).select('run_id');
  return store
    .selectFrom('telemetry_steps')
    .select('step_type as kind')
    .select(({ fn }) => [fn.countAll<string>().as('count'), fn.sum<string>('latency_ms').as('latency_ms')])
    .where('tenant', '=', filter.tenant)
    .where('run_id', 'in', runs)
    .groupBy('step_type')
    .orderBy('step_type')
    .execute();
}

function breakdown(rows: readonly { readonly kind: string; readonly count: string }[]) {
  return Object.fromEntries(rows.map(({ kind, count }) => [kind, Number(count)]));
}

/** The mean over all steps with two decimals, computed in whole numbers so that no sum loses anything. */
function meanLatency(rows: readonly { readonly count: string; readonly latency_ms: string }[]): number {
  const steps = rows.reduce((sum, { count }) => sum + BigInt(count), 0n);
  const hundredths = rows.reduce((sum, { latency_ms }) => sum + BigInt(latency_ms) * 100n, 0n);
  return steps === 0n ? 0 : Number((hundredths * 2n + steps) / (steps * 2n)) / 100;
}

/** What the runs come to, counted by the store at one moment. */
export async function telemetryStats(store: Store, filter: TelemetryFilter): Promise<ShownStats> {
  return store
    .transaction()
    .setIsolationLevel('repeatable read')
    .setAccessMode('read only')
    .execute(async (trx) => {
      const { total, failures, success_rate } = await runTotals(trx, filter);
      const steps = await stepCounts(trx, filter);
      return {
        total_runs: Number(total),
        total_failures: Number(failures),
        success_rate: Number(success_rate),
        avg_latency_ms: meanLatency(steps),
        failure_breakdown: breakdown(await failureCounts(trx, filter)),
        step_type_breakdown: breakdown(steps),
      };
    });
}
