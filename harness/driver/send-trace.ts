import { EnvHttpProxyAgent, request } from 'undici';
import type { TraceExport } from '../config/traces.ts';

/** A collector that is well answers in a fraction of this; nobody waits longer for what is written anyway. */
const WITHIN_MS = 5_000;

/**
 * Sends the trace of a campaign to a collector, once.
 * @returns why that failed, which is no failure of the campaign
 */
export async function sendTrace({ url, headers }: TraceExport, body: string): Promise<string | undefined> {
  const dispatcher = new EnvHttpProxyAgent();
  try {
    const answer = await request(url, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body,
      dispatcher,
      signal: AbortSignal.timeout(WITHIN_MS),
    });
    await answer.body.dump();
    return answer.statusCode < 300 ? undefined : `it answered ${answer.statusCode}`;
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    return typeof code === 'string'
      ? `it could not be reached (${code})`
      : `no answer within ${WITHIN_MS / 1000} s`;
  } finally {
    await dispatcher.destroy();
  }
}
