/** Many at once: bursts, storms, clients that vanish, and one who reads slowly. */
import { defineScenario, type Stage } from '../harness/core/scenario.ts';
import { costTable, fenced } from './data-sets.ts';
import { AGENT, cutShort, inLanes, open, runOnce, shortRun } from './resilience-runs.ts';

export const BURST = {
  control: 'run before the burst',
  run: 'run of the burst',
  request: 'request of the burst',
  socket: 'socket of the burst',
} as const;

/** Few enough that their cost is known, many enough that whoever loses requests loses one of them. */
export const BURST_RUNS = 12;
export const BURST_REQUESTS = 40;
/** How many HTTP limits an answer may take when so many are asked for at once: late is not lost. */
const PATIENCE = 5;

export const burst = defineScenario({
  id: 'burst',
  purpose: 'asks for runs and sends requests all at once, then cancels what began',
  interference: 'load',
  agentRuns: BURST_RUNS + 1,
  async play(stage) {
    const actor = stage.actor();
    await runOnce(stage, actor, BURST.control);
    const ask = { method: 'GET', path: '/api/agents/profiles' } as const;
    const withinMs = stage.thresholds.httpMs * PATIENCE;
    const requests = Array.from({ length: BURST_REQUESTS }, () =>
      actor.request({ ...ask, label: BURST.request, withinMs }),
    );
    await Promise.all([...requests, burstOfRuns(stage)]);
  },
});

async function burstOfRuns(stage: Stage): Promise<void> {
  const socket = await open(stage.actor(), BURST.socket);
  if (socket === undefined) return;
  const runs = Array.from({ length: BURST_RUNS }, (_, index) =>
    socket.start({ ...shortRun(stage, `${BURST.run} ${index + 1}`), label: BURST.run }),
  );
  await Promise.all(runs.map(cutShort));
  await socket.ping();
  await socket.close();
}

export const STORM = { socket: 'reconnect' } as const;
export const STORM_CONNECTS = 50;
const LANES = 4;

const connects = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index);

export const reconnectStorm = defineScenario({
  id: 'reconnect-storm',
  purpose: 'connects and leaves, over and over',
  interference: 'load',
  async play(stage) {
    const actor = stage.actor();
    await inLanes(connects(STORM_CONNECTS), LANES, async () => {
      await (await open(actor, STORM.socket))?.close();
    });
  },
});

export const VANISHING = {
  control: 'run of a neighbour before',
  vanished: 'run of a client that vanishes',
  neighbour: 'run of a neighbour meanwhile',
  next: 'connect after they vanished',
} as const;
const VANISHED = 4;
export const NEXT_CONNECTS = 20;

async function vanish(stage: Stage): Promise<void> {
  const socket = await open(stage.actor(0), VANISHING.vanished);
  await socket?.start(shortRun(stage, VANISHING.vanished)).answered();
  socket?.drop();
}

export const vanishingClients = defineScenario({
  id: 'vanishing-clients',
  purpose: 'has clients vanish in the middle of their runs while a neighbour goes on',
  actors: 2,
  interference: 'load',
  agentRuns: VANISHED + 2,
  async play(stage) {
    await runOnce(stage, stage.actor(1), VANISHING.control);
    const clients = connects(VANISHED).map(() => vanish(stage));
    await Promise.all([...clients, runOnce(stage, stage.actor(1), VANISHING.neighbour)]);
    await inLanes(connects(NEXT_CONNECTS), LANES, async () => {
      await (await open(stage.actor(0), VANISHING.next))?.close();
    });
  },
});

export const SLOW = {
  control: 'run of a neighbour before the slow reader',
  slow: 'run of a slow reader',
  neighbour: 'run of a neighbour beside the slow reader',
} as const;

/** As slow as a bad mobile connection: what is told of the run waits to be read. */
const BYTES_PER_SECOND = 6_000;
const ROWS = 24;

/** Something that takes a while, and of which much is told. */
const thorough = (stage: Stage): string =>
  `Analyse this cost report thoroughly, in every way you can.\n\n${fenced(costTable(stage.random, ROWS))}`;

export const slowReader = defineScenario({
  id: 'slow-reader',
  purpose: 'reads the events of a run slowly, with a neighbour beside',
  actors: 2,
  interference: 'disruptive',
  agentRuns: 3,
  async play(stage) {
    await runOnce(stage, stage.actor(1), SLOW.control);
    const through = { bytesPerSecond: BYTES_PER_SECOND };
    const socket = await open(stage.actor(0), SLOW.slow, { through });
    if (socket === undefined) return;
    const run = socket.start({ label: SLOW.slow, agent: AGENT, message: thorough(stage) });
    // The neighbour comes when there is something that is read slowly.
    await run.answered();
    await Promise.all([run.ended(), runOnce(stage, stage.actor(1), SLOW.neighbour)]);
    await socket.close();
  },
});
