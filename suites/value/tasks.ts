/**
 * What is true of the data that a run was given: recomputed from the text that was sent, by the rules that the
 * question states, with nothing in common with the code that generated it.
 */
import { type Figure, figuresIn, plain, states } from './figures.ts';
import type { Sent } from './sent-data.ts';

export const KINDS = ['savings', 'anomalies', 'capacity', 'totals'] as const;
export type Kind = (typeof KINDS)[number];

interface TruthBase {
  readonly name: string;
  /** What it counts for among the truths of its task. */
  readonly weight: number;
}

/** A figure that the answer has to state; with `of`, close to the name of what it is a figure of. */
export interface TrueFigure extends TruthBase {
  readonly kind: 'figure';
  readonly value: number;
  /** Relative. */
  readonly tolerance: number;
  readonly of?: string;
}

/** The rows that the answer has to name, and those that it must not. */
export interface TrueSelection extends TruthBase {
  readonly kind: 'selection';
  readonly wanted: readonly string[];
  readonly others: readonly string[];
}

export type Truth = TrueFigure | TrueSelection;

/** A word that an answer of this kind is expected to have, in any of its forms. */
export interface Indicator {
  readonly name: string;
  readonly pattern: RegExp;
}

export interface Task {
  readonly kind: Kind;
  /** The first is the one that was asked for above all. */
  readonly truths: readonly [Truth, ...Truth[]];
  readonly indicators: readonly Indicator[];
  /** Names in the data that contain digits. */
  readonly names: readonly string[];
  /** The word that the names of this data set carry, and of no other. */
  readonly word: string | undefined;
  /** Numbers that stood in the message: an answer that repeats them has not worked them out. */
  readonly given: readonly number[];
}

/** Sums are exact; a tenth of that would do but for figures rounded on the way. */
const EXACT = 0.005;
/** Two honest ways to continue a trend differ by less. */
const OF_A_FORECAST = 0.02;

const RECOMMENDATIONS: Indicator = {
  name: 'recommendations',
  pattern: /recommend|empf[eo]hl|recomm?and|recomend/u,
};

const INDICATORS: Readonly<Record<Kind, readonly Indicator[]>> = {
  savings: [
    { name: 'savings', pattern: /saving|\bsaves?\b|einspar|économ|ahorro|risparmi/u },
    RECOMMENDATIONS,
    {
      name: 'implementation',
      pattern: /implement|umsetz|mise en (œuvre|oeuvre|place)|implantaci|attuazion/u,
    },
  ],
  anomalies: [
    { name: 'anomalies', pattern: /anomal|outlier|ausreißer|aberrant|atípic/u },
    { name: 'insights', pattern: /insight|erkenntnis|constat|hallazgo|osservazion/u },
    RECOMMENDATIONS,
  ],
  capacity: [
    { name: 'forecast', pattern: /forecast|predict|project|prognose|prévision|pronóstico|previsione/u },
    { name: 'capacity', pattern: /capacity|kapazität|capacité|capacidad|capacità/u },
    RECOMMENDATIONS,
  ],
  totals: [
    { name: 'total', pattern: /total|\bsum\b|summe|gesamt|somme|suma/u },
    { name: 'cost', pattern: /cost|spend|kosten|coût|coste|costo/u },
  ],
};

/** The task that was set, if it is one whose answers are known. */
export function taskOf(sent: Sent): Task | undefined {
  const kind = kindOf(sent.columns);
  const names = namesIn(sent);
  const asked = figuresIn(plain(sent.question), names);
  const truths = kind === undefined ? undefined : TRUTHS[kind](sent);
  const [first, ...others] = (truths ?? []).filter((truth) => !isAsked(truth, asked));
  if (kind === undefined || first === undefined) return undefined;
  return {
    kind,
    truths: [first, ...others],
    indicators: INDICATORS[kind],
    names,
    word: names.map((name) => WORD.exec(name)?.[1]).find((word) => word !== undefined),
    given: numbersIn(sent, names),
  };
}

const WORD = /[-_]([0-9a-f]{6})(?=-|$)/;

function kindOf([first = '', second = '']: readonly string[]): Kind | undefined {
  if (first === 'resource' && second.startsWith('monthly_cost')) return 'savings';
  if (first === 'transaction' && second.startsWith('amount')) return 'anomalies';
  if (first === 'week' && second.startsWith('demand')) return 'capacity';
  return first === 'date' && second === 'service' ? 'totals' : undefined;
}

/** Longest first, so that none is taken for the beginning of another. */
function namesIn({ columns, rows }: Sent): readonly string[] {
  const names = new Set([...columns, ...rows.flat()].filter((cell) => WORD.test(cell)));
  return [...names].sort((a, b) => b.length - a.length);
}

/** Whatever could be read as a number of what was sent, by the eyes that read the answers. */
function numbersIn({ message, rows }: Sent, names: readonly string[]): readonly number[] {
  const cells = rows.flat().map(Number).filter(Number.isFinite);
  // Two cells side by side may look like one figure: "1,412.33" is the first week's, or a thousand and more.
  const seen = figuresIn(plain(message), names).flatMap(({ readings }) => readings);
  return [...cells, ...seen.map(({ value }) => value)];
}

