import { type Finding, fail, inconclusive, pass } from '../../harness/core/finding.ts';
import type { TrialView } from '../../harness/judge/views.ts';
import { say } from '../statements.ts';
import { canarySearch } from './canaries.ts';
import { examined, leakWords } from './examine.ts';

const hidden = (view: TrialView, expected: string): Finding | undefined => {
  const { users, missed } = examined(view);
  if (users < 2)
    return inconclusive(
      say('too-few-users', expected, `${users} users sent anything`, view.ref()),
      'AR-1.1d',
    );
  return missed.length === 0
    ? undefined
    : inconclusive(say('blind', expected, `a planted leak was not found: ${missed[0]}`, view.ref()), 'IS-11');
};

/** IS-6: nothing of another user's in answers, errors and on streams. */
export function judgeLeaksOverHttp(view: TrialView): readonly Finding[] {
  const expected = 'nothing another user sent, in whatever dress';
  const { leaks, received, users } = examined(view);
  const own = leaks.filter((leak) => leak.received.surface !== 'telemetry');
  if (own.length > 0)
    return own.map((leak) => fail(say('leak', expected, leakWords(leak), leak.received.ref)));
  const actual = `${users} users, ${received.length} texts searched`;
  return [hidden(view, expected) ?? pass(say('no-leak', expected, actual, view.ref()))];
}

/** IS-7: nothing that any user sent, the reader included. */
export function judgeTelemetry(view: TrialView): readonly Finding[] {
  const expected = 'nothing in the telemetry that a user told an agent';
  const { canaries, received } = examined(view);
  const read = received.filter(({ surface }) => surface === 'telemetry');
  const { search } = canarySearch(canaries);
  const held = read.flatMap((one) => search(one.text).map(({ canary }) => ({ one, canary })));
  if (held.length > 0)
    return held.map(({ one, canary }) =>
      fail(say('content-in-telemetry', expected, `what ${canary.owner} sent, read by ${one.actor}`, one.ref)),
    );
  const isRead = view.exchanges.some(
    ({ request, response }) => request.url.startsWith('/v1/runs') && response?.status === 200,
  );
  if (!isRead) return [inconclusive(say('not-read', expected, 'no run could be read', view.ref()), 'TR-5.1')];
  const actual = `${read.length} answers searched`;
  return [hidden(view, expected) ?? pass(say('no-content', expected, actual, view.ref()))];
}
