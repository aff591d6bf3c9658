import { parseJson } from '../core/json.ts';
import type { Millis } from '../evidence/transcript.ts';
import { createGate, type Gate } from './gate.ts';

interface Waiting {
  readonly takes: (frame: unknown) => boolean;
  readonly gate: Gate;
}

/** Frames remembered for those who ask late; a stream that is longer is only followed live. */
const REMEMBERED = 20_000;

/** Follows the frames of a stream on behalf of scenarios that wait for one of them. */
export class FrameListener {
  readonly #frames: unknown[] = [];
  readonly #waiting = new Set<Waiting>();

  take(text: string): void {
    const frame = parseJson(text);
    if (this.#frames.length < REMEMBERED) this.#frames.push(frame);
    for (const { takes, gate } of this.#waiting) if (takes(frame)) gate.settle(true);
  }

  /** Whether such a frame was heard, or is heard within the limit. */
  async heard(takes: Waiting['takes'], withinMs: Millis, onDeadline: () => void): Promise<boolean> {
    if (this.#frames.some(takes)) return true;
    const waiting: Waiting = { takes, gate: createGate() };
    this.#waiting.add(waiting);
    const came = await waiting.gate.within(withinMs, onDeadline);
    this.#waiting.delete(waiting);
    return came;
  }

  /** Nothing more will come. */
  end(): void {
    for (const { gate } of this.#waiting) gate.settle(false);
  }
}
