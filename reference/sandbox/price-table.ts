/** Prices of one model, in thousand-millionths of a dollar for a token. */
export interface ModelPrice {
  readonly input_nusd: number;
  readonly output_nusd: number;
}

/** What models cost; published in the form in which a profile declares it (docs/protocol.md 6.4). */
export interface PriceTable {
  readonly version: string;
  /** The model whose prices stand for those that are not listed. */
  readonly fallback: string;
  readonly models: Readonly<Record<string, ModelPrice>>;
}

const FALLBACK: ModelPrice = { input_nusd: 150, output_nusd: 600 };

/** The prices of the reference deployment: public list prices of mid-2024, and its own. */
export const PRICE_TABLE: PriceTable = {
  version: '2024-08-01',
  fallback: 'gpt-4o-mini',
  models: {
    'gpt-4o-mini': FALLBACK,
    'gpt-4o': { input_nusd: 2_500, output_nusd: 10_000 },
    'gpt-3.5-turbo': { input_nusd: 500, output_nusd: 1_500 },
    'rule-planner-1': { input_nusd: 50, output_nusd: 200 },
    'workflow-engine-1': { input_nusd: 20, output_nusd: 80 },
  },
};

const NUSD_PER_USD = 1_000_000_000;

/** What tokens of a model cost, in nUSD: whole numbers, so that nothing is lost by adding them up. */
export function costOf(model: string, inputTokens: number, outputTokens: number): number {
  const listed = Object.hasOwn(PRICE_TABLE.models, model) ? PRICE_TABLE.models[model] : undefined;
  const { input_nusd, output_nusd } = listed ?? FALLBACK;
  return inputTokens * input_nusd + outputTokens * output_nusd;
}

/** Whole nUSD as dollars: the nearest number, which prints with nine digits at most. */
export function inDollars(nusd: number): number {
  return nusd / NUSD_PER_USD;
}

/** The whole nUSD that an amount of dollars stands for. */
export function inNanoDollars(dollars: number): number {
  return Math.round(dollars * NUSD_PER_USD);
}
