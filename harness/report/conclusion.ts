import { EXIT } from '../core/exit-code.ts';
import type { CampaignReport, ReportedRequirement } from './model.ts';
import { counted, enumerate, plainText } from './plain-text.ts';
import { idsOf } from './reading.ts';

/** What the sentence is drawn from. */
export type Concluded = Pick<
  CampaignReport,
  'target' | 'plan' | 'exitCode' | 'stopped' | 'requirements' | 'gate' | 'evidence' | 'baseline'
>;

/** Where the target is, in the shortest form that a reader recognises. */
export function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : plainText(url);
}

/** The campaign in one sentence; and in another one, whatever else is said, that data is shown to the wrong people. */
export const conclude = (report: Concluded): string => `${sentenceOf(report)}${leaksOf(report)}`;

/** What is said while the campaign is still being driven, which is never a verdict. */
export function concludeSoFar(report: Concluded, { over, of }: { over: number; of: number }): string {
  const failing = idsOf(report, ({ verdict }) => verdict === 'fail');
  const seen = failing.length === 0 ? 'they show no breach' : `they show breaches of ${enumerate(failing)}`;
  return `${hostOf(report.target.url)} is still being driven: ${over} of ${of} trials are over, and ${seen}.`;
}

const ISOLATION = 'isolation';

/** Nobody may admit a leak between users so that it is not seen any more: all are named. */
function leaksOf({ stopped, requirements, baseline }: Concluded): string {
  if (stopped !== undefined) return '';
  const admitted = requirements.filter(
    ({ suite, verdict, disposition }) =>
      suite === ISOLATION && verdict === 'fail' && disposition === 'as-expected',
  );
  if (admitted.length === 0) return '';
  const named = admitted.map(({ id, checks }) => {
    const own = baseline?.admissions.find(
      ({ subject, requirement }) => requirement === id && (subject === id || checks.includes(subject)),
    );
    return own === undefined ? id : `${id} (${plainText(own.owner, 80)}, until ${own.until})`;
  });
  return ` Users are not isolated from each other, which is admitted: ${named.join(', ')}.`;
}

function sentenceOf(report: Concluded): string {
  const host = hostOf(report.target.url);
  const { exitCode, stopped } = report;
  if (stopped !== undefined)
    return `${host} could not be judged: ${plainText(stopped.message).replace(/\.$/, '')} [${stopped.code}].`;
  if (exitCode === EXIT.interrupted || exitCode === EXIT.terminated) return interruptedSentence(host, report);
  if (exitCode === EXIT.fails) return `${host} ${breachOf(report)}.`;
  if (exitCode === EXIT.inconclusive) return `${host} is undecided: ${openOf(report)}.`;
  if (exitCode === EXIT.conforms) return `${host} conforms: ${holdsOf(report)}.`;
  return `${host} could not be judged: ${brokenOf(report)}.`;
}

const isMust = ({ level }: ReportedRequirement): boolean => level === 'MUST';
const mustsOf = (report: Concluded): number => idsOf(report, isMust).length;
const failed = (report: Concluded): readonly string[] =>
  idsOf(report, (one) => isMust(one) && one.verdict === 'fail' && one.disposition === 'unexpected');
const outOfMusts = (report: Concluded): string =>
  `of ${counted(mustsOf(report), 'selected MUST requirement')}`;

function breachOf(report: Concluded): string {
  const ids = failed(report);
  const broken = ids.length === 0 ? [] : [`breaks ${ids.length} ${outOfMusts(report)}: ${enumerate(ids)}`];
  return [...broken, ...outdatedOf(report)].join('; it ');
}

/** What of the baseline does not hold any more. */
function outdatedOf({ baseline }: Concluded): readonly string[] {
  const of = (state: string): readonly string[] =>
    baseline?.admissions.filter((one) => one.state === state).map(({ subject }) => plainText(subject)) ?? [];
  const part = (ids: readonly string[], words: (count: string) => string): readonly string[] =>
    ids.length === 0 ? [] : [`${words(counted(ids.length, 'admission'))}: ${enumerate(ids)}`];
  const lost = baseline?.lostCapabilities.map(({ name }) => plainText(name)) ?? [];
  const stale = of('stale');
  return [
    ...(stale.length === 0
      ? []
      : [`no longer shows ${counted(stale.length, 'admitted failure')}: ${enumerate(stale)}`]),
    ...part(of('expired'), (count) => `has ${count} past their day`),
    ...part(of('unmatched'), (count) => `has ${count} of what nothing judges`),
    ...(lost.length === 0 ? [] : [`lost what its baseline had: ${enumerate(lost)}`]),
  ];
}

function openOf(report: Concluded): string {
  const ids = idsOf(report, (one) => isMust(one) && one.verdict === 'inconclusive');
  return `nothing failed, ${ids.length} ${outOfMusts(report)} could not be decided: ${enumerate(ids)}`;
}

function brokenOf(report: Concluded): string {
  const ids = idsOf(report, ({ verdict }) => verdict === 'error');
  if (ids.length === 0) return 'nothing was judged';
  return `the harness broke or evidence is missing for ${counted(ids.length, 'requirement')}: ${enumerate(ids)}`;
}

function holdsOf(report: Concluded): string {
  const musts = mustsOf(report);
  const lesser = (verdict: string): readonly string[] =>
    idsOf(report, (one) => one.level === 'SHOULD' && one.verdict === verdict);
  return [
    mustSentence(report, musts),
    ...lesserSentence(lesser('fail'), 'does not', 'do not'),
    ...lesserSentence(lesser('inconclusive'), 'is undecided', 'are undecided'),
  ].join(', ');
}

/** A MUST that fails as admitted does not block, and must not be said to hold. */
function mustSentence(report: Concluded, musts: number): string {
  const admitted = idsOf(report, (one) => isMust(one) && one.verdict === 'fail');
  if (admitted.length > 0)
    return `${musts - admitted.length} ${outOfMusts(report)} hold, the others fail as admitted: ${enumerate(admitted)}`;
  if (musts === 0) return 'no MUST requirement was selected';
  return musts === 1
    ? 'the one selected MUST requirement holds'
    : `all ${musts} selected MUST requirements hold`;
}

const lesserSentence = (ids: readonly string[], one: string, many: string): readonly string[] =>
  ids.length === 0 ? [] : [`${ids.length} SHOULD ${ids.length === 1 ? one : many} (${enumerate(ids)})`];

function interruptedSentence(host: string, report: Concluded): string {
  const { trials } = report.evidence;
  // An aborted trial is sealed too, so that its evidence can be read; it did not come to its own end.
  const whole = trials.filter(({ state, end }) => state === 'sealed' && end === 'finished').length;
  const ids = failed(report);
  const found =
    ids.length === 0
      ? 'nothing had failed'
      : `${counted(ids.length, 'MUST requirement')} had failed: ${enumerate(ids)}`;
  const how = report.exitCode === EXIT.terminated ? 'terminated' : 'interrupted';
  return `${host} was not judged to the end: ${how} after ${whole} of ${counted(report.plan.trials, 'trial')}, ${found}.`;
}
