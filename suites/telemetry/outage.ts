import { type BoundCase, defineCase } from '../../harness/core/contract-case.ts';
import { type Finding, fail, pass } from '../../harness/core/finding.ts';
import type { TrialView } from '../../harness/judge/views.ts';
import { bodyOf, fieldOf, labelled, missing, refOf } from '../agents-api/expect.ts';
import { say } from '../statements.ts';

const SIDES = ['ingest', 'query'] as const;
const before = (side: string): string => `health of the ${side} before`;
const during = (side: string): string => `health of the ${side} without the store`;

/** Health may notice a little late: it is read until it says so, or its limit is over. */
const SPACING_MS = 200;

function judgeSide(view: TrialView, side: string): readonly Finding[] {
  const [healthy] = labelled(view, before(side));
  const readings = labelled(view, during(side));
  const last = readings.at(-1);
  if (healthy?.response?.status !== 200) return missing(view, `a healthy ${side}`, 'TR-10.1');
  if (last === undefined) return missing(view, 'an outage of the store', 'CN-10');
  const expected = `the ${side} says 503, unhealthy, while the store is away`;
  const honest = readings.find(
    (one) => one.response?.status === 503 && fieldOf(bodyOf(one), 'status') !== 'healthy',
  );
  if (honest !== undefined) return [pass(say('honest', expected, '503', refOf(view, honest)))];
  const actual = `${last.response?.status ?? 'no answer'} in the last of ${readings.length} readings`;
  return [fail(say('health-does-not-follow', expected, actual, refOf(view, last)))];
}

export const outageCase: BoundCase<TrialView> = defineCase<TrialView>({
  id: 'telemetry-outage',
  purpose: 'takes the store away and reads the health of the telemetry',
  needs: ['telemetry', 'faults'],
  interference: 'disruptive',
  async drive(stage) {
    const { healthMs } = stage.thresholds;
    const read = (label: string, surface: (typeof SIDES)[number]) =>
      stage.actor().request({
        label,
        method: 'GET',
        path: stage.health,
        surface,
        authenticated: false,
        withinMs: healthMs,
      });
    for (const side of SIDES) await read(before(side), side);
    await stage.without('store', async () => {
      for (const side of SIDES)
        for (let waitedMs = 0; waitedMs <= healthMs; waitedMs += SPACING_MS) {
          if ((await read(during(side), side))?.status === 503) break;
          await stage.pause(SPACING_MS);
        }
    });
  },
  checks: [
    {
      id: 'telemetry/health-follows-the-store',
      requirement: 'TR-10.2',
      title: 'while the store is away, the health of each telemetry service is 503',
      judge: (view) => SIDES.flatMap((side) => judgeSide(view, side)),
    },
  ],
});
