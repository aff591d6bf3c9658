/** How long things took: a row for each limit and each measure, all distributions on one logarithmic scale. */
import type { ScaleLogarithmic } from 'd3-scale';
import { scaleLog } from 'd3-scale';
import type { JSX } from 'preact';
import type { CampaignReport } from '../../harness/report/model.ts';
import { duration, interval, percent } from '../figures.ts';
import { isEndpoint, nearestLimit, type Row, rowsOf, strain } from '../latency.ts';
import { anchor, Foreign, More, px, Scroll, Section, shown } from './parts.tsx';

type Scale = Pick<ScaleLogarithmic<number, number>, 'ticks'> & ((ms: number) => number);
type Samples = CampaignReport['samples'][number];

/** Endpoints beside the measures; the others are folded away. */
const MOST_ENDPOINTS = 5;
const MOST_ROWS = 400;
const WIDTH = 300;
const HEIGHT = 34;
const BINS = 48;

/** Nothing where nothing was measured. */
export function Latency({ report }: { readonly report: CampaignReport }): JSX.Element | null {
  const rows = rowsOf(report).slice(0, MOST_ROWS);
  if (rows.length === 0) return null;
  const scale = scaleOf(rows);
  const endpoints = rows.filter(isEndpoint).sort((a, b) => strain(b) - strain(a));
  const near = endpoints.slice(0, MOST_ENDPOINTS);
  const shownFirst = rows.filter((row) => !isEndpoint(row) || near.includes(row));
  const folded = endpoints.slice(MOST_ENDPOINTS);
  const lead = nearestLimit(report) ?? 'No limit was decided in this campaign.';
  return (
    <Section id="latency" title="Latency" lead={`${lead}${/[.]$/.test(lead) ? '' : '.'}`}>
      <p class="key">
        Bars: how the samples lie, from the fastest to the slowest, logarithmic.{' '}
        <span class="k-median">|</span> median, <span class="k-p95">●</span> p95 with its interval,{' '}
        <span class="k-limit">┊</span> limit.
      </p>
      <Table rows={shownFirst} report={report} scale={scale} label="latency" />
      {folded.length === 0 ? null : (
        <More summary={`${folded.length} more endpoints`}>
          <Table rows={folded} report={report} scale={scale} label="latency of more endpoints" />
        </More>
      )}
    </Section>
  );
}

/** From the fastest sample to the slowest, or to the widest limit. */
function scaleOf(rows: readonly Row[]): Scale {
  const low = rows.flatMap(({ figures }) => (figures === undefined ? [] : [figures.minMs]));
  const high = rows.flatMap(({ figures, claim }) => [figures?.maxMs ?? 1, claim?.limitMs ?? 1]);
  const from = Math.max(0.1, Math.min(...low, 1_000));
  const log = scaleLog([from, Math.max(...high, from * 10)], [6, WIDTH - 6]).clamp(true);
  return Object.assign((ms: number): number => px(log(ms)), { ticks: log.ticks });
}

interface TableProps {
  readonly rows: readonly Row[];
  readonly report: CampaignReport;
  readonly scale: Scale;
  readonly label: string;
}

