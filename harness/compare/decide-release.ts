/** One decision for whoever is about to release: does this report say that the target may go out? */
import { EXIT, type ExitCode } from '../core/exit-code.ts';
import type { CampaignReport, ReportedRequirement } from '../report/model.ts';
import { enumerate, plainText } from '../report/plain-text.ts';
import { compareReports } from './compare-reports.ts';

/** From which on something stops a release; each includes those before it. */
export const STRICTNESS = ['must', 'should', 'inconclusive'] as const;
export type Strictness = (typeof STRICTNESS)[number];

export interface ReleaseTerms {
  readonly failOn: Strictness;
  /** An earlier report that the release must not fall behind. */
  readonly baseline?: CampaignReport;
  readonly maxAgeMs?: number;
  /** URL or name of what is to be released. */
  readonly target?: string;
  /** Wall clock, ms since the epoch. */
  readonly now: number;
}

export const DECISIONS = ['go', 'no-go', 'undecided'] as const;
export type Decision = (typeof DECISIONS)[number];

/** `no-go`: proof that speaks against it. `undecided`: what the question cannot be answered without. `note`: neither. */
export interface Reason {
  readonly weight: 'no-go' | 'undecided' | 'note';
  /** Stable, for machines: a requirement id, or what is wrong with the report. */
  readonly code: string;
  readonly text: string;
}

export interface Release {
  readonly decision: Decision;
  readonly exitCode: ExitCode;
  readonly reasons: readonly Reason[];
}

const EXIT_OF: Readonly<Record<Decision, ExitCode>> = {
  go: EXIT.conforms,
  'no-go': EXIT.fails,
  undecided: EXIT.inconclusive,
};

/**
 * Decides on a report. A report of something else, or of another time, answers nothing, whatever it says; one that came to
 * an early end can speak against the release and not for it.
 */
export function decideRelease(report: CampaignReport, terms: ReleaseTerms): Release {
  const refusals = [...otherTarget(report, terms), ...tooOld(report, terms)];
  if (refusals.length > 0) return { decision: 'undecided', exitCode: EXIT_OF.undecided, reasons: refusals };
  const reasons = [...verdictReasons(report, terms.failOn), ...notWhole(report), ...behind(report, terms)];
  const decision = reasons.some(({ weight }) => weight === 'no-go')
    ? 'no-go'
    : reasons.some(({ weight }) => weight === 'undecided')
      ? 'undecided'
      : 'go';
  return { decision, exitCode: EXIT_OF[decision], reasons };
}

const undecided = (code: string, text: string): Reason => ({ weight: 'undecided', code, text });
const against = (code: string, text: string): Reason => ({ weight: 'no-go', code, text });

const bare = (url: string): string => (URL.canParse(url) ? new URL(url).href.replace(/\/+$/, '') : url);

function otherTarget(
  { target }: CampaignReport,
  { target: asked, baseline }: ReleaseTerms,
): readonly Reason[] {
  const isAsked = asked === undefined || asked === target.name || bare(asked) === bare(target.url);
  const of = `the report is of ${plainText(target.name)} at ${plainText(target.url)}`;
  if (!isAsked) return [undecided('other-target', `${of}, not of ${plainText(asked)}`)];
  if (baseline === undefined || baseline.target.name === target.name) return [];
  return [undecided('other-baseline', `${of}, and the baseline of ${plainText(baseline.target.name)}`)];
}

function tooOld({ endedAt, startedAt }: CampaignReport, { maxAgeMs, now }: ReleaseTerms): readonly Reason[] {
  if (maxAgeMs === undefined) return [];
  const ended = Date.parse(endedAt ?? startedAt ?? '');
  if (Number.isNaN(ended)) return [undecided('age-unknown', 'the report does not say when it was made')];
  const ageMs = now - ended;
  if (ageMs < -CLOCK_DIFFERENCE_MS) return [undecided('from-the-future', `the report is of ${endedAt}`)];
  if (ageMs <= maxAgeMs) return [];
  return [undecided('too-old', `the report is ${hours(ageMs)} old, and may be ${hours(maxAgeMs)}`)];
}

