import type { Defect } from './defect.ts';
import { ANY_READING, failureIn, hearing, telemetry, withFailure, withSteps } from './telemetry-answers.ts';

const SECTION = { breaks: '7' } as const;

const STEP_TYPES: ReadonlySet<unknown> = new Set(['plan', 'retrieve', 'tool', 'respond']);
const FAILURE_TYPES: ReadonlySet<unknown> = new Set(['tool', 'model', 'retrieval']);

/** Kinds of runs, steps and failures that are stored as if they were all the same. */
export const telemetryFlatDefects: readonly Defect[] = [
  {
    ...SECTION,
    id: 'D-TR-STATUS-FLAT',
    family: 'drifted schema',
    title: 'a run that succeeded after retries is stored as a plain success',
    mustFail: ['TR-1.2'],
    mayFail: ANY_READING,
    build: () =>
      hearing((run) => ({ ...run, status: run['status'] === 'partial' ? 'success' : run['status'] })),
  },
  {
    ...SECTION,
    id: 'D-TR-STEP-TYPES-FLAT',
    family: 'drifted schema',
    title: 'every step is stored as another',
    mustFail: ['TR-1.4'],
    mayFail: ANY_READING,
    build: () =>
      hearing((run) =>
        withSteps(run, (step) =>
          STEP_TYPES.has(step['step_type']) ? { ...step, step_type: 'other' } : step,
        ),
      ),
  },
  {
    ...SECTION,
    id: 'D-TR-FAILURE-TYPES-FLAT',
    family: 'drifted schema',
    title: 'every failure is stored as one of the orchestration',
    mustFail: ['TR-1.6'],
    mayFail: telemetry(3, 6, 8, 9),
    build: () =>
      hearing((run) =>
        FAILURE_TYPES.has(failureIn(run)?.['failure_type'])
          ? withFailure(run, { failure_type: 'orchestration' })
          : run,
      ),
  },
];
