/**
 * The figures of a campaign as OpenMetrics, for a textfile collector or a push gateway. Gauges only: a campaign
 * is looked at as it stands when it is over. Names of the target's choosing are labels, bounded in number.
 */
import { Gauge, Registry } from 'prom-client';
import { LEVELS, VERDICTS } from '../harness/core/verdict.ts';
import type { CampaignReport, ReportedMeasure } from '../harness/report/model.ts';
import { plainText } from '../harness/report/plain-text.ts';

/** Each is a dozen lines; the first ones are those over everything. */
const MOST_MEASURES = 100;
const MOST_CLAIMS = 200;

type Registered = Registry<typeof Registry.OPENMETRICS_CONTENT_TYPE>;
type Labels = Readonly<Record<string, string>>;
type Sample = readonly [Labels, number];

/** OpenMetrics 1.0 text; prom-client renders it and gives it as a promise. */
export async function renderOpenMetrics(report: CampaignReport): Promise<string> {
  const registry: Registered = new Registry();
  registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
  registry.setDefaultLabels({
    target: plainText(report.target.name),
    profile: plainText(report.target.profile),
  });
  for (const [name, help, samples] of families(report)) {
    // A gauge without labels says 0 of itself, which nobody saw.
    if (samples.length === 0) continue;
    const labelNames = [...new Set(samples.flatMap(([labels]) => Object.keys(labels)))];
    const gauge = new Gauge({ name: `agent_conformance_${name}`, help, labelNames, registers: [registry] });
    for (const [labels, value] of samples) gauge.set({ ...labels }, value);
  }
  return await registry.metrics();
}

type Family = readonly [name: string, help: string, samples: readonly Sample[]];

function families(report: CampaignReport): readonly Family[] {
  const { evidence, harness, exitCode, claims, plan } = report;
  const { asked, completed, made } = evidence.runs;
  return [
    ['build_info', 'The harness that judged', [[{ version: plainText(harness.version) }, 1]]],
    ['exit_code', 'Exit code of the campaign: 0 conforms, 1 fails, 3 inconclusive', [[{}, exitCode]]],
    ['requirements', 'Selected requirements by level and verdict', requirementSamples(report)],
    [
      'trials',
      'Trials with evidence',
      [[{}, evidence.trials.filter(({ state }) => state !== 'missing').length]],
    ],
    ['planned_trials', 'Trials in the plan', [[{}, plan.trials]]],
    [
      'agent_runs',
      'Agent runs by what became of them',
      [
        [{ state: 'asked' }, asked],
        [{ state: 'completed' }, completed],
        [{ state: 'made' }, made],
      ],
    ],
    ...timeFamilies(report),
    ...latencyFamilies(report.measures.slice(0, MOST_MEASURES)),
    [
      'limit_kept',
      'Whether 95 of 100 kept a limit: 1 it holds, 0 it does not, -1 undecided',
      claims.slice(0, MOST_CLAIMS).map(({ check, requirement, answer }): Sample => {
        const value = { holds: 1, 'does-not-hold': 0, undecided: -1 }[answer];
        return [{ check: plainText(check), requirement: plainText(requirement) }, value];
      }),
    ],
  ];
}

const requirementSamples = ({ requirements }: CampaignReport): readonly Sample[] =>
  LEVELS.flatMap((level) =>
    VERDICTS.map((verdict): Sample => {
      const own = requirements.filter(
        (one) => one.selected && one.level === level && one.verdict === verdict,
      );
      return [{ level, verdict }, own.length];
    }),
  );

function timeFamilies({ startedAt, endedAt, evidence: { pace } }: CampaignReport): readonly Family[] {
  const stamp = (name: string, help: string, at: string | undefined): readonly Family[] => {
    const ms = Date.parse(at ?? '');
    return Number.isNaN(ms) ? [] : [[name, help, [[{}, ms / 1000]]]];
  };
  return [
    ...stamp('start_timestamp_seconds', 'When the driving began', startedAt),
    ...stamp('end_timestamp_seconds', 'When the driving was over', endedAt),
    ...(pace === undefined
      ? []
      : [['driving_seconds', 'How long the driving took', [[{}, pace.wallMs / 1000]]] as const]),
  ];
}

function latencyFamilies(measures: readonly ReportedMeasure[]): readonly Family[] {
  const labelsOf = ({ measure, of }: ReportedMeasure): Labels => ({ measure, of: plainText(of ?? '', 100) });
  const seconds = measures.flatMap((one): readonly Sample[] => {
    const estimates = { median: one.medianMs, p95: one.p95Ms, p99: one.p99Ms };
    return Object.entries(estimates).flatMap(([statistic, { point, low, high }]) =>
      Object.entries({ point, low, high }).flatMap(([bound, ms]): readonly Sample[] =>
        ms === undefined ? [] : [[{ ...labelsOf(one), statistic, bound }, ms / 1000]],
      ),
    );
  });
  return [
    ['latency_seconds', 'Latency, as a point and the bounds of its interval', seconds],
    ['latency_samples', 'Samples behind a latency', measures.map((one) => [labelsOf(one), one.n])],
    ['latency_failed', 'Asked for and never come', measures.map((one) => [labelsOf(one), one.failed])],
  ];
}
