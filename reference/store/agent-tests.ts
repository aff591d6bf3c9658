import { sql } from 'kysely';
import type { TestResult } from '../sandbox/result.ts';
import { isStoreId } from './ids.ts';
import type { Store } from './open.ts';

/** A test as it is stored. */
export interface NewAgentTest {
  readonly tenant: string;
  readonly isOwnAgent: boolean;
  readonly payload: unknown;
  readonly result: TestResult;
}

/** A test as a list shows it. */
export type AgentTestSummary = Pick<
  TestResult,
  'test_id' | 'agent_id' | 'status' | 'token_usage' | 'created_at'
> & {
  readonly total_duration_ms: number;
  readonly error_type: string | null;
};

/** A part of a history, and how many there are in all. */
export interface TestHistory {
  readonly tests: readonly AgentTestSummary[];
  readonly total: number;
}

/** Reads in a transaction that the store itself keeps from writing. */
export function readOnly<R>(store: Store, read: (trx: Store) => Promise<R>): Promise<R> {
  return store.transaction().setIsolationLevel('repeatable read').setAccessMode('read only').execute(read);
}

/** What the store says when a test refers to an agent that is gone. */
const FOREIGN_KEY_VIOLATION = '23503';

/** Stores a test; false when its agent was deleted in the meantime. */
export async function insertAgentTest(store: Store, test: NewAgentTest): Promise<boolean> {
  const { tenant, isOwnAgent, payload, result } = test;
  try {
    await store
      .insertInto('agent_tests')
      .values({
        id: result.test_id,
        tenant,
        agent_id: result.agent_id,
        own_agent_id: isOwnAgent ? result.agent_id : null,
        status: result.status,
        payload: JSON.stringify(payload),
        result: JSON.stringify(result),
        created_at: result.created_at,
      })
      .execute();
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === FOREIGN_KEY_VIOLATION) return false;
    throw error;
  }
}

function ofAgent(store: Store, tenant: string, agentId: string) {
  return store.selectFrom('agent_tests').where('tenant', '=', tenant).where('agent_id', '=', agentId);
}

/** A test of an agent of a tenant; any other id, whoever may own it, is unknown. */
export async function findAgentTest(
  store: Store,
  tenant: string,
  agentId: string,
  testId: string,
): Promise<TestResult | undefined> {
  if (!isStoreId(testId)) return undefined;
  const row = await ofAgent(store, tenant, agentId)
    .select('result')
    .where('id', '=', testId)
    .executeTakeFirst();
  return row?.result as TestResult | undefined; // written by us
}

const SUMMARY = [
  sql<TestResult['token_usage']>`result -> 'token_usage'`.as('token_usage'),
  sql<string>`result ->> 'created_at'`.as('made_at'),
  sql<number>`(result -> 'execution_time' ->> 'total_duration_ms')::float8`.as('total_duration_ms'),
  sql<string | null>`result -> 'errors' ->> 'error_type'`.as('error_type'),
] as const;

/** The tests of an agent, newest first, from an offset on; list and total are of one moment. */
export function listAgentTests(
  store: Store,
  tenant: string,
  agentId: string,
  { limit, offset }: { readonly limit: number; readonly offset: number },
): Promise<TestHistory> {
  return readOnly(store, async (trx) => {
    const rows = await ofAgent(trx, tenant, agentId)
      .select(['id', 'agent_id', 'status', ...SUMMARY])
      .orderBy('created_at', 'desc')
      .orderBy('ordinal', 'desc')
      .limit(limit)
      .offset(offset)
      .execute();
    const count = await ofAgent(trx, tenant, agentId)
      .select(({ fn }) => fn.countAll<string>().as('total'))
      .executeTakeFirstOrThrow();
    const tests = rows.map(({ id, made_at, ...row }) => ({ test_id: id, ...row, created_at: made_at }));
    return { tests, total: Number(count.total) };
  });
}
