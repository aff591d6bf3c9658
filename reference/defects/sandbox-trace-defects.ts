import { roundedMs } from '../clock.ts';
import type { Defect } from './defect.ts';
import type { Frame } from './frames.ts';
import {
  ANY_RESULT,
  changingResults,
  part,
  sandbox,
  stepsOf,
  withSteps,
  withTrace,
} from './sandbox-answers.ts';

function outputs(change: (output: Frame, step: Frame) => Frame) {
  return (step: Frame): Frame =>
    step['step_type'] === 'tool_call' ? { ...step, output: change(part(step, 'output'), step) } : step;
}

function withUsage(result: Frame, change: (usage: Frame) => Frame): Frame {
  return { ...result, token_usage: change(part(result, 'token_usage')) };
}

/** The cost as doubles make it, rounded to six places on the way. */
function cheaply(usage: Frame): Frame {
  const dollars = Number(usage['estimated_cost_usd']);
  return { ...usage, estimated_cost_usd: Math.floor(dollars * 1e6) / 1e6 };
}

/** The cost as one price for all tokens makes it. */
function flatly(usage: Frame): Frame {
  return { ...usage, estimated_cost_usd: Number(usage['total_tokens']) * FLAT_USD };
}
const FLAT_USD = 1.5e-6;

/** Results that do not say what happened. */
export const sandboxTraceDefects: readonly Defect[] = [
  {
    id: 'M5',
    family: 'placeholder',
    title: 'simulated tools answer with a ticket of their own, although an echo is declared',
    breaks: '6',
    mustFail: ['SB-2.6'],
    mayFail: ['SB-10.1'],
    build: () =>
      changingResults((result) =>
        withSteps(
          result,
          outputs((output) =>
            'ticket_id' in output ? { ...output, ticket_id: 'SANDBOX-TEST-001' } : output,
          ),
        ),
      ),
  },
  {
    id: 'M6',
    family: 'wrong figure',
    title: 'costs are computed in floating point and rounded down to six places',
    breaks: '6',
    mustFail: ['SB-3.2'],
    mayFail: ['SB-1.9', 'SB-3.2a', 'SB-3.3', 'SB-6.1'],
    build: () => changingResults((result) => withUsage(result, cheaply)),
  },
  {
    id: 'D-SB-COSTS-FLAT',
    family: 'wrong figure',
    title: 'every token costs the same, whatever the model and whoever wrote it',
    breaks: '6',
    mustFail: ['SB-3.2', 'SB-3.2a'],
    mayFail: ['SB-1.9', 'SB-6.1'],
    build: () =>
      changingResults((result) =>
        withSteps(withUsage(result, flatly), (step) =>
          step['step_type'] === 'llm_request'
            ? { ...step, token_usage: flatly(part(step, 'token_usage')) }
            : step,
        ),
      ),
  },
  {
    id: 'D-SB-STEPS-FROM-ZERO',
    family: 'wrong id',
    title: 'the steps of a trace are counted from zero',
    breaks: '6',
    mustFail: ['SB-2.1'],
    mayFail: [],
    build: () =>
      changingResults((result) => withSteps(result, (step, index) => ({ ...step, step_number: index }))),
  },
  {
    id: 'D-SB-TIMES-BACKWARDS',
    family: 'reordered',
    title: 'the steps of a trace bear the times of their ends, counted from the last',
    breaks: '6',
    mustFail: ['SB-2.2'],
    mayFail: [],
    build: () =>
      changingResults((result) => {
        const times = stepsOf(result).map(({ timestamp }) => timestamp);
        return withSteps(result, (step, index) => ({ ...step, timestamp: times.at(-1 - index) }));
      }),
  },
  {
    id: 'D-SB-TIMES-COARSE',
    family: 'truncated',
    title: 'the steps of a trace tell their start in whole seconds',
    breaks: '6',
    mustFail: ['SB-2.2a'],
    mayFail: ['SB-2.2'],
    build: () =>
      changingResults((result) =>
        withSteps(result, (step) => ({
          ...step,
          timestamp: String(step['timestamp']).replace(/\.\d+Z$/, 'Z'),
        })),
      ),
  },
  {
    id: 'D-SB-TOTAL-IS-LAST',
    family: 'wrong figure',
    title: 'the total duration is the time of the longest step, and some',
    breaks: '6',
    mustFail: ['SB-2.3'],
    mayFail: ['SB-6.1'],
    build: () =>
      changingResults((result) => {
        const longest = Math.max(0, ...stepsOf(result).map(({ duration_ms }) => Number(duration_ms)));
        return withTrace(result, { total_duration_ms: roundedMs(longest + 25) });
      }),
  },
  {
    id: 'D-SB-TIMING-CUT',
    family: 'missing',
    title: 'the timing leaves the last step out',
    breaks: '6',
    mustFail: ['SB-2.4'],
    mayFail: ['SB-2.3'],
    build: () =>
      changingResults((result) => {
        const time = part(result, 'execution_time');
        const steps = (time['steps'] ?? []) as readonly Frame[];
        return { ...result, execution_time: { ...time, steps: steps.slice(0, -1) } };
      }),
  },
  {
    id: 'D-SB-TRACE-STATUS',
    family: 'wrong status',
    title: 'the trace says "success" whatever the test says',
    breaks: '6',
    mustFail: ['SB-2.5'],
    mayFail: sandbox(8),
    build: () => changingResults((result) => withTrace(result, { status: 'success' })),
  },
  {
    id: 'D-SB-TOKENS-TWICE',
    family: 'wrong figure',
    title: 'the total of the tokens counts what was read twice',
    breaks: '6',
    mustFail: ['SB-3.1'],
    mayFail: ['SB-3.3', 'SB-6.1'],
    build: () =>
      changingResults((result) =>
        withUsage(result, (usage) => ({
          ...usage,
          total_tokens: 2 * Number(usage['input_tokens']) + Number(usage['output_tokens']),
        })),
      ),
  },
  {
    id: 'D-SB-STEP-WITHOUT-TOKENS',
    family: 'missing',
    title: 'only the first request to a model accounts for its tokens',
    breaks: '6',
    mustFail: ['SB-3.3'],
    mayFail: ['SB-2.1', 'SB-3.2'],
    build: () =>
      changingResults((result) => {
        const first = stepsOf(result).findIndex(({ step_type }) => step_type === 'llm_request');
        return withSteps(result, (step, index) => {
          const { token_usage: _, ...rest } = step;
          return index > first ? rest : step;
        });
      }),
  },
  {
    id: 'D-SB-FLAT-TOKENS',
    family: 'wrong figure',
    title: 'a test without a request to a model is charged like any other',
    breaks: '6',
    mustFail: ['SB-3.4'],
    mayFail: ['SB-3.2', 'SB-3.3', 'SB-6.1'],
    build: () =>
      changingResults((result) =>
        withUsage(result, (usage) => {
          if (Number(usage['total_tokens']) > 0) return usage;
          const tokens = { input_tokens: 150, output_tokens: 75, total_tokens: 225 };
          return { ...tokens, estimated_cost_usd: 0.0000675 };
        }),
      ),
  },
  {
    id: 'D-SB-TOOLS-UNMARKED',
    family: 'missing',
    title: 'nothing tells the output of a simulated tool from a real one',
    breaks: '6',
    mustFail: ['SB-7.3', 'SB-7.1'],
    mayFail: [],
    build: () =>
      changingResults((result) =>
        withSteps(
          result,
          outputs(({ simulated: _, ...output }) => output),
        ),
      ),
  },
  {
    id: 'M4',
    family: 'missing',
    title: 'a failed test loses its trace, although keeping it is declared',
    breaks: '6',
    mustFail: ['SB-8.1'],
    mayFail: ['SB-2.3', 'SB-2.4', 'SB-3.3', 'SB-7.3', 'SB-8.2', 'SB-8.3'],
    build: () =>
      changingResults((result) => {
        if (result['status'] !== 'failed') return result;
        const nothing = { total_duration_ms: 0, steps: [] };
        return { ...withTrace(result, nothing), execution_time: nothing };
      }),
  },
  {
    id: 'D-SB-ONE-ERROR-TYPE',
    family: 'drifted schema',
    title: 'every error is one of the system',
    breaks: '6',
    mustFail: ['SB-8.2'],
    mayFail: ['SB-8.1'],
    build: () =>
      changingResults((result) =>
        result['errors'] === null
          ? result
          : { ...result, errors: { ...part(result, 'errors'), error_type: 'system' } },
      ),
  },
  {
    id: 'D-SB-STACK-RAW',
    family: 'drifted schema',
    title: 'stack traces tell where it is installed, and with which password, although redaction is declared',
    breaks: '6',
    mustFail: ['SB-8.4'],
    mayFail: [],
    build: () =>
      changingResults((result) => {
        if (result['errors'] === null) return result;
        const errors = part(result, 'errors');
        const frame = '    at connect (/home/deploy/platform/src/store.ts:17:5) password=hunter2';
        return { ...result, errors: { ...errors, stack_trace: `${errors['stack_trace']}\n${frame}` } };
      }),
  },
  {
    id: 'D-SB-AGENT-NAMELESS',
    family: 'missing',
    title: 'results do not say which agent they are of',
    breaks: '6',
    mustFail: ['SB-1.1', 'SB-5.1'],
    mayFail: ANY_RESULT,
    build: () => changingResults(({ agent_id: _, ...result }) => result),
  },
];
