import { stringify } from 'csv-stringify/sync';
import type { CampaignReport, ReportedClaim, ReportedMeasure } from '../harness/report/model.ts';
import { plainText } from '../harness/report/plain-text.ts';

const COLUMNS = [
  'kind',
  'name',
  'of',
  'statistic',
  'unit',
  'point',
  'low',
  'high',
  'confidence',
  'n',
  'failed',
  'limit',
  'answer',
  'requirement',
] as const;
type Row = Readonly<Partial<Record<(typeof COLUMNS)[number], string | number | undefined>>>;
type Estimate = ReportedMeasure['medianMs'];

/** Every estimate of the campaign on a line of its own, for a spreadsheet; an empty bound is one that n cannot carry. */
export function renderStatsCsv(report: CampaignReport): string {
  const rows = [
    ...report.measures.flatMap(rowsOfMeasure),
    ...report.claims.map(rowOfClaim),
    ...rowsOfSkew(report),
    ...rowsOfCounts(report),
  ];
  // A spreadsheet takes a cell that begins with = for a formula.
  return stringify(rows.map(plain), { header: true, columns: [...COLUMNS], escape_formulas: true });
}

const plain = (row: Row): Row =>
  Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name, typeof value === 'string' ? plainText(value) : value]),
  );

const estimate = ({ point, low, high, confidence, n }: Estimate): Row => ({
  point,
  low,
  high,
  confidence,
  n,
});

function rowsOfMeasure(one: ReportedMeasure): readonly Row[] {
  const { measure, of, n, failed, medianMs, p95Ms, p99Ms, minMs, meanMs, maxMs, coldMs } = one;
  const common = { kind: 'measure', name: measure, of, unit: 'ms', failed } as const;
  const plainly = {
    min: minMs,
    mean: meanMs,
    max: maxMs,
    cold: coldMs,
    'observer error': one.observerErrorMs,
  };
  const estimates = { median: medianMs, p95: p95Ms, p99: p99Ms };
  return [
    ...Object.entries(estimates).map(([statistic, it]) => ({ ...common, statistic, ...estimate(it) })),
    ...Object.entries(plainly).flatMap(([statistic, point]) =>
      point === undefined ? [] : [{ ...common, statistic, point, n: statistic === 'cold' ? 1 : n }],
    ),
  ];
}

function rowOfClaim({ measure, of, p95Ms, n, failed, limitMs, answer, requirement }: ReportedClaim): Row {
  const common = { kind: 'limit', name: measure, of, statistic: 'p95', unit: 'ms', failed } as const;
  const decided = { limit: limitMs, answer, requirement };
  return { ...common, ...(p95Ms === undefined ? {} : estimate(p95Ms)), n, ...decided };
}

function rowsOfSkew({ connectivity: { skew } }: CampaignReport): readonly Row[] {
  if (skew === undefined) return [];
  const { n, lowMs: low, highMs: high } = skew;
  return [{ kind: 'clock', name: 'skew', statistic: 'range', unit: 'ms', low, high, n }];
}

function rowsOfCounts({ totals, evidence }: CampaignReport): readonly Row[] {
  const { asked, completed } = evidence.runs;
  const counts = {
    pass: totals.pass,
    fail: totals.fail,
    inconclusive: totals.inconclusive,
    error: totals.error,
  };
  return [
    ...Object.entries(counts).map(
      ([name, point]): Row => ({ kind: 'requirements', name, statistic: 'count', point, n: totals.selected }),
    ),
    { kind: 'agent runs', name: 'completed', statistic: 'count', point: completed, n: asked },
  ];
}
