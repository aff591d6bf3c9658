/** Checks of what the answers say: that it is true, good enough, complete, grounded, and about the data at hand. */
import { claimOf } from '../../harness/stats/claim.ts';
import { SCENARIOS } from './answers.ts';
import { defineShareCheck, type RunFact } from './share-check.ts';
import { MOST } from './shares.ts';
import type { Kind } from './tasks.ts';

const percent = (share: number): string => `${Math.round(share * 100)} %`;

/** What was asked for above all is stated, and true. */
const isRight = ({ score }: RunFact): boolean => score.parts[0]?.isRight === true;

const OF_KIND: Readonly<Record<Kind, string | undefined>> = {
  savings: 'VL-3',
  anomalies: 'VL-4',
  capacity: 'VL-5',
  totals: undefined,
};

/** The requirement on the kind of question that went wrong most often. */
function kindOfMost(bad: readonly RunFact[]): string | undefined {
  const counts = new Map<Kind, number>();
  for (const { kind } of bad) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  const [kind] = [...counts].reduce<readonly [Kind | undefined, number]>(
    (most, one) => (one[1] > most[1] ? one : most),
    [undefined, 0],
  );
  return kind === undefined ? undefined : OF_KIND[kind];
}

const wrongFigures = (bad: readonly RunFact[]): string | undefined =>
  bad.some((fact) => !isRight(fact)) ? 'VL-1' : undefined;

export const statesTheTruth = defineShareCheck({
  id: 'value/states-true-figures',
  requirement: 'VL-1',
  title: 'answers state the true figures of the data they were given',
  claim: ({ thresholds }) => claimOf(thresholds.successRate),
  expected: ({ thresholds }) =>
    `the true figures in at least ${percent(thresholds.successRate)} of the answers`,
  vote: isRight,
  because: kindOfMost,
});

export const answersAreGood = defineShareCheck({
  id: 'value/answers-are-good',
  requirement: 'VL-2',
  title: 'the share of runs with a good answer is as large as claimed',
  claim: ({ thresholds }) => claimOf(thresholds.successRate),
  expected: ({ thresholds: { answerQuality, successRate } }) =>
    `a score of ${answerQuality} or more in at least ${percent(successRate)} of the runs`,
  vote: ({ score }, { thresholds }) => score.total >= thresholds.answerQuality,
  countsFailures: true,
  because: wrongFigures,
  showsAll: true,
});

/** A check of one kind of question: its main figure is right, and all parts that were asked for are there. */
const ofKind = (kind: 'savings' | 'anomalies' | 'capacity', id: string, title: string, expected: string) =>
  defineShareCheck({
    id,
    requirement: OF_KIND[kind] ?? '',
    title,
    scenarios: SCENARIOS[kind],
    claim: () => MOST,
    expected: () => `${expected}, in most of the answers`,
    vote: (fact) => (fact.kind === kind ? isRight(fact) && fact.score.missing.length === 0 : undefined),
    because: wrongFigures,
  });

export const savingsAreRight = ofKind(
  'savings',
  'value/savings-are-right',
  'a cost optimisation has savings that are right, recommendations and implementation',
  'the true total of the savings, with recommendations and implementation',
);

export const anomaliesAreFound = ofKind(
  'anomalies',
  'value/anomalies-are-found',
  'a search for anomalies names those that are there and few others, with insights and recommendations',
  'precision of 0.6 and recall of 0.75 or more, with insights and recommendations',
);

export const forecastsAreRight = ofKind(
  'capacity',
  'value/forecasts-are-right',
  'a capacity plan has a forecast that is right, capacity and recommendations',
  'the forecast within 2 % of the trend, with capacity and recommendations',
);

/** The answer calls things by the names of its own data, and by those of no other data of the campaign. */
function showsItsData({ word, wordsShown }: RunFact, all: readonly RunFact[]): boolean | undefined {
  if (word === undefined) return undefined;
  const foreign = all.some(
    (one) => one.word !== undefined && one.word !== word && wordsShown.includes(one.word),
  );
  return wordsShown.includes(word) && !foreign;
}

export const answersShowTheirData = defineShareCheck({
  id: 'value/answers-show-their-data',
  requirement: 'VL-7',
  title: 'answers name what is in their own data, and nothing of other data',
  claim: ({ thresholds }) => claimOf(thresholds.successRate),
  expected: ({ thresholds }) =>
    `names that only its own data have in at least ${percent(thresholds.successRate)} of the answers`,
  vote: (fact, _terms, all) => showsItsData(fact, all),
  words: ({ word, wordsShown }) =>
    `names with ${word} expected, names with ${wordsShown.join(', ') || 'none'} shown`,
  because: wrongFigures,
});

/** Of an answer's own figures so many have to be in the results; others may follow from them. */
const LEAST_GROUNDED = 0.5;

/** What is right is among the results, and so is most of the rest; nothing for an answer without figures of its own. */
function isGrounded({ score: { parts, own } }: RunFact): boolean | undefined {
  const right = parts.filter((part) => part.isRight);
  if (right.length === 0 && own.stated === 0) return undefined;
  return right.every((part) => part.isGrounded) && own.grounded >= LEAST_GROUNDED * own.stated;
}

export const figuresAreGrounded = defineShareCheck({
  id: 'value/figures-are-grounded',
  requirement: 'VL-9',
  title: 'figures of an answer are in the results of the tools of its run',
  claim: ({ thresholds }) => claimOf(thresholds.successRate),
  expected: ({ thresholds }) =>
    `figures from the run's own tool results in at least ${percent(thresholds.successRate)} of the answers`,
  vote: isGrounded,
  words: ({ score: { parts, own } }) => {
    const loose = parts.filter((part) => part.isRight && !part.isGrounded).map(({ name }) => name);
    const named = loose.length === 0 ? '' : `; not found: ${loose.join(', ')}`;
    return `${own.grounded} of ${own.stated} figures of its own are in the tool results${named}`;
  },
  because: wrongFigures,
});
