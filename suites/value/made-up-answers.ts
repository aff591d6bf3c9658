/**
 * Answers that nobody gave: those that a rubric must not fall for, and the ideal one. Made from the very questions of
 * the campaign that is judged, so that the rubric is tried on what it was used for.
 */
import type { Task, Truth } from './tasks.ts';
import { readResults, type ToolResults } from './tool-results.ts';

export interface MadeUp {
  readonly name: string;
  readonly answer: string;
}

const SALAD =
  'Savings, recommendations, implementation, anomalies, insights, forecast, capacity, total cost, optimisation, ' +
  'analysis, trend, outlier, efficiency, strategy, roadmap, value. Recommendations: savings. Insights: anomalies. ' +
  'Implementation: capacity. Forecast: recommendations. We analysed the data and optimised the total cost savings.';

const APOLOGY =
  'I am sorry, but I could not complete the analysis. Without access to the data I cannot determine savings, ' +
  'anomalies or a forecast, nor give insights, capacity, total cost, recommendations or an implementation. Please ' +
  'try again later.';

const CANNED =
  '## Savings\nOur analysis found potential savings of $12,450.75 per month, or 23.5 % of the total cost.\n' +
  '## Anomalies\n3 anomalies were detected.\n## Insights\nUsage peaks on weekdays.\n## Forecast\nGrowth of 4.2 % per ' +
  'month; capacity is sufficient until week 214.\n## Recommendations\n1. Rightsize.\n2. Use reserved instances.\n' +
  '## Implementation\nPhase 1 takes 2 weeks.';

/** Numbers so close to each other that whatever the truth is, one of them is near enough: 1 to 20 000 in steps of 1 %. */
const FLOOD = Array.from({ length: 1_000 }, (_, index) => (1.01 ** index).toFixed(2)).join(' ');

/** What has to score badly. */
export const stuffing = (message: string): readonly MadeUp[] => [
  { name: 'keyword salad', answer: SALAD },
  { name: 'apology', answer: APOLOGY },
  { name: 'canned answer', answer: CANNED },
  { name: 'echo of the question', answer: message },
  { name: 'echo under headings', answer: `${SALAD}\n${message}` },
  { name: 'flood of figures', answer: FLOOD },
  { name: 'empty answer', answer: '' },
];

function sentenceOf(truth: Truth): string {
  if (truth.kind === 'selection') return `${truth.name}: ${truth.wanted.join(', ')}.`;
  const whose = truth.of === undefined ? '' : `${truth.of}, `;
  return `${truth.name}: ${whose}${truth.value.toFixed(2)}.`;
}

/** The best answer there is, and the results of tools from which it follows. */
export function idealAnswer({ truths, indicators }: Task): MadeUp & { readonly results: ToolResults } {
  const headings = indicators.map(({ name }) => `${name}: as follows.`);
  const results = truths.map((truth) => (truth.kind === 'selection' ? truth.wanted : truth.value));
  return {
    name: 'ideal answer',
    answer: [...headings, ...truths.map(sentenceOf)].join('\n'),
    results: readResults(results, []),
  };
}
