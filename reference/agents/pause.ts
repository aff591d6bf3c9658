import { setImmediate, setTimeout } from 'node:timers/promises';

/** Waits; rejects at once when the signal is aborted. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await setTimeout(ms, undefined, { signal });
}

/** Lets other work of the process go on, so that a large input never silences other sockets. */
export async function breathe(signal: AbortSignal): Promise<void> {
  await setImmediate(undefined, { signal });
}
