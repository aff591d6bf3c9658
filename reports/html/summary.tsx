/** The first screen: what came out, what to look at, and what nobody may conclude from it. */
import type { JSX } from 'preact';
import { exitWord } from '../../harness/report/exit.ts';
import type { CampaignReport } from '../../harness/report/model.ts';
import { counted } from '../../harness/report/plain-text.ts';
import {
  type Reading,
  readingsOf,
  unexpectedFailures,
  whatWouldDecide,
} from '../../harness/report/reading.ts';
import { duration } from '../figures.ts';
import { anchor, Folded, Foreign, Mark, px, shown } from './parts.tsx';

/** Places to begin with; the others follow below. */
const MOST_FIRST = 3;
const MOST_NOT_PROVEN = 5;

/** What the campaign says, for who has one minute. */
export const Summary = ({ report }: { readonly report: CampaignReport }): JSX.Element => (
  <section id="summary" class={`summary exit-${toneOf(report.exitCode)}`} aria-labelledby="conclusion">
    <p class="eyebrow">
      <strong class="stamp">{exitWord(report.exitCode)}</strong>
      <span>
        <Foreign text={report.target.url} most={120} />
      </span>
      <span>{whenOf(report)}</span>
    </p>
    <h1 id="conclusion">
      <Foreign text={report.conclusion} most={600} />
    </h1>
    <Shares report={report} />
    <div class="columns">
      <LookFirst report={report} />
      <div>
        <h2>Not proven</h2>
        <Folded
          items={report.notProven.slice(0, 200).map((text) => (
            <li key={text}>
              <Foreign text={text} most={400} />
            </li>
          ))}
          most={MOST_NOT_PROVEN}
          what="things not proven"
        />
      </div>
    </div>
  </section>
);

function toneOf(exitCode: number): 'pass' | 'inconclusive' | 'fail' {
  if (exitCode === 0) return 'pass';
  return exitCode === 3 ? 'inconclusive' : 'fail';
}

function whenOf({ startedAt, endedAt }: CampaignReport): string {
  if (startedAt === undefined) return 'no evidence';
  const from = shown(startedAt.slice(0, 19).replace('T', ' '));
  const took = endedAt === undefined ? Number.NaN : Date.parse(endedAt) - Date.parse(startedAt);
  return Number.isFinite(took) ? `${from} UTC, ${duration(took)}` : `${from} UTC`;
}

/** All requirements as one bar, in the colours of the verdicts. */
function Shares({ report }: { readonly report: CampaignReport }): JSX.Element {
  const { pass, fail, inconclusive, error, requirements, selected, checks } = report.totals;
  const parts = [
    { name: 'pass', n: pass },
    { name: 'fail', n: fail },
    { name: 'undecided', n: inconclusive },
    { name: 'error', n: error },
    { name: 'not judged', n: requirements - selected },
  ];
  let from = 0;
  return (
    <div class="shares">
      <svg viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true" focusable="false">
        {parts.map(({ name, n }) => {
          const width = requirements === 0 ? 0 : (1000 * n) / requirements;
          from += width;
          return (
            <rect
              key={name}
              class={`fill-${name.replace(' ', '-')}`}
              x={px(from - width)}
              width={px(width)}
              height="10"
            />
          );
        })}
      </svg>
      <ul class="legend">
        {parts.map(({ name, n }) => (
          <li key={name} class={n === 0 ? 'nil' : ''}>
            <span class={`dot fill-${name.replace(' ', '-')}`} aria-hidden="true" />
            <b>{n}</b> {name}
          </li>
        ))}
        <li class="total">
          {counted(requirements, 'requirement')}, {counted(checks, 'check')} judged
        </li>
      </ul>
    </div>
  );
}

/** Failures before errors before what is open, and where each is. */
function LookFirst({ report }: { readonly report: CampaignReport }): JSX.Element {
  const failures = unexpectedFailures(report);
  const readings = [...failures, ...readingsOf(report, 'error'), ...readingsOf(report, 'inconclusive')];
  return (
    <div>
      <h2>Look at first</h2>
      {readings.length === 0 ? (
        <p>
          Nothing failed and nothing is open. What is worth reading is how near the limits are:{' '}
          <a href="#latency">latency</a>.
        </p>
      ) : (
        <ol class="first">{readings.slice(0, MOST_FIRST).map(Place)}</ol>
      )}
      {readings.length > MOST_FIRST ? (
        <p>
          <a href="#findings">{readings.length - MOST_FIRST} more below</a>
        </p>
      ) : null}
    </div>
  );
}

function Place(reading: Reading): JSX.Element {
  const { requirement, check, finding } = reading;
  const told = check.verdict === 'inconclusive' ? whatWouldDecide(reading) : finding?.actual;
  return (
    <li key={check.id}>
      <a href={`#${anchor('check', check.id)}`}>
        <Foreign text={check.title} />
      </a>
      <span class="aside">
        <Mark verdict={check.verdict} /> <Foreign text={requirement.id} /> {requirement.level}
      </span>
      {told === undefined ? null : (
        <span class="told">
          <Foreign text={told} most={180} />
        </span>
      )}
    </li>
  );
}
