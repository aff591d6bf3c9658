/**
 * Two runs on related data: what must be the same is the same, what must change has changed. Where both answers are
 * right, the pair holds. Where both are wrong, only one thing can still be seen: that the same figures came back for
 * data that have others.
 */
import { defineCampaignCheck } from '../../harness/core/check.ts';
import type { TrialView } from '../../harness/judge/views.ts';
import { VALUE_LABELS, type Variation } from '../../scenarios/value-questions.ts';
import { valueAnomalies, valueCapacity, valueSavings } from '../../scenarios/value-runs.ts';
import { type ValueRun, valueRunsOf } from './answers.ts';
import { figuresIn, plain } from './figures.ts';
import { ownFigures } from './rubric.ts';
import { concludeShare, MOST, type Unseen, type Vote } from './shares.ts';

const PAIRED = [valueSavings.id, valueAnomalies.id, valueCapacity.id];

type Relation = Exclude<Variation, 'given'>;

/** What is to be seen of a pair, in words. */
const RELATIONS: Readonly<Record<Relation, string>> = {
  permuted: 'same rows in another order, same answer',
  doubled: 'doubled values, doubled figures',
  other: 'other data, other figures',
};

type Pair = Vote | Unseen;

const isRight = ({ score }: ValueRun): boolean => score.parts[0]?.isRight === true;

/** What an answer is recognised by: the figures that neither question contains, or else its words. */
function fingerprint({ answer, task }: ValueRun, given: readonly number[]): string {
  const text = plain(answer);
  const own = ownFigures(figuresIn(text, task.names), given).map(({ readings }) => readings[0]?.value ?? 0);
  return own.length > 0 ? own.join(' ') : text;
}

function isSame(one: ValueRun, other: ValueRun): boolean {
  const given = [...one.task.given, ...other.task.given];
  return fingerprint(one, given) === fingerprint(other, given);
}

function judgePair(given: ValueRun, other: ValueRun, relation: Relation, view: TrialView): Pair {
  const ref = view.ref(...given.ref.entries, ...other.ref.entries);
  const words = (seen: string): string => `${view.trial}, ${RELATIONS[relation]}: ${seen}`;
  const hidden = [given, other].find(({ outcome }) => outcome !== 'answered');
  if (hidden !== undefined) return { ref, because: hidden.outcome === 'failed' ? 'VL-2' : hidden.because };
  const right = [given, other].filter(isRight).length;
  if (right === 2) return { isGood: true, words: words('both are right'), ref };
  if (right === 1) return { isGood: false, words: words('only one of the two is right'), ref };
  if (relation === 'permuted' || !isSame(given, other)) return { ref, because: 'VL-1' };
  return { isGood: false, words: words('the same figures came back'), ref };
}

function pairsOf(view: TrialView): readonly Pair[] {
  if (!PAIRED.includes(view.scenario)) return [];
  const runs = valueRunsOf(view);
  const of = (variation: Variation): ValueRun | undefined =>
    runs.find(({ run }) => run.label === VALUE_LABELS[variation]);
  const given = of('given');
  return (Object.keys(RELATIONS) as Relation[]).map((relation) => {
    const other = of(relation);
    if (given !== undefined && other !== undefined) return judgePair(given, other, relation, view);
    return { ref: view.ref(), because: given === undefined && view.isWhole ? 'CN-2' : undefined };
  });
}

const isVote = (pair: Pair): pair is Vote => 'isGood' in pair;

/**
 * Pairs of which nothing can be seen count against a pass and not for anything else: what is claimed against the
 * target is claimed of those that show something.
 */
export const pairsAgree = defineCampaignCheck<TrialView, Pair>({
  id: 'value/related-data-have-related-answers',
  requirement: 'VL-6',
  title: 'answers follow their data: same rows, doubled values, other data',
  scenarios: PAIRED,
  collect: pairsOf,
  conclude(pairs) {
    const votes = pairs.filter(isVote);
    const unseen = pairs.filter((pair): pair is Unseen => !isVote(pair));
    const expected = 'most pairs of answers related as their data are';
    const ballot = { claim: MOST, expected, votes, because: 'VL-1' };
    const visible = concludeShare({ ...ballot, unseen: [] });
    return visible[0]?.verdict === 'fail' ? visible : concludeShare({ ...ballot, unseen });
  },
});
