/**
 * Judges a campaign: one transcript at a time, purely, once. The same plan and evidence give the same
 * verdicts for ever.
 *
 * No pass by default: a planned trial without a transcript is an error, evidence that is not whole supports
 * no pass, a check that found nothing is an error, and a check that throws is our bug, never the target's
 * failure.
 */
import type { CampaignCheck, Check, ClaimCheck, ComparisonCheck, Terms, TrialCheck } from '../core/check.ts';
import { type Finding, inconclusive } from '../core/finding.ts';
import { CAPABILITIES, type Capability } from '../core/requirement.ts';
import type { Suite } from '../core/suite.ts';
import { worstVerdict } from '../core/verdict.ts';
import type { ReadTranscript } from '../evidence/codec.ts';
import type { EvidenceRef, TransportErrorEntry } from '../evidence/transcript.ts';
import type { Plan, PlannedTrial } from '../plan/plan.ts';
import type { Dialect } from '../protocol/agent-event.ts';
import { viewTrial } from './build-views.ts';
import { type ClaimBook, openClaims } from './claims.ts';
import { type ClaimFact, claimFact } from './decide-claims.ts';
import { declaredVerdicts } from './declared.ts';
import { type CampaignFacts, createFacts, type FactCollector } from './facts.ts';
import { ownShortage } from './observer.ts';
import { FindingTally } from './tally.ts';
import type { CheckVerdict, TrialEvidence } from './verdicts.ts';
import type { TrialView } from './views.ts';

export interface Judgement {
  readonly checks: readonly CheckVerdict[];
  readonly trials: readonly TrialEvidence[];
  readonly facts: CampaignFacts;
  readonly claims: readonly ClaimFact[];
}

interface Judged {
  readonly check: TrialCheck<TrialView> | CampaignCheck<TrialView>;
  readonly tally: FindingTally;
  readonly collected: unknown[];
  /** Whether all that a campaign check collected from was whole. */
  whole: boolean;
  /** Trials of the scenarios it needs that came to their end without anything for it to judge. */
  readonly silent: string[];
  spoke: boolean;
}

/** Takes the transcripts of a campaign in any order and concludes when there are no more. */
export interface Judge {
  readonly take: (trial: string, read: ReadTranscript | undefined) => void;
  readonly conclude: () => Judgement;
}

function lackedBy({ capabilities }: Partial<Plan>): ReadonlySet<Capability> {
  return new Set(CAPABILITIES.filter((capability) => capabilities?.[capability]?.available === false));
}

/** A judge for the checks that the plan selected; `suites` are the declarations it names. */
export function createJudge(plan: Plan, suites: readonly Suite<TrialView>[], dialect: Dialect): Judge {
  const terms: Terms = {
    thresholds: plan.thresholds,
    variationPoints: plan.variationPoints,
    prices: plan.prices,
    origins: plan.origins,
    lacks: lackedBy(plan),
  };
  const selected = new Set(plan.checks.filter((check) => check.selected).map(({ id }) => id));
  const own = suites.flatMap(({ checks }) => checks).filter(({ id }) => selected.has(id));
  const judged = own.flatMap((check): Judged[] => (isDeclared(check) ? [] : [newJudged(check)]));
  const book = openClaims(plan, claimsOf(suites, plan));
  const planned = new Map(plan.trials.map((trial) => [trial.id, trial]));
  const seen = new Map<string, TrialEvidence>();
  const facts = createFacts(
    plan,
    suites.flatMap((suite) => suite.tables ?? []),
  );

  const take = (id: string, read: ReadTranscript | undefined): void => {
    const trial = planned.get(id);
    if (trial === undefined || seen.has(id)) return;
    const evidence = ownEvidence(plan, trial, read);
    seen.set(id, evidenceOf(id, evidence));
    takeTrial({ judged, book, terms, dialect, facts }, trial, evidence);
  };
  return {
    take,
    conclude() {
      for (const id of planned.keys()) if (!seen.has(id)) take(id, undefined);
      const known = new Set(own.map(({ id }) => id));
      const trials = [...planned.keys()].flatMap((id) => withoutUnneeded(seen.get(id), book));
      const found = facts.conclude();
      const unknown = [...selected].filter((id) => !known.has(id)).map(unknownCheck(plan));
      return {
        checks: [
          ...judged.map((one) => conclude(one, terms)),
          ...declaredVerdicts(own, plan, book, found.samples, trials),
          ...unknown,
        ],
        trials,
        facts: found,
        claims: book.claims.map(claimFact),
      };
    },
  };
}

