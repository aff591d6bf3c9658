import { type Finding, fail, pass } from '../../harness/core/finding.ts';
import { showings } from '../../harness/judge/telemetry-lag.ts';
import type { TrialView } from '../../harness/judge/views.ts';
import { declared, expectOf, holds, labelled, missing, refOf, status } from '../agents-api/expect.ts';
import { inMs, say } from '../statements.ts';
import { emptyList, hides, LABEL } from './accepted-judges.ts';
import { TAKEN_BY } from './accepted-runs.ts';
import { postAt } from './account.ts';

/** What was answered with 201 is readable within this. */
export const FRESH_MS = 1_000;

/** Runs show as soon as they were taken. */
export function judgeFreshness(view: TrialView): readonly Finding[] {
  const shown = showings(view);
  if (shown.length === 0) return missing(view, 'runs that are taken', 'TR-1.1');
  return shown.flatMap(({ runId, since, shown: first, unseen }): readonly Finding[] => {
    const expected = `readable within ${inMs(FRESH_MS)}`;
    const refs = [first, unseen].flatMap((one) => (one === undefined ? [] : [refOf(view, one)]));
    const hiddenMs = unseen === undefined ? 0 : unseen.request.at - since;
    // However late we hear or ask ourselves, what is not there when it is asked for is at least so late.
    if (unseen !== undefined && hiddenMs > FRESH_MS)
      return [fail(say('late', expected, `not there after ${inMs(hiddenMs)}`, ...refs))];
    if (first === undefined) return missing(view, `run ${runId}`, 'TR-6.1');
    return [
      pass(say('in-time', expected, `read ${inMs(first.request.at - since)} after it was taken`, ...refs)),
    ];
  });
}

/** Steps of a run without any: an empty list, or 404 where that is declared. */
export function judgeNoSteps(view: TrialView, choice: string | undefined): readonly Finding[] {
  const [reading] = labelled(view, LABEL.steps('no steps'));
  const posted = postAt(view, LABEL.ingest('no steps'));
  if (posted?.response?.status !== 201) return missing(view, 'a run without steps', TAKEN_BY['no steps']);
  if (reading === undefined || hides(view, 'no steps') === 'TR-6.4')
    return missing(view, 'a run without steps that shows', 'TR-6.4');
  const allowed = declared(choice, { 'empty-200': 200, '404': 404 });
  const isList = holds('an empty list', (body) => emptyList(undefined, body));
  return reading.response?.status === 200
    ? expectOf(view, reading, status(...allowed), isList)
    : expectOf(view, reading, status(...allowed));
}
