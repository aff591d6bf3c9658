/** Compares two reports from the documents alone: stage by stage, requirement by requirement, capability by capability. */
import { isStage } from '../core/measure.ts';
import { compareStages, DEFAULT_MARGIN, type Margin, type StageComparison } from '../judge/stages.ts';
import type { CampaignReport, ReportedRequirement } from '../report/model.ts';
import { counted, enumerate, plainText } from '../report/plain-text.ts';
import { COMPARISON_FORMAT, type ComparedStage, type Comparison } from './model.ts';

/** How it is compared; without it, by the margin that is meant for most. */
export interface ComparisonTerms {
  readonly margin?: Margin;
}

/** The probability that any stage is called different although none is. */
const ALPHA = 0.05;

/** The baseline is the earlier of the two. */
export function compareReports(
  baseline: CampaignReport,
  current: CampaignReport,
  { margin = DEFAULT_MARGIN }: ComparisonTerms = {},
): Comparison {
  const stages = compareStages(baseline.samples, current.samples, margin, ALPHA).map(stageOf);
  const requirements = changesOf(baseline, current);
  const capabilities = capabilitiesOf(baseline, current);
  const partial = { stages, requirements, capabilities };
  return {
    format: COMPARISON_FORMAT,
    conclusion: conclude(partial),
    isWorse: worsenings(partial).length > 0,
    baseline: sideOf(baseline),
    current: sideOf(current),
    alpha: ALPHA,
    margin: { ...margin },
    caveats: caveatsOf(baseline, current),
    ...partial,
    cumulative: cumulativeOf(baseline, current),
  };
}

/** `tool-to-end, cost_agent`. */
const stageName = ({ measure, of }: Pick<ComparedStage, 'measure' | 'of'>): string =>
  of === undefined ? measure : `${measure}, ${plainText(of)}`;

function stageOf({ contrast, before, now, of, ...stated }: StageComparison): ComparedStage {
  const sides = { baseline: samplesOf(before), current: samplesOf(now) };
  const named = { measure: stated.measure, ...(of === undefined ? {} : { of }), meaning: stated.meaning };
  const { marginMs } = stated;
  if (contrast === undefined) return { ...named, verdict: 'too-few', ...sides, marginMs };
  const { answer, shift, dominance, pDifferent, pNotWorse, isExact } = contrast;
  const verdict = answer === 'undecided' ? 'inconclusive' : answer;
  const figures = { shiftMs: { ...shift }, dominance: { ...dominance }, pDifferent, pNotWorse, isExact };
  return { ...named, verdict, ...sides, marginMs, ...figures };
}

const samplesOf = ({ n, medianMs }: StageComparison['before']): ComparedStage['baseline'] => ({
  n,
  ...(medianMs === undefined ? {} : { medianMs }),
});

function sideOf({ campaign, target, harness, startedAt, exitCode }: CampaignReport): Comparison['baseline'] {
  const { name, url, versions } = target;
  const when = startedAt === undefined ? {} : { startedAt };
  return {
    campaign,
    target: name,
    url,
    versions: [...versions],
    harness: harness.version,
    ...when,
    exitCode,
  };
}

function changesOf(before: CampaignReport, now: CampaignReport): Comparison['requirements'] {
  const earlier = new Map(before.requirements.map((one) => [one.id, one]));
  const ids = (is: (one: ReportedRequirement, was: ReportedRequirement | undefined) => boolean): string[] =>
    now.requirements.filter((one) => is(one, earlier.get(one.id))).map(({ id }) => id);
  const became = (verdict: string): string[] =>
    ids((one, was) => one.verdict === verdict && was?.selected === true && was.verdict !== verdict);
  const later = new Map(now.requirements.map((one) => [one.id, one]));
  return {
    newlyFailing: ids((one, was) => one.verdict === 'fail' && was?.verdict !== 'fail'),
    newlyPassing: became('pass'),
    newlyUndecided: became('inconclusive'),
    newlyUnselected: before.requirements.flatMap(({ id, selected }) => {
      const one = later.get(id);
      if (!selected || one?.selected === true) return [];
      return [{ id, reason: one?.reason ?? 'the later catalogue does not state it' }];
    }),
    newlySelected: ids((one, was) => one.selected && was?.selected !== true),
  };
}

