import { defineRequirements } from '../../harness/core/requirement.ts';

const SOURCE = 'performance thresholds';
const LIMITS = { level: 'MUST', clause: 'docs/protocol.md 4.5', source: SOURCE } as const;

/** How long things take, of 95 in 100; single breaches of the same limits are judged by the lifecycle. */
export const requirements = defineRequirements([
  { id: 'LT-1', ...LIMITS, text: '95 of 100 sockets MUST be open within the limit for connecting.' },
  { id: 'LT-2', ...LIMITS, text: '95 of 100 sockets MUST be greeted within the limit for connecting.' },
  {
    id: 'LT-3',
    ...LIMITS,
    text: '95 of 100 runs MUST show their first lifecycle event within the limit for it.',
  },
  { id: 'LT-4', ...LIMITS, text: '95 of 100 runs MUST show their first tool event within the limit for it.' },
  {
    id: 'LT-5',
    ...LIMITS,
    text: '95 of 100 runs of each agent MUST complete within the limit that its kind of work has.',
  },
  {
    id: 'LT-6',
    ...LIMITS,
    text: '95 of 100 runs MUST NOT be silent between two events for longer than allowed.',
  },
  {
    id: 'LT-7',
    ...LIMITS,
    text: '95 of 100 cancelled runs MUST show their terminal event within the limit for cancellation.',
  },
  {
    id: 'LT-8',
    ...LIMITS,
    text: '95 of 100 answers of each HTTP endpoint MUST come within the limit for it, which for a test of an agent is the one for completion.',
  },
  {
    id: 'LT-9',
    level: 'MUST',
    clause: 'docs/protocol.md 4.5',
    source: 'performance benchmarks',
    text: 'No latency MUST be worse than that of a baseline campaign by more than the stated margin.',
  },
  {
    id: 'LT-10',
    level: 'MUST',
    clause: 'docs/protocol.md 4.5',
    source: 'load testing',
    text: 'While everybody works at once, 95 of 100 sessions MUST show the first event of their run within the limit for it, counted from when they were meant to begin; one that is never greeted, or never shows one, exceeds it.',
  },
  {
    id: 'LT-11',
    level: 'MUST',
    clause: 'docs/protocol.md 4.5',
    source: 'performance benchmarks',
    text: 'A benchmark MUST rest on five completed runs or more, and tell failed runs apart from slow ones, the first from the others, and the share of its answers that are good.',
  },
]);
