/** Earlier campaigns against the same target: how measures moved, what changed its verdict, what does so by itself. */
import { scaleLinear } from 'd3-scale';
import { area, line } from 'd3-shape';
import type { JSX } from 'preact';
import type { HistorySummary, PastMeasure } from '../../harness/history/summary.ts';
import { duration, percent } from '../figures.ts';
import { anchor, Foreign, More, px, Scroll, Section, shown } from './parts.tsx';

const WIDTH = 300;
const HEIGHT = 96;
const BASE = HEIGHT - 18;
/** Room for the names of the lines. */
const LEFT = 46;
const MOST_CHARTS = 9;
const MOST_CHARTS_IN_ALL = 90;
const MOST_POINTS = 200;
const MOST_CHANGED = 40;
const MOST_NAMED = 20;
const FEWEST_CAMPAIGNS = 2;

/** Nothing where this campaign is the first. */
export function Trend({ history }: { readonly history: HistorySummary | undefined }): JSX.Element | null {
  if (history === undefined || history.campaigns.length < FEWEST_CAMPAIGNS) return null;
  const { campaigns } = history;
  const charts = history.measures.filter(({ points }) => points.length >= FEWEST_CAMPAIGNS);
  const ordered = [...charts].sort((a, b) => weight(b) - weight(a)).slice(0, MOST_CHARTS_IN_ALL);
  const lead = `${campaigns.length} campaigns from ${day(campaigns[0]?.at)} to ${day(campaigns.at(-1)?.at)}, oldest first.`;
  return (
    <Section id="trend" title="Trend" lead={lead}>
      <p class="key">
        <span class="k-median">|</span> median with its interval, <span class="k-p95">●</span> p95 with its
        interval, <span class="k-limit">┊</span> where the medians changed.
      </p>
      <div class="charts">{ordered.slice(0, MOST_CHARTS).map(Chart)}</div>
      {ordered.length <= MOST_CHARTS ? null : (
        <More summary={`${ordered.length - MOST_CHARTS} more measures`}>
          <div class="charts">{ordered.slice(MOST_CHARTS).map(Chart)}</div>
        </More>
      )}
      <Changed history={history} />
      <Flaky history={history} />
      <Near history={history} />
    </Section>
  );
}

const day = (at: string | undefined): string => shown((at ?? '').slice(0, 16).replace('T', ' '));

/** What changed comes first, then what is not of one endpoint. */
const weight = ({ change, of }: PastMeasure): number =>
  (change === undefined ? 0 : 2) + (of === undefined ? 1 : 0);

type Point = PastMeasure['points'][number];

function Chart(measure: PastMeasure): JSX.Element {
  const points = measure.points.slice(-MOST_POINTS);
  const x = scaleLinear([0, Math.max(1, points.length - 1)], [LEFT, WIDTH - 6]);
  const highest = Math.max(...points.flatMap(({ p95Ms }) => [p95Ms.high ?? p95Ms.point, p95Ms.point]), 1);
  const y = scaleLinear([0, highest], [BASE, 8]).nice();
  const name = `${measure.measure}${measure.of === undefined ? '' : `, ${shown(measure.of, 60)}`}`;
  const last = points.at(-1);
  const at = points.findIndex(({ campaign }) => campaign === measure.change?.campaign);
  return (
    <figure key={name} class="trend">
      <figcaption>
        <bdi>{name}</bdi>
        <span class="of">{toldOf(measure)}</span>
      </figcaption>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img">
        <title>{`${name}: p95 now ${duration(last?.p95Ms.point ?? 0)}, median ${duration(last?.medianMs.point ?? 0)}`}</title>
        {y.ticks(3).map((tick) => (
          <g key={tick}>
            <line class="grid" x1="0" x2={WIDTH} y1={px(y(tick))} y2={px(y(tick))} />
            <text class="tick" x="2" y={px(y(tick) - 2)}>
              {tick === 0 ? '0' : duration(tick)}
            </text>
          </g>
        ))}
        {(['p95Ms', 'medianMs'] as const).map((key) => (
          <Series key={key} of={key} points={points} x={x} y={y} />
        ))}
        {at < 1 ? null : <line class="limit" x1={px(x(at - 0.5))} x2={px(x(at - 0.5))} y1="4" y2={BASE} />}
        <text class="tick" x="2" y={HEIGHT - 3}>
          {day(points[0]?.at)}
        </text>
        <text class="tick" x={WIDTH - 2} y={HEIGHT - 3} text-anchor="end">
          {day(last?.at)}
        </text>
      </svg>
    </figure>
  );
}

