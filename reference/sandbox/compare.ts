import { isDeepStrictEqual } from 'node:util';
import { inDollars, inNanoDollars } from './price-table.ts';
import type { TestComparison, TestResult, TraceStep } from './result.ts';

/** A difference in time is told when it is larger than both: less is noise. */
const NOISE_MS = 50;
const NOISE_SHARE = 0.2;

const MAX_LINES = 100;

function micros(ms: number): number {
  return Math.round(ms * 1_000);
}

function changed(what: string, before: string | number, after: string | number): readonly string[] {
  return before === after ? [] : [`${what} changed: ${before} → ${after}`];
}

function nameOf(step: TraceStep): string {
  return step.step_type === 'tool_call' ? `tool_call ${step.tool_name}` : `llm_request ${step.model}`;
}

function stepChanges(step: TraceStep, other: TraceStep): readonly string[] {
  const name = `Step ${step.step_number}`;
  if (nameOf(step) !== nameOf(other)) return changed(name, nameOf(step), nameOf(other));
  return [
    ...(isDeepStrictEqual(step.input, other.input) ? [] : [`${name} has another input: ${nameOf(step)}`]),
    ...(isDeepStrictEqual(step.output, other.output) ? [] : [`${name} has another output: ${nameOf(step)}`]),
  ];
}

function behaviour(first: readonly TraceStep[], second: readonly TraceStep[]): readonly string[] {
  const common = Math.min(first.length, second.length);
  return [
    ...changed('Step count', first.length, second.length),
    ...first.slice(0, common).flatMap((step, index) => {
      const other = second[index];
      return other === undefined ? [] : stepChanges(step, other);
    }),
    ...first.slice(common).map((step) => `Step ${step.step_number} is gone: ${nameOf(step)}`),
    ...second.slice(common).map((step) => `Step ${step.step_number} is new: ${nameOf(step)}`),
  ];
}

function timing(before: number, after: number): readonly string[] {
  const isNoise = Math.abs(after - before) <= Math.max(NOISE_MS, NOISE_SHARE * before);
  return isNoise ? [] : [`Duration changed: ${before} ms → ${after} ms`];
}

function bounded(lines: readonly string[]): string[] {
  if (lines.length <= MAX_LINES) return [...lines];
  return [...lines.slice(0, MAX_LINES - 1), `and ${lines.length - MAX_LINES + 1} more`];
}

/** What the second test did otherwise than the first: how it ended, what it took, and step by step. */
export function compareTests(first: TestResult, second: TestResult): TestComparison {
  const [usage, other] = [first.token_usage, second.token_usage];
  const [time, otherTime] = [first.execution_time.total_duration_ms, second.execution_time.total_duration_ms];
  return {
    test_id_1: first.test_id,
    test_id_2: second.test_id,
    status_changed: first.status !== second.status,
    token_delta: other.total_tokens - usage.total_tokens,
    cost_delta: inDollars(inNanoDollars(other.estimated_cost_usd) - inNanoDollars(usage.estimated_cost_usd)),
    timing_delta: (micros(otherTime) - micros(time)) / 1_000,
    trace_differences: bounded([
      ...changed('Status', first.status, second.status),
      ...changed('Error', first.errors?.error_type ?? 'none', second.errors?.error_type ?? 'none'),
      ...changed('Token count', usage.total_tokens, other.total_tokens),
      ...changed('Cost', `$${usage.estimated_cost_usd}`, `$${other.estimated_cost_usd}`),
      ...timing(time, otherTime),
      ...behaviour(first.execution_trace.steps, second.execution_trace.steps),
    ]),
  };
}
