/**
 * What a campaign did not show. A reader takes silence for coverage, so each gap is a sentence, and each
 * sentence is drawn from the plan or the evidence, never from habit.
 */
import type { Plan } from '../plan/plan.ts';
import type { CampaignReport, ReportedMeasure } from './model.ts';
import { counted, enumerate } from './plain-text.ts';
import { idsOf, leftOut, NOT_ASKED, readingsOf, whatWouldDecide } from './reading.ts';

/** What the sentences are drawn from. */
export type Facts = Pick<
  CampaignReport,
  'requirements' | 'checks' | 'measures' | 'evidence' | 'plan' | 'startedAt' | 'endedAt' | 'stopped'
>;

/** The gaps of this campaign, in sentences. */
export function notProvenBy(report: Facts, plan: Plan): string[] {
  if (report.stopped !== undefined) return ['Anything: the campaign was stopped before it could be judged.'];
  return [
    ...undecided(report),
    ...unjudged(report),
    ...lostEvidence(report),
    ...report.measures.flatMap(smallSample),
    ...omitted(report),
    ...described(report, plan),
    ...movedLimits(report),
    ...neverTried(plan),
    ...rareFaults(report),
    oneCampaign(report),
  ];
}

/** Grouped by what would decide them: one broken thing hides many. */
function undecided(report: Facts): readonly string[] {
  const groups = new Map<string, Set<string>>();
  for (const reading of readingsOf(report, 'inconclusive')) {
    // A check may be undecided beneath a requirement that another check decides for the worse.
    if (reading.requirement.verdict !== 'inconclusive') continue;
    const remedy = whatWouldDecide(reading);
    groups.set(remedy, (groups.get(remedy) ?? new Set()).add(reading.requirement.id));
  }
  return [...groups].map(
    ([remedy, ids]) =>
      `${counted(ids.size, 'requirement')} undecided (${enumerate([...ids])}); to decide: ${remedy}.`,
  );
}

function unjudged(report: Facts): readonly string[] {
  const ids = idsOf(report, ({ verdict }) => verdict === 'error');
  if (ids.length === 0) return [];
  return [
    `${counted(ids.length, 'requirement')} ended in an error, which says nothing of the target: ${enumerate(ids)}.`,
  ];
}

function lostEvidence(report: Facts): readonly string[] {
  const { trials } = report.evidence;
  const lost = trials.filter(({ state }) => state !== 'sealed').map(({ trial }) => trial);
  if (lost.length === 0) return [];
  return [`${lost.length} of ${counted(trials.length, 'trial')} left no whole evidence: ${enumerate(lost)}.`];
}

const ONE_SAMPLE: Readonly<Record<ReportedMeasure['measure'], string>> = {
  connect: 'dial',
  greeting: 'greeting',
  ping: 'ping',
  'first-event': 'run',
  'first-tool': 'run',
  completion: 'run',
  'start-to-tool': 'run',
  'tool-to-end': 'run',
  'start-to-end': 'run',
  'largest-gap': 'run',
  cancel: 'cancellation',
  http: 'answer',
  'first-event-under-load': 'session',
  'telemetry-lag': 'run in the telemetry',
  recovery: 'break',
};

/** Confidence of one bound of a two-sided interval, in percent: what lies outside is shared by two tails. */
const oneSided = (confidence: number): number => Math.round((1 + confidence) * 50);

function smallSample({ measure, of, n, p95Ms }: ReportedMeasure): readonly string[] {
  if (of !== undefined || p95Ms.high !== undefined) return [];
  const basis = n === 1 ? `n=1 ${ONE_SAMPLE[measure]}` : `n=${n} ${ONE_SAMPLE[measure]}s`;
  return [`p95 of ${measure} rests on ${basis}: no upper bound at ${oneSided(p95Ms.confidence)} %.`];
}

const WHY_OMITTED = {
  capability: 'not judged',
  unverified: 'verified by no check',
  'not-asked': 'left out by the selection',
} as const;

function omitted(report: Facts): readonly string[] {
  return leftOut(report).map(
    ({ ids, kind, reason }) =>
      `${counted(ids.length, 'requirement')} ${WHY_OMITTED[kind]} (${enumerate(ids)}): ${reason}.`,
  );
}

/** Claims that are not decided beneath a requirement that others of its checks decide. */
function described({ requirements }: Facts, plan: Plan): readonly string[] {
  const selected = new Set(requirements.flatMap(({ id, selected: isSelected }) => (isSelected ? [id] : [])));
  return plan.checks
    .filter((check) => !check.selected && selected.has(check.requirement) && check.reason !== NOT_ASKED)
    .map(({ requirement, title, reason }) => `${requirement}, that ${title}: ${reason}.`);
}

function movedLimits({ plan }: Facts): readonly string[] {
  if (plan.departures.length === 0) return [];
  return [`The limits of the protocol: this campaign judged by others, ${enumerate(plan.departures)}.`];
}

function neverTried(plan: Plan): readonly string[] {
  const tried = new Set(plan.trials.map(({ interference }) => interference));
  return [
    ...(tried.has('load') ? [] : ['Behaviour under load: no trial put the target under load.']),
    ...(tried.has('disruptive') ? [] : ['Recovery from faults: no trial disturbed the target.']),
  ];
}

/** One side of the decision, as everywhere in the report. */
const ALPHA = 0.05;

/**
 * The largest share of runs that a fault can strike and still be missed by n runs: the one-sided upper bound
 * for no event in n (Clopper & Pearson 1934), which has the closed form 1 - alpha^(1/n).
 */
function rareFaults({ evidence }: Facts): readonly string[] {
  const { completed } = evidence.runs;
  if (completed === 0) return ['Anything about agent runs: none completed.'];
  const share = Math.ceil((1 - ALPHA ** (1 / completed)) * 1000) / 10;
  const runs = counted(completed, 'completed run');
  return [`Rare faults: one that strikes less than ${share} % of runs can stay unseen in ${runs} (95 %).`];
}

function oneCampaign({ startedAt, endedAt }: Facts): string {
  const when = startedAt === undefined || endedAt === undefined ? '' : ` from ${startedAt} to ${endedAt}`;
  return `Other times, places and loads: one campaign saw the target from one machine${when}.`;
}
