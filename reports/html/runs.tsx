/** Single runs as a waterfall: those that failures point at, those that had no end, and one of each agent. */
import { scaleLinear } from 'd3-scale';
import type { JSX } from 'preact';
import type { CampaignReport, ReportedTimeline } from '../../harness/report/model.ts';
import { counted } from '../../harness/report/plain-text.ts';
import { duration } from '../figures.ts';
import { Foreign, px, Scroll, Section, shown } from './parts.tsx';

const WIDTH = 620;
const HEIGHT = 26;
const MOST_RUNS = 60;

const GROUPS = [
  ['failure', 'Runs that failures point at'],
  ['no-end', 'Runs that were waited for in vain'],
  ['agent', 'One run of each agent'],
] as const;

/** Nothing where no run was watched. */
export function Runs({ report }: { readonly report: CampaignReport }): JSX.Element | null {
  const runs = report.timelines.slice(0, MOST_RUNS);
  if (runs.length === 0) return null;
  const { asked, completed } = report.evidence.runs;
  const lead = `${counted(runs.length, 'run')} of ${asked} asked for, ${completed} completed. Time runs from asking, on one scale in each group.`;
  return (
    <Section id="runs" title="Runs" lead={lead}>
      <p class="key">
        <span class="dot ev-run" /> started <span class="dot ev-reasoning" /> thinking{' '}
        <span class="dot ev-tool" /> tool at work <span class="dot ev-handoff" /> handed over{' '}
        <span class="dot ev-completed" /> completed <span class="dot ev-failed" /> failed, cancelled or given
        up
      </p>
      {GROUPS.map(([why, title]) => (
        <Group key={why} title={title} runs={runs.filter((run) => run.why === why)} />
      ))}
    </Section>
  );
}

interface GroupProps {
  readonly title: string;
  readonly runs: readonly ReportedTimeline[];
}

function Group({ title, runs }: GroupProps): JSX.Element | null {
  if (runs.length === 0) return null;
  const longest = Math.max(...runs.map(({ tookMs }) => tookMs), 1);
  const linear = scaleLinear([0, longest], [4, WIDTH - 8]);
  const scale = (ms: number): number => px(linear(ms));
  const ticks = linear.ticks(6);
  return (
    <Scroll label={title}>
      <table class="waterfall">
        <caption>{title}</caption>
        <thead>
          <tr>
            <th scope="col">run</th>
            <th scope="col">end</th>
            <th scope="col" class="num">
              took
            </th>
            <th scope="col">
              <span class="sr">events</span>
              <svg class="axis" width={WIDTH} height="16" viewBox={`0 0 ${WIDTH} 16`} aria-hidden="true">
                {ticks.map((tick) => (
                  <text key={tick} x={scale(tick)} y="12" text-anchor={tick === 0 ? 'start' : 'middle'}>
                    {tick === 0 ? '0' : duration(tick)}
                  </text>
                ))}
              </svg>
            </th>
          </tr>
        </thead>
        <tbody>
          {runs.map((run) => (
            <tr key={`${run.trial} ${run.seq} ${run.label}`}>
              <th scope="row">
                <Foreign text={run.label} most={60} />
                <span class="of">
                  <Foreign text={`${run.agent}, ${run.actor}, ${run.trial} entry ${run.seq}`} most={120} />
                </span>
              </th>
              <td class={`nowrap ${run.end === 'completed' ? '' : 'bad'}`}>{run.end}</td>
              <td class="num">{duration(run.tookMs)}</td>
              <td class="plot">
                <Waterfall run={run} x={scale} ticks={ticks} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

interface WaterfallProps {
  readonly run: ReportedTimeline;
  readonly x: (ms: number) => number;
  readonly ticks: readonly number[];
}

function Waterfall({ run, x, ticks }: WaterfallProps): JSX.Element {
  const middle = HEIGHT / 2;
  const told = run.events.map(
    ({ atMs, kind, tool }) => `${duration(atMs)} ${[kind, tool].filter(Boolean).join(' ')}`,
  );
  const more = run.omitted === 0 ? '' : `, and ${counted(run.omitted, 'more event')}`;
  return (
    <svg width={WIDTH} height={HEIGHT} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img">
      <title>{shown(`${told.join(', ')}${more}` || 'nothing was heard of it', 1_500)}</title>
      {ticks.map((tick) => (
        <line key={tick} class="grid" x1={x(tick)} x2={x(tick)} y1="0" y2={HEIGHT} />
      ))}
      <line class={`life ${run.end}`} x1={x(0)} x2={x(run.tookMs)} y1={middle} y2={middle} />
      {toolsOf(run).map(({ from, to, seq }) => (
        <rect
          key={seq}
          class="ev-tool"
          x={x(from)}
          y={middle - 6}
          width={px(Math.max(2, x(to) - x(from)))}
          height="12"
          rx="2"
        />
      ))}
      {run.events.map((event) => (
        <Mark key={event.seq} event={event} at={x(event.atMs)} />
      ))}
      {['completed', 'failed', 'cancelled'].includes(run.end) ? null : (
        <path class="ev-failed" d={`M${x(run.tookMs) - 4},${middle - 5} l8,10 m0,-10 l-8,10`} />
      )}
    </svg>
  );
}

const CLASSES: Readonly<Record<string, string>> = {
  'run.started': 'ev-run',
  reasoning: 'ev-reasoning',
  handoff: 'ev-handoff',
  'run.completed': 'ev-completed',
  'run.failed': 'ev-failed',
  'run.cancelled': 'ev-failed',
};

function Mark({
  event,
  at,
}: {
  readonly event: ReportedTimeline['events'][number];
  readonly at: number;
}): JSX.Element | null {
  const look = CLASSES[event.kind];
  return look === undefined ? null : (
    <circle class={look} cx={at} cy={HEIGHT / 2} r={look === 'ev-reasoning' ? 2.5 : 4.5} />
  );
}

/** A tool works until the next end of one of its name, or as long as the run was watched. */
function toolsOf(run: ReportedTimeline): readonly { from: number; to: number; seq: number }[] {
  return run.events.flatMap(({ kind, tool, atMs, seq }, index) => {
    if (kind !== 'tool.started') return [];
    const end = run.events.slice(index).find((one) => one.kind === 'tool.finished' && one.tool === tool);
    return [{ from: atMs, to: end?.atMs ?? run.tookMs, seq }];
  });
}
