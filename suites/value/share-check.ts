import { type Check, defineCampaignCheck, type Terms } from '../../harness/core/check.ts';
import type { EvidenceRef } from '../../harness/evidence/transcript.ts';
import type { TrialView } from '../../harness/judge/views.ts';
import type { Claim } from '../../harness/stats/claim.ts';
import { EVERY_SCENARIO, type Outcome, type ValueRun, valueRunsOf } from './answers.ts';
import { inParts, type Score } from './rubric.ts';
import { concludeShare, type Unseen, type Vote } from './shares.ts';
import type { Kind } from './tasks.ts';

/** What is kept of a run until the campaign is over: no more of its answer than these few words. */
export interface RunFact {
  readonly kind: Kind;
  readonly name: string;
  readonly outcome: Outcome;
  readonly because: string | undefined;
  readonly score: Score;
  /** The word that the names of its data carry, and such words in its answer. */
  readonly word: string | undefined;
  readonly wordsShown: readonly string[];
  readonly ref: EvidenceRef;
}

/** A trial that asked nothing. */
interface Blank {
  readonly unseen: Unseen;
}

type Fact = RunFact | Blank;

interface ShareCheck {
  readonly id: string;
  readonly requirement: string;
  readonly title: string;
  readonly scenarios?: readonly string[];
  readonly claim: (terms: Terms) => Claim;
  readonly expected: (terms: Terms) => string;
  /** Whether a run is good; nothing for one that does not concern the check. */
  readonly vote: (fact: RunFact, terms: Terms, all: readonly RunFact[]) => boolean | undefined;
  readonly words?: (fact: RunFact) => string;
  /** Whether a run that says that it failed is a bad one, or none. */
  readonly countsFailures?: boolean;
  readonly because: (bad: readonly RunFact[]) => string | undefined;
  readonly showsAll?: boolean;
}

const NAME_WORD = /[-_]([0-9a-f]{6})(?![0-9a-f])/g;
const MOST_WORDS = 20;

function factOf({ run, task, outcome, because, answer, score, ref }: ValueRun, trial: string): RunFact {
  const words = new Set<string>();
  for (const [, word = ''] of answer
    .toLowerCase()
    .slice(0, 64 * 1024)
    .matchAll(NAME_WORD)) {
    if (words.size < MOST_WORDS) words.add(word);
  }
  const name = `${trial}, ${run.label}`;
  return { kind: task.kind, name, outcome, because, score, word: task.word, wordsShown: [...words], ref };
}

/** Without a greeting nobody could ask; a recording that broke off before is nobody's breach. */
function blankOf(view: TrialView): Blank {
  const wasGreeted = view.sockets.some(({ greetings }) => greetings.length > 0);
  return { unseen: { ref: view.ref(), because: wasGreeted || !view.isWhole ? undefined : 'CN-2' } };
}

/** A check of the share of runs that are good in some way. */
export function defineShareCheck(check: ShareCheck): Check<TrialView> {
  const { id, requirement, title, scenarios = EVERY_SCENARIO } = check;
  return defineCampaignCheck<TrialView, Fact>({
    id,
    requirement,
    title,
    scenarios,
    collect(view) {
      if (!scenarios.includes(view.scenario)) return [];
      const facts = valueRunsOf(view).map((run) => factOf(run, view.trial));
      return facts.length > 0 ? facts : [blankOf(view)];
    },
    conclude: (facts, terms) => conclude(check, facts, terms),
  });
}

function conclude(check: ShareCheck, facts: readonly Fact[], terms: Terms) {
  const runs = facts.flatMap((fact) => ('unseen' in fact ? [] : fact));
  const blanks = facts.flatMap((fact) => ('unseen' in fact ? fact.unseen : []));
  const hidden = runs.filter(({ outcome }) => outcome === 'hidden');
  const judged = runs.flatMap((fact) => {
    if (fact.outcome === 'hidden') return [];
    const isFailure = fact.outcome === 'failed';
    if (isFailure && check.countsFailures !== true) return [];
    const isGood = isFailure ? false : check.vote(fact, terms, runs);
    return isGood === undefined ? [] : [{ fact, vote: voteOf(check, fact, isGood) }];
  });
  const unseen =
    judged.length > 0 || blanks.length + hidden.length > 0 ? [...blanks, ...hidden] : leftOver(runs);
  return concludeShare({
    claim: check.claim(terms),
    expected: check.expected(terms),
    votes: judged.map(({ vote }) => vote),
    unseen,
    because: check.because(judged.filter(({ vote }) => !vote.isGood).map(({ fact }) => fact)),
    ...(check.showsAll === true ? { showsAll: true } : {}),
  });
}

/** Where no run concerns the check: those that failed are VL-2's, the others stated nothing, which is VL-1's. */
const leftOver = (runs: readonly RunFact[]): readonly Unseen[] =>
  runs.map(({ ref, outcome }) => ({ ref, because: outcome === 'failed' ? 'VL-2' : 'VL-1' }));

function voteOf({ words }: ShareCheck, fact: RunFact, isGood: boolean): Vote {
  const { name, score, outcome, ref } = fact;
  const seen = outcome === 'failed' ? 'it failed' : (words ?? (() => inParts(score)))(fact);
  return { isGood, words: `${name}: ${seen}`, ref, rank: score.total };
}