/** The claims that the plan selected, as the suites declare them. */
export function claimsOf(suites: readonly Suite<TrialView>[], plan: Plan): readonly ClaimCheck[] {
  const selected = new Set(plan.checks.filter((check) => check.selected).map(({ id }) => id));
  return suites
    .flatMap(({ checks }) => checks)
    .flatMap((check) => (check.kind === 'claim' && selected.has(check.id) ? [check] : []));
}

/** Decided on the samples of the campaign; it reads no transcript itself. */
const isDeclared = (check: Check<TrialView>): check is ClaimCheck | ComparisonCheck =>
  check.kind === 'claim' || check.kind === 'comparison';

const newJudged = (check: Judged['check']): Judged => ({
  check,
  tally: new FindingTally(),
  collected: [],
  whole: true,
  silent: [],
  spoke: false,
});

/** A trial that nobody drove because nobody needed it is not missing. */
function withoutUnneeded(
  evidence: TrialEvidence | undefined,
  { unneeded }: ClaimBook,
): readonly TrialEvidence[] {
  if (evidence === undefined) return [];
  return [unneeded.has(evidence.trial) ? { ...evidence, state: 'unneeded' } : evidence];
}

/** A transcript of another trial or campaign under this one's name is no evidence for it. */
function ownEvidence(
  plan: Plan,
  trial: PlannedTrial,
  read: ReadTranscript | undefined,
): ReadTranscript | undefined {
  const header = read?.transcript?.header;
  if (header === undefined) return read;
  const isOwn =
    header.trial === trial.id && header.scenario === trial.scenario && header.campaign === plan.campaign;
  return isOwn ? read : { damage: `it is the transcript of ${header.trial} in campaign ${header.campaign}` };
}

function evidenceOf(trial: string, read: ReadTranscript | undefined): TrialEvidence {
  const note = read?.damage === undefined ? {} : { note: read.damage };
  if (read?.transcript === undefined) return { trial, state: 'missing', entries: 0, ...note };
  const { header, seal, entries } = read.transcript;
  const tookMs = seal?.endedAtMs ?? entries.at(-1)?.at ?? 0;
  const seen = { trial, entries: entries.length, startedAt: header.startedAt, tookMs };
  if (seal === undefined) return { ...seen, state: 'unsealed', ...note };
  const reason = seal.overflow ?? seal.reason;
  return {
    ...seen,
    state: 'sealed',
    end: seal.end,
    ...(reason === undefined ? {} : { note: reason }),
  };
}

interface Judging {
  readonly judged: readonly Judged[];
  readonly book: ClaimBook;
  readonly terms: Terms;
  readonly dialect: Dialect;
  readonly facts: FactCollector;
}

interface Look {
  readonly view: TrialView | undefined;
  readonly spoilt: Finding | undefined;
  /** Whether checks may read it: what a starved observer saw of the target may be its own doing, a breach too. */
  readonly isTelling: boolean;
}

function lookAt(trial: PlannedTrial, read: ReadTranscript | undefined, dialect: Dialect): Look {
  if (read?.transcript === undefined)
    return { view: undefined, spoilt: spoiltEvidence(trial, undefined, read), isTelling: false };
  const view = viewTrial(read.transcript, dialect);
  const shortage = ownShortage(view);
  if (shortage !== undefined) return { view, spoilt: starved(trial, shortage), isTelling: false };
  return { view, spoilt: spoiltEvidence(trial, view, read), isTelling: true };
}

function takeTrial(judging: Judging, trial: PlannedTrial, read: ReadTranscript | undefined): void {
  const { judged, book, terms, dialect, facts } = judging;
  const { view, spoilt, isTelling } = lookAt(trial, read, dialect);
  if (view !== undefined) facts.take(view, trial);
  enterInto(book, trial, view, spoilt);
  for (const one of concerned(judged, trial, view)) {
    const needs = one.check.scenarios.includes(trial.scenario);
    if (needs && spoilt !== undefined) one.tally.add(spoilt);
    if (view !== undefined && isTelling) examine(one, view, terms, needs && spoilt === undefined);
  }
}

/** Whether topping up was needed only the claims know: that it was not driven concerns nobody else. */
const concerned = (
  judged: readonly Judged[],
  { topUp }: PlannedTrial,
  view: TrialView | undefined,
): readonly Judged[] => (view === undefined && topUp === true ? [] : judged);

function enterInto(
  book: ClaimBook,
  { id }: PlannedTrial,
  view: TrialView | undefined,
  spoilt: Finding | undefined,
): void {
  if (view === undefined) book.leaveOut(id);
  else book.take(id, view, spoilt?.verdict === 'error' ? spoilt : undefined);
}

