/** Trials that bring samples and nothing else, driven only while a latency claim needs them. */
import { parseFields } from '../harness/core/json.ts';
import { type Actor, defineScenario, type Socket, type Stage } from '../harness/core/scenario.ts';
import { costTable, fenced } from './data-sets.ts';

/** The agents whose completion has a limit of its own. */
export const AGENTS = {
  data: 'unified_data_agent',
  optimisation: 'optimization_agent',
  team: 'supervisor_agent',
} as const;

const ROWS = 12;

const question = (stage: Stage, text: string): string =>
  `${text}\n\nReport ${stage.nonce('report')}:\n${fenced(costTable(stage.random, ROWS))}`;

/** One session with one run, which is awaited. */
async function oneRun(stage: Stage, agent: string, text: string, withinMs: number): Promise<void> {
  const socket = await stage.actor().connect({ label: 'session' });
  if (await socket.greeted()) {
    const run = socket.start({ label: 'sample', agent, message: question(stage, text), withinMs });
    await run.ended();
  }
  await socket.close();
}

/** Runs of one benchmark. */
export const BENCHMARK_RUNS = 5;

/** Its true answer is known. */
const BENCHMARK = 'What is the total cost, and which service costs most?';

export const benchmarkRuns = defineScenario({
  id: 'latency-benchmark',
  purpose: `has ${BENCHMARK_RUNS} small data sets analysed, one after another`,
  agentRuns: BENCHMARK_RUNS,
  async play(stage) {
    const socket = await stage.actor().connect({ label: 'session' });
    if (await socket.greeted()) {
      for (let number = 1; number <= BENCHMARK_RUNS; number += 1) {
        const message = question(stage, BENCHMARK);
        const label = `benchmark ${number}`;
        const run = socket.start({ label, agent: AGENTS.data, message });
        // Whoever never ends one run is not asked for another: each would be waited for to its limit.
        if (!(await run.ended())) break;
      }
    }
    await socket.close();
  },
});

export const sampleData = defineScenario({
  id: 'latency-data',
  purpose: 'has a small data set analysed, for another sample',
  agentRuns: 1,
  play: (stage) => oneRun(stage, AGENTS.data, 'Which service costs most?', stage.thresholds.completionMs),
});

export const sampleOptimisation = defineScenario({
  id: 'latency-optimisation',
  purpose: 'has savings estimated, for another sample',
  agentRuns: 1,
  play: (stage) =>
    oneRun(stage, AGENTS.optimisation, 'Where can we save money?', stage.thresholds.optimisationMs),
});

export const sampleTeam = defineScenario({
  id: 'latency-team',
  purpose: 'has several agents work together, for another sample',
  agentRuns: 1,
  play: (stage) =>
    oneRun(
      stage,
      AGENTS.team,
      'Analyse this cost report, then say where we can save money.',
      stage.thresholds.multiAgentMs,
    ),
});

export const sampleCancellation = defineScenario({
  id: 'latency-cancel',
  purpose: 'cancels a run in flight, for another sample',
  needs: ['cancellation'],
  agentRuns: 1,
  async play(stage) {
    const { completionMs, firstEventMs, cancelMs } = stage.thresholds;
    const withinMs = Math.min(completionMs, firstEventMs + cancelMs);
    const socket = await stage.actor().connect({ label: 'session' });
    if (await socket.greeted()) {
      const message = question(stage, 'Analyse this report thoroughly, with a forecast.');
      const run = socket.start({ label: 'sample, cancelled', agent: AGENTS.data, message, withinMs });
      if (await run.answered()) {
        run.cancel();
        await run.ended();
      }
    }
    await socket.close();
  },
});

export const SESSIONS = 10;

export const sampleSessions = defineScenario({
  id: 'latency-sessions',
  purpose: `opens and closes ${SESSIONS} sessions, one after another`,
  async play(stage) {
    for (let session = 0; session < SESSIONS; session += 1) {
      const socket = await stage.actor().connect({ label: 'session' });
      const isGreeted = await socket.greeted();
      await socket.close();
      // A door that stays shut is not knocked at ten times.
      if (!isGreeted) return;
    }
  },
});

