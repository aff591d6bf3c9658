/** When the frames of a run come. */
import { inconclusive } from '../../harness/core/finding.ts';
import { isLate } from '../../harness/judge/observer.ts';
import { inMs, say } from '../statements.ts';
import { fieldOf, labelled } from './expect.ts';
import { concluded, HEARD, ofSubscribers } from './stream-judges.ts';
import type { StreamView } from './stream-view.ts';

/** How much later than its stamp a thing may have happened, since stamps may be cut. */
function resolutionOf(stamps: readonly string[]): number {
  const digits = stamps.map((stamp) => /\.(\d+)/.exec(stamp)?.[1]?.length ?? 0);
  return 10 ** Math.max(0, 3 - Math.max(0, ...digits)) - 1;
}

/** The lag of the live frame that was held back longest over the one that was held back least. */
function heldBack({ frames }: StreamView): number | undefined {
  const live = frames.filter(({ isReplay, type }) => !isReplay && type !== 'agent.run.created');
  const stamped = live.flatMap(({ at, body }) => {
    const stamp = fieldOf(body, 'timestamp');
    return typeof stamp === 'string' && !Number.isNaN(Date.parse(stamp)) ? [{ at, stamp }] : [];
  });
  if (stamped.length === 0) return undefined;
  const lags = stamped.map(({ at, stamp }) => at - Date.parse(stamp));
  return Math.max(...lags) - Math.min(...lags) - resolutionOf(stamped.map(({ stamp }) => stamp));
}

/** AR-10.1k */
export const comesInTime = ofSubscribers([HEARD.early], ([stream], view, { thresholds }) => {
  const asked = labelled(view, HEARD.run)[0]?.request.at ?? 0;
  const first = (stream.frames[0]?.at ?? asked) - asked;
  const expected = `the first frame within ${inMs(thresholds.firstEventMs)}, none held back ${inMs(thresholds.heldBackMs)}`;
  if (isLate(first, thresholds.firstEventMs, view))
    return concluded(expected, [`the first after ${inMs(first)}`], 'late', stream);
  const held = heldBack(stream);
  if (held === undefined)
    return [
      inconclusive(say('no-stamps', expected, 'no live frame with a timestamp', stream.ref), 'AR-10.1b'),
    ];
  const isHeld = isLate(held, thresholds.heldBackMs, view);
  return concluded(expected, [isHeld ? `one was held back ${inMs(held)}` : undefined], 'held-back', stream);
});
