import { createHash } from 'node:crypto';
import { z } from 'zod';
import { isStorable } from '../store/ids.ts';
import { breachOfMetadata, breachOfText, type PrivacyBreach } from './privacy.ts';
import { telemetryFailureType, telemetryStatus, telemetryStepType } from './resources.ts';

/** More than any run of the deployment itself can have. */
const MAX_STEPS = 25_000;
const MAX_MESSAGE = 1_000;

/** The store has no year 0. */
const EARLIEST_MS = Date.parse('0001-01-01T00:00:00Z');

const uuid = z.guid().toLowerCase();
const time = z.iso.datetime({ offset: true }).refine((text) => Date.parse(text) >= EARLIEST_MS);
const text = (max: number) => z.string().min(1).max(max).refine(isStorable);

/** Kept as it came: a copy could lose what a schema does not see, and privacy looks at everything. */
const metadata = z.custom<Readonly<Record<string, unknown>>>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
);

const step = z.strictObject({
  step_id: uuid.optional(),
  seq: z.int().min(0),
  step_type: telemetryStepType,
  name: text(255),
  latency_ms: z.int().min(0),
  started_at: time,
  ended_at: time.nullish(),
  metadata: metadata.optional().meta({ type: 'object' }),
});

const failure = z.strictObject({
  step_id: uuid.nullish(),
  failure_type: telemetryFailureType,
  failure_code: text(100),
  message: z.string().max(MAX_MESSAGE).refine(isStorable),
});

const shape = z.strictObject({
  run_id: uuid.optional(),
  agent_id: text(255),
  agent_version: text(100),
  environment: text(50).default('production'),
  status: telemetryStatus,
  started_at: time,
  ended_at: time.nullish(),
  steps: z.array(step).max(MAX_STEPS).default([]),
  failure: failure.nullish(),
});

type Shape = z.output<typeof shape>;
type Complain = (path: readonly (string | number)[], message: string) => void;

interface Span {
  readonly started_at: string;
  readonly ended_at?: string | null | undefined;
}

function endsEarly({ started_at, ended_at }: Span): boolean {
  return typeof ended_at === 'string' && Date.parse(ended_at) < Date.parse(started_at);
}

function complainOfSteps({ steps }: Shape, complain: Complain): void {
  const numbers = new Set(steps.map(({ seq }) => seq));
  const isCounted = numbers.size === steps.length && steps.every(({ seq }) => seq < steps.length);
  if (!isCounted) complain(['steps'], 'seq must count from 0 without gaps and without repeats');
  const ids = steps.flatMap(({ step_id }) => step_id ?? []);
  if (new Set(ids).size !== ids.length) complain(['steps'], 'step_id must not repeat');
  steps.forEach((each, index) => {
    if (endsEarly(each)) complain(['steps', index, 'ended_at'], 'must not be before started_at');
  });
}

function complainOfOutcome({ status, failure: given, steps }: Shape, complain: Complain): void {
  const isGiven = given !== undefined && given !== null;
  if (isGiven !== (status === 'failure')) {
    complain(['failure'], 'must be given if and only if the status is failure');
  }
  const stepId = given?.step_id ?? undefined;
  if (stepId !== undefined && !steps.some(({ step_id }) => step_id === stepId)) {
    complain(['failure', 'step_id'], 'must be a step of the run');
  }
}

/** A run as it is sent to the ingest (docs/protocol.md 7.1); what is left out has its default. */
export const ingestBody = shape.superRefine((run, context) => {
  const complain: Complain = (path, message) =>
    context.addIssue({ code: 'custom', path: [...path], message });
  if (endsEarly(run)) complain(['ended_at'], 'must not be before started_at');
  complainOfSteps(run, complain);
  complainOfOutcome(run, complain);
});

/** A run as it was sent. */
export type SentRun = Readonly<z.output<typeof ingestBody>>;

/** Where something breaks the rules of privacy, and which rule; names nothing that was sent. */
export interface PrivacyProblem {
  readonly loc: readonly (string | number)[];
  readonly breach: PrivacyBreach;
}

/** The first thing in a run that telemetry must not hold. */
export function privacyProblem({ steps, failure: given }: SentRun): PrivacyProblem | undefined {
  for (const [index, { metadata: found }] of steps.entries()) {
    const breach = breachOfMetadata(found);
    if (breach !== undefined) return { loc: ['steps', index, 'metadata'], breach };
  }
  const breach = breachOfText(given?.message ?? '');
  return breach === undefined ? undefined : { loc: ['failure', 'message'], breach };
}

/** JSON in which the order of members does not show. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([left], [right]) => (left < right ? -1 : 1)))
      : inner,
  );
}

/** The same for two bodies that say the same, whatever the order they say it in. */
export function digestOf(run: SentRun): string {
  const steps = [...run.steps].sort((left, right) => left.seq - right.seq);
  const said = {
    ...run,
    steps: steps.map((each) => ({ ...each, ended_at: each.ended_at ?? null, metadata: each.metadata ?? {} })),
    ended_at: run.ended_at ?? null,
    failure: run.failure == null ? null : { ...run.failure, step_id: run.failure.step_id ?? null },
  };
  return createHash('sha256').update(canonical(said)).digest('hex');
}