export const READINGS = 10;

export const sampleHealth = defineScenario({
  id: 'latency-health',
  purpose: `reads health ${READINGS} times, one after another`,
  async play(stage) {
    const { health: path, thresholds } = stage;
    for (let reading = 0; reading < READINGS; reading += 1) {
      const ask = { label: 'health', method: 'GET', path, authenticated: false } as const;
      const answer = await stage.actor().request({ ...ask, withinMs: thresholds.healthMs });
      if (answer === undefined) return;
    }
  },
});

/** What is read of a run, below its own path. */
const PARTS = ['', '/steps', '/messages', '/node-states'] as const;
/** Runs that one trial starts. */
export const STARTS = 2;

const WORKFLOW = { name: 'sample', nodes: [{ id: 'answer', stepType: 'respond' }] };

const idOf = (resource: Readonly<Record<string, unknown>> | undefined): string | undefined =>
  typeof resource?.['id'] === 'string' ? resource['id'] : undefined;

export const sampleEndpoints = defineScenario({
  id: 'latency-http',
  purpose: `starts ${STARTS} runs over HTTP and reads one ${READINGS} times at every endpoint`,
  needs: ['agents-api', 'fixtures'],
  agentRuns: STARTS,
  async play(stage) {
    const actor = stage.actor();
    const body = { name: `latency ${stage.nonce('project')}` };
    const project = idOf(await actor.create({ label: 'project', path: '/api/projects', body }));
    if (project === undefined) return;
    const path = `/api/projects/${encodeURIComponent(project)}`;
    const workflowId = idOf(
      await actor.create({ label: 'workflow', path: `${path}/workflows`, body: WORKFLOW }),
    );
    if (workflowId === undefined) return;
    await readAll(actor, `${path}/agent-runs`, workflowId);
  },
});

async function readAll(actor: Actor, runs: string, workflowId: string): Promise<void> {
  let run: string | undefined;
  for (let start = 0; start < STARTS; start += 1) {
    const body = JSON.stringify({ workflowId, inputQuery: 'What is in there?' });
    const answer = await actor.request({ label: 'start run', method: 'POST', path: runs, body });
    run ??= idOf(parseFields(answer?.body));
  }
  if (run === undefined) return;
  const path = `${runs}/${encodeURIComponent(run)}`;
  const reads = [
    { label: 'list of runs', path: runs },
    ...PARTS.map((part) => ({ label: `run${part}`, path: `${path}${part}` })),
  ];
  for (let reading = 0; reading < READINGS; reading += 1) {
    const answers: unknown[] = [];
    for (const ask of reads) answers.push(await actor.request({ ...ask, method: 'GET' }));
    // Whoever does not answer in time is not asked ten times: the next trial asks again.
    if (answers.includes(undefined)) return;
  }
}

/** Sessions of each principal under load: five principals make the 25 that docs/protocol.md section 4 names. */
export const SESSIONS_UNDER_LOAD = 5;

export const loadedSessions = defineScenario({
  id: 'latency-load',
  purpose: `everybody opens ${SESSIONS_UNDER_LOAD} sessions at the pace of the plan and starts a run in each, whatever becomes of the others`,
  actors: 'crowd',
  interference: 'load',
  agentRuns: SESSIONS_UNDER_LOAD,
  async play(stage) {
    const sessions = stage.actors.flatMap((actor) =>
      Array.from({ length: SESSIONS_UNDER_LOAD }, () => actor.connect({ label: 'session under load' })),
    );
    await Promise.all(sessions.map(async (dialled) => runUnderLoad(stage, await dialled)));
  },
});

async function runUnderLoad(stage: Stage, socket: Socket): Promise<void> {
  if (await socket.greeted()) {
    const message = question(stage, 'Which service costs most?');
    const run = socket.start({ label: 'run under load', agent: AGENTS.data, message });
    await run.answered();
    await run.ended();
  }
  await socket.close();
}
