/** A dry run leaves everything as it is: readings before and after, and an address where nothing may arrive. */

import { type BoundCase, defineCase } from '../../harness/core/contract-case.ts';
import { type Finding, fail, inconclusive, pass } from '../../harness/core/finding.ts';
import { parseJson } from '../../harness/core/json.ts';
import { isCompleted } from '../../harness/judge/run-facts.ts';
import type { HookView, RunView, TrialView } from '../../harness/judge/views.ts';
import {
  ask,
  awaitStatus,
  makeContextItem,
  makeWorkflow,
  type OwnProject,
  openProject,
  startRun,
  TERMINAL_STATUSES,
  WORKFLOWS,
} from '../agents-api/drive.ts';
import { fieldOf, labelled, missing, refOf, unchanged } from '../agents-api/expect.ts';
import { say } from '../statements.ts';
import { about, hidden } from './answers.ts';
import { askOf, findBuiltIn, HISTORY, makeAgent, openAgent, runTest, ticketPayload } from './drive.ts';
import { isTool, judgeTests, numberIn, shown, testsOf, textIn } from './results.ts';

const PARTS = ['run', 'runs', 'steps', 'messages', 'node-states', 'context-items', 'agents'] as const;
const LATEST = 'runs of the latest project';
const [BEFORE, AFTER] = ['before', 'after'];

async function readAll(project: OwnProject, run: string, when: string): Promise<void> {
  const paths: Readonly<Record<(typeof PARTS)[number], string>> = {
    run,
    runs: project.runs,
    steps: `${run}/steps`,
    messages: `${run}/messages`,
    'node-states': `${run}/node-states`,
    'context-items': `${project.path}/context-items`,
    agents: `${project.path}/agents`,
  };
  for (const part of PARTS) await ask(project, `${part} ${when}`, 'GET', paths[part]);
}

const TICKET_WORK = {
  nodes: [
    { id: 'fetch', stepType: 'tool', tool: 'fetch_ticket' },
    { id: 'update', stepType: 'tool', tool: 'update_ticket', after: ['fetch'] },
    { id: 'answer', stepType: 'respond', after: ['update'] },
  ],
} as const;

const snapshots = defineCase<TrialView>({
  id: 'sandbox-side-effects',
  purpose: 'reads all that a user can read, tests agents that would change things, and reads it again',
  needs: ['sandbox', 'fixtures', 'agents-api'],
  agentRuns: 4,
  async drive(stage) {
    const project = await openProject(stage);
    if (project === undefined) return;
    const agent = await makeAgent(stage, project, 'tested', { workflow: TICKET_WORK });
    const workflowId = await makeWorkflow(project, WORKFLOWS.quick);
    await makeContextItem(project);
    const run = workflowId === undefined ? undefined : await startRun(project, workflowId);
    if (agent === undefined || run === undefined) return;
    await awaitStatus(stage, project, run, TERMINAL_STATUSES);
    await readAll(project, run, BEFORE);
    await askOf(agent, 'history before', 'GET', HISTORY);
    const payload = ticketPayload(stage);
    // Where a run that nobody asked for would be filed, if not beside the agent.
    const latest = await openProject(stage);
    if (latest !== undefined) await ask(latest, `${LATEST} ${BEFORE}`, 'GET', latest.runs);
    await runTest(agent, 'test', { payload });
    await runTest(agent, 'test by schedule', { payload, simulate_webhook: false });
    const clerk = await findBuiltIn(stage, 'ticket_agent');
    if (clerk !== undefined) await runTest(clerk, 'ticket agent', { payload });
    // What is written in the background has had its time.
    await stage.pause(stage.thresholds.graceMs);
    await readAll(project, run, AFTER);
    if (latest !== undefined) await ask(latest, `${LATEST} ${AFTER}`, 'GET', latest.runs);
    await askOf(agent, 'history after', 'GET', HISTORY);
  },
  checks: [
    {
      id: 'sandbox/changes-nothing',
      requirement: 'SB-7.2',
      title: 'tests leave all else as it is, and add themselves to the history',
      restsOn: 'SB-1.1',
      judge: about(['test'], (view) => [
        ...[...PARTS, LATEST].flatMap((part) => partUnchanged(view, part)),
        ...addedToHistory(view),
      ]),
    },
  ],
});

function partUnchanged(view: TrialView, part: string): readonly Finding[] {
  const readings = [BEFORE, AFTER].map((when) => labelled(view, `${part} ${when}`)[0]);
  if (readings.some((reading) => reading?.response?.status !== 200))
    return missing(view, `${part} before and after`, 'AR-1.1');
  return unchanged(view, `${part} ${BEFORE}`, `${part} ${AFTER}`);
}

const isAnyLost = (view: TrialView): boolean =>
  view.exchanges.some(({ request, response }) => request.url.endsWith('/test') && response === undefined);

