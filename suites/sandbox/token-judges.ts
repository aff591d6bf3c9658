/** Tokens and what they cost, in whole thousand-millionths of a dollar, so that nothing is lost on the way. */
import { canonicalJson } from '../../harness/core/canonical-json.ts';
import type { Terms } from '../../harness/core/check.ts';
import type { Finding } from '../../harness/core/finding.ts';
import type { PriceTable } from '../../harness/core/prices.ts';
import type { TrialView } from '../../harness/judge/views.ts';
import { fieldOf } from '../agents-api/expect.ts';
import { ASIDE, firstFault, isModel, judgeTests, numberIn, shown, type Tested, textIn } from './results.ts';

type Judge = (view: TrialView, terms: Terms) => readonly Finding[];

interface Usage {
  readonly input: number;
  readonly output: number;
  readonly total: number;
  readonly cost: number;
}

const COUNTS = ['input_tokens', 'output_tokens', 'total_tokens'] as const;

function usageOf(value: unknown): Usage | undefined {
  const [input, output, total] = COUNTS.map((name) => numberIn(value, name));
  const cost = numberIn(value, 'estimated_cost_usd');
  if (input === undefined || output === undefined || total === undefined || cost === undefined)
    return undefined;
  return { input, output, total, cost };
}

function countFault(usage: unknown): string | undefined {
  const wrong = COUNTS.find((name) => {
    const count = fieldOf(usage, name);
    return typeof count !== 'number' || !Number.isSafeInteger(count) || count < 0;
  });
  if (wrong !== undefined) return `${wrong} ${shown(fieldOf(usage, wrong))}`;
  const cost = numberIn(usage, 'estimated_cost_usd');
  if (cost === undefined || cost < 0)
    return `estimated_cost_usd ${shown(fieldOf(usage, 'estimated_cost_usd'))}`;
  const [input = 0, output = 0, total = 0] = COUNTS.map((name) => numberIn(usage, name));
  return total === input + output ? undefined : `${input} and ${output} make ${total}`;
}

const usageIn = (holder: unknown): unknown => fieldOf(holder, 'token_usage');

/** SB-3.1 */
export const countsAreWhole: Judge = (view) =>
  judgeTests(
    view,
    'whole numbers, and total_tokens the sum',
    ({ body }, steps) =>
      countFault(usageIn(body)) ??
      firstFault(
        steps.map(usageIn).filter((usage) => usage !== undefined && usage !== null),
        countFault,
      ),
  );

/** Dollars as thousand-millionths; a cost that is told is a float, so this is one too. */
const inNusd = (dollars: number): number => dollars * 1e9;

/** What the declared tolerance of 1e-9 dollars is in these units, with the error of the floats. */
const EXACT_NUSD = 1 + 1e-6;
/** One unit of the sixth digit: for who rounds there. */
const ROUNDED_NUSD = 1_000;

/** What the steps make together. */
function sumOf(usages: readonly Usage[]): Usage {
  const sum = (part: keyof Usage): number => usages.reduce((total, usage) => total + usage[part], 0);
  return { input: sum('input'), output: sum('output'), total: sum('total'), cost: sum('cost') };
}

function sumFault(whole: Usage, usages: readonly Usage[], slackNusd: number): string | undefined {
  const sum = sumOf(usages);
  const wrong = (['input', 'output', 'total'] as const).find((part) => whole[part] !== sum[part]);
  if (wrong !== undefined) return `${wrong} ${whole[wrong]}, and the steps make ${sum[wrong]}`;
  const apart = Math.abs(inNusd(whole.cost) - inNusd(sum.cost));
  return apart <= slackNusd * (usages.length + 1)
    ? undefined
    : `cost ${whole.cost}, and the steps make ${sum.cost}`;
}

/** SB-3.3 */
export const usageAddsUp: Judge = (view, { prices }) =>
  judgeTests(view, 'token_usage of each llm_request, and the whole their sum', ({ body }, steps) => {
    const idle = steps.findIndex((step) => !isModel(step) && (usageIn(step) ?? null) !== null);
    if (idle >= 0) return `step ${idle + 1} is no llm_request and has token_usage`;
    const requests = steps.filter(isModel);
    const usages = requests.flatMap((step) => usageOf(usageIn(step)) ?? []);
    if (usages.length < requests.length) return 'an llm_request without token_usage';
    const whole = usageOf(usageIn(body));
    if (whole === undefined) return 'no token_usage of the whole';
    return sumFault(whole, usages, prices === undefined ? ROUNDED_NUSD : EXACT_NUSD);
  });

