import { defineRequirements, type Requirement } from '../../harness/core/requirement.ts';

const common = {
  level: 'MUST',
  clause: 'docs/protocol.md 4.6',
  when: ['multi-agent'],
} as const satisfies Partial<Requirement>;

/** That a task which needs several agents is done by several, and that their user can follow who does what. */
export const requirements = defineRequirements([
  {
    id: 'MA-1',
    ...common,
    source: 'end-to-end scenarios, test 003',
    text: 'A supervisor MUST have at least two other agents take part in what needs them, each under its name.',
  },
  {
    id: 'MA-2',
    ...common,
    source: 'end-to-end scenarios, test 003',
    text:
      'Each hand-over MUST be followed by a sub-run of the same user and thread, which names its parent and has a ' +
      'whole lifecycle of its own.',
  },
  {
    id: 'MA-3',
    ...common,
    source: 'execution events',
    text: 'A sub-run MUST be announced once, start after that, and end before its parent does.',
  },
  {
    id: 'MA-4',
    ...common,
    source: 'execution events',
    text: 'A supervisor MUST hand over in the declared order; that is the data agent before the optimisation agent.',
  },
  {
    id: 'MA-5',
    ...common,
    source: 'end-to-end scenarios, test 003',
    text:
      'A supervisor MUST complete within the limit, and its answer MUST use amounts that its sub-runs found and no ' +
      'others: each stands, as it is or rounded, in a tool result of the request, in an answer of a sub-run or in the ' +
      'request itself, or is the sum or the difference of two results. An amount has three digits or more that count; ' +
      'years, dates, times, percentages and the numbers in names are none.',
  },
]);
