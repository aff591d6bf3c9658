/** What the cases of the telemetry do alike: an agent of their own, runs of it, and reading until they show. */
import { parseFields } from '../../harness/core/json.ts';
import type { Actor, HttpAnswer, HttpAsk, Stage } from '../../harness/core/scenario.ts';
import { AWAITED } from '../../harness/judge/telemetry-lag.ts';
import { unknownId } from '../agents-api/drive.ts';

export type Fields = Readonly<Record<string, unknown>>;

/** What a case stands on: telemetry cannot be deleted, so nobody else ever uses this agent's name. */
export interface Ground {
  readonly stage: Stage;
  readonly actor: Actor;
  readonly agentId: string;
  /** A moment that is over by the target's own clock, ms since the epoch. */
  readonly baseMs: number;
  /** How much longer the case waits for what it wrote to show, in all. */
  readonly patience: { leftMs: number };
}

/** Waited for longer than the limit, so that what never shows is known to be late. */
const PATIENCE = 1.25;
const MORE_MS = 2_000;
/** So long before the target's present that a run of these tests is over. */
const PAST_MS = 600_000;
/** For a target that does not date its answers. */
const NO_DATE = Date.parse('2026-01-05T10:00:00Z');

/** An agent name of the case's own, and the target's time. */
export async function openGround(stage: Stage, index = 0): Promise<Ground> {
  const actor = stage.actor(index);
  const clock = { label: 'clock', method: 'GET', surface: 'query', path: stage.health } as const;
  const answer = await actor.request({ ...clock, authenticated: false });
  const date = Date.parse(answer?.headers['date'] ?? '');
  return {
    stage,
    actor,
    agentId: `conformance-${stage.nonce(`agent ${index}`)}`,
    baseMs: (Number.isNaN(date) ? NO_DATE : date) - PAST_MS,
    patience: { leftMs: stage.thresholds.telemetryMs * PATIENCE + MORE_MS },
  };
}

/** A time so many milliseconds after the ground's. */
export const timeAt = ({ baseMs }: Ground, ms: number): string => new Date(baseMs + ms).toISOString();

/** The id that the case's run of that name has. */
export const runIdFor = ({ stage }: Ground, name: string): string => unknownId(stage, `run ${name}`);
export const stepIdFor = ({ stage }: Ground, name: string, seq: number): string =>
  unknownId(stage, `step ${name} ${seq}`);

/** A step that took 10 ms, a tenth of a second after the one before. */
export const stepBody = (ground: Ground, name: string, seq: number, over: Fields = {}): Fields => ({
  step_id: stepIdFor(ground, name, seq),
  seq,
  step_type: 'tool',
  name: 'profile_dataset',
  latency_ms: 10,
  started_at: timeAt(ground, seq * 100),
  ended_at: timeAt(ground, seq * 100 + 10),
  metadata: {},
  ...over,
});

/** A run of one second that succeeded, with these steps. */
export const runBody = (ground: Ground, name: string, over: Fields = {}): Fields => ({
  run_id: runIdFor(ground, name),
  agent_id: ground.agentId,
  agent_version: '1.0.0',
  environment: 'conformance',
  status: 'success',
  started_at: timeAt(ground, 0),
  ended_at: timeAt(ground, 1_000),
  steps: [stepBody(ground, name, 0)],
  ...over,
});

/** What makes a run a failed one. */
export const failed = (over: Fields = {}): Fields => ({
  status: 'failure',
  failure: { failure_type: 'tool', failure_code: 'timeout', message: 'the tool did not answer', ...over },
});

/** Sends a run, or whatever the text is. */
export const ingest = (
  { actor }: Ground,
  label: string,
  body: Fields | string,
  more: Pick<HttpAsk, 'withinMs'> = {},
): Promise<HttpAnswer | undefined> =>
  actor.request({
    label,
    method: 'POST',
    surface: 'ingest',
    path: '/v1/runs',
    ...more,
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

/** Asks the query side. */
export const query = (
  { actor }: Ground,
  label: string,
  path: string,
  method: HttpAsk['method'] = 'GET',
): Promise<HttpAnswer | undefined> => actor.request({ label, method, surface: 'query', path });

/** Path of a run. */
export const runPath = (id: string): string => `/v1/runs/${encodeURIComponent(id)}`;

const FIRST_PAUSE_MS = 40;
const LONGEST_PAUSE_MS = 1_000;

/** Asks until the answer is as wished or the patience of the case is at its end; resolves to the last answer. */
export async function askUntil(
  ground: Ground,
  ask: () => Promise<HttpAnswer | undefined>,
  isSo: (answer: HttpAnswer) => boolean,
): Promise<boolean> {
  const { stage, patience } = ground;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    const answer = await ask();
    if (answer !== undefined && isSo(answer)) return true;
    // Who is turned away now is turned away in a minute too.
    if (patience.leftMs <= 0 || answer?.status === 401 || answer?.status === 403) return false;
    // What was not answered at all has cost time too.
    patience.leftMs -= pauseMs + (answer === undefined ? stage.thresholds.httpMs : 0);
    await stage.pause(pauseMs);
  }
}

/** Reads the run until it shows. */
export const awaitRun = (ground: Ground, id: string): Promise<boolean> =>
  askUntil(
    ground,
    () => query(ground, AWAITED, runPath(id)),
    ({ status }) => status === 200,
  );

/** Sends the run and waits until it shows. */
export async function store(ground: Ground, label: string, body: Fields): Promise<void> {
  const answer = await ingest(ground, label, body);
  if (answer?.status === 201) await awaitRun(ground, idIn(answer) ?? String(body['run_id']));
}

/** The id of the run that was answered. */
export function idIn({ body }: HttpAnswer): string | undefined {
  const id = parseFields(body)['run_id'];
  return typeof id === 'string' ? id : undefined;
}
