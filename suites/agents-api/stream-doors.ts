import { defineCase } from '../../harness/core/contract-case.ts';
import { BAD_TOKENS, type Stage } from '../../harness/core/scenario.ts';
import type { TrialView } from '../../harness/judge/views.ts';
import { DOORS, judgeForeign, judgeIdle, judgeRough, judgeTokens, judgeUnknown } from './door-judges.ts';
import { ask, makeWorkflow, type OwnProject, openProject, startRun, WORKFLOWS } from './drive.ts';
import { fieldOf } from './expect.ts';
import { listenToEnd, subscribe } from './stream.ts';
import { streamOf } from './stream-view.ts';

const needs = ['agents-api', 'fixtures', 'run-stream'] as const;

const MIB = 1_048_576;
/** A run that goes on for as long as somebody looks at it: it goes away with its project. */
const LASTING = WORKFLOWS.pending(600_000);
/** The longest interval of pings that may be declared: what an undeclared one is taken for. */
const LONGEST_PING_S = 30;
/** Two intervals, and a little for the second ping to arrive. */
const holdMs = ({ variationPoints }: Stage): number =>
  2 * Number(variationPoints['VP-PING'] ?? LONGEST_PING_S) * 1000 + 2_000;
/** An answer at the door comes at once, or not at all. */
const ANSWER_MS = 3_000;

/** Ids that no run has, and that look like those of many deployments. */
const unknownId = (stage: Stage, which: number): string =>
  `00000000-0000-4000-8000-${stage.nonce(`no such run ${which}`)}`;

const isFrame = (): boolean => true;

async function knock(stage: Stage, label: string, stream: string, token?: string): Promise<void> {
  const socket = await stage.actor().connect({ label, stream, ...(token === undefined ? {} : { token }) });
  if (socket.isOpen) await socket.heard('a first frame', isFrame, ANSWER_MS);
  // Who is shut out is closed on by the other side; not waiting for it would make the closing ours.
  if (label !== DOORS.valid) await socket.closed(ANSWER_MS);
  await socket.close();
}

const unknownRun = defineCase<TrialView>({
  id: 'api-stream-unknown-run',
  purpose: 'asks for the streams of runs that do not exist',
  needs: ['agents-api', 'run-stream'],
  async drive(stage) {
    for (const which of [1, 2]) await knock(stage, DOORS.unknown, streamOf(unknownId(stage, which)));
  },
  checks: [
    {
      id: 'agents-api/stream-refuses-unknown-runs',
      requirement: 'AR-10.2',
      title: 'the stream of an unknown run is refused, with the reason or on the upgrade',
      judge: judgeUnknown,
    },
  ],
});

async function startLasting(project: OwnProject | undefined, label: string): Promise<string | undefined> {
  const workflowId = project === undefined ? undefined : await makeWorkflow(project, LASTING);
  if (project === undefined || workflowId === undefined) return undefined;
  return startRun(project, workflowId, label);
}

const foreignRun = defineCase<TrialView>({
  id: 'api-stream-foreign-run',
  purpose: 'asks for the stream of a run of somebody else, and for one of nobody',
  needs,
  actors: 2,
  agentRuns: 1,
  async drive(stage) {
    const owner = await openProject(stage, 1);
    const run = await startLasting(owner, DOORS.run);
    if (owner === undefined || run === undefined) return;
    const socket = await subscribe(owner, run, DOORS.valid);
    await socket.heard('a first frame', isFrame, stage.thresholds.firstEventMs);
    const id = run.slice(run.lastIndexOf('/') + 1);
    await knock(stage, DOORS.foreign, `/api/stream/agents/${id}`);
    await knock(stage, DOORS.unknown, streamOf(unknownId(stage, 1)));
    await socket.close();
  },
  checks: [
    {
      id: 'agents-api/stream-hides-foreign-runs',
      requirement: 'AR-10.2a',
      title: 'the stream of somebody else’s run looks like that of an unknown one',
      judge: judgeForeign,
    },
  ],
});

