import type { SentRun } from '../telemetry/ingest-body.ts';
import type { ListedRun, ShownFailure, ShownRun, ShownStep } from '../telemetry/resources.ts';
import type { Store } from './open.ts';
import type { TelemetryFailureTable, TelemetryRunTable, TelemetryStepTable } from './telemetry-tables.ts';

/** A run to be stored, checked already. */
export interface NewTelemetryRun {
  readonly tenant: string;
  readonly runId: string;
  readonly sent: SentRun;
  readonly digest: string;
  readonly at: Date;
  readonly newId: () => string;
}

/** What became of it: stored now, the same one known already, or an id that something else has. */
export type Stored = 'stored' | 'known' | 'conflict' | 'step-taken';

/** Statements stay small enough for the store however many steps there are. */
const PORTION = 1_000;

const UNIQUE_VIOLATION = '23505';

function isTaken(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === UNIQUE_VIOLATION;
}

function dateOf(time: string | null | undefined): Date | null {
  return time == null ? null : new Date(time);
}

async function insertSteps(store: Store, { tenant, runId, sent, newId }: NewTelemetryRun): Promise<void> {
  for (let from = 0; from < sent.steps.length; from += PORTION) {
    const rows = sent.steps.slice(from, from + PORTION).map((step) => ({
      tenant,
      step_id: step.step_id ?? newId(),
      run_id: runId,
      seq: step.seq,
      step_type: step.step_type,
      name: step.name,
      latency_ms: step.latency_ms,
      started_at: new Date(step.started_at),
      ended_at: dateOf(step.ended_at),
      metadata: JSON.stringify(step.metadata ?? {}),
    }));
    await store.insertInto('telemetry_steps').values(rows).execute();
  }
}

async function insertFailure(store: Store, run: NewTelemetryRun): Promise<void> {
  const { tenant, runId, sent, newId, at } = run;
  if (sent.failure == null) return;
  const { step_id, failure_type, failure_code, message } = sent.failure;
  await store
    .insertInto('telemetry_failures')
    .values({
      ...{ tenant, run_id: runId, failure_id: newId(), step_id: step_id ?? null },
      ...{ failure_type, failure_code, message, created_at: at },
    })
    .execute();
}

async function insertRun(store: Store, { tenant, runId, sent, digest, at }: NewTelemetryRun) {
  const { agent_id, agent_version, environment, status } = sent;
  const inserted = await store
    .insertInto('telemetry_runs')
    .values({
      ...{ tenant, run_id: runId, agent_id, agent_version, environment, status, digest, created_at: at },
      started_at: new Date(sent.started_at),
      ended_at: dateOf(sent.ended_at),
    })
    .onConflict((conflict) => conflict.columns(['tenant', 'run_id']).doNothing())
    .executeTakeFirst();
  return inserted.numInsertedOrUpdatedRows === 1n;
}

async function storedDigest(store: Store, { tenant, runId }: NewTelemetryRun): Promise<string | undefined> {
  const row = await store
    .selectFrom('telemetry_runs')
    .select('digest')
    .where('tenant', '=', tenant)
    .where('run_id', '=', runId)
    .executeTakeFirst();
  return row?.digest;
}

/**
 * Stores a run as a whole or not at all. Of several that arrive at once with one id the first to
 * be written is stored; the others wait for it and then learn whether they said the same.
 */
export async function insertTelemetryRun(store: Store, run: NewTelemetryRun): Promise<Stored> {
  try {
    return await store.transaction().execute(async (trx) => {
      if (!(await insertRun(trx, run))) {
        return (await storedDigest(trx, run)) === run.digest ? 'known' : 'conflict';
      }
      await insertSteps(trx, run);
      await insertFailure(trx, run);
      return 'stored';
    });
  } catch (error) {
    if (isTaken(error)) return 'step-taken';
    throw error;
  }
}

/** A run as lists show it. */
export function listed(row: Omit<TelemetryRunTable, 'ordinal' | 'tenant' | 'digest'>): ListedRun {
  const { run_id, agent_id, agent_version, environment, status } = row;
  return {
    ...{ run_id, agent_id, agent_version, environment, status },
    started_at: row.started_at.toISOString(),
    ended_at: row.ended_at?.toISOString() ?? null,
    created_at: row.created_at.toISOString(),
  };
}

type StepRow = Omit<TelemetryStepTable, 'latency_ms' | 'metadata' | 'tenant'> & {
  readonly latency_ms: string;
  readonly metadata: Readonly<Record<string, unknown>>;
};

function shownStep({ latency_ms, started_at, ended_at, ...step }: StepRow): ShownStep {
  return {
    ...step,
    latency_ms: Number(latency_ms),
    started_at: started_at.toISOString(),
    ended_at: ended_at?.toISOString() ?? null,
  };
}

function shownFailure({ created_at, ...failure }: Omit<TelemetryFailureTable, 'tenant'>): ShownFailure {
  return { ...failure, created_at: created_at.toISOString() };
}

async function stepsOf(store: Store, tenant: string, runId: string): Promise<ShownStep[]> {
  const rows = await store
    .selectFrom('telemetry_steps')
    .select(['step_id', 'run_id', 'seq', 'step_type', 'name', 'latency_ms'])
    .select(['started_at', 'ended_at', 'metadata'])
    .where('tenant', '=', tenant)
    .where('run_id', '=', runId)
    .orderBy('seq')
    .execute();
  return rows.map(shownStep);
}

async function failuresOf(store: Store, tenant: string, runId: string): Promise<ShownFailure[]> {
  const rows = await store
    .selectFrom('telemetry_failures')
    .select(['failure_id', 'run_id', 'step_id', 'failure_type', 'failure_code', 'message', 'created_at'])
    .where('tenant', '=', tenant)
    .where('run_id', '=', runId)
    .execute();
  return rows.map(shownFailure);
}

/** A stored run of a tenant with all its parts; `undefined` when the tenant has none of that id. */
export async function findTelemetryRun(
  store: Store,
  tenant: string,
  runId: string,
): Promise<ShownRun | undefined> {
  const row = await store
    .selectFrom('telemetry_runs')
    .selectAll()
    .where('tenant', '=', tenant)
    .where('run_id', '=', runId)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const [steps, failures] = await Promise.all([
    stepsOf(store, tenant, runId),
    failuresOf(store, tenant, runId),
  ]);
  return { ...listed(row), steps, failures };
}