function toldOf({ change, trend }: PastMeasure): string {
  if (change !== undefined)
    return `median from ${duration(change.beforeMs)} to ${duration(change.afterMs)} since ${shown(change.campaign, 40)}`;
  if (trend === undefined) return 'too few campaigns to say';
  const { msPerCampaign, p } = trend;
  const way = `${msPerCampaign < 0 ? '−' : '+'}${duration(Math.abs(msPerCampaign))} a campaign`;
  return p < 0.05 ? `median ${way}, p = ${p.toFixed(3)}` : 'no trend shown';
}

interface SeriesProps {
  readonly of: 'p95Ms' | 'medianMs';
  readonly points: readonly Point[];
  readonly x: (index: number) => number;
  readonly y: (ms: number) => number;
}

function Series({ of, points, x, y }: SeriesProps): JSX.Element {
  const indexed = points.map((point, index) => ({ index, ...point[of] }));
  type One = (typeof indexed)[number];
  const band = area<One>()
    .x(({ index }) => x(index))
    .y0(({ low, point }) => y(low ?? point))
    .y1(({ high, point }) => y(high ?? point));
  const path = line<One>()
    .x(({ index }) => x(index))
    .y(({ point }) => y(point));
  const last = indexed.at(-1);
  return (
    <g class={of}>
      <path class="band" d={band(indexed) ?? ''} />
      <path class="line" d={path(indexed) ?? ''} />
      {last === undefined ? null : (
        <circle class="last" cx={px(x(last.index))} cy={px(y(last.point))} r="3" />
      )}
    </g>
  );
}

const LETTERS = { pass: '✓', fail: '✗', inconclusive: '?', error: '!' } as const;

/** Requirements whose verdict is not what it was, campaign by campaign. */
function Changed({ history }: { readonly history: HistorySummary }): JSX.Element | null {
  const { requirements } = history;
  const changed = requirements.filter(
    ({ verdicts }) => new Set(verdicts.filter((one) => one !== null)).size > 1,
  );
  if (changed.length === 0) return <p>No requirement changed its verdict in these campaigns.</p>;
  return (
    <>
      <h3>Verdicts that changed</h3>
      <Scroll label="verdicts that changed">
        <table class="figures">
          <tbody>
            {changed.slice(0, MOST_CHANGED).map(({ id, verdicts }) => (
              <tr key={id}>
                <th scope="row">
                  <a href={`#${anchor('requirement', id)}`}>
                    <Foreign text={id} most={40} />
                  </a>
                </th>
                <td class="strip">
                  {verdicts.slice(-MOST_POINTS).map((verdict, index) => (
                    <span key={index} class={verdict ?? 'none'}>
                      {verdict === null ? '·' : LETTERS[verdict]}
                    </span>
                  ))}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </>
  );
}

const Flaky = ({ history: { flaky } }: { readonly history: HistorySummary }): JSX.Element | null =>
  flaky.length === 0 ? null : (
    <>
      <h3>Checks that pass and fail by themselves</h3>
      <ul>
        {flaky.slice(0, MOST_NAMED).map(({ check, n, failed, probability }) => (
          <li key={check}>
            <a href={`#${anchor('check', check)}`}>
              <Foreign text={check} />
            </a>
            : failed {failed} of {n}, so {percent(probability.point)} to fail again (
            {percent(probability.low ?? 0)} to {percent(probability.high ?? 1)})
          </li>
        ))}
      </ul>
    </>
  );

const Near = ({ history: { nearLimits } }: { readonly history: HistorySummary }): JSX.Element | null =>
  nearLimits.length === 0 ? null : (
    <>
      <h3>Near a limit</h3>
      <ul>
        {nearLimits.slice(0, MOST_NAMED).map(({ check, measure, of, limitMs, p95Ms, share }) => (
          <li key={`${check} ${of}`}>
            <a href={`#${anchor('check', check)}`}>
              {measure}
              {of === undefined ? '' : `, ${shown(of, 60)}`}
            </a>
            : p95 {duration(p95Ms.point)} of {duration(limitMs)}, {percent(share)}
          </li>
        ))}
      </ul>
    </>
  );
