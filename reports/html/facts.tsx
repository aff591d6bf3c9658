/** What the campaign was: the plan, the target as it was declared and met, and how whole the evidence is. */
import type { ComponentChildren, JSX } from 'preact';
import type { CampaignReport } from '../../harness/report/model.ts';
import { counted } from '../../harness/report/plain-text.ts';
import { duration } from '../figures.ts';
import { Foreign, More, Scroll, Section, shown } from './parts.tsx';

const MOST = 100;

/** All of it, folded where it is long. */
export const Facts = ({ report }: { readonly report: CampaignReport }): JSX.Element => (
  <Section id="campaign" title="Campaign">
    <dl class="facts">
      <Fact name="campaign">{shown(report.campaign)}</Fact>
      <Fact name="target">
        <Foreign
          text={`${report.target.name}, ${report.target.environment}, profile ${report.target.profile}`}
        />
      </Fact>
      <Fact name="versions">
        <Foreign text={report.target.versions.slice(0, 10).join(', ') || 'it does not say'} />
      </Fact>
      <Fact name="seed">{report.plan.seed}</Fact>
      <Fact name="selected">
        <Foreign text={report.plan.selectors.slice(0, 20).join(' ') || 'everything'} />
      </Fact>
      <Fact name="plan">
        <span class="mono">{shown(report.plan.seal, 16)}</span>
      </Fact>
      <Fact name="trials">{trialsOf(report)}</Fact>
      <Fact name="runs">{runsOf(report)}</Fact>
      <Fact name="pace">{paceOf(report)}</Fact>
      <Fact name="left behind">{counted(report.evidence.fixtures.left.length, 'thing')}</Fact>
      <Fact name="harness">
        {shown(`${report.harness.name} ${report.harness.version}, Node ${report.harness.node}`)}
      </Fact>
      <Fact name="clock">{skewOf(report)}</Fact>
    </dl>
    <Spoilt report={report} />
    <Listed summary="Departures from the defaults" items={report.plan.departures} />
    <Listed summary="What about the connection was not verified" items={report.connectivity.notVerified} />
    <Pairs
      summary="Capabilities"
      head={['capability', 'there', 'why']}
      rows={Object.entries(report.plan.capabilities).map(([name, { available, reason }]) => [
        name,
        available ? 'yes' : 'no',
        reason,
      ])}
    />
    <Pairs
      summary="Variation points"
      head={['point', 'choice']}
      rows={Object.entries(report.plan.variationPoints)}
    />
    <Pairs
      summary="Ways to connect, and the answers"
      head={['way', 'answer', 'n']}
      rows={report.connectivity.auth.map(({ label, answer, n }) => [label, answer, String(n)])}
    />
  </Section>
);

const Fact = ({
  name,
  children,
}: {
  readonly name: string;
  readonly children: ComponentChildren;
}): JSX.Element => (
  <div>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
);

function trialsOf({ evidence }: CampaignReport): string {
  const { trials, unneeded } = evidence;
  const entries = trials.reduce((total, trial) => total + trial.entries, 0);
  const spare = unneeded === 0 ? '' : `; ${unneeded} more were not needed`;
  return `${trials.length}, with ${entries.toLocaleString('en-GB')} entries${spare}`;
}

const runsOf = ({ evidence: { runs } }: CampaignReport): string =>
  `${runs.asked} asked for in chats, ${runs.completed} completed; ${runs.made} made over HTTP`;

const paceOf = ({ evidence: { pace } }: CampaignReport): string =>
  pace === undefined
    ? 'not known'
    : `driven in ${duration(pace.wallMs)}, the least possible was ${duration(pace.criticalPathMs)}`;

function skewOf({ connectivity: { skew } }: CampaignReport): string {
  if (skew === undefined) return 'not compared';
  const { lowMs, highMs, isContradictory } = skew;
  return isContradictory
    ? "the target's clock contradicts itself"
    : `the target's is ${duration(lowMs)} to ${duration(highMs)} ahead`;
}

/** Trials whose evidence is not whole; the others are only counted. */
function Spoilt({ report }: { readonly report: CampaignReport }): JSX.Element | null {
  const spoilt = report.evidence.trials.filter(({ state, end }) => state !== 'sealed' || end !== 'finished');
  if (spoilt.length === 0) return null;
  return (
    <Pairs
      summary={`${counted(spoilt.length, 'trial')} whose evidence is not whole`}
      head={['trial', 'state', 'end', 'note']}
      rows={spoilt.map(({ trial, state, end = '', note = '' }) => [trial, state, end, note])}
    />
  );
}

function Listed({
  summary,
  items,
}: {
  readonly summary: string;
  readonly items: readonly string[];
}): JSX.Element | null {
  if (items.length === 0) return null;
  return (
    <More summary={`${summary} (${items.length})`}>
      <ul>
        {items.slice(0, MOST).map((item) => (
          <li key={item}>
            <Foreign text={item} />
          </li>
        ))}
      </ul>
    </More>
  );
}

interface PairsProps {
  readonly summary: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

function Pairs({ summary, head, rows }: PairsProps): JSX.Element | null {
  if (rows.length === 0) return null;
  return (
    <More summary={`${summary} (${rows.length})`}>
      <Scroll label={summary}>
        <table class="figures">
          <thead>
            <tr>
              {head.map((name) => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, MOST).map(([first = '', ...others]) => (
              <tr key={`${first} ${others.join(' ')}`}>
                <th scope="row">
                  <Foreign text={first} most={120} />
                </th>
                {others.map((text, index) => (
                  <td key={head[index + 1]}>
                    <Foreign text={text} />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </More>
  );
}
