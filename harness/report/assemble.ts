/**
 * Puts the report together from the plan and the judgement. Pure: every time comes from the evidence, every
 * order from the plan, so that the same evidence gives the same bytes.
 */
import type { HarnessError } from '../core/errors.ts';
import { EXIT, type ExitCode } from '../core/exit-code.ts';
import type { Verdict } from '../core/verdict.ts';
import type { ExcerptLine } from '../judge/excerpt.ts';
import type { GateDecision } from '../judge/gate.ts';
import type { Judgement } from '../judge/judge.ts';
import { chosenTimelines, type RunTimeline } from '../judge/timelines.ts';
import type { CheckVerdict } from '../judge/verdicts.ts';
import type { Plan } from '../plan/plan.ts';
import { judgeAdmissions, lostCapabilities } from './admissions.ts';
import { type Concluded, conclude, concludeSoFar } from './conclusion.ts';
import { connectivityOf } from './connectivity.ts';
import { EXIT_OF_ERROR } from './exit.ts';
import type { CampaignReport, ReportedCheck, ReportedMeasure, ReportedRequirement } from './model.ts';
import { REPORT_FORMAT } from './model.ts';
import { notProvenBy } from './not-proven.ts';
import { reproduceCommand } from './reproduce.ts';
import { judgeRequirements } from './requirements.ts';

export interface ReportInput {
  readonly plan: Plan;
  /** Absent when the campaign was stopped before there was any evidence. */
  readonly judgement?: Judgement | undefined;
  /** By check id, the lines that its first finding points at. */
  readonly excerpts: ReadonlyMap<string, readonly ExcerptLine[]>;
  /** The runs that findings point at, to be shown beside those that the judgement chose. */
  readonly timelines?: readonly RunTimeline[];
  /** What the gate decides on `gateInputs` of the same plan and judgement. */
  readonly gate: GateDecision;
  /** Why nothing could be judged. */
  readonly stopped?: Pick<HarnessError, 'code' | 'message'> | undefined;
  /** The signal that ended the driving, as an exit code. */
  readonly interrupted?: 130 | 143 | undefined;
  /** Trials that are over of those that are planned, while the campaign is still being driven. */
  readonly going?: { readonly over: number; readonly of: number } | undefined;
}

/** The one document that every renderer reads. */
export function assembleReport(input: ReportInput): CampaignReport {
  const { plan, judgement, gate, stopped } = input;
  const requirements = judgeRequirements(plan, judgement);
  const { startedAt, endedAt } = judgement?.facts ?? {};
  const partial = {
    format: REPORT_FORMAT,
    campaign: plan.campaign,
    exitCode: exitCodeOf(input),
    ...(stopped === undefined ? {} : { stopped: { code: stopped.code, message: stopped.message } }),
    ...(startedAt === undefined ? {} : { startedAt }),
    ...(endedAt === undefined ? {} : { endedAt }),
    harness: { ...plan.harness },
    target: targetOf(plan, judgement),
    plan: planOf(plan),
    totals: totalsOf(plan, requirements),
    gate: { because: [...gate.because] },
    ...baselineOf(plan, judgement),
    requirements,
    checks: checksOf(input),
    measures: (judgement?.facts.measures ?? []).map(measureOf),
    samples: (judgement?.facts.samples ?? []).map(({ ms, ...stated }) => ({ ...stated, ms: [...ms] })),
    claims: (judgement?.claims ?? []).map(({ p95Ms, ...claim }) => ({
      ...claim,
      ...(p95Ms === undefined ? {} : { p95Ms: { ...p95Ms } }),
    })),
    tables: (judgement?.facts.tables ?? []).map(tableOf),
    timelines: chosenTimelines([...(input.timelines ?? []), ...(judgement?.facts.timelines ?? [])]).map(
      ({ events, ...told }) => ({ ...told, events: events.map((event) => ({ ...event })) }),
    ),
    connectivity: connectivityOf(plan, judgement),
    evidence: evidenceOf(judgement),
  } satisfies Omit<CampaignReport, 'conclusion' | 'notProven'>;
  return { ...partial, conclusion: sentenceOf(input, partial), notProven: notProvenBy(partial, plan) };
}

const sentenceOf = ({ going }: ReportInput, report: Concluded): string =>
  going === undefined ? conclude(report) : concludeSoFar(report, going);

/** The signal outranks what was judged of the rest, since the campaign is not what was planned. */
function exitCodeOf({ gate, stopped, interrupted, going }: ReportInput): ExitCode {
  if (going !== undefined) return EXIT.inconclusive;
  if (interrupted !== undefined) return interrupted === 130 ? EXIT.interrupted : EXIT.terminated;
  return stopped === undefined ? gate.exitCode : EXIT_OF_ERROR[stopped.code];
}

