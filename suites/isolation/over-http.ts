/** Users who look for each other's runs wherever they could be, over HTTP and on the streams. */
import { type BoundCase, defineCase } from '../../harness/core/contract-case.ts';
import type { Actor, Socket, Stage } from '../../harness/core/scenario.ts';
import type { TrialView } from '../../harness/judge/views.ts';
import { canaryOf } from '../../scenarios/canary.ts';
import {
  ask,
  awaitStatus,
  type OwnProject,
  openProject,
  runIdOf,
  startRun,
  TERMINAL_STATUSES,
  unknownId,
  WORKFLOWS,
  walk,
} from '../agents-api/drive.ts';
import { streamOf } from '../agents-api/stream-view.ts';
import { judgeProbes, judgeStreams, judgeTotals, NOBODY, STRAY } from './over-http-judges.ts';
import { judgeLeaksOverHttp, judgeTelemetry } from './over-http-leaks.ts';

/** Long enough to be under way while everybody else looks for it. */
const WORK_MS = 1_500;
/** Others whom each user tries: enough to meet users of the own and of another tenant. */
const NEIGHBOURS = 4;
const AFTERWARDS = { run: 'own run afterwards', messages: 'own messages afterwards' } as const;

interface Holding {
  readonly actor: Actor;
  /** The owner's own subscription, where there are streams. */
  readonly stream: Socket | undefined;
  readonly project: OwnProject;
  /** `/api/projects/{p}/agent-runs/{r}` */
  readonly run: string;
}

/** Everything a user can fill in, filled in with canaries. */
async function settle(stage: Stage, index: number): Promise<Holding | undefined> {
  const actor = stage.actor(index);
  const word = (what: string): string => canaryOf(stage, `${what} of ${actor.name}`);
  const id = await idOf(actor, 'create project', '/api/projects', { name: word('project') });
  if (id === undefined) return undefined;
  const path = `/api/projects/${encodeURIComponent(id)}`;
  const project = { actor, path, runs: `${path}/agent-runs` };
  const item = { name: word('item'), content: `a,b\n${word('content')},1\n` };
  await idOf(actor, 'create context item', `${path}/context-items`, item);
  const [work, answer] = WORKFLOWS.slow(WORK_MS).nodes;
  const nodes = [{ ...work, messages: [word('node')] }, answer];
  const workflowId = await idOf(actor, 'create workflow', `${path}/workflows`, { name: word('flow'), nodes });
  if (workflowId === undefined) return undefined;
  const run = await startRun(project, workflowId, 'start run', { inputQuery: `Look at ${word('query')}` });
  if (run === undefined) return undefined;
  await ask(project, 'own message', 'POST', `${run}/messages`, { content: `And ${word('message')}?` });
  const stream = stage.offers('run-stream')
    ? await actor.connect({ label: 'own stream', stream: streamOf(runIdOf(run)) })
    : undefined;
  return { actor, project, run, stream };
}

async function idOf(actor: Actor, label: string, path: string, body: Readonly<Record<string, unknown>>) {
  const id = (await actor.create({ label, path, body }))?.['id'];
  return typeof id === 'string' ? id : undefined;
}

/** What is tried on somebody's run: under whose path, and what is asked for below it. */
const PROBES = {
  run: { method: 'GET', below: '' },
  steps: { method: 'GET', below: '/steps' },
  messages: { method: 'GET', below: '/messages' },
  'node states': { method: 'GET', below: '/node-states' },
  append: { method: 'POST', below: '/messages', body: { content: STRAY } },
  cancel: { method: 'POST', below: '/cancel' },
} as const;

/** Tries everything on a run under a path; what it is labelled with tells who tries, and whose it is. */
async function probe(prober: OwnProject, whose: string, runs: string, runId: string): Promise<void> {
  const under = runs === prober.runs ? 'under the own project' : 'under its project';
  for (const [what, { method, below, ...rest }] of Object.entries(PROBES)) {
    const path = `${runs}/${encodeURIComponent(runId)}${below}`;
    const body = 'body' in rest ? rest.body : undefined;
    await ask(prober, `${what} of ${whose} ${under}`, method, path, body);
  }
}

async function lists(prober: OwnProject, whose: string, project: string): Promise<void> {
  await ask(prober, `list of ${whose}`, 'GET', `${project}/agent-runs`);
  await ask(prober, `items of ${whose}`, 'GET', `${project}/context-items`);
}

/** One user tries the next few, and what does not exist at all. */
async function pry(stage: Stage, own: Holding, others: readonly Holding[]): Promise<void> {
  const nowhere = `/api/projects/${unknownId(stage, `project for ${own.actor.name}`)}`;
  const nothing = unknownId(stage, `run for ${own.actor.name}`);
  await probe(own.project, NOBODY, own.project.runs, nothing);
  await probe(own.project, NOBODY, `${nowhere}/agent-runs`, nothing);
  await lists(own.project, NOBODY, nowhere);
  for (const { actor, project, run } of others) {
    await probe(own.project, actor.name, own.project.runs, runIdOf(run));
    await probe(own.project, actor.name, project.runs, runIdOf(run));
    await lists(own.project, actor.name, project.path);
  }
}