const badTokens = defineCase<TrialView>({
  id: 'api-stream-bad-tokens',
  purpose: 'asks for the stream of an own run without a token, and with bad ones',
  needs,
  agentRuns: 1,
  async drive(stage) {
    const project = await openProject(stage);
    const run = await startLasting(project, DOORS.run);
    if (project === undefined || run === undefined) return;
    const stream = `/api/stream/agents/${run.slice(run.lastIndexOf('/') + 1)}`;
    const attempts = BAD_TOKENS.map(async (kind) => {
      const token = await stage.badToken(kind);
      if (token !== undefined) await knock(stage, DOORS.bad(kind), stream, token);
    });
    await Promise.all([knock(stage, DOORS.valid, stream), ...attempts]);
  },
  checks: [
    {
      id: 'agents-api/stream-refuses-bad-tokens',
      requirement: 'AR-10.2b',
      title: 'without a token, or with a bad one, nobody gets the stream of a run',
      judge: judgeTokens,
    },
  ],
});

/** Begins when all are there, and lasts until what they send has arrived. */
const DISTURBED = { ...WORKFLOWS.slow(1_200), startDelayMs: 600 };

const isUnderWay = (frame: unknown): boolean => fieldOf(frame, 'step') !== undefined;

const roughClients = defineCase<TrialView>({
  id: 'api-stream-rough-clients',
  purpose: 'sends what no subscriber should, while another one listens',
  needs,
  agentRuns: 2,
  async drive(stage) {
    const project = await openProject(stage);
    const workflowId = project === undefined ? undefined : await makeWorkflow(project, DISTURBED);
    if (project === undefined || workflowId === undefined) return;
    const run = await startRun(project, workflowId, DOORS.run);
    const control = await startRun(project, workflowId, DOORS.control);
    if (run === undefined || control === undefined) return;
    const send = async (label: string, frames: readonly (string | Uint8Array)[]): Promise<void> => {
      const socket = await subscribe(project, run, label);
      await socket.heard('a step', isUnderWay, stage.thresholds.firstToolMs);
      for (const frame of frames) socket.send(frame, label);
      await listenToEnd(stage, socket);
    };
    const listen = async (to: string, label: string): Promise<void> =>
      listenToEnd(stage, await subscribe(project, to, label));
    await Promise.all([
      listen(run, DOORS.valid),
      listen(control, DOORS.control),
      send(DOORS.junk, ['{"no json', '[]', '{"type":"agent.run.completed"}', '']),
      send(DOORS.binary, [Uint8Array.of(0, 159, 146, 150, 255)]),
      send(DOORS.oversize, ['x'.repeat(2 * MIB)]),
    ]);
    await ask(project, DOORS.runAfter, 'GET', run);
    await ask(project, DOORS.controlAfter, 'GET', control);
  },
  checks: [
    {
      id: 'agents-api/stream-outlives-rough-clients',
      requirement: 'AR-10.2c',
      title: 'junk, binary and oversize frames of one subscriber disturb no other',
      judge: judgeRough,
    },
  ],
});

const idleSubscriber = defineCase<TrialView>({
  id: 'api-stream-idle',
  purpose: 'listens to a run of which there is nothing new',
  needs,
  agentRuns: 1,
  async drive(stage) {
    const project = await openProject(stage);
    const run = await startLasting(project, DOORS.run);
    if (project === undefined || run === undefined) return;
    const socket = await subscribe(project, run, DOORS.valid);
    await socket.listen(holdMs(stage));
    await socket.close();
  },
  checks: [
    {
      id: 'agents-api/stream-pings-idle-subscribers',
      requirement: 'AR-10.1h',
      title: 'a subscriber is pinged at the declared interval while nothing happens',
      judge: judgeIdle,
    },
  ],
});

export const streamDoorCases = [unknownRun, foreignRun, badTokens, roughClients, idleSubscriber];
