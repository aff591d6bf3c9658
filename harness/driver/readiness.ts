import { setTimeout as delay } from 'node:timers/promises';
import { request } from 'undici';
import type { Clock } from '../core/clock.ts';
import { HarnessError } from '../core/errors.ts';
import { describeError } from './http.ts';
import type { Network } from './network.ts';

/** Between two attempts, so that a target that is just starting gets its chance. */
const RETRY_MS = 500;

/**
 * Waits until the target answers at all, whatever it answers: what it says is judged later. This is the one
 * place where the harness tries again.
 * @throws HarnessError `TARGET_UNREACHABLE` with what was tried, when nothing answered within `limitMs`.
 */
export async function awaitReachable(
  url: string,
  network: Network,
  clock: Clock,
  limitMs: number,
): Promise<void> {
  const until = clock.now() + limitMs;
  let attempts = 0;
  let last = '';
  while (clock.now() < until) {
    attempts += 1;
    const left = Math.max(1, Math.ceil(until - clock.now()));
    try {
      const answer = await request(url, {
        dispatcher: network.dispatcher,
        signal: AbortSignal.timeout(left),
      });
      await answer.body.dump();
      return;
    } catch (cause) {
      const { code, message } = describeError(cause);
      last = `${code} ${message}`;
    }
    await delay(Math.min(RETRY_MS, Math.max(0, until - clock.now())));
  }
  throw new HarnessError(
    'TARGET_UNREACHABLE',
    `target did not answer GET ${url} within ${limitMs / 1000} s (${attempts} attempts, last: ${last})`,
    { hint: 'check TARGET_URL, the proxy variables, and that the deployment is up; nothing was judged' },
  );
}
