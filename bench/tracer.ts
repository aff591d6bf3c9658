/**
 * Part e: what the reference's tracer costs an agent for each step, against the same work without it, and what
 * becomes of its runs while the ingest is away.
 */
import { setImmediate, setTimeout } from 'node:timers/promises';
import { listen, type Origin, serverOf } from '../reference/http/origin.ts';
import { createTracer, type Tracer } from '../reference/sdk/tracer.ts';
import { ratioOf, type Spread, spreadOf } from './ratio.ts';
import { figure, spread, table } from './table.ts';

export interface TracerSize {
  readonly repetitions: number;
  readonly steps: number;
  /** How long the ingest is away. */
  readonly awayMs: number;
  readonly bufferRuns: number;
}

export const FULL_TRACER: TracerSize = { repetitions: 7, steps: 20_000, awayMs: 10_000, bufferRuns: 150 };
export const TINY_TRACER: TracerSize = { repetitions: 2, steps: 200, awayMs: 300, bufferRuns: 4 };

/** Runs end at this pace while the ingest is away. */
const PACE_MS = 50;
const STEPS_PER_RUN = 20;

interface CostRow {
  readonly work: string;
  readonly ours: Spread;
  readonly bare: Spread;
  readonly ratio: Spread;
}

export interface Outage {
  readonly ended: number;
  readonly delivered: number;
  readonly overflowed: number;
  readonly waitingAtReturn: number;
  /** From the return of the ingest until nothing was waiting. */
  readonly emptiedAfterMs: number;
  readonly requests: number;
  readonly stepMicros: Spread;
}

export interface TracerFigures {
  readonly rows: readonly CostRow[];
  readonly outage: Outage;
}

type Work = () => Promise<unknown>;

/** A small tool call: some JSON, then a turn of the event loop as any input or output takes one. */
const toolCall: Work = async () => {
  const text = JSON.stringify(Array.from({ length: 200 }, (_, index) => ({ index, name: `item ${index}` })));
  await setImmediate();
  return JSON.parse(text) as unknown;
};

const WORKS: Readonly<Record<string, Work>> = {
  nothing: async () => undefined,
  'a small tool call': toolCall,
};

/** An ingest that takes everything and does nothing with it. */
const taking = async () => ({ status: 201, headers: { get: () => null }, text: async () => '' });

function cpuMicros(since?: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since);
  return user + system;
}

async function bare(work: Work, steps: number): Promise<number> {
  const start = process.cpuUsage();
  for (let step = 0; step < steps; step += 1) await work();
  return cpuMicros(start) / steps;
}

async function ours(work: Work, steps: number): Promise<number> {
  const tracer = createTracer({ ...AGENT, ingestUrl: 'http://127.0.0.1', transport: taking });
  const start = process.cpuUsage();
  for (let done = 0; done < steps; done += STEPS_PER_RUN) {
    const run = tracer.startRun();
    for (let step = 0; step < STEPS_PER_RUN; step += 1) {
      await run.step('tool', 'measured', (traced) => {
        traced.addMetadata({ attempt: 1 });
        return work();
      });
    }
    run.end();
  }
  await tracer.flush();
  const micros = cpuMicros(start) / steps;
  await tracer.close();
  return micros;
}

const AGENT = { agentId: 'bench', agentVersion: '1', token: 't' };

async function costOf(name: string, work: Work, { repetitions, steps }: TracerSize): Promise<CostRow> {
  await bare(work, steps / 2);
  await ours(work, steps / 2);
  const figures: { readonly ours: number; readonly bare: number }[] = [];
  for (let repetition = 0; repetition < repetitions; repetition += 1) {
    figures.push({ ours: await ours(work, steps), bare: await bare(work, steps) });
  }
  const [mine, plain] = [figures.map((each) => each.ours), figures.map((each) => each.bare)];
  return { work: name, ours: spreadOf(mine), bare: spreadOf(plain), ratio: ratioOf(mine, plain) };
}

async function tracedRun(tracer: Tracer): Promise<number> {
  const run = tracer.startRun();
  const start = performance.now();
  for (let step = 0; step < STEPS_PER_RUN; step += 1) await run.step('tool', 'measured', () => undefined);
  run.end();
  return ((performance.now() - start) * 1000) / STEPS_PER_RUN;
}

/** Ends runs at a steady pace while nobody listens on the port, then listens and waits. */
async function outage({ awayMs, bufferRuns }: TracerSize): Promise<Outage> {
  const received = new Set<string>();
  let requests = 0;
  const answer = async (request: Request): Promise<Response> => {
    requests += 1;
    received.add(((await request.json()) as { readonly run_id: string }).run_id);
    return Response.json({}, { status: 201 });
  };
  const before: Origin = await listen(serverOf(answer), 0, '127.0.0.1');
  const tracer = createTracer({ ...AGENT, ingestUrl: before.url, bufferRuns, longestPauseMs: 2_000 });
  const micros = [await tracedRun(tracer)];
  await tracer.flush();
  await before.stop();
  for (const until = performance.now() + awayMs; performance.now() < until; ) {
    micros.push(await tracedRun(tracer));
    await setTimeout(PACE_MS);
  }
  const waitingAtReturn = tracer.counts().waiting;
  const back = await listen(serverOf(answer), Number(new URL(before.url).port), '127.0.0.1');
  const backAt = performance.now();
  while (tracer.counts().waiting > 0) await setTimeout(5);
  const emptiedAfterMs = performance.now() - backAt;
  const { overflowed } = tracer.counts();
  await tracer.close();
  await back.stop();
  const ended = micros.length;
  const stepMicros = spreadOf(micros);
  return {
    ended,
    delivered: received.size,
    overflowed,
    waitingAtReturn,
    emptiedAfterMs,
    requests,
    stepMicros,
  };
}

export async function measureTracer(size: TracerSize): Promise<TracerFigures> {
  const rows: CostRow[] = [];
  for (const [name, work] of Object.entries(WORKS)) rows.push(await costOf(name, work, size));
  return { rows, outage: await outage(size) };
}

export function tracerTable({ rows, outage: away }: TracerFigures): string {
  const cost = table(
    ['the work of a step', 'with tracer, µs', 'without, µs', 'ratio'],
    rows.map(({ work, ours: mine, bare: plain, ratio }) => [
      work,
      figure(mine.median),
      figure(plain.median),
      spread(ratio),
    ]),
  );
  const { ended, delivered, overflowed, waitingAtReturn, emptiedAfterMs, requests, stepMicros } = away;
  return `${cost}

  ingest away: ${ended} runs ended, ${delivered} delivered, ${overflowed} did not fit and were counted,
  ${ended - delivered - overflowed} lost; ${waitingAtReturn} waited at its return and were gone ${figure(emptiedAfterMs, 0)} ms later,
  in ${requests} requests in all; a step took ${spread(stepMicros)} µs meanwhile`;
}
