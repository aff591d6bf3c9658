/** What the sandbox in memory reckons: tokens, costs, and differences. */

export type Fields = Readonly<Record<string, unknown>>;
export type Result = Fields & { readonly test_id: string };

export const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Each request reads 100 tokens and writes 50, at the list prices. */
export function usage(model: string, requests: number): Fields {
  const nusd = model === 'gpt-4o' ? 2_500 * 100 + 10_000 * 50 : 150 * 100 + 600 * 50;
  return {
    input_tokens: 100 * requests,
    output_tokens: 50 * requests,
    total_tokens: 150 * requests,
    estimated_cost_usd: (nusd * requests) / 1e9,
  };
}

const inside = (holder: unknown, name: string): number =>
  isObject(holder) ? Number(holder[name]) : Number.NaN;

/** The second minus the first. */
export function compared(one: Result, two: Result): Fields {
  const delta = (part: string, name: string): number => inside(two[part], name) - inside(one[part], name);
  const [was, is] = [one, two].map(
    ({ execution_time: time }) => (isObject(time) ? time['steps'] : []) as unknown[],
  );
  const [before, after] = [was?.length, is?.length];
  return {
    test_id_1: one.test_id,
    test_id_2: two.test_id,
    status_changed: one['status'] !== two['status'],
    token_delta: delta('token_usage', 'total_tokens'),
    cost_delta: delta('token_usage', 'estimated_cost_usd'),
    timing_delta: delta('execution_time', 'total_duration_ms'),
    trace_differences: before === after ? [] : [`Step count changed: ${before} → ${after}`],
  };
}
