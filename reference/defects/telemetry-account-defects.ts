import type { Boundaries } from '../boundaries.ts';
import type { EndedStep, EndedTurn } from '../runs/account.ts';
import type { AgentStep } from '../runs/resources.ts';
import type { Defect } from './defect.ts';

const SECTION = { breaks: '8', mustFail: ['X-3'], mayFail: [] } as const;

const HOUR_MS = 3_600_000;
const LABEL_CHARACTERS = 200;

/** A boundary that tells the telemetry something else of turns that ended. */
function telling(change: (turn: EndedTurn) => EndedTurn): Partial<Boundaries> {
  return { exports: (honest) => (turn) => honest(change(turn)) };
}

function withSteps(turn: EndedTurn, change: (step: AgentStep, name: string) => EndedStep): EndedTurn {
  return { ...turn, steps: turn.steps.map(({ step, name }) => change(step, name)) };
}

function later(time: string | null, ms: number): string | null {
  return time === null ? null : new Date(Date.parse(time) + ms).toISOString();
}

/** Telemetry that tells another story of a run than the other accounts. */
export const telemetryAccountDefects: readonly Defect[] = [
  {
    ...SECTION,
    id: 'D-X-NEVER-TOLD',
    family: 'silent drop',
    title: 'the telemetry never shows a run of the deployment',
    build: () => ({ exports: () => () => undefined }),
  },
  {
    ...SECTION,
    id: 'D-X-TOLD-LATE',
    family: 'delayed',
    title: 'the telemetry shows a run minutes after its end',
    build: () => ({
      exports: (honest) => (turn) => {
        setTimeout(() => honest(turn), HOUR_MS / 20).unref();
      },
    }),
  },
  {
    ...SECTION,
    id: 'D-X-TOLD-TWICE',
    family: 'duplicated',
    title: 'the telemetry shows each run a second time, under another id',
    build: ({ newId }) => ({
      exports: (honest) => (turn) => {
        honest(turn);
        const again = withSteps(turn, (step, name) => ({ step: { ...step, id: newId() }, name }));
        honest({ ...again, run: { ...turn.run, id: newId() } });
      },
    }),
  },
  {
    ...SECTION,
    id: 'D-X-FAILED-IS-SUCCESS',
    family: 'wrong status',
    title: 'a run that failed is a success in the telemetry',
    build: () =>
      telling((turn) =>
        turn.run.status === 'FAILED'
          ? {
              ...withSteps(turn, (step, name) => ({ step: { ...step, status: 'COMPLETED' }, name })),
              run: { ...turn.run, status: 'COMPLETED' },
            }
          : turn,
      ),
  },
  {
    ...SECTION,
    id: 'D-X-CANCELLED-IS-SUCCESS',
    family: 'wrong status',
    title: 'a cancelled run is a success in the telemetry',
    build: () =>
      telling((turn) =>
        turn.run.status === 'CANCELLED' ? { ...turn, run: { ...turn.run, status: 'COMPLETED' } } : turn,
      ),
  },
  {
    ...SECTION,
    id: 'D-X-PARTIAL-IS-SUCCESS',
    family: 'wrong status',
    title: 'a run that succeeded after retries is a plain success in the telemetry',
    build: () =>
      telling((turn) =>
        turn.run.status === 'COMPLETED'
          ? withSteps(turn, (step, name) => ({ step: { ...step, status: 'COMPLETED' }, name }))
          : turn,
      ),
  },
  {
    ...SECTION,
    id: 'D-X-DURATIONS',
    family: 'wrong figure',
    title: 'steps take a second longer in the telemetry',
    build: () =>
      telling((turn) =>
        withSteps(turn, (step, name) => {
          const durationMs = (step.durationMs ?? 0) + 1_000;
          return { step: { ...step, durationMs, completedAt: later(step.completedAt, 1_000) }, name };
        }),
      ),
  },
  {
    ...SECTION,
    id: 'D-X-STEP-IDS',
    family: 'wrong id',
    title: 'steps have other ids in the telemetry',
    build: ({ newId }) =>
      telling((turn) => withSteps(turn, (step, name) => ({ step: { ...step, id: newId() }, name }))),
  },
  {
    ...SECTION,
    id: 'D-X-STEP-LOST',
    family: 'missing',
    title: 'the last step is missing in the telemetry',
    build: () => telling((turn) => ({ ...turn, steps: turn.steps.slice(0, -1) })),
  },
  {
    ...SECTION,
    id: 'D-X-STEPS-REVERSED',
    family: 'reordered',
    title: 'steps come in the reverse order in the telemetry',
    build: () => telling((turn) => ({ ...turn, steps: turn.steps.toReversed() })),
  },
  {
    ...SECTION,
    id: 'D-X-PROMPT-TOLD',
    family: 'leaked through telemetry',
    title: 'steps are named after what was asked',
    mayFail: [...SECTION.mayFail, 'IS-7'],
    build: () =>
      telling((turn) => {
        const asked = turn.run.inputQuery.slice(0, LABEL_CHARACTERS);
        return withSteps(turn, (step) => ({ step, name: asked }));
      }),
  },
  {
    ...SECTION,
    id: 'D-X-OTHER-TENANT',
    family: 'wrong user',
    title: 'runs are told to the telemetry of another tenant',
    build: () =>
      telling((turn) => ({
        ...turn,
        principal: { ...turn.principal, tenant: `not-${turn.principal.tenant}` },
      })),
  },
];
