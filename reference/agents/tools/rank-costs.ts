import { ToolError } from '../agent.ts';
import type { Dataset } from '../data/dataset.ts';
import { figure, sum } from '../data/figures.ts';
import { costColumn, rowLabel } from '../data/roles.ts';
import { breathe } from '../pause.ts';

/** Where the money goes. */
export interface CostRanking {
  readonly cost_column: string;
  readonly rows: number;
  readonly total_cost: number;
  readonly mean_cost: number;
  readonly ranking: readonly {
    readonly item: string;
    readonly cost: number;
    readonly share_percent: number;
  }[];
}

const SHOWN = 10;

/** Ranks the rows by what they cost. */
export async function rankCosts(data: Dataset, question: string, signal: AbortSignal): Promise<CostRanking> {
  const cost = costColumn(data, question);
  if (cost === undefined)
    throw new ToolError('NO_COST_COLUMN', 'the data set has no column that says what a row costs');
  const priced = [...cost.values.entries()].filter(([, value]) => !Number.isNaN(value));
  await breathe(signal);
  const total = sum(priced.map(([, value]) => value));
  const ranking = priced
    .sort(([, left], [, right]) => right - left)
    .slice(0, SHOWN)
    .map(([row, value]) => ({
      item: rowLabel(data, row),
      cost: figure(value),
      share_percent: figure(total === 0 ? 0 : (value / total) * 100),
    }));
  return {
    cost_column: cost.name,
    rows: priced.length,
    total_cost: figure(total),
    mean_cost: figure(priced.length === 0 ? 0 : total / priced.length),
    ranking,
  };
}
