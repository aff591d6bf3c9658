import { type Clock, timestamp } from '../clock.ts';
import { BatchWriter } from './batch-writer.ts';
import type { AgentRun, FrameBody, RunFrame } from './resources.ts';

/** The frames of one turn, which can be read from the beginning and waited upon at the end. */
class FrameLog {
  readonly #frames: RunFrame[] = [];
  #ended = false;
  #waiting: (() => void)[] = [];

  get length(): number {
    return this.#frames.length;
  }

  /** Whether nothing will follow. */
  get ended(): boolean {
    return this.#ended;
  }

  at(index: number): RunFrame | undefined {
    return this.#frames[index];
  }

  all(): readonly RunFrame[] {
    return [...this.#frames];
  }

  push(frame: RunFrame): void {
    this.#frames.push(frame);
    this.#wake();
  }

  end(): void {
    this.#ended = true;
    this.#wake();
  }

  /** Resolves when there is a next frame, or when there will be none. */
  changed(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
    });
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}

/** What a record is composed of. */
export interface RecordParts {
  readonly clock: Clock;
  readonly newId: () => string;
  readonly write: (frames: readonly RunFrame[]) => Promise<void>;
  readonly onFailure: () => void;
}

/**
 * What is told of one turn of a run: every frame gets its number when it is told, goes to whoever
 * listens, and is stored behind the back of the run.
 */
export class RunRecord {
  readonly log = new FrameLog();
  /** The number of the first frame told here; those before belong to earlier turns. */
  readonly firstSeq: number;
  readonly #parts: RecordParts;
  readonly #writer: BatchWriter<RunFrame>;
  #run: AgentRun;
  #nextSeq: number;
  #lastMs = 0;

  constructor(parts: RecordParts, run: AgentRun, firstSeq: number) {
    this.#parts = parts;
    this.#run = run;
    this.firstSeq = firstSeq;
    this.#nextSeq = firstSeq;
    this.#writer = new BatchWriter(parts.write, parts.onFailure);
  }

  /** The run as it was last told. */
  get run(): AgentRun {
    return this.#run;
  }

  /** Tells something. */
  tell(body: FrameBody): void {
    for (const frame of this.prepare([body])) {
      this.adopt([frame]);
      this.#writer.append(frame);
    }
  }

  /** Gives frames their numbers without telling anybody yet. */
  prepare(bodies: readonly FrameBody[]): readonly RunFrame[] {
    const { clock, newId } = this.#parts;
    const atMs = Math.max(this.#lastMs, clock.now());
    const { id: runId, turn } = this.#run;
    return bodies.map(({ type, ...resource }, index) => {
      const seq = this.#nextSeq + index;
      const envelope = { type, eventId: newId(), seq, timestamp: timestamp(atMs), runId, turn };
      return { ...envelope, ...resource } as RunFrame; // taken apart and put together in another order
    });
  }

  /** Tells frames that were prepared, and that somebody else has stored. */
  adopt(frames: readonly RunFrame[]): void {
    for (const frame of frames) {
      this.#nextSeq = frame.seq + 1;
      this.#lastMs = Math.max(this.#lastMs, Date.parse(frame.timestamp));
      if ('run' in frame) this.#run = frame.run;
      this.log.push(frame);
    }
  }

  /** Waits until all that was told is stored; rejects when it could not be. */
  flush(): Promise<void> {
    return this.#writer.flush();
  }
}