/** A truth that chance has put into the question: who states it may only have repeated the question. */
const isAsked = (truth: Truth, asked: readonly Figure[]): boolean =>
  truth.kind === 'figure' && asked.some((figure) => states(figure, truth.value, truth.tolerance));

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** A number that the question states, after these words. */
function statedIn({ question }: Sent, before: RegExp): number | undefined {
  const found = new RegExp(`${before.source} (\\d+)`, 'i').exec(question)?.[1];
  return found === undefined ? undefined : Number(found);
}

const TRUTHS: Readonly<Record<Kind, (sent: Sent) => readonly Truth[] | undefined>> = {
  savings: trueSavings,
  anomalies: trueAnomalies,
  capacity: trueCapacity,
  totals: trueTotals,
};

function trueSavings(sent: Sent): readonly Truth[] | undefined {
  const idle = statedIn(sent, /idle below/);
  const underused = statedIn(sent, /underused below/);
  const share = statedIn(sent, /rightsizing it saves/);
  if (idle === undefined || underused === undefined || share === undefined) return undefined;
  const savings = sent.rows.map(([name = '', cost = '', use = '']) => {
    if (Number(use) < idle) return { name, saved: Number(cost) };
    return { name, saved: Number(use) < underused ? (Number(cost) * share) / 100 : 0 };
  });
  const most = savings.reduce((a, b) => (b.saved > a.saved ? b : a), { name: '', saved: 0 });
  const total = sum(savings.map(({ saved }) => saved));
  return [
    { kind: 'figure', name: 'total savings', weight: 2, value: total, tolerance: EXACT },
    { kind: 'figure', name: 'largest saving', weight: 1, value: most.saved, tolerance: EXACT, of: most.name },
  ];
}

const middle = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return (
    ((sorted[Math.floor((sorted.length - 1) / 2)] ?? 0) + (sorted[Math.ceil((sorted.length - 1) / 2)] ?? 0)) /
    2
  );
};

/** The others lie within a tenth of the middle, the anomalies beyond three times and below a third of it. */
const FAR = 0.5;

function trueAnomalies({ rows }: Sent): readonly Truth[] {
  const centre = middle(rows.map(([, amount]) => Number(amount)));
  const isFar = ([, amount]: readonly string[]): boolean => Math.abs(Number(amount) - centre) > FAR * centre;
  const namesOf = (some: readonly (readonly string[])[]): readonly string[] =>
    some.map(([name = '']) => name);
  const wanted = namesOf(rows.filter(isFar));
  const others = namesOf(rows.filter((row) => !isFar(row)));
  return [{ kind: 'selection', name: 'anomalies', weight: 1, wanted, others }];
}

function trueCapacity(sent: Sent): readonly Truth[] | undefined {
  const limit = statedIn(sent, /capacity limit is/);
  const week = statedIn(sent, /forecast for week/);
  if (limit === undefined || week === undefined) return undefined;
  const points = sent.rows.map(([at, value]) => ({ at: Number(at), value: Number(value) }));
  const { start, growth } = lineThrough(points);
  const reached = Math.ceil((limit - start) / growth);
  return [
    {
      kind: 'figure',
      name: `forecast for week ${week}`,
      weight: 2,
      value: start + growth * week,
      tolerance: OF_A_FORECAST,
    },
    // A week sooner or later is as good.
    { kind: 'figure', name: 'week of the limit', weight: 1, value: reached, tolerance: 1 / reached },
  ];
}

/** Least squares. */
function lineThrough(points: readonly { readonly at: number; readonly value: number }[]) {
  const meanAt = sum(points.map(({ at }) => at)) / points.length;
  const mean = sum(points.map(({ value }) => value)) / points.length;
  const growth =
    sum(points.map(({ at, value }) => (at - meanAt) * (value - mean))) /
    sum(points.map(({ at }) => (at - meanAt) ** 2));
  return { start: mean - growth * meanAt, growth };
}

function trueTotals({ question, columns, rows }: Sent): readonly Truth[] | undefined {
  const cost = columns.indexOf('cost_usd');
  const service = columns.indexOf('service');
  if (cost < 0 || service < 0) return undefined;
  const sums = new Map<string, number>();
  for (const row of rows) {
    const name = row[service] ?? '';
    sums.set(name, (sums.get(name) ?? 0) + Number(row[cost]));
  }
  const [name, most] = [...sums].reduce((a, b) => (b[1] > a[1] ? b : a), ['', 0]);
  const largest: Truth = {
    kind: 'figure',
    name: 'largest cost',
    weight: 1,
    value: most,
    tolerance: EXACT,
    of: name,
  };
  // Only some of the questions ask for it.
  if (!/total cost/i.test(question)) return [largest];
  const total = sum([...sums.values()]);
  return [{ kind: 'figure', name: 'total cost', weight: 2, value: total, tolerance: EXACT }, largest];
}