/** Clocks of two machines differ by less. */
const CLOCK_DIFFERENCE_MS = 300_000;
const hours = (ms: number): string => `${Number((ms / 3_600_000).toPrecision(3))} h`;

function verdictReasons(report: CampaignReport, failOn: Strictness): readonly Reason[] {
  const strictness = STRICTNESS.indexOf(failOn);
  const ofRequirements = report.requirements.flatMap((one) => reasonsOf(one, strictness));
  const known = new Set(ofRequirements.map(({ code }) => code));
  // What of its baseline does not hold any more is no requirement's verdict.
  const outdated =
    report.exitCode === EXIT.fails
      ? report.gate.because
          .filter((id) => !known.has(id))
          .map((id) => against(plainText(id), 'what its baseline says does not hold any more'))
      : [];
  return [...ofRequirements, ...outdated];
}

function reasonsOf(one: ReportedRequirement, strictness: number): readonly Reason[] {
  const { id, level, verdict, text } = one;
  const said = `${level} ${plainText(text)}`;
  if (verdict === 'fail') return [failure(one, said, strictness)];
  if (verdict === 'error') return [undecided(id, `could not be judged: ${said}`)];
  if (verdict !== 'inconclusive' || level !== 'MUST') return [];
  const isStrict = strictness >= STRICTNESS.indexOf('inconclusive');
  return [{ weight: isStrict ? 'no-go' : 'undecided', code: id, text: `is undecided: ${said}` }];
}

function failure({ id, level, disposition }: ReportedRequirement, said: string, strictness: number): Reason {
  if (disposition === 'as-expected') return { weight: 'note', code: id, text: `fails as admitted: ${said}` };
  const stops = level === 'MUST' || (level === 'SHOULD' && strictness >= STRICTNESS.indexOf('should'));
  return { weight: stops ? 'no-go' : 'note', code: id, text: `fails: ${said}` };
}

function notWhole({ exitCode, stopped, totals }: CampaignReport): readonly Reason[] {
  if (stopped !== undefined)
    return [undecided('stopped', `nothing was judged: ${plainText(stopped.message)}`)];
  if (exitCode === EXIT.interrupted || exitCode === EXIT.terminated)
    return [
      undecided('interrupted', 'the campaign was interrupted: what it did not drive it cannot vouch for'),
    ];
  if (totals.selected === 0) return [undecided('nothing-judged', 'no requirement was selected')];
  return [];
}

function behind(report: CampaignReport, { baseline, failOn }: ReleaseTerms): readonly Reason[] {
  if (baseline === undefined) return [];
  const { stages, requirements, capabilities } = compareReports(baseline, report);
  const levels = new Map(report.requirements.map(({ id, level }) => [id, level]));
  const unselected = requirements.newlyUnselected.map(({ id }) => id);
  const fresh = requirements.newlyFailing.filter((id) => levels.get(id) === 'SHOULD' && failOn === 'must');
  return [
    ...(unselected.length === 0
      ? []
      : [
          undecided(
            'fewer-requirements',
            `the baseline judged what this campaign did not: ${enumerate(unselected)}`,
          ),
        ]),
    ...capabilities.lost.map(({ name, reason }) =>
      against(`lost-${name}`, `the target had ${plainText(name)} and lost it: ${plainText(reason)}`),
    ),
    ...stages
      .filter(({ verdict }) => verdict === 'worse')
      .map(({ measure, of }) =>
        against(
          `slower-${measure}`,
          `${of === undefined ? measure : `${measure} (${plainText(of)})`} is slower`,
        ),
      ),
    ...fresh.map((id): Reason => ({ weight: 'note', code: id, text: 'fails, and did not in the baseline' })),
  ];
}