function Table({ rows, report, scale, label }: TableProps): JSX.Element {
  const confidence = percent(report.measures[0]?.p95Ms.confidence ?? 0.9);
  return (
    <Scroll label={label}>
      <table class="figures">
        <thead>
          <tr>
            <th scope="col">measure</th>
            <th scope="col" class="num">
              n
            </th>
            <th scope="col" class="num">
              failed
            </th>
            <th scope="col" class="num">
              median
            </th>
            <th scope="col" class="num">
              p95
            </th>
            <th scope="col">{confidence} interval of p95</th>
            <th scope="col">limit for 95 of 100</th>
            <th scope="col">
              <span class="sr">distribution</span>
              <Axis scale={scale} />
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <Line key={`${row.measure} ${row.of}`} row={row} samples={samplesOf(row, report)} scale={scale} />
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

const samplesOf = ({ measure, of }: Row, { samples }: CampaignReport): Samples | undefined =>
  samples.find((one) => one.measure === measure && one.of === of);

interface LineProps {
  readonly row: Row;
  readonly samples: Samples | undefined;
  readonly scale: Scale;
}

function Line({ row, samples, scale }: LineProps): JSX.Element {
  const { measure, of, figures } = row;
  return (
    <tr>
      <th scope="row" title={shown(figures?.meaning ?? '')}>
        {measure}
        {of === undefined ? null : (
          <span class="of">
            <Foreign text={of} most={60} />
          </span>
        )}
      </th>
      <td class="num">{figures?.n ?? 0}</td>
      <td class={`num ${(figures?.failed ?? 0) > 0 ? 'bad' : 'faint'}`}>{figures?.failed ?? ''}</td>
      <td class="num">{figures === undefined ? '' : duration(figures.medianMs.point)}</td>
      <td class="num strong">{figures === undefined ? '' : duration(figures.p95Ms.point)}</td>
      <td class="nowrap">{figures === undefined ? 'no sample' : interval(figures.p95Ms)}</td>
      <td class="nowrap">
        <Limit claim={row.claim} />
      </td>
      <td class="plot">
        <Distribution row={row} samples={samples} scale={scale} />
      </td>
    </tr>
  );
}

const ANSWERS = {
  holds: ['pass', 'holds'],
  'does-not-hold': ['fail', 'does not hold'],
  undecided: ['inconclusive', 'undecided'],
} as const;

function Limit({ claim }: { readonly claim: Row['claim'] }): JSX.Element | null {
  if (claim === undefined) return null;
  const [tone, word] = ANSWERS[claim.answer];
  return (
    <>
      {duration(claim.limitMs)}{' '}
      <a class={`verdict ${tone}`} href={`#${anchor('check', claim.check)}`}>
        {word}
      </a>
    </>
  );
}

/** Decades, or what lies between where there is only one. */
function ticksOf(scale: Scale): readonly number[] {
  const decades = scale.ticks(8).filter((tick) => Math.abs(Math.log10(tick) % 1) < 1e-9);
  return decades.length > 1 ? decades : scale.ticks(3);
}

function Axis({ scale }: { readonly scale: Scale }): JSX.Element {
  return (
    <svg class="axis" width={WIDTH} height="16" viewBox={`0 0 ${WIDTH} 16`} aria-hidden="true">
      {ticksOf(scale).map((tick) => (
        <text key={tick} x={scale(tick)} y="12" text-anchor={scale(tick) > WIDTH - 14 ? 'end' : 'middle'}>
          {tick >= 1000 ? `${tick / 1000} s` : `${tick} ms`}
        </text>
      ))}
    </svg>
  );
}

function Distribution({ row, samples, scale }: LineProps): JSX.Element | null {
  const { figures, claim } = row;
  if (figures === undefined) return null;
  const { minMs, maxMs, medianMs, p95Ms } = figures;
  const base = HEIGHT - 8;
  const limit = claim === undefined ? '' : `, limit ${duration(claim.limitMs)}`;
  const low = scale(p95Ms.low ?? p95Ms.point);
  const high = p95Ms.high === undefined ? WIDTH - 2 : scale(p95Ms.high);
  return (
    <svg width={WIDTH} height={HEIGHT} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img">
      <title>
        {`from ${duration(minMs)} to ${duration(maxMs)}, median ${duration(medianMs.point)}, p95 ${duration(p95Ms.point)}${limit}`}
      </title>
      {ticksOf(scale).map((tick) => (
        <line key={tick} class="grid" x1={scale(tick)} x2={scale(tick)} y1="0" y2={HEIGHT} />
      ))}
      <line class="range" x1={scale(minMs)} x2={scale(maxMs)} y1={base} y2={base} />
      {samples === undefined ? null : <path class="bars" d={bars(samples.ms, scale, base)} />}
      <line class="median" x1={scale(medianMs.point)} x2={scale(medianMs.point)} y1="4" y2={base} />
      <line
        class={`bound ${p95Ms.high === undefined ? 'open' : ''}`}
        x1={low}
        x2={high}
        y1={base + 4}
        y2={base + 4}
      />
      <circle class="p95" cx={scale(p95Ms.point)} cy={base + 4} r="3" />
      {claim === undefined ? null : (
        <line class="limit" x1={scale(claim.limitMs)} x2={scale(claim.limitMs)} y1="0" y2={HEIGHT} />
      )}
    </svg>
  );
}

/** Bins of equal width on the scale, the fullest as high as there is room. */
function bars(samples: readonly number[], scale: Scale, base: number): string {
  const counts = Array.from({ length: BINS }, () => 0);
  for (const ms of samples.slice(0, 5_000)) {
    const bin = Math.min(BINS - 1, Math.floor((scale(Math.max(0.01, ms)) / WIDTH) * BINS));
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  const most = Math.max(...counts, 1);
  const width = WIDTH / BINS;
  return counts
    .flatMap((n, bin) => {
      const height = n === 0 ? 0 : Math.max(1.5, (n / most) * (base - 4));
      return n === 0
        ? []
        : [
            `M${(bin * width + 0.5).toFixed(1)},${base}v${-height.toFixed(1)}h${(width - 1).toFixed(1)}v${height.toFixed(1)}z`,
          ];
    })
    .join('');
}