/** The history has grown by the tests of this agent, each once. */
function addedToHistory(view: TrialView): readonly Finding[] {
  const [before] = labelled(view, 'history before');
  const [after] = labelled(view, 'history after');
  // One that was not answered may be stored all the same.
  if (isAnyLost(view)) return missing(view, 'an answer to each test', 'SB-1.1');
  if (before?.response?.status !== 200) return missing(view, 'the history before', 'SB-4.7');
  if (after?.response?.status !== 200) return missing(view, 'the history after', 'SB-4.1');
  const [was, is] = [before, after].map(({ response }) => parseJson(response?.body ?? ''));
  const agentId = testsOf(view)[0]?.agentId;
  const ids = testsOf(view)
    .filter((test) => test.agentId === agentId)
    .map(({ body }) => textIn(body, 'test_id') ?? '');
  const listed = fieldOf(is, 'tests');
  const found = Array.isArray(listed) ? listed.map((item: unknown) => textIn(item, 'test_id') ?? '') : [];
  const grown = (numberIn(is, 'total') ?? Number.NaN) - (numberIn(was, 'total') ?? Number.NaN);
  const isRight = grown === ids.length && ids.every((id) => found.filter((one) => one === id).length === 1);
  const actual = `total grew by ${grown}, ${found.filter((id) => ids.includes(id)).length} listed`;
  const refs = [refOf(view, before), refOf(view, after)];
  const statement = say('added', `${ids.length} tests more, each once`, actual, ...refs);
  return [isRight ? pass(statement) : fail({ ...statement, code: 'wrong-history' })];
}

const HOOK = 'webhook';
const EARNEST = 'in earnest';

const webhooks = defineCase<TrialView>({
  id: 'sandbox-webhook',
  purpose: 'tests an agent whose webhook leads to the harness, and then has it work in earnest',
  needs: ['sandbox', 'fixtures', 'chat', 'webhook-catcher'],
  agentRuns: 3,
  async drive(stage) {
    const hook = stage.hook(HOOK);
    const agent = await openAgent(stage, { workflow: WORKFLOWS.quick, webhookUrl: hook.url });
    if (agent === undefined) return;
    const payload = { message: `Nothing of this leaves: ${stage.nonce('payload')}` };
    await runTest(agent, 'test', { payload, simulate_webhook: true });
    await runTest(agent, 'test by schedule', { payload, simulate_webhook: false });
    await stage.pause(stage.thresholds.graceMs);
    const socket = await agent.actor.connect({ label: 'session' });
    if (await socket.greeted()) {
      const run = socket.start({ label: EARNEST, agent: agent.name, message: 'Go ahead.' });
      if ((await run.answered()) && (await run.ended())) await hook.arrived(1, stage.thresholds.silenceMs);
      // A late one of the tests would still come.
      await stage.pause(stage.thresholds.graceMs);
    }
    await socket.close();
  },
  checks: [
    {
      id: 'sandbox/sends-no-webhook',
      requirement: 'SB-7.1',
      title: 'a test sends no webhook, where a run in earnest sends one',
      judge: (view) => hidden(view, 'test') ?? judgeSilence(view),
    },
    {
      id: 'sandbox/lists-what-it-holds-back',
      requirement: 'SB-7.1',
      title: 'a webhook that was held back is in the trace, as not delivered',
      restsOn: 'SB-1.1',
      judge: (view) =>
        hidden(view, 'test') ??
        judgeTests(view, 'a tool_call with "simulated": true and "delivered": false', (_test, steps) => {
          const calls = steps.filter(isTool).map((step) => fieldOf(step, 'output'));
          const held = calls.find((output) => fieldOf(output, 'delivered') === false);
          if (held === undefined) return `no such call among ${calls.length}`;
          return fieldOf(held, 'simulated') === true ? undefined : `output ${shown(held)}`;
        }),
    },
  ],
});

/** The hook was there to hear: the run in earnest was heard. Whatever else arrived came of a test. */
function judgeSilence(view: TrialView): readonly Finding[] {
  if (testsOf(view).length === 0) return missing(view, 'a test that was answered', 'SB-1.1');
  const [hook] = view.hooks;
  const [run] = view.runs.filter(({ label }) => label === EARNEST);
  if (hook === undefined) return missing(view, 'an address of the harness', 'SB-1.1');
  const early = hook.requests.filter(({ seq }) => run === undefined || seq < run.askedSeq);
  if (early.length > 0) return [fail(sent(view, early, 'before any run was asked for'))];
  const runId = run?.events.find(({ event }) => event.runId !== undefined)?.event.runId;
  const isOfRun = (request: HookView['requests'][number]): boolean =>
    runId !== undefined && fieldOf(parseJson(request.body), 'run_id') === runId;
  const witnesses = hook.requests.filter(isOfRun);
  if (witnesses.length === 0) return [inconclusive(unheard(view, hook), whyUnheard(run))];
  const others = hook.requests.filter((request) => !isOfRun(request));
  if (others.length > 0) return [fail(sent(view, others, `beside that of run ${runId}`))];
  const refs = view.ref(hook.open.seq, ...witnesses.map(({ seq }) => seq));
  return [pass(say('silent', 'the webhook of the run, and no other', `that of run ${runId}`, refs))];
}

const sent = (view: TrialView, requests: HookView['requests'], when: string) =>
  say(
    'webhook-sent',
    'no request at the webhook for a test',
    `${requests.length} ${when}`,
    view.ref(...requests.map(({ seq }) => seq)),
  );

/** Why the run in earnest sent nothing; nothing where it may have sent what could not arrive. */
function whyUnheard(run: RunView | undefined): string | undefined {
  if (run === undefined) return 'CN-2';
  if (run.events.length === 0) return 'CN-4';
  return isCompleted(run) ? undefined : 'CN-9';
}

const unheard = (view: TrialView, { open, requests }: HookView) =>
  say(
    'not-heard',
    'the webhook of the run in earnest, to know that the target reaches the harness',
    `none that names the run; ${requests.length} in all. Where the target cannot reach ${open.url}, ` +
      'set HARNESS_CATCHER_URL, or "webhook-catcher": false in the profile',
    view.ref(open.seq, ...requests.map(({ seq }) => seq)),
  );

export const effectCases: readonly BoundCase<TrialView>[] = [snapshots, webhooks];
