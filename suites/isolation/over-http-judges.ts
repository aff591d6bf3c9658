import { canonicalText } from '../../harness/core/canonical-json.ts';
import { type Finding, fail, inconclusive, pass } from '../../harness/core/finding.ts';
import type { ExchangeView, TrialView } from '../../harness/judge/views.ts';
import { outcomeOf } from '../agents-api/door-judges.ts';
import { bodyOf, fieldOf, labelled, refOf } from '../agents-api/expect.ts';
import { streamNamed } from '../agents-api/stream-view.ts';
import { say } from '../statements.ts';

/** Whose things do not exist. */
export const NOBODY = 'nobody';
/** In what is appended to runs of others. */
export const STRAY = 'a message that strayed';
/** `steps of acme/alan under its project`: what, whose, and under which path. */
const PROBE = /^(run|steps|messages|node states|append|cancel|list|items) of (\S+)( under .+)?$/;

const none = (view: TrialView, expected: string, because: string): readonly Finding[] => [
  inconclusive(say('not-reached', expected, 'there was nothing to try it on', view.ref()), because),
];

/** An answer without the ids that were asked for. */
function facelessAnswer({ request, response }: ExchangeView): string | undefined {
  if (response === undefined) return undefined;
  const ids = [...request.url.matchAll(/\/(?:projects|agent-runs)\/([^/?]+)/g)].map(([, id = '']) => id);
  const body = ids.reduce(
    (text, id) => text.replaceAll(decodeURIComponent(id), '…').replaceAll(id, '…'),
    canonicalText(response.body),
  );
  return `${response.status} ${body}`;
}

/** IS-3: each request for something of another user's is answered as one for what does not exist. */
export function judgeProbes(
  view: TrialView,
  afterwards: { readonly run: string; readonly messages: string },
): readonly Finding[] {
  const tried = view.exchanges.flatMap((exchange) => {
    const [, what, whose, under = ''] = PROBE.exec(exchange.label) ?? [];
    return what === undefined || whose === NOBODY ? [] : [{ exchange, what, under }];
  });
  const expected = 'answered as for what does not exist';
  if (tried.length === 0) return none(view, expected, 'AR-1.1d');
  const findings = tried.map(({ exchange, what, under }): Finding => {
    const control = view.exchanges.find(
      ({ label, actor }) => actor === exchange.actor && label === `${what} of ${NOBODY}${under}`,
    );
    const [own, other] = [
      facelessAnswer(exchange),
      control === undefined ? undefined : facelessAnswer(control),
    ];
    const words = `${exchange.label}, by ${exchange.actor}`;
    if (own === undefined || other === undefined || control === undefined)
      return inconclusive(
        say('not-answered', `${words}: ${expected}`, 'no answer', refOf(view, exchange)),
        'AR-3.1',
      );
    // A server that fails by itself says nothing of whose run it was asked for.
    if (control.response !== undefined && control.response.status >= 500)
      return inconclusive(
        say('server-failed', `${words}: ${expected}`, other, refOf(view, control)),
        'RS-13',
      );
    const statement = say(
      'looks-unknown',
      `${words}: ${other}`,
      own,
      refOf(view, control),
      refOf(view, exchange),
    );
    return own === other ? pass(statement) : fail({ ...statement, code: 'tells-them-apart' });
  });
  return [...findings, ...harmOf(view, afterwards)];
}

/** What the trying did to the runs: nothing, as their owners find. */
function harmOf(view: TrialView, { run, messages }: { run: string; messages: string }): readonly Finding[] {
  const expected = 'the run goes on to its own end, with its own messages';
  const cancelled = labelled(view, run).filter((one) => fieldOf(bodyOf(one), 'status') === 'CANCELLED');
  const appended = labelled(view, messages).filter(({ response }) => response?.body.includes(STRAY) === true);
  return [
    ...cancelled.map((one) =>
      fail(say('cancelled', expected, 'somebody else cancelled it', refOf(view, one))),
    ),
    ...appended.map((one) =>
      fail(say('appended', expected, 'somebody else appended to it', refOf(view, one))),
    ),
  ];
}

/** IS-3: the totals of the others stay while one user creates. */
export function judgeTotals(view: TrialView): readonly Finding[] {
  const expected = 'the same total before and after another user created';
  const findings = ['projects', 'runs'].flatMap((what) =>
    labelled(view, `total of ${what} before`).flatMap((before): Finding[] => {
      const after = labelled(view, `total of ${what} after`).find(({ actor }) => actor === before.actor);
      const [was, is] = [before, after].map((one) =>
        one === undefined ? undefined : fieldOf(bodyOf(one), 'total'),
      );
      if (after === undefined || typeof was !== 'number' || typeof is !== 'number') return [];
      const statement = say(
        'same-total',
        expected,
        `${what}: ${was}, then ${is}`,
        refOf(view, before),
        refOf(view, after),
      );
      return [was === is ? pass(statement) : fail({ ...statement, code: 'total-moved' })];
    }),
  );
  return findings.length > 0 ? findings : none(view, expected, 'AR-1.1a');
}

/** IS-4 */
export function judgeStreams(view: TrialView): readonly Finding[] {
  const labels = [...new Set(view.streams.map(({ label }) => label))];
  const tried = labels.filter(
    (label) => label.startsWith('stream of ') && !label.startsWith(`stream of ${NOBODY} `),
  );
  const expected = 'as of a run that does not exist';
  if (tried.length === 0) return none(view, expected, 'AR-1.1d');
  return tried.map((label): Finding => {
    const who = label.slice(label.indexOf(' for '));
    const [control, foreign] = [streamNamed(view, `stream of ${NOBODY}${who}`), streamNamed(view, label)];
    if (control === undefined || foreign === undefined)
      return inconclusive(say('not-tried', `${label}: ${expected}`, 'no control', view.ref()), 'AR-10.2');
    const [other, own] = [outcomeOf(control), outcomeOf(foreign)];
    const statement = say('looks-unknown', `${label}: ${other}`, own, control.ref, foreign.ref);
    if (own === other) return pass(statement);
    // Nothing said at all may only be late; what was said of the run is not.
    return foreign.frames.length === 0 || control.frames.length === 0
      ? inconclusive({ ...statement, code: 'not-told-in-time' }, 'AR-10.2')
      : fail({ ...statement, code: 'tells-them-apart' });
  });
}
