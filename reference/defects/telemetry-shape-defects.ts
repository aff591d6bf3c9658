import { handling, withBody } from './answers.ts';
import type { Defect } from './defect.ts';
import type { Frame } from './frames.ts';
import {
  ANY_READING,
  failureIn,
  hearing,
  lenient,
  listIn,
  strict,
  TELEMETRY_RUNS,
  telemetry,
  withSteps,
} from './telemetry-answers.ts';

const SECTION = { breaks: '7', family: 'fields' } as const;

/** Only the beginning of a text. */
function cut(value: unknown, length: number): unknown {
  return typeof value === 'string' ? value.slice(0, length) || 'unknown' : value;
}

function withFailure(run: Frame, patch: Frame): Frame {
  const failure = failureIn(run);
  return failure === undefined ? run : { ...run, failure: { ...failure, ...patch } };
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
    title: 'a run of any status is taken, as a success',
    mustFail: ['TR-1.3'],
    mayFail: [],
    build: () => lenient((run) => ({ ...run, status: 'success' })),
  },
  {
    ...SECTION,
    id: 'D-TR-ANY-STEP-TYPE',
    title: 'a step of any type is taken, as another',
    mustFail: ['TR-1.5'],
    mayFail: [],
    build: () => lenient((run) => withSteps(run, (step) => ({ ...step, step_type: 'other' }))),
  },
  {
    ...SECTION,
    id: 'D-TR-ANY-FAILURE-TYPE',
    title: 'a failure of any type is taken',
    mustFail: ['TR-1.7'],
    mayFail: [],
    build: () => lenient((run) => withFailure(run, { failure_type: 'orchestration' })),
  },
  {
    ...SECTION,
    id: 'D-TR-CODE-CUT',
    title: 'failure codes of any length are taken',
    mustFail: ['TR-1.8'],
    mayFail: [],
    build: () =>
      lenient((run) => withFailure(run, { failure_code: cut(failureIn(run)?.['failure_code'], 100) })),
  },
  {
    ...SECTION,
    id: 'D-TR-CODES-CLOSED',
    title: 'only failure codes on a list are taken',
    mustFail: ['TR-1.8'],
    mayFail: [],
    build: () => {
      const known: ReadonlySet<unknown> = new Set([
        undefined,
        ...['timeout', 'schema_invalid', 'empty_retrieval', 'cancelled'],
      ]);
      return strict('VALIDATION', (run) => !known.has(failureIn(run)?.['failure_code']));
    },
  },
  {
    ...SECTION,
    id: 'M8',
    title: 'a failure is taken without an account of it when that is left out',
    mustFail: ['TR-1.9'],
    mayFail: [],
    build: () => lenient((run) => ('failure' in run ? run : { ...run, status: 'success' })),
  },
  {
    ...SECTION,
    id: 'D-TR-ID-REQUIRED',
    title: 'a run without an id is refused',
    mustFail: ['TR-1.10'],
    mayFail: [],
    build: () => strict('VALIDATION', (run) => !('run_id' in run)),
  },
  {
    ...SECTION,
    id: 'D-TR-DEFAULTS',
    title: 'whatever a run does not say is made up',
    mustFail: ['TR-1.11'],
    mayFail: [],
    build: () =>
      lenient((run) => ({
        ...{
          agent_id: 'unknown',
          agent_version: '0',
          status: 'success',
          started_at: new Date().toISOString(),
        },
        ...run,
      })),
  },
  {
    ...SECTION,
    id: 'D-TR-NAMES-CUT',
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
    title: 'a run without an environment is put into another than production',
    mustFail: ['TR-1.13'],
    mayFail: [],
    build: () => hearing((run) => ({ environment: 'development', ...run })),
  },
  {
    ...SECTION,
    id: 'D-TR-BACKWARDS',
    title: 'an end before the beginning is taken',
    mustFail: ['TR-1.14'],
    mayFail: [],
    build: () => lenient((run) => withSteps(endedInTime(run), endedInTime)),
  },
  {
    ...SECTION,
    id: 'D-TR-ALWAYS-ENDED',
    title: 'a run that has not ended is given an end',
    mustFail: ['TR-1.15'],
    mayFail: [],
    build: () => hearing((run) => ({ ...run, ended_at: run['ended_at'] ?? run['started_at'] })),
  },
  {
    ...SECTION,
    id: 'D-TR-LATENCY-ROUNDED',
    title: 'latencies that are none are rounded',
    mustFail: ['TR-1.16'],
    mayFail: [],
    build: () =>
      lenient((run) =>
        withSteps(run, (step, index) => ({
          ...step,
          seq: Math.max(index, 0),
          latency_ms: Math.max(0, Math.round(Number(step['latency_ms']))),
        })),
      ),
  },
  {
    ...SECTION,
    id: 'D-TR-BAD-JSON-FAILS',
    title: 'a body that is no JSON makes the ingest fail',
    mustFail: ['TR-1.17'],
    mayFail: ['TR-4.11', 'X-1'],
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
    id: 'D-TR-STEPS-REQUIRED',
    title: 'a run without steps is refused',
    mustFail: ['TR-1.18'],
    mayFail: ['TR-3.2', 'TR-7.3'],
    build: () => strict('VALIDATION', (run) => 'steps' in run && listIn(run, 'steps').length === 0),
  },
  {
    ...SECTION,
    family: 'order',
    id: 'D-TR-SEQ-ANY',
    title: 'gaps and repeats of seq are taken',
    mustFail: ['TR-2.3'],
    mayFail: ['TR-1.16'],
    build: () => lenient((run) => withSteps(run, (step, seq) => ({ ...step, seq }))),
  },
  {
    ...SECTION,
    id: 'D-TR-STEP-REUSED',
    title: 'a step id that another run has is taken',
    mustFail: ['TR-3.4'],
    mayFail: [],
    build: () => lenient((run) => withSteps(run, ({ step_id: _, ...step }) => step)),
  },
  {
    ...SECTION,
    id: 'D-TR-STRAY-STEP',
    title: 'a failure of a step that the run does not have is taken',
    mustFail: ['TR-3.5'],
    mayFail: [],
    build: () => lenient((run) => withFailure(run, { step_id: null })),
  },
  {
    ...SECTION,
    family: 'fake results',
    id: 'D-TR-STATUS-FLAT',
    title: 'a run that succeeded after retries is stored as a plain success',
    mustFail: ['TR-1.2'],
    mayFail: ANY_READING,
    build: () =>
      hearing((run) => ({ ...run, status: run['status'] === 'partial' ? 'success' : run['status'] })),
  },
  {
    ...SECTION,
    family: 'fake results',
    id: 'D-TR-STEP-TYPES-FLAT',
    title: 'every step is stored as another',
    mustFail: ['TR-1.4'],
    mayFail: ANY_READING,
    build: () => hearing((run) => withSteps(run, (step) => ({ ...step, step_type: 'other' }))),
  },
  {
    ...SECTION,
    family: 'fake results',
    id: 'D-TR-FAILURE-TYPES-FLAT',
    title: 'every failure is stored as one of the orchestration',
    mustFail: ['TR-1.6'],
    mayFail: telemetry(3, 6, 8, 9),
    build: () => hearing((run) => withFailure(run, { failure_type: 'orchestration' })),
  },
];
