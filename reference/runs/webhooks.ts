import { request } from 'undici';
import type { AgentRun } from './resources.ts';

/** What a webhook is told of a run that has ended (docs/protocol.md 6.1). */
export interface RunNotice {
  readonly run_id: string;
  readonly agent: string;
  readonly status: AgentRun['status'];
  readonly finished_at: string | null;
}

/** Sends webhooks behind the back of the runs they tell of. */
export interface Webhooks {
  readonly send: (url: string, notice: RunNotice) => void;
  /** Gives up what is under way. */
  readonly stop: () => Promise<void>;
}

/** A receiver that is slower than this has not been told. */
const TIMEOUT_MS = 5_000;

/** More at once would only wait for each other. */
const MAX_AT_ONCE = 100;

const MAX_ANSWER_BYTES = 1_024;

/** Each notice is sent once and never again: a receiver that is away, or leads elsewhere, is its owner's business. */
export function webhookSender(): Webhooks {
  const underWay = new Map<AbortController, Promise<void>>();
  let isStopped = false;
  const post = async (url: string, notice: RunNotice, stopper: AbortController): Promise<void> => {
    const timer = setTimeout(() => stopper.abort(), TIMEOUT_MS);
    try {
      const { body } = await request(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(notice),
        signal: stopper.signal,
        reset: true, // one notice, one connection
      });
      await body.dump({ limit: MAX_ANSWER_BYTES });
    } catch {
      // Told once is all that was promised.
    } finally {
      clearTimeout(timer);
      underWay.delete(stopper);
    }
  };
  return {
    send: (url, notice) => {
      if (isStopped || underWay.size >= MAX_AT_ONCE) return;
      const stopper = new AbortController();
      underWay.set(stopper, post(url, notice, stopper));
    },
    stop: async () => {
      isStopped = true;
      for (const stopper of underWay.keys()) stopper.abort();
      await Promise.all(underWay.values());
    },
  };
}
