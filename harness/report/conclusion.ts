import { EXIT } from '../core/exit-code.ts';
import type { CampaignReport, ReportedRequirement } from './model.ts';
import { counted, enumerate, plainText } from './plain-text.ts';
import { idsOf } from './reading.ts';

/** What the sentence is drawn from. */
export type Concluded = Pick<
  CampaignReport,
  'target' | 'plan' | 'exitCode' | 'stopped' | 'requirements' | 'gate' | 'evidence'
>;

/** Where the target is, in the shortest form that a reader recognises. */
export function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : plainText(url);
}

/** The campaign in one sentence. */
export function conclude(report: Concluded): string {
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
  if (ids.length > 0) return `breaks ${ids.length} ${outOfMusts(report)}: ${enumerate(ids)}`;
  const stale = report.gate.because;
  return `no longer shows ${counted(stale.length, 'admitted failure')}: ${enumerate(stale)}`;
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
