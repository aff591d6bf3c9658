/**
 * Models err now and then, so one bad answer is no breach: what is judged is the share of good ones, by the exact
 * binomial test at 5 %. Too few answers to tell are inconclusive, and say how many more it takes.
 */
import { type Finding, fail, inconclusive, pass } from '../../harness/core/finding.ts';
import type { EvidenceRef } from '../../harness/evidence/transcript.ts';
import { type Claim, claimOf } from '../../harness/stats/claim.ts';
import { decide } from '../../harness/stats/decide.ts';
import { say } from '../statements.ts';

/** One thing that was good or not. */
export interface Vote {
  readonly isGood: boolean;
  /** What was seen, for a reader. */
  readonly words: string;
  readonly ref: EvidenceRef;
  /** For the order in which votes are shown, lowest first. */
  readonly rank?: number;
}

/** Something that would have been a vote if it could have been seen. */
export interface Unseen {
  readonly ref: EvidenceRef;
  readonly because: string | undefined;
}

export interface Ballot {
  readonly claim: Claim;
  readonly expected: string;
  readonly votes: readonly Vote[];
  readonly unseen: readonly Unseen[];
  /** The requirement under whose breach an open question is shown. */
  readonly because?: string | undefined;
  /** Whether good votes are shown one by one too. */
  readonly showsAll?: boolean;
}

/** More often than not: what so few answers of one kind can show. The whole share is judged over all kinds. */
export const MOST: Claim = { ...claimOf(0.5), healthy: 0.95, broken: 0.1 };

/** Votes shown one by one. */
const SHOWN = 8;
const percent = (share: number | undefined): string => `${Math.round((share ?? 0) * 100)} %`;

/** Decides: for the claim though the unseen were bad, against it though they were good, or not at all. */
export function concludeShare(ballot: Ballot): readonly Finding[] {
  const { votes, unseen, claim } = ballot;
  const [first] = [...votes, ...unseen];
  if (first === undefined) return [];
  const good = votes.filter(({ isGood }) => isGood).length;
  const n = votes.length;
  const all = n + unseen.length;
  const refs = [...worstFirst(votes), ...unseen].slice(0, SHOWN).map(({ ref }) => ref);
  const statement = (code: string, more = ''): Parameters<typeof pass>[0] =>
    say(code, ballot.expected, `${inWords(ballot, good)}${more}`, ...refs);
  if (decide({ good, n: all }, claim).answer === 'holds')
    return [pass(statement('enough-good')), ...shown(ballot, pass)];
  if (decide({ good: good + unseen.length, n: all }, claim).answer === 'does-not-hold')
    return [fail(statement('too-few-good')), ...shown(ballot, fail)];
  const because = unseen.find((one) => one.because !== undefined)?.because ?? ballot.because;
  const undecided = (one: Parameters<typeof pass>[0]): Finding => inconclusive(one, because);
  const { more } = decide({ good, n }, claim);
  const needed = more === undefined ? '' : `; ${more.atBest} further good ones would decide it`;
  return [undecided(statement('undecided', needed)), ...shown(ballot, undecided)];
}

function inWords({ votes, unseen }: Ballot, good: number): string {
  const n = votes.length;
  const estimate = n === 0 ? undefined : decide({ good, n }, MOST).estimate;
  const interval = `90 % interval ${percent(estimate?.low)} to ${percent(estimate?.high)}`;
  const missing = unseen.length === 0 ? '' : `, ${unseen.length} not seen`;
  return n === 0 ? `none seen${missing}` : `${good} of ${n}${missing}, ${interval}`;
}

const worstFirst = (votes: readonly Vote[]): readonly Vote[] =>
  [...votes].sort((a, b) => Number(a.isGood) - Number(b.isGood) || (a.rank ?? 0) - (b.rank ?? 0));

function shown(
  { votes, expected, showsAll = false }: Ballot,
  found: (statement: Parameters<typeof pass>[0]) => Finding,
): readonly Finding[] {
  return worstFirst(votes)
    .filter(({ isGood }) => showsAll || !isGood)
    .slice(0, SHOWN)
    .map(({ isGood, words, ref }) => found(say(isGood ? 'good' : 'not-good', expected, words, ref)));
}