/** The model that all requests of the test went to. */
function modelOf(steps: readonly unknown[]): string | undefined {
  const models = new Set(steps.filter(isModel).map((step) => textIn(step, 'model')));
  const [model] = models;
  return models.size === 1 ? model : undefined;
}

/** What so many tokens of the model cost; several answers where the table leaves a choice. */
function exactCosts(
  { models, fallback }: PriceTable,
  model: string,
  input: number,
  output: number,
): readonly bigint[] {
  const own = Object.hasOwn(models, model) ? models[model] : undefined;
  const other = fallback === undefined ? undefined : models[fallback];
  const priced = own ?? other;
  const exact =
    priced === undefined
      ? 0n
      : BigInt(input) * BigInt(priced.input_nusd) + BigInt(output) * BigInt(priced.output_nusd);
  return own === undefined ? [exact, 0n] : [exact];
}

type Slack = (exact: number) => number;

function costFault(table: PriceTable, model: string, usage: Usage, slack: Slack): string | undefined {
  const { input, output, cost } = usage;
  if (!Number.isSafeInteger(input) || !Number.isSafeInteger(output)) return `${input} and ${output} tokens`;
  const costs = exactCosts(table, model, input, output).map(Number);
  const isRight = costs.some((exact) => Math.abs(inNusd(cost) - exact) <= slack(exact));
  const told = costs.map((exact) => exact / 1e9).join(' or ');
  return isRight ? undefined : `${input} and ${output} tokens of ${model} cost ${cost}, not ${told}`;
}

/** Whether the test spent tokens of one listed model: then what it cost can be reckoned. */
function spent(table: PriceTable, { body }: Tested, steps: readonly unknown[]) {
  const [model, usage] = [modelOf(steps), usageOf(usageIn(body))];
  if (model === undefined || usage === undefined || usage.total === 0) return undefined;
  return Object.hasOwn(table.models, model) ? { model, usage } : undefined;
}

/** SB-3.2 */
export const costsAreExact: Judge = (view, { prices }) =>
  prices === undefined
    ? []
    : judgeTests(view, `the cost by the price table ${prices.version}, within 1e-9`, (test, steps) => {
        const known = spent(prices, test, steps);
        if (known === undefined) return ASIDE;
        const { model, usage } = known;
        const each = steps.filter(isModel).flatMap((step) => usageOf(usageIn(step)) ?? []);
        return firstFault([usage, ...each], (one) => costFault(prices, model, one, () => EXACT_NUSD));
      });

/** List prices that are public: docs/protocol.md 6.4. */
const PUBLISHED: PriceTable = {
  version: '2024-08-01',
  models: {
    'gpt-4o-mini': { input_nusd: 150, output_nusd: 600 },
    'gpt-4o': { input_nusd: 2_500, output_nusd: 10_000 },
    'gpt-3.5-turbo': { input_nusd: 500, output_nusd: 1_500 },
  },
};
const APPROXIMATE = 0.02;

/** SB-3.2a */
export const costsAreUsual: Judge = (view, { prices = PUBLISHED }) =>
  judgeTests(view, 'the cost by the list prices, within 2 % or 1e-6', (test, steps) => {
    const known = spent(prices, test, steps);
    if (known === undefined) return ASIDE;
    const slack = (exact: number): number => Math.max(APPROXIMATE * exact, ROUNDED_NUSD);
    return costFault(prices, known.model, known.usage, slack);
  });

/** SB-3.4 */
export const noModelNoCost =
  (label: string): Judge =>
  (view) =>
    judgeTests(view, 'no tokens and no cost', (test, steps) => {
      if (test.label !== label) return ASIDE;
      if (steps.some(isModel)) return 'a workflow of tools shows an llm_request';
      const usage = usageOf(usageIn(test.body)) ?? {};
      const isNothing = canonicalJson(usage) === canonicalJson(sumOf([]));
      return isNothing ? undefined : shown(usageIn(test.body));
    });

/** SB-1.9: the price of what is not listed. */
export function unlistedCostFault(
  { body }: Tested,
  model: string,
  prices: PriceTable | undefined,
): string | undefined {
  const usage = usageOf(usageIn(body));
  if (usage === undefined || usage.cost < 0) return `token_usage ${shown(usageIn(body))}`;
  return prices === undefined ? undefined : costFault(prices, model, usage, () => EXACT_NUSD);
}
