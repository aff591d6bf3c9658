import { defineRequirements } from '../../harness/core/requirement.ts';

const clause = 'docs/protocol.md 4.4';
const limits = 'docs/protocol.md 4.4 and 4.5';
const source = 'execution events, chat value';

/** What the answers are worth to whoever asked. */
export const requirements = defineRequirements([
  {
    id: 'VL-1',
    level: 'MUST',
    clause,
    source,
    text: 'An answer MUST state the true figures of the data its run was given, at the share of runs that must succeed.',
  },
  {
    id: 'VL-2',
    level: 'MUST',
    clause: limits,
    source,
    text: 'The share of runs whose answer reaches the quality limit MUST reach the success rate, with confidence; each score is shown in its parts.',
  },
  {
    id: 'VL-3',
    level: 'MUST',
    clause,
    source,
    text: 'A cost optimisation MUST give savings, recommendations and implementation, and its savings figure MUST be right in most runs.',
  },
  {
    id: 'VL-4',
    level: 'MUST',
    clause,
    source,
    text: 'A search for anomalies MUST give anomalies, insights and recommendations, and MUST find what is there and little else in most runs.',
  },
  {
    id: 'VL-5',
    level: 'MUST',
    clause,
    source,
    text: 'A capacity plan MUST give forecast, capacity and recommendations, and its forecast MUST be right in most runs.',
  },
  {
    id: 'VL-6',
    level: 'MUST',
    clause,
    source,
    text: 'Answers MUST follow their data: the same for the same rows in another order, doubled for doubled values, different for other data.',
  },
  {
    id: 'VL-7',
    level: 'MUST',
    clause,
    source,
    text: 'An answer MUST NOT be canned: asked in the same words, it shows names that only its own data have.',
  },
  {
    id: 'VL-8',
    level: 'MUST',
    clause: 'docs/protocol.md 4.5',
    source,
    text: 'The rubric MUST NOT be stuffed: a keyword salad, an apology, a canned answer, an echo and an empty answer score below 0.3.',
  },
  {
    id: 'VL-9',
    level: 'MUST',
    clause,
    source,
    text: 'The figures of an answer MUST be grounded in the results of the tools of the same run.',
  },
]);
