import { createHash } from 'node:crypto';
import type { Redactor } from './redaction.ts';
import type { EntryDraft, Millis, ObserverError, ScriptEnd, Seal, TranscriptHeader } from './transcript.ts';

/** Where lines go. `write` is synchronous, so that what was recorded survives the death of the process. */
export interface LineSink {
  readonly write: (text: string) => void;
  readonly close: () => void;
}

/** Bounds on what one trial may leave behind; the target decides how much it sends, not how much we keep. */
export interface EvidenceBounds {
  readonly entries: number;
  readonly bytes: number;
}

/** Lines are handed to the sink in blocks of about this many characters, which keeps the cost of a line low. */
const BLOCK_CHARACTERS = 32_768;

/**
 * Writes one transcript as it happens: numbers, redacts, digests. Refuses nothing while it is within its
 * bounds; beyond them it notes the overflow, which the seal tells, and keeps no more.
 */
export class Recorder {
  readonly header: TranscriptHeader;
  readonly #sink: LineSink;
  readonly #redactor: Redactor;
  readonly #bounds: EvidenceBounds;
  readonly #hash = createHash('sha256');
  #seq = 0;
  #bytes = 0;
  #block = '';
  #overflow: string | undefined;
  #sealed = false;

  constructor(header: TranscriptHeader, sink: LineSink, redactor: Redactor, bounds: EvidenceBounds) {
    this.header = header;
    this.#sink = sink;
    this.#redactor = redactor;
    this.#bounds = bounds;
    this.#append(JSON.stringify({ header }));
    this.flush();
  }

  /** Keeps an entry seen at `at`; returns its sequence number, or 0 once sealed or beyond the bounds. */
  record(at: Millis, draft: EntryDraft): number {
    if (this.#sealed || this.#isFull()) return 0;
    this.#seq += 1;
    // Joined as text: copying every draft into an object with its number would cost as much as writing it out.
    const body = JSON.stringify(draft).slice(1);
    this.#append(`{"seq":${this.#seq},"at":${Math.round(at * 1000) / 1000},${body}`);
    return this.#seq;
  }

  /** Hands what is buffered to the sink. */
  flush(): void {
    if (this.#block === '') return;
    // Many lines at once: for each alone, redaction would have to begin with a cold cache.
    const block = this.#redactor.redact(this.#block);
    this.#hash.update(block);
    this.#sink.write(block);
    this.#block = '';
  }

  /** Ends the transcript; nothing is kept after it. */
  seal(at: Millis, end: ScriptEnd, observer: ObserverError, reason?: string): Seal {
    this.flush();
    this.#sealed = true;
    const seal: Seal = {
      entries: this.#seq,
      digest: this.#hash.digest('hex'),
      endedAtMs: Math.round(at * 1000) / 1000,
      end,
      observer,
      ...(reason === undefined ? {} : { reason: this.#redactor.redact(reason) }),
      ...(this.#overflow === undefined ? {} : { overflow: this.#overflow }),
    };
    this.#sink.write(`${JSON.stringify({ seal })}\n`);
    this.#sink.close();
    return seal;
  }

  #isFull(): boolean {
    if (this.#overflow !== undefined) return true;
    if (this.#seq >= this.#bounds.entries) this.#overflow = `more than ${this.#bounds.entries} entries`;
    else if (this.#bytes >= this.#bounds.bytes) this.#overflow = `more than ${this.#bounds.bytes} bytes`;
    return this.#overflow !== undefined;
  }

  #append(line: string): void {
    this.#bytes += line.length + 1;
    this.#block += `${line}\n`;
    if (this.#block.length >= BLOCK_CHARACTERS) this.flush();
  }
}