/** Subscribes to the runs of others, and to one that does not exist. */
async function eavesdrop(stage: Stage, { actor }: Holding, others: readonly Holding[]): Promise<void> {
  const subscribe = async (whose: string, runId: string): Promise<void> => {
    const socket = await actor.connect({
      label: `stream of ${whose} for ${actor.name}`,
      stream: streamOf(runId),
    });
    await socket.closed(stage.thresholds.graceMs);
    await socket.close();
  };
  if (!stage.offers('run-stream')) return;
  await subscribe(NOBODY, unknownId(stage, `stream for ${actor.name}`));
  await Promise.all(others.map((other) => subscribe(other.actor.name, runIdOf(other.run))));
}

async function totals({ project }: Holding, when: string): Promise<void> {
  await ask(project, `total of projects ${when}`, 'GET', '/api/projects?limit=1');
  await ask(project, `total of runs ${when}`, 'GET', `${project.runs}?limit=1`);
}

/** Reads whatever a user may read. */
async function readAll(stage: Stage, { actor, project, run, stream }: Holding): Promise<void> {
  await stream?.closed(stage.thresholds.completionMs);
  await awaitStatus(stage, project, run, TERMINAL_STATUSES, AFTERWARDS.run);
  await walk(project, AFTERWARDS.messages, `${run}/messages`);
  const telemetry = stage.offers('telemetry')
    ? [`/v1/runs?page_size=100`, `/v1/runs/${runIdOf(run)}`, '/v1/stats', '/metrics']
    : [];
  const paths = [
    `${run}/steps`,
    `${run}/node-states`,
    project.runs,
    `${project.path}/context-items`,
    '/api/projects',
  ];
  await Promise.all(
    [...paths, '/api/agents/profiles', ...telemetry].map((path) =>
      actor.request({
        label: 'own reading',
        method: 'GET',
        path,
        ...(telemetry.includes(path) ? { surface: 'query' as const } : {}),
      }),
    ),
  );
}

async function drive(stage: Stage): Promise<void> {
  const settled = await Promise.all(stage.actors.map((_actor, index) => settle(stage, index)));
  const holdings = settled.flatMap((holding) => holding ?? []);
  const neighboursOf = (index: number): readonly Holding[] =>
    Array.from(
      { length: Math.min(NEIGHBOURS, holdings.length - 1) },
      (_, offset) => (index + 1 + offset) % holdings.length,
    ).flatMap((other) => holdings[other] ?? []);
  await Promise.all(
    holdings.map((own, index) =>
      Promise.all([eavesdrop(stage, own, neighboursOf(index)), pry(stage, own, neighboursOf(index))]),
    ),
  );
  const [first, ...rest] = holdings;
  await Promise.all(rest.map((own) => totals(own, 'before')));
  if (first !== undefined) await openProject(stage);
  await Promise.all(rest.map((own) => totals(own, 'after')));
  await Promise.all(holdings.map((own) => readAll(stage, own)));
}

export const overHttp: BoundCase<TrialView> = defineCase<TrialView>({
  id: 'users-over-http',
  purpose: "has users look for each other's runs over HTTP and on the streams, while these are under way",
  needs: ['agents-api', 'fixtures'],
  actors: 'crowd',
  // Alone, so that no list moves but by what these users do.
  interference: 'load',
  agentRuns: 1,
  drive,
  checks: [
    {
      id: 'isolation/foreign-runs-look-unknown',
      requirement: 'IS-3',
      title: "another user's runs look like unknown ones, and are none the worse",
      restsOn: 'AR-1.1d',
      judge: (view) => judgeProbes(view, AFTERWARDS),
    },
    {
      id: 'isolation/totals-count-the-own',
      requirement: 'IS-3',
      title: 'the total of a list does not move while another user creates',
      restsOn: 'AR-1.1d',
      judge: judgeTotals,
    },
    {
      id: 'isolation/foreign-streams-look-unknown',
      requirement: 'IS-4',
      title: "the stream of another user's run looks like that of an unknown one",
      when: ['run-stream'],
      restsOn: 'AR-1.1d',
      judge: judgeStreams,
    },
    {
      id: 'isolation/keeps-words-apart-everywhere',
      requirement: 'IS-6',
      title: 'no answer and no stream holds what another user sent, in whatever dress',
      restsOn: 'AR-1.1d',
      judge: judgeLeaksOverHttp,
    },
    {
      id: 'isolation/keeps-words-out-of-telemetry',
      requirement: 'IS-7',
      title: 'what users told agents is not readable in the telemetry',
      when: ['telemetry'],
      restsOn: 'TR-5.1',
      judge: judgeTelemetry,
    },
  ],
});
