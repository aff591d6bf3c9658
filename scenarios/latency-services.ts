/** Trials that bring samples of the sandbox and of the telemetry, driven only while a latency claim needs them. */
import { type Fields, parseFields } from '../harness/core/json.ts';
import { type Actor, defineScenario, type HttpAnswer, type Stage } from '../harness/core/scenario.ts';

const textIn = (fields: Fields | undefined, name: string): string | undefined => {
  const value = fields?.[name];
  return typeof value === 'string' ? value : undefined;
};

/** Tests that one trial makes, each of which costs what a run does, and readings of each kind. */
export const TESTS = 5;

const WORKFLOW = { name: 'sample', nodes: [{ id: 'answer', stepType: 'respond' }] };
/** One that every price list has. */
const MODEL = 'gpt-4o-mini';

export const sampleSandbox = defineScenario({
  id: 'latency-sandbox',
  purpose: `tests an agent ${TESTS} times, and as often reads a test, the history and a comparison`,
  needs: ['sandbox', 'fixtures'],
  agentRuns: TESTS,
  async play(stage) {
    const agent = await makeAgent(stage);
    if (agent === undefined) return;
    const ids = await testAll(stage, agent);
    const [first, second = first] = ids;
    if (first === undefined || second === undefined) return;
    const pair = JSON.stringify({ test_id_1: first, test_id_2: second });
    const ask = { headers: tenantHeader(stage) };
    for (let reading = 0; reading < TESTS; reading += 1) {
      const answers = [
        await stage.actor().request({ ...ask, label: 'tests', method: 'GET', path: `${agent}/test-history` }),
        await stage.actor().request({
          ...ask,
          label: 'test again',
          method: 'GET',
          path: `${agent}/test/${encodeURIComponent(first)}`,
        }),
        await stage.actor().request({
          ...ask,
          label: 'comparison',
          method: 'POST',
          path: `${agent}/test/compare`,
          body: pair,
        }),
      ];
      // Whoever does not answer in time is not asked again here: the next trial does.
      if (answers.includes(undefined)) return;
    }
  },
});

/** Where the token decides, nothing is added to it; elsewhere the tenant is named. */
function tenantHeader(stage: Stage): Fields & Readonly<Record<string, string>> {
  const { tenant } = stage.actor();
  const isByToken = stage.variationPoints['VP-DEFTENANT'] === 'token-tenant';
  return isByToken || tenant === undefined ? {} : { 'x-tenant-id': tenant };
}

/** The path of an agent that answers at once; nothing where the target did not make it. */
async function makeAgent(stage: Stage): Promise<string | undefined> {
  const actor = stage.actor();
  const body = { name: `latency ${stage.nonce('project')}` };
  const project = textIn(await actor.create({ label: 'project', path: '/api/projects', body }), 'id');
  if (project === undefined) return undefined;
  const path = `/api/projects/${encodeURIComponent(project)}`;
  const made = await actor.create({ label: 'workflow', path: `${path}/workflows`, body: WORKFLOW });
  const workflowId = textIn(made, 'id');
  if (workflowId === undefined) return undefined;
  const agent = { name: `latency-${stage.nonce('agent')}`, model: MODEL, workflowId };
  const id = textIn(await actor.create({ label: 'agent', path: `${path}/agents`, body: agent }), 'id');
  return id === undefined ? undefined : `/api/agents/${encodeURIComponent(id)}`;
}

/** An agent works in a test: it has as long as in earnest. */
async function testAll(stage: Stage, agent: string): Promise<readonly string[]> {
  const ids: string[] = [];
  const body = JSON.stringify({ payload: { message: 'What is in there?' } });
  const within = { withinMs: stage.thresholds.completionMs, headers: tenantHeader(stage) };
  for (let test = 0; test < TESTS; test += 1) {
    const ask = { label: 'test', method: 'POST', path: `${agent}/test`, body, ...within } as const;
    const answer = await stage.actor().request(ask);
    const id = textIn(parseFields(answer?.body), 'test_id');
    if (id !== undefined) ids.push(id);
    if (answer === undefined) break;
  }
  return ids;
}

/** Runs that one trial reports to the telemetry, and readings of each kind. */
export const REPORTS = 5;

export const sampleTelemetry = defineScenario({
  id: 'latency-telemetry',
  purpose: `reports ${REPORTS} runs to the telemetry and reads one as often in every way`,
  needs: ['telemetry'],
  async play(stage) {
    const actor = stage.actor();
    const agentId = `latency-${stage.nonce('agent')}`;
    const body = JSON.stringify(await reportedRun(stage, agentId));
    let id: string | undefined;
    for (let report = 0; report < REPORTS; report += 1) {
      const ask = { label: 'report', method: 'POST', surface: 'ingest', path: '/v1/runs', body } as const;
      const answer = await actor.request(ask);
      if (answer === undefined) return;
      id ??= textIn(parseFields(answer.body), 'run_id');
    }
    if (id !== undefined && (await shows(stage, id))) await readTelemetry(actor, agentId, id);
  },
});

/** So long before the target's present that the run is over. */
const PAST_MS = 600_000;
/** For a target that does not date its answers. */
const NO_DATE = Date.parse('2026-01-05T10:00:00Z');

/** A run without an id of its own: each time it is reported it is another one. */
async function reportedRun(stage: Stage, agentId: string): Promise<Fields> {
  const ask = { label: 'clock', method: 'GET', surface: 'query', path: stage.health } as const;
  const answer = await stage.actor().request({ ...ask, authenticated: false });
  const date = Date.parse(answer?.headers['date'] ?? '');
  const at = (Number.isNaN(date) ? NO_DATE : date) - PAST_MS;
  const started_at = new Date(at).toISOString();
  const ended_at = new Date(at + 1_000).toISOString();
  const step = {
    seq: 0,
    step_type: 'tool',
    name: 'profile_dataset',
    latency_ms: 1_000,
    started_at,
    ended_at,
  };
  return {
    agent_id: agentId,
    agent_version: '1.0.0',
    environment: 'conformance',
    status: 'success',
    started_at,
    ended_at,
    steps: [step],
  };
}

const PAUSE_MS = 250;

const runPath = (id: string): string => `/v1/runs/${encodeURIComponent(id)}`;

/** Reads the run until it shows, or for as long as it may take. */
async function shows(stage: Stage, id: string): Promise<boolean> {
  const ask = { label: 'run shows', method: 'GET', surface: 'query', path: runPath(id) } as const;
  for (let leftMs = stage.thresholds.telemetryMs; ; leftMs -= PAUSE_MS) {
    const answer = await stage.actor().request(ask);
    // One that is not answered in time may well be there.
    if (answer === undefined || answer.status === 200) return true;
    if (leftMs <= 0) return false;
    await stage.pause(PAUSE_MS);
  }
}

async function readTelemetry(actor: Actor, agentId: string, id: string): Promise<void> {
  const own = `agent_id=${encodeURIComponent(agentId)}`;
  const reads = [
    { label: 'runs', path: `/v1/runs?${own}` },
    { label: 'run', path: runPath(id) },
    { label: 'steps', path: `${runPath(id)}/steps` },
    { label: 'failures', path: `${runPath(id)}/failures` },
    { label: 'statistics', path: `/v1/stats?${own}` },
  ];
  for (let reading = 0; reading < REPORTS; reading += 1) {
    const answers: (HttpAnswer | undefined)[] = [];
    for (const ask of reads) answers.push(await actor.request({ ...ask, method: 'GET', surface: 'query' }));
    if (answers.includes(undefined)) return;
  }
}
