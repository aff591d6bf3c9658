import { ToolError } from '../agent.ts';
import { columnsOfKind, type Dataset, type NumberColumn } from '../data/dataset.ts';
import { byText, figure, sum } from '../data/figures.ts';
import { costColumn, labelColumn, stateColumn, utilisationColumn } from '../data/roles.ts';
import { breathe } from '../pause.ts';
import type { SavingRules } from '../question.ts';

/** One way to pay less for one row. */
export interface Saving {
  readonly item: string;
  readonly action: 'stop' | 'rightsize' | 'apply recommendation';
  readonly cost: number;
  readonly utilisation_percent: number | null;
  readonly saving: number;
}

/** What can be saved, and by which rules. */
export interface SavingsReport {
  readonly cost_column: string;
  readonly utilisation_column: string | null;
  readonly idle_below_percent: number;
  readonly rightsize_below_percent: number;
  readonly rightsize_saves_percent: number;
  readonly total_cost: number;
  readonly idle_count: number;
  readonly idle_saving: number;
  readonly rightsize_count: number;
  readonly rightsize_saving: number;
  readonly recommended_saving: number;
  readonly total_saving: number;
  readonly total_saving_percent: number;
  readonly cost_after: number;
  readonly savings: readonly Saving[];
}

const SHOWN = 50;
const UNUSED = /^(idle|stopped|unattached|detached|unused|orphan(ed)?|available|inactive|zombie|abandoned)$/i;
const RECOMMENDED = /(recommended|optimi[sz]ed|target|proposed|rightsized)_?(monthly_?)?(cost|price|spend)/i;

interface Columns {
  readonly cost: NumberColumn;
  readonly recommended: NumberColumn | undefined;
  readonly utilisation: ((row: number) => number) | undefined;
  readonly utilisationName: string | null;
  readonly isUnused: (row: number) => boolean;
}

/** Shares between 0 and 1 become percentages, so that one rule fits both. */
function percentages(column: NumberColumn): (row: number) => number {
  const isShare = column.values.every((value) => Number.isNaN(value) || (value >= 0 && value <= 1));
  return (row) => (column.values[row] ?? Number.NaN) * (isShare ? 100 : 1);
}

function columnsFor(data: Dataset, question: string): Columns {
  const recommended = columnsOfKind(data, 'number').find(({ name }) => RECOMMENDED.test(name));
  const others = { ...data, columns: data.columns.filter((column) => column !== recommended) };
  const cost = costColumn(others, question);
  if (cost === undefined)
    throw new ToolError('NO_COST_COLUMN', 'the data set has no column that says what a row costs');
  const utilisation = utilisationColumn(data);
  const state = stateColumn(data);
  return {
    cost,
    recommended,
    utilisation: utilisation === undefined ? undefined : percentages(utilisation),
    utilisationName: utilisation?.name ?? null,
    isUnused: (row) => state !== undefined && UNUSED.test(state.texts[row]?.trim() ?? ''),
  };
}

function itemName(data: Dataset, row: number): string {
  const label = labelColumn(data);
  if (label === undefined) return `row ${row + 1}`;
  return label.kind === 'number'
    ? `${label.name} ${label.values[row]}`
    : (label.texts[row] ?? `row ${row + 1}`);
}

function savingOf(columns: Columns, rules: SavingRules, row: number): Omit<Saving, 'item'> | undefined {
  const cost = columns.cost.values[row] ?? Number.NaN;
  const use = columns.utilisation?.(row) ?? Number.NaN;
  const described = { cost, utilisation_percent: Number.isNaN(use) ? null : figure(use) };
  const recommended = columns.recommended?.values[row] ?? Number.NaN;
  if (Number.isNaN(cost)) return undefined;
  if (recommended < cost) return { ...described, action: 'apply recommendation', saving: cost - recommended };
  if (columns.isUnused(row) || use < rules.idleBelowPercent)
    return { ...described, action: 'stop', saving: cost };
  if (use < rules.rightsizeBelowPercent) {
    return { ...described, action: 'rightsize', saving: (cost * rules.rightsizeSavesPercent) / 100 };
  }
  return undefined;
}

function totalOf(savings: readonly Saving[], action: Saving['action']): number {
  return sum(savings.filter((saving) => saving.action === action).map(({ saving }) => saving));
}

/**
 * Estimates what can be saved: a row below the idle limit, or marked unused, costs nothing once it
 * is stopped; one below the rightsizing limit saves a fixed share. Rows are judged one by one.
 */
export async function estimateSavings(
  data: Dataset,
  question: string,
  rules: SavingRules,
  signal: AbortSignal,
): Promise<SavingsReport> {
  const columns = columnsFor(data, question);
  const all: Saving[] = [];
  for (let row = 0; row < data.rowCount; row += 1) {
    const saving = savingOf(columns, rules, row);
    if (saving !== undefined) all.push({ item: itemName(data, row), ...saving });
    if (row % 10_000 === 9_999) await breathe(signal);
  }
  all.sort((left, right) => right.saving - left.saving || byText(left.item, right.item));
  const total = sum(columns.cost.values.filter((value) => !Number.isNaN(value)));
  const saved = sum(all.map(({ saving }) => saving));
  return {
    cost_column: columns.cost.name,
    utilisation_column: columns.utilisationName,
    idle_below_percent: rules.idleBelowPercent,
    rightsize_below_percent: rules.rightsizeBelowPercent,
    rightsize_saves_percent: rules.rightsizeSavesPercent,
    total_cost: figure(total),
    idle_count: all.filter(({ action }) => action === 'stop').length,
    idle_saving: figure(totalOf(all, 'stop')),
    rightsize_count: all.filter(({ action }) => action === 'rightsize').length,
    rightsize_saving: figure(totalOf(all, 'rightsize')),
    recommended_saving: figure(totalOf(all, 'apply recommendation')),
    total_saving: figure(saved),
    total_saving_percent: figure(total === 0 ? 0 : (saved / total) * 100),
    cost_after: figure(total - saved),
    savings: all
      .slice(0, SHOWN)
      .map((entry) => ({ ...entry, cost: figure(entry.cost), saving: figure(entry.saving) })),
  };
}
