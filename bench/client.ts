/** A client in a process of its own; says what it saw and what that cost. */
import { parseArgs } from 'node:util';
import { type Observer, startObserver } from '../harness/driver/observer.ts';
import { systemClock } from '../harness/driver/system-clock.ts';
import { bareContestant } from './contestant-bare.ts';
import { oursContestant } from './contestant-ours.ts';
import type { Contestant } from './contestants.ts';
import type { Answer, Order } from './orders.ts';

const { values } = parseArgs({
  options: {
    contestant: { type: 'string', default: 'bare' },
    url: { type: 'string', default: '' },
    dir: { type: 'string', default: '' },
    timed: { type: 'boolean', default: false },
  },
});
const contestant: Contestant =
  values.contestant === 'ours'
    ? oursContestant(values.url, values.dir)
    : bareContestant(values.url, values.timed);
// The harness always watches itself; the bare client does where the two are to be compared in it.
const observer: Observer | undefined =
  values.contestant === 'ours' || values.timed ? startObserver(systemClock) : undefined;

async function answer(order: Order): Promise<Answer> {
  switch (order.kind) {
    case 'open':
      return { kind: 'opened', greeted: await contestant.open(order.sessions, order.perSecond) };
    case 'play': {
      const from = systemClock.now();
      const before = process.cpuUsage();
      await contestant.play(order.wave);
      const { user, system } = process.cpuUsage(before);
      const none = { loopDelayP99Ms: 0, stalledMs: 0, samples: 0 };
      return { kind: 'played', cpuMicros: user + system, observer: observer?.since(from) ?? none };
    }
    case 'take':
      return { kind: 'received', ...contestant.takeReceived() };
    case 'weigh': {
      globalThis.gc?.();
      const { rss, heapUsed, external } = process.memoryUsage();
      return { kind: 'weighed', rssBytes: rss, heapBytes: heapUsed + external };
    }
  }
}

process.on('message', (order: Order) => {
  void answer(order).then(
    (said) => process.send?.(said),
    (cause: unknown) => process.send?.({ kind: 'failed', reason: String(cause) } satisfies Answer),
  );
});
process.on('disconnect', () => {
  contestant.close();
  process.exit(0);
});
process.send?.({ kind: 'ready' } satisfies Answer);