function baselineOf(plan: Plan, judgement: Judgement | undefined): Pick<CampaignReport, 'baseline'> {
  if (plan.baseline === undefined) return {};
  const admissions = judgeAdmissions(plan, judgement).map(({ subject, requirement, admission, state }) => {
    const { because, issue, owner, until } = admission;
    return {
      subject,
      ...(requirement === undefined ? {} : { requirement }),
      because,
      issue,
      owner,
      until,
      state,
    };
  });
  return { baseline: { admissions, lostCapabilities: [...lostCapabilities(plan)] } };
}

function targetOf(plan: Plan, judgement: Judgement | undefined): CampaignReport['target'] {
  const { name, url, wsUrl, environment, profile } = plan.target;
  const versions = [...(judgement?.facts.connectivity.versions ?? [])];
  return { name, url, wsUrl, environment, profile, versions };
}

function planOf(plan: Plan): CampaignReport['plan'] {
  const {
    seal,
    seed,
    selectors,
    trials,
    agentRuns,
    agentRunsAtMost,
    departures,
    capabilities,
    variationPoints,
  } = plan;
  return {
    seal,
    seed,
    selectors: [...selectors],
    trials: trials.length,
    agentRuns,
    agentRunsAtMost,
    departures: [...departures],
    capabilities: { ...capabilities },
    variationPoints: { ...variationPoints },
  };
}

/** All counts but `checks` are of requirements: four checks of one clause are one breach. */
function totalsOf(plan: Plan, requirements: readonly ReportedRequirement[]): CampaignReport['totals'] {
  const judged = requirements.filter(({ selected }) => selected);
  const count = (verdict: Verdict, level?: string): number =>
    judged.filter((one) => one.verdict === verdict && (level === undefined || one.level === level)).length;
  return {
    requirements: requirements.length,
    selected: judged.length,
    checks: plan.checks.filter(({ selected }) => selected).length,
    pass: count('pass'),
    inconclusive: count('inconclusive'),
    fail: count('fail'),
    error: count('error'),
    mustFailed: count('fail', 'MUST'),
    shouldFailed: count('fail', 'SHOULD'),
  };
}

function checksOf({ plan, judgement, excerpts }: ReportInput): ReportedCheck[] {
  const verdicts = new Map(judgement?.checks.map((check) => [check.check, check]));
  return plan.checks.flatMap(({ id, requirement, title, selected }): ReportedCheck[] => {
    const judged = verdicts.get(id);
    if (!selected || judged === undefined) return [];
    const excerpt = (excerpts.get(id) ?? []).map((line) => ({ ...line }));
    const reproduce = reproduceCommand(plan, id);
    return [{ id, requirement, title, ...verdictOf(judged), excerpt, reproduce }];
  });
}

function verdictOf({
  verdict,
  counts,
  findings,
}: CheckVerdict): Pick<ReportedCheck, 'verdict' | 'counts' | 'findings'> {
  return {
    verdict,
    counts: { pass: counts.pass, inconclusive: counts.inconclusive, fail: counts.fail, error: counts.error },
    findings: findings.map((finding) => ({
      ...finding,
      refs: finding.refs.map(({ trial, entries }) => ({ trial, entries: [...entries] })),
    })),
  };
}

function measureOf(fact: Judgement['facts']['measures'][number]): ReportedMeasure {
  const { medianMs, p95Ms, p99Ms } = fact;
  return { ...fact, medianMs: { ...medianMs }, p95Ms: { ...p95Ms }, p99Ms: { ...p99Ms } };
}

function tableOf({
  cells,
  notLooked,
  ...stated
}: Judgement['facts']['tables'][number]): CampaignReport['tables'][number] {
  return { ...stated, cells: cells.map((cell) => ({ ...cell })), notLooked: [...notLooked] };
}

function evidenceOf(judgement: Judgement | undefined): CampaignReport['evidence'] {
  const { asked, completed, made } = judgement?.facts.runs ?? { asked: 0, completed: 0, made: 0 };
  const pace = judgement?.facts.pace;
  const { created = 0, removed = 0, left = [] } = judgement?.facts.fixtures ?? {};
  const fixtures = { created, removed, left: [...left] };
  const trials = judgement?.trials ?? [];
  return {
    runs: { asked, completed, made },
    ...(pace === undefined ? {} : { pace: { ...pace } }),
    fixtures,
    unneeded: trials.filter(({ state }) => state === 'unneeded').length,
    trials: trials.flatMap(({ state, ...trial }) => (state === 'unneeded' ? [] : [{ state, ...trial }])),
  };
}
