/** What did not pass, one card each: the clause, what was expected and seen, the place in the transcript. */
import type { JSX } from 'preact';
import type { CampaignReport, ReportedFinding } from '../../harness/report/model.ts';
import { counted } from '../../harness/report/plain-text.ts';
import { evidenceOf, type Reading, readingsOf, whatWouldDecide } from '../../harness/report/reading.ts';
import { anchor, Foreign, Mark, More, Section, shown } from './parts.tsx';
import { Sequence } from './sequence.tsx';

/** Cards on the page; a campaign with more failures has one cause, and it is among these. */
const MOST_CARDS = 1_000;
const MOST_FINDINGS = 5;
const MOST_PLACES = 6;

/** All of them, those to be mended first. */
export function Findings({ report }: { readonly report: CampaignReport }): JSX.Element {
  const all = (['fail', 'error', 'inconclusive'] as const).flatMap((verdict) => readingsOf(report, verdict));
  const cards = all.slice(0, MOST_CARDS);
  const counts = countsOf(all);
  return (
    <Section
      id="findings"
      title="Findings"
      lead={counts === '' ? 'Every check that was judged passed.' : counts}
    >
      <Tools report={report} />
      {cards.map((reading, index) => (
        <Card key={reading.check.id} reading={reading} isOpen={index === 0} />
      ))}
      {all.length > cards.length ? <p>{all.length - cards.length} more are in report.json.</p> : null}
    </Section>
  );
}

function countsOf(readings: readonly Reading[]): string {
  const count = (verdict: string): number => readings.filter(({ check }) => check.verdict === verdict).length;
  const parts = [
    ...(count('fail') > 0 ? [`${counted(count('fail'), 'check')} failed`] : []),
    ...(count('error') > 0 ? [`${counted(count('error'), 'check')} could not be judged`] : []),
    ...(count('inconclusive') > 0 ? [`${counted(count('inconclusive'), 'check')} undecided`] : []),
  ];
  return parts.length === 0 ? '' : `${parts.join(', ')}.`;
}

const FILTERS = [
  ['fail', 'fail'],
  ['error', 'error'],
  ['inconclusive', 'undecided'],
  ['pass', 'pass'],
  ['none', 'not judged'],
] as const;

/** Narrows the cards here and the requirements below; without a script there is nothing to narrow. */
function Tools({ report }: { readonly report: CampaignReport }): JSX.Element {
  const suites = [...new Set(report.requirements.map(({ suite }) => shown(suite, 60)))].slice(0, 60);
  return (
    <form class="tools needs-script" aria-label="Narrow findings and requirements">
      <label class="find">
        <span>Find</span>
        <input type="search" name="text" autocomplete="off" placeholder="id, word or clause" />
      </label>
      <label>
        <span>Suite</span>
        <select name="suite">
          <option value="">all</option>
          {suites.map((suite) => (
            <option key={suite}>{suite}</option>
          ))}
        </select>
      </label>
      <fieldset>
        <legend>Verdict</legend>
        {FILTERS.map(([value, name]) => (
          <label key={value} class="chip">
            <input type="checkbox" name="verdict" value={value} />
            {name}
          </label>
        ))}
      </fieldset>
      <button type="button" data-clear>
        clear
      </button>
      <output aria-live="polite" />
    </form>
  );
}

interface CardProps {
  readonly reading: Reading;
  readonly isOpen: boolean;
}

function Card({ reading, isOpen }: CardProps): JSX.Element {
  const { requirement, check, finding } = reading;
  const words = [requirement.id, check.id, check.title, requirement.clause, finding?.actual ?? ''];
  return (
    <details
      class={`card ${check.verdict}`}
      id={anchor('check', check.id)}
      open={isOpen}
      data-verdict={check.verdict}
      data-suite={shown(requirement.suite, 60)}
      data-text={words
        .map((word) => shown(word))
        .join(' ')
        .toLowerCase()}
    >
      <summary>
        <Mark verdict={check.verdict} />
        <span class="id">
          <Foreign text={requirement.id} /> {requirement.level}
        </span>
        <span class="title">
          <Foreign text={check.title} />
        </span>
      </summary>
      <p class="clause">
        <Foreign text={requirement.text} most={600} />{' '}
        <cite>
          <Foreign text={requirement.clause} />
        </cite>
      </p>
      {finding === undefined ? null : <Told finding={finding} />}
      {check.verdict === 'inconclusive' ? (
        <p>
          <b>To decide: </b>
          <Foreign text={whatWouldDecide(reading)} />
        </p>
      ) : null}
      <Sequence lines={check.excerpt} />
      <Others reading={reading} />
      <Reproduce command={check.reproduce} id={check.id} />
    </details>
  );
}

function Told({ finding }: { readonly finding: ReportedFinding }): JSX.Element {
  const places = evidenceOf({ ...finding, refs: finding.refs.slice(0, MOST_PLACES) });
  const more = finding.refs.length - places.length;
  return (
    <dl class="told">
      <dt>expected</dt>
      <dd>
        <Foreign text={finding.expected} />
      </dd>
      <dt>actual</dt>
      <dd class="actual">
        <Foreign text={finding.actual} />
      </dd>
      <dt>evidence</dt>
      <dd class="mono">
        <Foreign text={places.join('; ')} />
        {more > 0 ? ` and ${counted(more, 'more trial')}` : ''}
      </dd>
    </dl>
  );
}

/** Findings of the same check that the first one does not tell. */
function Others({ reading: { check, finding } }: { readonly reading: Reading }): JSX.Element | null {
  const others = check.findings.filter((one) => one !== finding && one.verdict === check.verdict);
  if (others.length === 0) return null;
  const { pass, fail, inconclusive, error } = check.counts;
  return (
    <More
      summary={`other findings: ${fail} fail, ${inconclusive} undecided, ${error} error, ${pass} pass in all`}
    >
      {others.slice(0, MOST_FINDINGS).map((one, index) => (
        <Told key={index} finding={one} />
      ))}
    </More>
  );
}

const Reproduce = ({ command, id }: { readonly command: string; readonly id: string }): JSX.Element => (
  <div class="reproduce">
    <code>{shown(command)}</code>
    <button
      type="button"
      class="needs-script"
      data-copy
      aria-label={`copy the command that repeats ${shown(id)}`}
    >
      copy
    </button>
  </div>
);
