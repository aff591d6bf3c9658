/** The place in a transcript as a sequence diagram: who sent what, when, and what the finding points at. */
import type { JSX } from 'preact';
import type { ReportedCheck } from '../../harness/report/model.ts';
import { duration } from '../figures.ts';
import { More, Scroll, shown } from './parts.tsx';

type Line = ReportedCheck['excerpt'][number];
type Step = NonNullable<Line['step']>;
interface Drawn extends Line {
  readonly step: Step;
}

/** As many lines as an excerpt has, and actors as fit beside each other. */
const MOST_LINES = 24;
const MOST_ACTORS = 4;
const ROW = 34;
const HEAD = 40;
const FIRST_LANE = 130;
const BETWEEN = 110;
/** Room for eighty characters of wire text. */
const ACROSS = 600;

/** Nothing where there is no excerpt; the lines as they are where they have no parts. */
export function Sequence({ lines }: { readonly lines: ReportedCheck['excerpt'] }): JSX.Element | null {
  const kept = lines.slice(0, MOST_LINES);
  if (kept.length === 0) return null;
  const steps = kept.flatMap((line): Drawn[] =>
    line.step === undefined ? [] : [{ ...line, step: line.step }],
  );
  const text = <Lines lines={kept} />;
  if (steps.length === 0) return text;
  return (
    <figure class="sequence">
      <figcaption>
        <bdi>{shown(kept[0]?.trial ?? '')}</bdi>: what the finding points at is marked, its neighbours are not
      </figcaption>
      <Scroll label="sequence diagram">
        <Diagram steps={steps} />
      </Scroll>
      <More summary="the same as text">{text}</More>
    </figure>
  );
}

const Lines = ({ lines }: { readonly lines: readonly Line[] }): JSX.Element => (
  <ol class="lines">
    {lines.map(({ seq, at, text }) => (
      <li key={seq}>
        <span class="num">{seq}</span> <span class="num">{duration(at)}</span> <bdi>{shown(text)}</bdi>
      </li>
    ))}
  </ol>
);

function Diagram({ steps }: { readonly steps: readonly Drawn[] }): JSX.Element {
  const actors = [...new Set(steps.map(({ step }) => step.actor))].slice(0, MOST_ACTORS);
  const laneOf = (actor: string): number => FIRST_LANE + BETWEEN * Math.max(0, actors.indexOf(actor));
  const target = FIRST_LANE + BETWEEN * (actors.length - 1) + ACROSS;
  const height = HEAD + ROW * steps.length + 12;
  const lanes = [
    ...actors.map((actor) => ({ name: actor, x: laneOf(actor) })),
    { name: 'target', x: target },
  ];
  return (
    <svg width={target + 60} height={height} viewBox={`0 0 ${target + 60} ${height}`} role="img">
      <title>{`${steps.length} steps between ${shown(actors.join(', '), 80)} and the target`}</title>
      {lanes.map(({ name, x }) => (
        <g key={name}>
          <line class="lane" x1={x} x2={x} y1={HEAD - 8} y2={height} />
          <text class="actor" x={x} y={20} text-anchor="middle">
            {shown(name, 18)}
          </text>
        </g>
      ))}
      {steps.map((step, index) => (
        <Arrow
          key={step.seq}
          line={step}
          before={steps[index - 1]}
          y={HEAD + ROW * (index + 0.7)}
          from={laneOf(step.step.actor)}
          to={target}
        />
      ))}
    </svg>
  );
}

interface ArrowProps {
  readonly line: Drawn;
  readonly before: Drawn | undefined;
  readonly y: number;
  readonly from: number;
  readonly to: number;
}

function Arrow({ line, before, y, from, to }: ArrowProps): JSX.Element {
  const { step, at, seq } = line;
  const time = before === undefined ? duration(at) : `+${duration(Math.max(0, at - before.at))}`;
  const isLeft = step.direction === 'in';
  const tip = isLeft ? from + 2 : to - 2;
  const back = isLeft ? 7 : -7;
  return (
    <g class={`step ${step.isMeant ? 'meant' : ''} ${step.direction}`}>
      {step.isMeant ? <rect class="band" x="0" y={y - 23} width={to + 60} height={ROW - 2} rx="4" /> : null}
      <text class="time" x="8" y={y - 3}>
        {time}
      </text>
      <text class="seq" x="8" y={y + 8}>
        {`entry ${seq}`}
      </text>
      {step.direction === 'none' ? (
        <circle class="note" cx={from} cy={y - 5} r="5" />
      ) : (
        <>
          <line class="arrow" x1={from} x2={to} y1={y} y2={y} />
          <path class="tip" d={`M${tip},${y} l${back},-4 v8 z`} />
        </>
      )}
      <text class="label" x={from + 12} y={y - 6}>
        <tspan class="kind">{shown(step.kind.replace(/^ws\./, ''), 24)} </tspan>
        {shown(step.wire, 90)}
      </text>
    </g>
  );
}
