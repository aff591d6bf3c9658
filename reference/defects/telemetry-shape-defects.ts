import { handling, withBody } from './answers.ts';
import type { Defect } from './defect.ts';
import type { Frame } from './frames.ts';
import {
  failureIn,
  hearing,
  lenient,
  listIn,
  strict,
  TELEMETRY_RUNS,
  telemetry,
  withFailure,
  withSteps,
} from './telemetry-answers.ts';

const SECTION = { breaks: '7' } as const;

const STATUSES: ReadonlySet<unknown> = new Set(['success', 'failure', 'partial']);

const MADE_UP = {
  agent_id: 'unknown',
  agent_version: '0',
  status: 'success',
  started_at: '2024-01-01T00:00:00Z',
};

/** Only the beginning of a text. */
function cut(value: unknown, length: number): unknown {
  return typeof value === 'string' ? value.slice(0, length) || 'unknown' : value;
}

/** The step with an end that fits its beginning. */
function endedInTime(part: Frame): Frame {
  const { ended_at, started_at } = part;
  return String(ended_at) < String(started_at) ? { ...part, ended_at: started_at } : part;
}

/** An ingest that takes what it must refuse, by mending it in silence. */
export const telemetryShapeDefects: readonly Defect[] = [
  {
    ...SECTION,
    id: 'D-TR-ANY-STATUS',
    family: 'swallowed error',
    title: 'a run of any status is taken, as a success',
    mustFail: ['TR-1.3'],
    mayFail: ['RS-13'],
    build: () =>
      lenient((run) => (STATUSES.has(run['status'] ?? 'success') ? run : { ...run, status: 'success' })),
  },
  {
    ...SECTION,
    id: 'D-TR-ANY-STEP-TYPE',
    family: 'swallowed error',
    title: 'a step of any type is taken, as another',
    mustFail: ['TR-1.5'],
    mayFail: [],
    build: () => lenient((run) => withSteps(run, (step) => ({ ...step, step_type: 'other' }))),
  },
  {
    ...SECTION,
    id: 'D-TR-ANY-FAILURE-TYPE',
    family: 'swallowed error',
    title: 'a failure of any type is taken',
    mustFail: ['TR-1.7'],
    mayFail: [],
    build: () => lenient((run) => withFailure(run, { failure_type: 'orchestration' })),
  },
  {
    ...SECTION,
    id: 'D-TR-CODE-CUT',
    family: 'swallowed error',
    title: 'failure codes of any length are taken',
    mustFail: ['TR-1.8'],
    mayFail: [],
    build: () =>
      lenient((run) => withFailure(run, { failure_code: cut(failureIn(run)?.['failure_code'], 100) })),
  },
  {
    ...SECTION,
    id: 'D-TR-CODES-SHORT',
    family: 'over-refusal',
    title: 'failure codes of more than 50 characters are refused',
    mustFail: ['TR-1.8'],
    mayFail: [],
    build: () => strict('VALIDATION', (run) => String(failureIn(run)?.['failure_code'] ?? '').length > 50),
  },
  {
    ...SECTION,
    id: 'M8',
    family: 'swallowed error',
    title: 'a failure is taken without an account of it when that is left out',
    mustFail: ['TR-1.9'],
    mayFail: [],
    build: () =>
      lenient((run) =>
        run['status'] === 'failure' && !('failure' in run) ? { ...run, status: 'success' } : run,
      ),
  },
  {
    ...SECTION,
    id: 'D-TR-ID-REQUIRED',
    family: 'over-refusal',
    title: 'a run without an id is refused',
    mustFail: ['TR-1.10'],
    mayFail: ['LT-8'],
    build: () => strict('VALIDATION', (run) => !('run_id' in run)),
  },
  {
    ...SECTION,
    id: 'D-TR-DEFAULTS',
    family: 'placeholder',
    title: 'whatever a run does not say is made up',
    mustFail: ['TR-1.11'],
    mayFail: [],
    build: () => lenient((run) => ('run_id' in run ? { ...MADE_UP, ...run } : run)),
  },
  {
    ...SECTION,
    id: 'D-TR-NAMES-CUT',
    family: 'truncated',
    title: 'names that are too long are cut',
    mustFail: ['TR-1.12'],
    mayFail: [],
    build: () =>
      lenient((run) => ({
        ...run,
        agent_id: cut(run['agent_id'], 255),
        agent_version: cut(run['agent_version'], 100),
        environment: cut(run['environment'], 50),
      })),
  },
  {
    ...SECTION,
    id: 'D-TR-ENVIRONMENT-OTHER',
    family: 'placeholder',
    title: 'a run without an environment is put into another than production',
    mustFail: ['TR-1.13'],
    mayFail: [],
    build: () => hearing((run) => ({ environment: 'development', ...run })),
  },
  {
    ...SECTION,
    id: 'D-TR-BACKWARDS',
    family: 'swallowed error',
    title: 'an end before the beginning is taken',
    mustFail: ['TR-1.14'],
    mayFail: [],
    build: () => lenient((run) => withSteps(endedInTime(run), endedInTime)),
  },
  {
    ...SECTION,
    id: 'D-TR-ALWAYS-ENDED',
    family: 'placeholder',
    title: 'a run that has not ended is given an end',
    mustFail: ['TR-1.15'],
    mayFail: [],
    build: () => hearing((run) => ({ ...run, ended_at: run['ended_at'] ?? run['started_at'] })),
  },
  {
    ...SECTION,
    id: 'D-TR-LATENCY-ROUNDED',
    family: 'truncated',
    title: 'latencies that are none are rounded',
    mustFail: ['TR-1.16'],
    mayFail: [],
    build: () =>
      lenient((run) =>
        withSteps(run, (step) => ({
          ...step,
          seq: Math.max(0, Number(step['seq'])),
          latency_ms: Math.max(0, Math.round(Number(step['latency_ms']))),
        })),
      ),
  },
  {
    ...SECTION,
    id: 'D-TR-BAD-JSON-FAILS',
    family: 'wrong status',
    title: 'a body that is no JSON makes the ingest fail',
    mustFail: ['TR-1.17'],
    mayFail: ['TR-1.1', 'TR-4.11', 'X-1', 'RS-13'],
    build: () =>
      handling(
        ({ method, path }) => method === 'POST' && TELEMETRY_RUNS.test(path),
        async ({ request }, honest) => {
          const text = await request.clone().text();
          const response = await honest(request);
          if (response.status < 400 || /^\s*\{[\s\S]*\}\s*$/.test(text)) return response;
          return withBody(response, { detail: 'unexpected token', code: 'UNAVAILABLE' }, 500);
        },
      ),
  },
  {
    ...SECTION,
    id: 'D-TR-STEP-MADE-UP',
    family: 'placeholder',
    title: 'a run without steps is given one',
    mustFail: ['TR-1.18', 'TR-7.3'],
    mayFail: telemetry(9),
    build: () =>
      hearing((run) => {
        if (!('steps' in run) || listIn(run, 'steps').length > 0) return run;
        const step = { seq: 0, step_type: 'other', name: 'run', latency_ms: 0 };
        return { ...run, steps: [{ ...step, started_at: run['started_at'] }] };
      }),
  },
  {
    ...SECTION,
    id: 'D-TR-SEQ-ANY',
    family: 'wrong id',
    title: 'gaps and repeats of seq are taken',
    mustFail: ['TR-2.3'],
    mayFail: ['TR-1.16', 'RS-13'],
    build: () => lenient((run) => withSteps(run, (step, seq) => ({ ...step, seq }))),
  },
  {
    ...SECTION,
    id: 'D-TR-STEP-REUSED',
    family: 'swallowed error',
    title: 'a step id that another run has is taken',
    mustFail: ['TR-3.4'],
    mayFail: ['RS-13'],
    build: () => lenient((run) => withSteps(run, ({ step_id: _, ...step }) => step)),
  },
  {
    ...SECTION,
    id: 'D-TR-STRAY-STEP',
    family: 'swallowed error',
    title: 'a failure of a step that the run does not have is taken',
    mustFail: ['TR-3.5'],
    mayFail: [],
    build: () => lenient((run) => withFailure(run, { step_id: null })),
  },
];
