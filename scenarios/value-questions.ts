/**
 * What the agents are asked whose answers are compared with the truth. Each question states its rules, so that there
 * is one true answer, and the judge reads the rules from the question that was sent. The headings are asked for by
 * name; a right answer under other headings loses little.
 */
import {
  csvOf,
  type DataSet,
  doubled,
  fenced,
  growingDemand,
  jsonOf,
  payments,
  permuted,
  type Random,
  resourceBill,
} from './data-sets.ts';

/** A question with the data that it is about. */
export interface Question {
  readonly text: string;
  readonly data: DataSet;
}

/** A question, and what is asked besides so that the answers can be held against each other. */
export interface Family {
  readonly given: Question;
  readonly permuted: Question;
  readonly doubled: Question;
  readonly other: Question;
}

/** Six hexadecimal digits that the names of a data set carry, new in each trial. */
export interface Words {
  readonly given: string;
  readonly other: string;
}

/** How a run's data differ from those of the first run of its trial. */
export const VARIATIONS = ['given', 'permuted', 'doubled', 'other'] as const;
export type Variation = (typeof VARIATIONS)[number];

/** Labels by which checks find these runs; `analysis` says that they have data to work on. */
export const VALUE_LABELS: Readonly<Record<Variation, string>> = {
  given: 'analysis of the data as given',
  permuted: 'analysis of the same rows in another order',
  doubled: 'analysis of doubled values',
  other: 'analysis of other data',
};

/** The run on data that were handed over as a context item. */
export const CONTEXT_LABEL = 'analysis of a context item';

const SAVINGS =
  'Where can this bill be reduced? A resource is idle below 5 % of CPU utilisation: stopping it saves its whole cost. ' +
  'Any other is underused below 40 %: rightsizing it saves 50 % of its cost. Leave the others alone. State the total ' +
  'monthly savings, the resource that saves most and how much that is, what you recommend, and how to implement it, ' +
  'under the headings Savings, Recommendations and Implementation. Write figures in full, with two decimals.';

const ANOMALIES =
  'Find the anomalies among these payments: amounts that do not belong with the others. Name each with its ' +
  'transaction id, and name no others. Say what insights follow and what you recommend, under the headings Anomalies, ' +
  'Insights and Recommendations.';

const capacityText = (measure: string, limit: number): string =>
  `The capacity limit is ${limit} units. Forecast ${measure} for the next 8 weeks along its linear trend. State the ` +
  'forecast for week 48, the week when the trend reaches the limit, the capacity that is needed, and what you ' +
  `recommend, under the headings Forecast, Capacity and Recommendations. Call the measure ${measure}, as the data does.`;

/** The bill and what can be saved of it. */
export const savingsQuestion = (data: DataSet): Question => ({ text: SAVINGS, data });

/** A bill, and its variations. */
export function savingsFamily(random: Random, words: Words): Family {
  const other = savingsQuestion(resourceBill(random, words.other));
  return familyOf(random, resourceBill(random, words.given), savingsQuestion, other);
}

/** Payments with anomalies among them, and their variations. */
export function anomalyFamily(random: Random, words: Words): Family {
  const question = (data: DataSet): Question => ({ text: ANOMALIES, data });
  return familyOf(random, payments(random, words.given), question, question(payments(random, words.other)));
}

/** A growing demand, and its variations; twice the demand heads for twice the limit. */
export function capacityFamily(random: Random, words: Words): Family {
  const first = growingDemand(random, words.given);
  const second = growingDemand(random, words.other);
  const question = (data: DataSet, limit: number): Question => ({
    text: capacityText(data.columns[1] ?? '', limit),
    data,
  });
  const family = familyOf(
    random,
    first.data,
    (data) => question(data, first.limit),
    question(second.data, second.limit),
  );
  return { ...family, doubled: question(family.doubled.data, first.limit * 2) };
}

/** The measured column comes second in each data set. */
const MEASURE = 1;

function familyOf(
  random: Random,
  data: DataSet,
  question: (data: DataSet) => Question,
  other: Question,
): Family {
  return {
    given: question(data),
    permuted: question(permuted(random, data)),
    doubled: question(doubled(data, MEASURE)),
    other,
  };
}

/** The question, and its data as a fenced block. */
export const messageOf = ({ text, data }: Question, format: 'csv' | 'json' = 'csv'): string =>
  `${text}\n\n${format === 'csv' ? fenced(csvOf(data)) : fenced(jsonOf(data), 'json')}`;
