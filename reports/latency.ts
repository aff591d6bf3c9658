/** How long things took, as a table: a row for each limit and each measure, endpoints summed up where they are many. */
import type { CampaignReport, ReportedClaim, ReportedMeasure } from '../harness/report/model.ts';
import { counted } from '../harness/report/plain-text.ts';
import { duration, interval, percent } from './figures.ts';
import { prose } from './markdown-text.ts';

type Latencies = Pick<CampaignReport, 'claims' | 'measures'>;

/** Endpoints that a reader looks at; the others hold their limits by more. */
const MOST_ENDPOINTS = 5;

/** A limit, a measure, or both. */
export interface Row {
  readonly measure: ReportedMeasure['measure'];
  readonly of: string | undefined;
  readonly claim: ReportedClaim | undefined;
  readonly figures: ReportedMeasure | undefined;
}

/** `completion, supervisor_agent`; what there is only one of has no second word. */
const latencyName = ({ measure, of }: Pick<ReportedClaim, 'measure' | 'of'>): string =>
  of === undefined ? measure : `${measure}, ${of}`;

/** The lines of the section; none where nothing was measured. */
export function latencyLines({ claims, measures }: Latencies): readonly string[] {
  const rows = rowsOf({ claims, measures });
  if (rows.length === 0) return [];
  const endpoints = rows.filter(isEndpoint).sort((a, b) => strain(b) - strain(a));
  const shown = endpoints.slice(0, MOST_ENDPOINTS);
  const confidence = measures[0]?.p95Ms.confidence ?? 0.9;
  return [
    `| of | n | failed | median | p95 | ${percent(confidence)} interval of p95 | max | cold | own error | limit for 95 of 100 |`,
    '|---|---:|---:|---:|---:|---|---:|---:|---:|---|',
    ...rows.filter((row) => !isEndpoint(row) || shown.includes(row)).map(lineOf),
    ...summary(endpoints.slice(MOST_ENDPOINTS), withoutLimit({ claims, measures })),
  ];
}

/** How near the worst limit is, of how many. */
export function nearestLimit({ claims }: Pick<Latencies, 'claims'>): string | undefined {
  const [worst] = [...claims].sort((a, b) => strainOf(b) - strainOf(a));
  if (worst === undefined) return undefined;
  const held = claims.filter(({ answer }) => answer === 'holds').length;
  const p95 = worst.p95Ms === undefined ? 'no sample' : `p95 ${duration(worst.p95Ms.point)}`;
  const of = `${held} of ${counted(claims.length, 'limit')}`;
  return `${of} kept by 95 of 100; nearest: ${latencyName(worst)}, ${p95} of ${duration(worst.limitMs)}`;
}

/** A measure is shown by itself where nothing less is limited; then each that is. */
export function rowsOf({ claims, measures }: Latencies): readonly Row[] {
  const limited = claims.map((claim): Row => {
    const figures = measures.find(({ measure, of }) => measure === claim.measure && of === claim.of);
    return { measure: claim.measure, of: claim.of, claim, figures };
  });
  const named = new Set(claims.map(({ measure }) => measure));
  const others = measures
    .filter(({ measure, of }) => of === undefined && !named.has(measure))
    .map((figures): Row => ({ measure: figures.measure, of: undefined, claim: undefined, figures }));
  const order = [...new Set([...measures, ...claims].map(({ measure }) => measure))];
  return [...limited, ...others].sort((a, b) => order.indexOf(a.measure) - order.indexOf(b.measure));
}

/** Whether it is one endpoint, of which there are many. */
export const isEndpoint = ({ measure, of }: Row): boolean => measure === 'http' && of !== undefined;

/** What does not hold first, what is open next, then by the part of the limit that was needed. */
function strainOf({ answer, p95Ms, limitMs }: ReportedClaim): number {
  const part = (p95Ms?.point ?? 0) / limitMs;
  return part + { 'does-not-hold': 1e12, undecided: 1e6, holds: 0 }[answer];
}

/** How much a row deserves to be looked at. */
export const strain = ({ claim }: Row): number => (claim === undefined ? 0 : strainOf(claim));

function lineOf({ measure, of, claim, figures }: Row): string {
  const name = prose(latencyName(of === undefined ? { measure } : { measure, of }));
  return `| ${[name, ...figuresOf(figures), limitOf(claim)].join(' | ')} |`;
}

function figuresOf(figures: ReportedMeasure | undefined): readonly string[] {
  if (figures === undefined) return ['0', '', '', '', 'no sample', '', '', ''];
  const { n, failed, medianMs, p95Ms, maxMs, coldMs, observerErrorMs } = figures;
  return [
    String(n),
    String(failed),
    duration(medianMs.point),
    duration(p95Ms.point),
    interval(p95Ms),
    duration(maxMs),
    coldMs === undefined ? '' : duration(coldMs),
    duration(observerErrorMs),
  ];
}

const ANSWERED = { holds: 'holds', 'does-not-hold': '**does not hold**', undecided: 'undecided' } as const;

/** The limit and what was decided, on samples of which some may have come after it. */
function limitOf(claim: ReportedClaim | undefined): string {
  if (claim === undefined) return '';
  const { requirement, limitMs, answer, good, n, spoilt } = claim;
  const ours = spoilt === 0 ? '' : `, ${spoilt} spoilt`;
  return `${duration(limitMs)} (${prose(requirement)}): ${ANSWERED[answer]}, ${good} of ${n}${ours}`;
}

/** Endpoints for which no limit was decided; the figures over all of them are no endpoint's. */
const withoutLimit = ({ claims, measures }: Latencies): readonly ReportedMeasure[] =>
  measures.filter(
    ({ measure, of }) =>
      measure === 'http' &&
      of !== undefined &&
      !claims.some((claim) => claim.measure === measure && claim.of === of),
  );

const KEPT = { holds: 'kept', 'does-not-hold': 'not kept', undecided: 'undecided' } as const;

/** Both kinds of endpoints that have no row, in one line. */
function summary(limited: readonly Row[], others: readonly ReportedMeasure[]): readonly string[] {
  const answers = limited.flatMap(({ claim }) => (claim === undefined ? [] : [KEPT[claim.answer]]));
  const told = [...new Set(answers)]
    .map((answer) => `${answers.filter((one) => one === answer).length} ${answer}`)
    .join(', ');
  const figures = limited.flatMap((row) => row.figures ?? []);
  const parts = [
    ...(limited.length === 0
      ? []
      : [`${counted(limited.length, 'more endpoint')} with a limit: ${told}${worstOf(figures)}`]),
    ...(others.length === 0
      ? []
      : [`${counted(others.length, 'endpoint')} without a limit${worstOf(others)}`]),
  ];
  return parts.length === 0 ? [] : ['', `${parts.join('; ')}. All of them are in report.json.`];
}

function worstOf(figures: readonly ReportedMeasure[]): string {
  if (figures.length === 0) return '';
  const p95 = Math.max(...figures.map(({ p95Ms }) => p95Ms.point));
  const failed = figures.reduce((sum, one) => sum + one.failed, 0);
  return `, p95 at most ${duration(p95)}, ${failed} failed`;
}
