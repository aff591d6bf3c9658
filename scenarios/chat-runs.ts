import { defineScenario, type Socket, type Stage, type StartAsk } from '../harness/core/scenario.ts';
import { costTable, fenced, resourceBill } from './data-sets.ts';
import { awaitEnd } from './listening.ts';
import { messageOf, savingsQuestion } from './value-questions.ts';

/** Labels by which checks find the runs. Those that begin with `analysis` give the agent data to work on. */
export const RUNS = {
  analysis: 'analysis',
  thorough: 'analysis, thorough',
  optimisation: 'analysis of costs',
  parallel: (index: number) => `analysis at once ${index}`,
  older: 'analysis on the older socket',
  cancelled: 'cancelled analysis',
  tell: 'tell a fact',
  recall: 'ask for the fact',
  frame: (bytes: number) => `frame of ${bytes} bytes`,
} as const;

const DATA_AGENT = 'unified_data_agent';
const OPTIMISATION_AGENT = 'optimization_agent';
const ROWS = 48;

const KIB = 1024;
/** Frames above the sizes at which incautious limits bite, up to one byte below what must be accepted. */
const FRAME_BYTES = [9 * KIB, 100 * KIB] as const;

/** What is sent, below the declared limit; where none is declared, the least that anybody has to take. */
export function frameSizes(limit: string | undefined): readonly number[] {
  if (limit === undefined) return [FRAME_BYTES[0]];
  const largest = Math.min(Number(limit), KIB * KIB) - 1;
  return [...FRAME_BYTES.filter((bytes) => bytes < largest), largest];
}

const table = (stage: Stage, rows = ROWS): string => fenced(costTable(stage.random, rows));

const ask = (stage: Stage, question: string, rows?: number): string =>
  `${question}\n\nReport ${stage.nonce('report')}:\n${table(stage, rows)}`;

const SHORT = 'Analyse this cost report: what is the total cost, and which service costs most?';
const THOROUGH =
  'Analyse this cost report thoroughly: profile the data, give totals and means by service and by region, ' +
  'find anomalies, describe the trend, forecast the next 7 days, and recommend what to do.';

/** Opens a session, does what is to be done once it is greeted, closes it. */
async function inSession(stage: Stage, act: (socket: Socket) => Promise<void>): Promise<void> {
  const socket = await stage.actor().connect({ label: 'session' });
  if (await socket.greeted()) await act(socket);
  await socket.close();
}

/** A session in which these runs are started at once and listened to until their end and beyond. */
function runInSession(stage: Stage, ...asks: readonly StartAsk[]): Promise<void> {
  return inSession(stage, (socket) =>
    awaitEnd(
      stage,
      socket,
      asks.map((one) => socket.start(one)),
    ),
  );
}

export const singleAnalysis = defineScenario({
  id: 'single-analysis',
  purpose: 'reads health, then has one data set analysed',
  trials: 2,
  agentRuns: 1,
  async play(stage) {
    const health = { label: 'health', method: 'GET', path: stage.health, authenticated: false } as const;
    await stage.actor().request(health);
    await runInSession(stage, { label: RUNS.analysis, agent: DATA_AGENT, message: ask(stage, SHORT) });
  },
});

export const thoroughAnalysis = defineScenario({
  id: 'thorough-analysis',
  purpose: 'has a data set analysed in every way, which takes a while',
  agentRuns: 1,
  play: (stage) =>
    runInSession(stage, { label: RUNS.thorough, agent: DATA_AGENT, message: ask(stage, THOROUGH, 240) }),
});

export const costOptimisation = defineScenario({
  id: 'cost-optimisation',
  purpose: 'has savings estimated',
  agentRuns: 1,
  play: (stage) =>
    runInSession(stage, {
      label: RUNS.optimisation,
      agent: OPTIMISATION_AGENT,
      message: messageOf(savingsQuestion(resourceBill(stage.random, stage.nonce('bill').slice(0, 6)))),
      withinMs: stage.thresholds.optimisationMs,
    }),
});

export const threeAtOnce = defineScenario({
  id: 'three-at-once',
  purpose: 'starts three runs at once on one socket',
  agentRuns: 3,
  play: (stage) =>
    runInSession(
      stage,
      ...[1, 2, 3].map((index) => ({
        label: RUNS.parallel(index),
        agent: DATA_AGENT,
        message: ask(stage, THOROUGH),
      })),
    ),
});

export const twoSockets = defineScenario({
  id: 'two-sockets',
  purpose: 'opens a second socket of the same user, then runs on the first',
  agentRuns: 1,
  play: (stage) =>
    inSession(stage, async (older) => {
      const newer = await stage.actor().connect({ label: 'session' });
      if (await newer.greeted()) {
        await newer.ping();
        const run = older.start({ label: RUNS.older, agent: DATA_AGENT, message: ask(stage, SHORT) });
        await awaitEnd(stage, older, [run]);
        await newer.ping();
      }
      await newer.close();
    }),
});

export const cancellation = defineScenario({
  id: 'cancellation',
  purpose: 'cancels a run in flight',
  needs: ['cancellation'],
  trials: 3,
  agentRuns: 1,
  play: (stage) =>
    inSession(stage, async (socket) => {
      const { completionMs, firstEventMs, cancelMs } = stage.thresholds;
      const withinMs = Math.min(completionMs, firstEventMs + cancelMs);
      const message = ask(stage, THOROUGH, 240);
      const run = socket.start({ label: RUNS.cancelled, agent: DATA_AGENT, message, withinMs });
      if (!(await run.answered())) return;
      run.cancel();
      await awaitEnd(stage, socket, [run]);
    }),
});

export const memory = defineScenario({
  id: 'memory',
  purpose: 'tells a fact in one turn of a thread and asks for it in the next',
  needs: ['threads'],
  trials: 2,
  agentRuns: 2,
  play: (stage) =>
    inSession(stage, async (socket) => {
      const fact = `Please remember this: the access phrase of the Marigold project is ${stage.nonce('fact')}.`;
      const told = socket.start({ label: RUNS.tell, agent: DATA_AGENT, message: fact });
      await told.ended();
      const { threadId } = told;
      if (threadId === undefined) return;
      const message = 'What did I tell you is the access phrase of the Marigold project?';
      await awaitEnd(stage, socket, [
        socket.start({ label: RUNS.recall, agent: DATA_AGENT, message, threadId }),
      ]);
    }),
});

export const largeFrames = defineScenario({
  id: 'large-frames',
  purpose: 'starts runs with frames up to one byte below the largest',
  agentRuns: FRAME_BYTES.length + 1,
  play: (stage) =>
    runInSession(
      stage,
      ...frameSizes(stage.variationPoints['VP-MAXMSG']).map((frameBytes) => ({
        label: RUNS.frame(frameBytes),
        agent: DATA_AGENT,
        message: ask(stage, SHORT),
        frameBytes,
      })),
    ),
});
