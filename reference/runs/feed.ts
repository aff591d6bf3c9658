import type { Store } from '../store/open.ts';
import { readFrames } from '../store/run-parts.ts';
import type { RunRecord } from './record.ts';
import { type AgentRun, isTerminalFrame, type RunFrame } from './resources.ts';

/** A frame on its way to a subscriber; history is marked. */
export type FedFrame = RunFrame & { readonly replay?: true };

/** History is read in portions, so that a long one is never in memory as a whole. */
const PORTION = 200;

async function* stored(store: Store, runId: string, before: number): AsyncGenerator<RunFrame> {
  let after = 0;
  for (;;) {
    const portion = await readFrames(store, runId, { after, before, limit: PORTION });
    yield* portion;
    after = portion.at(-1)?.seq ?? after;
    if (portion.length < PORTION) return;
  }
}

async function* told({ log }: RunRecord): AsyncGenerator<FedFrame> {
  const history = log.length;
  for (let index = 0; ; index += 1) {
    while (log.at(index) === undefined && !log.ended) await log.changed();
    const frame = log.at(index);
    if (frame === undefined) return;
    yield index < history ? { ...frame, replay: true } : frame;
  }
}

/** The last number a stored frame can have. */
const NO_END = 2 ** 31 - 1;

/**
 * The frames of a run from its first on, each once: what is stored of earlier turns, what was told
 * of this one, and then what is told. It ends with the terminal frame of the turn that was the
 * current one when it began; an earlier turn's does not end it.
 */
export async function* feedOf(
  store: Store,
  run: AgentRun,
  record: RunRecord | undefined,
): AsyncGenerator<FedFrame> {
  const { turn } = record?.run ?? run;
  for await (const frame of stored(store, run.id, record?.firstSeq ?? NO_END)) {
    yield { ...frame, replay: true };
    if (isTerminalFrame(frame) && frame.turn >= turn) return;
  }
  if (record === undefined) return;
  for await (const frame of told(record)) {
    yield frame;
    if (isTerminalFrame(frame)) return;
  }
}
