/** Every requirement and what became of it: per suite as a bar, then one by one. */
import type { JSX } from 'preact';
import type { CampaignReport, ReportedCheck, ReportedRequirement } from '../../harness/report/model.ts';
import { anchor, Foreign, Mark, px, Scroll, Section, shown } from './parts.tsx';

const MOST_ROWS = 5_000;
const MOST_SUITES = 100;
const BAR = 220;

/** Coverage, then the list that the tools above narrow. */
export function Requirements({ report }: { readonly report: CampaignReport }): JSX.Element {
  const suites = [...new Set(report.requirements.map(({ suite }) => suite))].slice(0, MOST_SUITES);
  const checks = new Map(report.checks.map((check) => [check.id, check]));
  const rows = report.requirements.slice(0, MOST_ROWS);
  return (
    <Section id="requirements" title="Requirements">
      <Scroll label="requirements by suite">
        <table class="figures coverage">
          <thead>
            <tr>
              <th scope="col">suite</th>
              <th scope="col">
                <span class="sr">shares</span>
              </th>
              {COLUMNS.map(({ name }) => (
                <th key={name} scope="col" class="num">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {suites.map((suite) => (
              <Suite
                key={suite}
                name={suite}
                own={report.requirements.filter((one) => one.suite === suite)}
              />
            ))}
          </tbody>
        </table>
      </Scroll>
      <Scroll label="all requirements">
        <table class="list">
          <thead>
            <tr>
              <th scope="col">id</th>
              <th scope="col">verdict</th>
              <th scope="col">requirement</th>
              <th scope="col">checks</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((one) => (
              <Line key={one.id} requirement={one} checks={checks} />
            ))}
          </tbody>
        </table>
      </Scroll>
      {report.requirements.length > MOST_ROWS ? <p>The others are in report.json.</p> : null}
    </Section>
  );
}

const COLUMNS: readonly { readonly name: string; readonly is: (one: ReportedRequirement) => boolean }[] = [
  { name: 'pass', is: ({ verdict }) => verdict === 'pass' },
  { name: 'fail', is: ({ verdict }) => verdict === 'fail' },
  { name: 'undecided', is: ({ verdict }) => verdict === 'inconclusive' },
  { name: 'error', is: ({ verdict }) => verdict === 'error' },
  { name: 'not judged', is: ({ verdict }) => verdict === undefined },
];

interface SuiteProps {
  readonly name: string;
  readonly own: readonly ReportedRequirement[];
}

function Suite({ name, own }: SuiteProps): JSX.Element {
  const counts = COLUMNS.map(({ name: column, is }) => ({ column, n: own.filter(is).length }));
  let from = 0;
  return (
    <tr>
      <th scope="row">
        <Foreign text={name} most={60} />
      </th>
      <td class="plot">
        <svg width={BAR} height="10" viewBox={`0 0 ${BAR} 10`} aria-hidden="true">
          {counts.map(({ column, n }) => {
            const width = (BAR * n) / Math.max(1, own.length);
            from += width;
            return (
              <rect
                key={column}
                class={`fill-${column.replace(' ', '-')}`}
                x={px(from - width)}
                width={px(width)}
                height="10"
              />
            );
          })}
        </svg>
      </td>
      {counts.map(({ column, n }) => (
        <td key={column} class={`num ${n === 0 ? 'faint' : ''}`}>
          {n}
        </td>
      ))}
    </tr>
  );
}

interface LineProps {
  readonly requirement: ReportedRequirement;
  readonly checks: ReadonlyMap<string, ReportedCheck>;
}

function Line({ requirement, checks }: LineProps): JSX.Element {
  const { id, suite, level, text, clause, verdict, reason, because } = requirement;
  const words = [id, level, text, clause, ...requirement.checks].map((word) => shown(word)).join(' ');
  return (
    <tr
      id={anchor('requirement', id)}
      tabIndex={-1}
      data-verdict={verdict ?? 'none'}
      data-suite={shown(suite, 60)}
      data-text={words.toLowerCase()}
    >
      <th scope="row">
        <Foreign text={id} most={40} />
        <span class="of">{level}</span>
      </th>
      <td>
        <Mark verdict={verdict} />
      </td>
      <td>
        <Foreign text={text} most={600} />
        <span class="of">
          <Foreign text={clause} />
          {verdict === undefined ? (
            <>
              ; <Foreign text={reason} />
            </>
          ) : null}
          {because.length === 0 ? null : (
            <>
              ; hidden by <Foreign text={because.slice(0, 5).join(', ')} />
            </>
          )}
        </span>
      </td>
      <td class="checks">
        {requirement.checks.slice(0, 20).map((name) => (
          <CheckName key={name} name={name} check={checks.get(name)} />
        ))}
      </td>
    </tr>
  );
}

/** A check with a card leads to it; one that passed is to be found here. */
function CheckName({
  name,
  check,
}: {
  readonly name: string;
  readonly check: ReportedCheck | undefined;
}): JSX.Element {
  const told = <Foreign text={name} most={80} />;
  if (check === undefined) return <span class="mono faint">{told}</span>;
  const place = anchor('check', name);
  if (check.verdict !== 'pass')
    return (
      <a class="mono" href={`#${place}`}>
        {told}
      </a>
    );
  return (
    <span class="mono" id={place} tabIndex={-1} title={shown(check.title)}>
      {told} <span class="faint">{check.counts.pass}</span>
    </span>
  );
}
