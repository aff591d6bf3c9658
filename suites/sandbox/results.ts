/** The tests of a trial as they were answered, and how judgements of them are composed. */

import { z } from 'zod';
import { type Finding, fail, inconclusive, pass } from '../../harness/core/finding.ts';
import { parseJson } from '../../harness/core/json.ts';
import type { EvidenceRef } from '../../harness/evidence/transcript.ts';
import type { ExchangeView, TrialView } from '../../harness/judge/views.ts';
import { bodyOf, fieldOf, isInstant, missing, refOf } from '../agents-api/expect.ts';
import { say } from '../statements.ts';

const status = z.enum(['success', 'failed']);
const instant = z.string().refine(isInstant, { error: 'expected a time as RFC 3339 in UTC' });

/** A result as docs/protocol.md 6.3 has it, but for what other checks look into. */
export const RESULT = z.looseObject({
  test_id: z.uuid(),
  agent_id: z.uuid(),
  status,
  execution_trace: z.looseObject({ steps: z.array(z.unknown()) }),
  token_usage: z.looseObject({}),
  execution_time: z.looseObject({ steps: z.array(z.unknown()) }),
  errors: z.looseObject({}).nullable(),
  created_at: instant,
});

/** What is wrong with a result as a whole. */
export function resultFault(body: unknown, agentId: string): string | undefined {
  const parsed = RESULT.safeParse(body);
  if (!parsed.success)
    return parsed.error.issues
      .slice(0, 5)
      .map(({ path, message }) => `${path.join('.') || 'body'}: ${message}`)
      .join('; ');
  return parsed.data.agent_id === agentId ? undefined : `agent_id ${parsed.data.agent_id}`;
}

/** One test that was answered with a result. */
export interface Tested {
  readonly label: string;
  readonly exchange: ExchangeView;
  readonly ref: EvidenceRef;
  readonly agentId: string;
  /** What was sent. */
  readonly payload: unknown;
  readonly body: unknown;
  /** Its steps; nothing where the trace is none. */
  readonly steps: readonly unknown[] | undefined;
}

const TEST = /\/api\/agents\/([^/]+)\/test$/;

/** The steps of the trace in a result. */
function stepsIn(body: unknown): readonly unknown[] | undefined {
  const steps = fieldOf(fieldOf(body, 'execution_trace'), 'steps');
  return Array.isArray(steps) ? steps : undefined;
}

/** Whether an exchange asked for a test and was answered with a 2xx. */
function testedIn(view: TrialView, exchange: ExchangeView): Tested | undefined {
  const { request, response, label } = exchange;
  const [, agent] = TEST.exec(request.url) ?? [];
  const isMade = response?.status === 200 || response?.status === 201;
  if (agent === undefined || request.method !== 'POST' || !isMade) return undefined;
  const body = bodyOf(exchange);
  return {
    label,
    exchange,
    ref: refOf(view, exchange),
    agentId: decodeURIComponent(agent),
    payload: fieldOf(parseJson(request.body ?? ''), 'payload'),
    body,
    steps: stepsIn(body),
  };
}

/** All tests of the trial that were answered with a 2xx, in order. */
export const testsOf = (view: TrialView): readonly Tested[] =>
  view.exchanges.flatMap((exchange) => testedIn(view, exchange) ?? []);

export const testAt = (view: TrialView, label: string): Tested | undefined =>
  testsOf(view).find((test) => test.label === label);

/** Whether the agent failed; the shape of what came of it is then another requirement's. */
export const hasFailed = ({ body }: Tested): boolean => fieldOf(body, 'status') === 'failed';

/** What came before decides whether a trace can be judged at all. */
const shapeOf = (test: Tested): string => (hasFailed(test) ? 'SB-8.1' : 'SB-1.1');

/** What is wrong, nothing when all is well, or that the test does not concern the judgement. */
type Fault = string | undefined | 'does not concern';
export const ASIDE = 'does not concern';

/** Each test that concerns it is judged alone. One without a trace cannot be. */
export function judgeTests(
  view: TrialView,
  expected: string,
  faultOf: (test: Tested, steps: readonly unknown[]) => Fault,
): readonly Finding[] {
  const tests = testsOf(view);
  if (tests.length === 0) return missing(view, 'a test that was answered', 'SB-1.1');
  return tests.flatMap((test): readonly Finding[] => {
    if (test.steps === undefined) {
      const none = say('no-trace', 'execution_trace.steps', `none in "${test.label}"`, test.ref);
      return [inconclusive(none, shapeOf(test))];
    }
    const fault = faultOf(test, test.steps);
    if (fault === ASIDE) return [];
    const where = `${test.label}: ${fault ?? 'so it is'}`;
    const statement = say('as-expected', expected, where, test.ref);
    return [fault === undefined ? pass(statement) : fail({ ...statement, code: 'wrong-result' })];
  });
}

/** The first fault of a list. */
export function firstFault<T>(
  items: readonly T[],
  faultOf: (item: T, index: number) => string | undefined,
): string | undefined {
  for (const [index, item] of items.entries()) {
    const fault = faultOf(item, index);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

/** A number that can be reckoned with. */
export const numberIn = (value: unknown, name: string): number | undefined => {
  const found = fieldOf(value, name);
  return typeof found === 'number' && Number.isFinite(found) ? found : undefined;
};

export const textIn = (value: unknown, name: string): string | undefined => {
  const found = fieldOf(value, name);
  return typeof found === 'string' ? found : undefined;
};

/** The name of a step: its tool or its model. */
export const nameOf = (step: unknown): string =>
  textIn(step, fieldOf(step, 'step_type') === 'tool_call' ? 'tool_name' : 'model') ?? '';

export const isTool = (step: unknown): boolean => fieldOf(step, 'step_type') === 'tool_call';
export const isModel = (step: unknown): boolean => fieldOf(step, 'step_type') === 'llm_request';

/** How a value is shown in a finding. */
export const shown = (value: unknown): string => (JSON.stringify(value) ?? 'nothing').slice(0, 80);

/** The ids of the tests in a history. */
export const idsIn = (body: unknown): readonly string[] => {
  const tests = fieldOf(body, 'tests');
  return Array.isArray(tests) ? tests.map((item: unknown) => textIn(item, 'test_id') ?? '') : [];
};