/** What is to be said of a trial for which this machine had not enough of something. */
function starved(trial: PlannedTrial, { code, seq }: TransportErrorEntry): Finding {
  const expected = 'a harness with descriptors, ports and memory enough to drive the target';
  const actual = `${code} on our side: give it more, or lower HARNESS_CONCURRENCY and HARNESS_USERS`;
  return {
    verdict: 'error',
    code: 'harness-starved',
    expected,
    actual,
    refs: [{ trial: trial.id, entries: [seq] }],
  };
}

/** What is to be said of a trial whose script did not come to its own end. */
function spoiltEvidence(
  trial: PlannedTrial,
  view: TrialView | undefined,
  read: ReadTranscript | undefined,
): Finding | undefined {
  const refs: readonly EvidenceRef[] = [{ trial: trial.id, entries: [] }];
  const expected = 'a sealed transcript of a script that came to its end';
  if (view === undefined) {
    const actual = read?.damage ?? 'there is no transcript';
    return { verdict: 'error', code: 'no-transcript', expected, actual, refs };
  }
  const { seal } = view.transcript;
  // What was seen may well show a breach; it only cannot show that there was none.
  if (seal === undefined)
    return inconclusive({ code: 'unsealed', expected, actual: read?.damage ?? 'it was never sealed', refs });
  const actual = `it ended "${seal.end}": ${seal.reason ?? ''}`;
  switch (seal.end) {
    case 'finished':
      return undefined;
    case 'crashed':
      return { verdict: 'error', code: 'script-crashed', expected, actual, refs };
    case 'aborted':
    case 'gave-up':
      return inconclusive({ code: `script-${seal.end}`, expected, actual, refs });
  }
}

function examine(one: Judged, view: TrialView, terms: Terms, isNeeded: boolean): void {
  const { check, tally } = one;
  try {
    if (check.kind === 'campaign') {
      const facts = check.collect(view, terms);
      one.collected.push(...facts);
      if (facts.length > 0 && !view.isWhole) one.whole = false;
      return;
    }
    const findings = check.judge(view, terms);
    for (const finding of findings) tally.add(view.isWhole ? finding : withoutPass(finding));
    if (findings.length > 0) one.spoke = true;
    else if (isNeeded) one.silent.push(view.trial);
  } catch (cause) {
    tally.add(crash(cause, [view.ref()]));
  }
}

/** Every trial it needs was driven, and none showed what it judges. */
function silence({ check, silent }: Judged): Finding {
  const actual = `${silent.join(', ')} left nothing to judge`;
  const refs = silent.map((trial) => ({ trial, entries: [] }));
  return inconclusive({ code: 'nothing-to-judge', expected: check.title, actual, refs }, check.restsOn);
}

function crash(cause: unknown, refs: readonly EvidenceRef[]): Finding {
  const actual = `the check threw: ${cause instanceof Error ? cause.message : String(cause)}`;
  return { verdict: 'error', code: 'check-crashed', expected: 'a judgement', actual, refs };
}

function withoutPass(finding: Finding): Finding {
  if (finding.verdict !== 'pass') return finding;
  return { ...finding, verdict: 'inconclusive', code: 'evidence-not-whole' };
}

function conclude(one: Judged, terms: Terms): CheckVerdict {
  const { check, tally } = one;
  if (check.kind === 'campaign') concludeCampaign(one, check, terms);
  else if (!one.spoke && one.silent.length > 0) tally.add(silence(one));
  const { findings, counts } = tally.sum();
  const verdict = worstVerdict(findings.map((finding) => finding.verdict));
  return { check: check.id, requirement: check.requirement, verdict, findings, counts };
}

function concludeCampaign(one: Judged, check: CampaignCheck<TrialView>, terms: Terms): void {
  try {
    const findings = check.conclude(one.collected, terms);
    for (const finding of findings) one.tally.add(one.whole ? finding : withoutPass(finding));
  } catch (cause) {
    one.tally.add(crash(cause, []));
  }
}

const unknownCheck =
  (plan: Plan) =>
  (id: string): CheckVerdict => {
    const requirement = plan.checks.find((check) => check.id === id)?.requirement ?? '';
    const finding: Finding = {
      verdict: 'error',
      code: 'check-unknown',
      expected: 'a declaration of the check that the plan selected',
      actual: `this version declares no check ${id}`,
      refs: [],
    };
    const counts = { pass: 0, inconclusive: 0, fail: 0, error: 1 };
    return { check: id, requirement, verdict: 'error', findings: [finding], counts };
  };
