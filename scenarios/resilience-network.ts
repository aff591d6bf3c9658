import {
  defineScenario,
  type NetworkFault,
  type Socket,
  type Stage,
  type StartAsk,
} from '../harness/core/scenario.ts';
import { inLedger, open, openLedger, shortRun } from './resilience-runs.ts';

/** What befalls the way to the target. Those that break it do so once the run has begun. */
export const NETWORK_FAULTS: Readonly<Record<string, NetworkFault>> = {
  reset: { breaks: 'reset' },
  cut: { breaks: 'cut' },
  'half-open': { breaks: 'half-open' },
  'slow close': { breaks: 'slow-close' },
  'late and uneven': { latencyMs: 40, jitterMs: 60, slowStartMs: 150, bytesPerSecond: 20_000 },
};

/** Labels of one attempt. */
export const ATTEMPT = {
  way: (fault: string) => `way that is disturbed: ${fault}`,
  run: (fault: string) => `run on a way that is disturbed: ${fault}`,
  again: (fault: string) => `the same request after: ${fault}`,
  anew: (fault: string) => `a new request after: ${fault}`,
} as const;

/** How long a client waits in silence before it takes the connection for dead; its own choice. */
const SILENCE_MS = 300;

export const networkFaults = defineScenario({
  id: 'network-faults',
  purpose: 'disturbs the way to the target during a run, then connects again and makes the same request',
  interference: 'disruptive',
  trials: 2,
  agentRuns: 2 * Object.keys(NETWORK_FAULTS).length,
  async play(stage) {
    const ledger = await openLedger(stage, stage.actor());
    await Promise.all(
      Object.entries(NETWORK_FAULTS).map(([name, fault]) => attempt(stage, name, fault, inLedger(ledger))),
    );
    await ledger?.read();
  },
});

async function attempt(
  stage: Stage,
  name: string,
  through: NetworkFault,
  over: Partial<StartAsk>,
): Promise<void> {
  const actor = stage.actor();
  const socket = await open(actor, ATTEMPT.way(name), { through });
  if (socket === undefined) return;
  const ask = shortRun(stage, ATTEMPT.run(name), over);
  const run = socket.start(ask);
  if (through.breaks === undefined) {
    await run.ended();
    await socket.close();
    return;
  }
  await run.answered();
  socket.strike();
  await socket.listen(SILENCE_MS);
  socket.drop();
  const again = await open(actor, ATTEMPT.again(name));
  if (again !== undefined) await goOn(again, name, ask, run.requestId);
  await again?.close();
}

/** The same request is answered by the same run, or by an error, upon which a new one is made. */
async function goOn(socket: Socket, name: string, ask: StartAsk, requestId: string): Promise<void> {
  const isOver = await socket.start({ ...ask, label: ATTEMPT.again(name), requestId }).ended();
  if (!isOver && socket.isOpen) await socket.start({ ...ask, label: ATTEMPT.anew(name) }).ended();
  await socket.ping();
}
