import { type Actor, defineScenario, type Socket, type Stage } from '../harness/core/scenario.ts';
import { open, shortRun } from './resilience-runs.ts';

/** What a deployment depends on, as docs/protocol.md section 9 names it. */
export const DEPENDENCIES = ['store', 'token-keys'] as const;

/** Labels by which checks find what happened before, during and after an outage. */
export const OUTAGE = {
  healthBefore: 'health before any outage',
  requestBefore: 'request before any outage',
  healthBetween: 'health after that request',
  session: (dependency: string) => `session, then no ${dependency}`,
  health: (dependency: string) => `health without ${dependency}`,
  request: (dependency: string) => `request without ${dependency}`,
  stranger: (dependency: string) => `request of a stranger without ${dependency}`,
  strangerSocket: (dependency: string) => `socket of a stranger without ${dependency}`,
  run: (dependency: string) => `run without ${dependency}`,
  again: (dependency: string) => `the same request after the outage of ${dependency}`,
} as const;

const PATH = '/api/agents/profiles';
const POLL_MS = 100;

const readHealth = (stage: Stage, label: string) =>
  stage.actor().request({
    label,
    method: 'GET',
    path: stage.health,
    authenticated: false,
    withinMs: stage.thresholds.healthMs,
  });

/** Health may notice with some delay: it is read until it says so, or its limit is over. */
async function untilUnhealthy(stage: Stage, label: string): Promise<void> {
  for (let waitedMs = 0; waitedMs <= stage.thresholds.healthMs; waitedMs += POLL_MS) {
    const answer = await readHealth(stage, label);
    if (answer === undefined || answer.status === 503) return;
    await stage.pause(POLL_MS);
  }
}

/** Whoever brings a bad token is to stay outside, all the more when nobody can tell that it is bad. */
async function tryDoors(stage: Stage, actor: Actor, dependency: string): Promise<void> {
  const token = (await stage.badToken('garbage')) ?? 'garbage';
  const headers = { authorization: `Bearer ${token}` };
  const ask = { method: 'GET', path: PATH, authenticated: false, headers } as const;
  await actor.request({ ...ask, label: OUTAGE.stranger(dependency) });
  const label = OUTAGE.strangerSocket(dependency);
  const socket = await actor.connect({ label, token, apart: 'a stranger during an outage' });
  if (socket.isOpen) await socket.greeted();
  await socket.close();
}

async function sufferOutage(stage: Stage, dependency: string): Promise<void> {
  const actor = stage.actor();
  const socket = await open(actor, OUTAGE.session(dependency));
  const ask = shortRun(stage, OUTAGE.run(dependency));
  let refused: string | undefined;
  const wasAway = await stage.without(dependency, async () => {
    await untilUnhealthy(stage, OUTAGE.health(dependency));
    await actor.request({ label: OUTAGE.request(dependency), method: 'GET', path: PATH });
    await tryDoors(stage, actor, dependency);
    const run = socket?.start(ask);
    await run?.answered();
    if (run !== undefined && run.runId === undefined) refused = run.requestId;
    // What was begun all the same is not to go on into the time after the outage.
    else await run?.ended();
  });
  if (wasAway && refused !== undefined) await askAgain(stage, socket, dependency, refused);
  await socket?.close();
}

/** The same request, on the same socket, or on a new one where that was closed meanwhile. */
async function askAgain(
  stage: Stage,
  before: Socket | undefined,
  dependency: string,
  requestId: string,
): Promise<void> {
  const label = OUTAGE.again(dependency);
  const socket = before?.isOpen === true ? before : await open(stage.actor(), label);
  const ask = shortRun(stage, OUTAGE.run(dependency));
  await socket?.start({ ...ask, label, requestId }).ended();
  if (socket !== before) await socket?.close();
}

export const dependencyOutages = defineScenario({
  id: 'dependency-outages',
  purpose: 'takes each dependency away, looks at health, requests and doors, and gives it back',
  needs: ['faults'],
  interference: 'disruptive',
  agentRuns: 2 * DEPENDENCIES.length,
  async play(stage) {
    await readHealth(stage, OUTAGE.healthBefore);
    await stage.actor().request({ label: OUTAGE.requestBefore, method: 'GET', path: PATH });
    await readHealth(stage, OUTAGE.healthBetween);
    for (const dependency of DEPENDENCIES) await sufferOutage(stage, dependency);
  },
});