function capabilitiesOf(before: CampaignReport, now: CampaignReport): Comparison['capabilities'] {
  const has = ({ plan }: CampaignReport, name: string): boolean =>
    plan.capabilities[name]?.available === true;
  const names = Object.keys({ ...before.plan.capabilities, ...now.plan.capabilities });
  return {
    lost: names
      .filter((name) => has(before, name) && !has(now, name))
      .map((name) => ({ name, reason: now.plan.capabilities[name]?.reason ?? 'it is not stated' })),
    gained: names.filter((name) => !has(before, name) && has(now, name)),
  };
}

function cumulativeOf(before: CampaignReport, now: CampaignReport): Comparison['cumulative'] {
  const side = (
    report: CampaignReport,
    measure: string,
    of: string | undefined,
  ): ComparedStage['baseline'] => {
    const found = report.measures.find((one) => one.measure === measure && one.of === of);
    return found === undefined ? { n: 0 } : { n: found.n, medianMs: found.medianMs.point };
  };
  return now.measures
    .filter(({ measure }) => !isStage(measure))
    .map(({ measure, of }) => ({
      measure,
      ...(of === undefined ? {} : { of }),
      baseline: side(before, measure, of),
      current: side(now, measure, of),
    }));
}

/** What else than the target may have made the difference. */
function caveatsOf(before: CampaignReport, now: CampaignReport): string[] {
  const differs = (what: string, read: (report: CampaignReport) => string): readonly string[] => {
    const [a, b] = [read(before), read(now)];
    return a === b ? [] : [`${what}: ${plainText(a)} before, ${plainText(b)} now`];
  };
  const interrupted = [before, now].filter(({ exitCode }) => exitCode > 100).map(({ campaign }) => campaign);
  return [
    ...differs('another target', ({ target }) => target.url),
    ...differs('another version of the harness', ({ harness }) => harness.version),
    ...differs('another selection', ({ plan }) => plan.selectors.join(' ') || 'everything'),
    ...differs('another environment', ({ target }) => target.environment),
    ...differs('another profile', ({ target }) => target.profile),
    ...differs('other agent runs planned', ({ plan }) => String(plan.agentRunsAtMost)),
    ...differs('limits other than the protocol’s', ({ plan }) => enumerate(plan.departures) || 'none'),
    ...interrupted.map((campaign) => `campaign ${plainText(campaign)} was interrupted`),
  ];
}

type Changes = Pick<Comparison, 'stages' | 'requirements' | 'capabilities'>;

/** All that is worse, as parts of a sentence. */
function worsenings({ stages, requirements, capabilities }: Changes): readonly string[] {
  const worse = stages.filter(({ verdict }) => verdict === 'worse').map(stageName);
  const part = (ids: readonly string[], words: string): readonly string[] =>
    ids.length === 0 ? [] : [`${words} ${enumerate(ids)}`];
  return [
    ...part(requirements.newlyFailing, 'newly failing:'),
    ...part(worse, 'slower by more than the margin:'),
    ...part(
      capabilities.lost.map(({ name }) => name),
      'lost:',
    ),
    ...part(
      requirements.newlyUnselected.map(({ id }) => id),
      'no longer judged:',
    ),
  ];
}

function conclude(changes: Changes): string {
  const worse = worsenings(changes);
  if (worse.length > 0) return `Worse than the baseline; ${worse.join('; ')}.`;
  const open = changes.stages.filter(({ verdict }) => verdict === 'inconclusive' || verdict === 'too-few');
  const compared = counted(changes.stages.length - open.length, 'stage');
  const rest =
    open.length === 0 ? '' : `; of ${counted(open.length, 'other')} there are too few samples to tell`;
  return `Nothing is worse than the baseline: ${compared} decided${rest}.`;
}
