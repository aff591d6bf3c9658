/**
 * Where part a's time goes: each stage of the path alone, over the same frames, in a warm loop. In life every
 * stage starts with a cold cache, so the shares say more than the microseconds.
 */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RunTracker } from '../harness/driver/run-tracker.ts';
import { systemClock } from '../harness/driver/system-clock.ts';
import { fileSink } from '../harness/evidence/file-sink.ts';
import { agentEventsV1 } from '../harness/protocol/dialects/agent-events-v1.ts';
import { benchRedactor } from './contestant-ours.ts';
import { eventFrame } from './frames.ts';
import { percentile } from './ratio.ts';
import { figure, table } from './table.ts';

export interface StageRow {
  readonly stage: string;
  readonly microsPerEvent: number;
}

export interface StagesSize {
  readonly events: number;
  readonly repetitions: number;
}

export const FULL_STAGES: StagesSize = { events: 40_000, repetitions: 5 };
export const TINY_STAGES: StagesSize = { events: 200, repetitions: 1 };

const EVENTS_PER_RUN = 14;
/** As many lines as the recorder hands over at once. */
const LINES_PER_BLOCK = 64;

function sampleFrames(): readonly Buffer[] {
  return Array.from({ length: LINES_PER_BLOCK * EVENTS_PER_RUN }, (_, index) => {
    const run = Math.floor(index / EVENTS_PER_RUN);
    const ids = { requestId: `rq-${run}`, runId: `run-${run}-1`, threadId: 't1', userId: 'ann' };
    const clock = { sentNs: String(process.hrtime.bigint()), askedNs: String(process.hrtime.bigint()) };
    const seq = (index % EVENTS_PER_RUN) + 1;
    const event = {
      ...ids,
      seq,
      of: EVENTS_PER_RUN,
      timestamp: new Date().toISOString(),
      durationMs: 1,
      clock,
    };
    return Buffer.from(eventFrame(event));
  });
}

type Stage = (index: number) => void;

/** The stages on what the stage before it yields; those of a block do their work at every so many events. */
function stagesOf(path: string): Readonly<Record<string, Stage>> {
  const frames = sampleFrames();
  const texts = frames.map((frame) => frame.toString('utf8'));
  const at = <T>(items: readonly T[], index: number): T => items[index % items.length] as T;
  const lineOf = (text: string): string =>
    JSON.stringify({
      kind: 'ws.frame',
      actor: 'acme/ann',
      socket: 1,
      direction: 'in',
      text,
      encoding: 'utf8',
      bytes: text.length,
    });
  const block = texts.slice(0, LINES_PER_BLOCK).map(lineOf).join('\n');
  const perBlock = (act: () => void) => (index: number) => {
    if (index % LINES_PER_BLOCK === 0) act();
  };
  const events = texts
    .flatMap((text) => agentEventsV1.decode(text))
    .flatMap((one) => (one.kind === 'event' ? [one.event] : []));
  const tracker = new RunTracker('rq-1');
  const redactor = benchRedactor();
  const hash = createHash('sha256');
  const sink = fileSink(path);
  return {
    'bytes to text': (index) => void at(frames, index).toString('utf8'),
    'time stamp': () => void systemClock.now(),
    'entry to a line': (index) => void lineOf(at(texts, index)),
    redact: perBlock(() => void redactor.redact(block)),
    digest: perBlock(() => void hash.update(block)),
    'write to the file': perBlock(() => sink.write(block)),
    'parse as JSON': (index) => void JSON.parse(at(texts, index)),
    'parse and decode': (index) => void agentEventsV1.decode(at(texts, index)),
    'follow the run': (index) => tracker.see(at(events, index)),
  };
}

function microsOf(stage: Stage, events: number): number {
  const before = process.cpuUsage();
  for (let index = 0; index < events; index += 1) stage(index);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / events;
}

/** The median of interleaved repetitions of each stage, after one that does not count. */
export function measureStages({ events, repetitions }: StagesSize): readonly StageRow[] {
  const dir = mkdtempSync(join(tmpdir(), 'bench-'));
  try {
    const stages = Object.entries(stagesOf(join(dir, 'stage.ndjson')));
    const seen = stages.map((): number[] => []);
    for (let repetition = 0; repetition <= repetitions; repetition += 1)
      stages.forEach(([, stage], index) => {
        const micros = microsOf(stage, events);
        if (repetition > 0) seen[index]?.push(micros);
      });
    return stages.map(([stage], index) => ({ stage, microsPerEvent: percentile(seen[index] ?? [], 0.5) }));
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** Decoding is told without the parsing that it contains and that a bare client does too. */
export function stagesTable(rows: readonly StageRow[]): string {
  const parse = rows.find(({ stage }) => stage === 'parse as JSON')?.microsPerEvent ?? 0;
  const own = rows.map(
    ({ stage, microsPerEvent }): StageRow =>
      stage === 'parse and decode'
        ? { stage: 'decode, beyond parsing', microsPerEvent: microsPerEvent - parse }
        : { stage, microsPerEvent },
  );
  const total = own.reduce((sum, { microsPerEvent }) => sum + microsPerEvent, 0);
  return table(
    ['stage', 'µs an event', 'share', 'bare client too'],
    own.map(({ stage, microsPerEvent }) => [
      stage,
      figure(microsPerEvent, 3),
      `${figure((100 * microsPerEvent) / total, 0)} %`,
      stage === 'parse as JSON' || stage === 'bytes to text' ? 'yes' : 'no',
    ]),
  );
}
