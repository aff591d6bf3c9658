import { defineCheck } from '../../harness/core/check.ts';
import { type Finding, fail, inconclusive, pass } from '../../harness/core/finding.ts';
import type { ExchangeView, SocketView, TrialView } from '../../harness/judge/views.ts';
import { browserOrigins, LABELS } from '../../scenarios/connectivity.ts';
import { say } from '../statements.ts';
import { failedDial } from './sessions.ts';

interface Asked {
  readonly preflight: ExchangeView | undefined;
  readonly simple: ExchangeView | undefined;
  readonly upgrade: SocketView | undefined;
}

const askedFrom = (view: TrialView, which: string): Asked => ({
  preflight: view.exchanges.find(({ label }) => label === LABELS.preflight(which)),
  simple: view.exchanges.find(({ label }) => label === LABELS.simple(which)),
  upgrade: view.sockets.find(({ label }) => label === LABELS.upgrade(which)),
});

const header = (exchange: ExchangeView, name: string): string => exchange.response?.headers[name] ?? '';

/** Whether a browser on that origin would be given the answer. */
const isGranted = (exchange: ExchangeView, origin: string): boolean =>
  [origin, '*'].includes(header(exchange, 'access-control-allow-origin'));

const variesByOrigin = (exchange: ExchangeView): boolean =>
  header(exchange, 'vary')
    .toLowerCase()
    .split(/\s*,\s*/)
    .some((name) => name === 'origin' || name === '*');

function judgeListed(exchange: ExchangeView, origin: string, view: TrialView): Finding {
  const { request, response, label } = exchange;
  const expected = `${label}: granted, with Vary: Origin`;
  if (response === undefined)
    return inconclusive(say('no-answer', expected, 'no answer', view.ref(request.seq)), 'CN-1');
  const ref = view.ref(request.seq, response.seq);
  if (response.status >= 400 || !isGranted(exchange, origin))
    return fail(say('listed-origin-refused', expected, `status ${response.status}, not granted`, ref));
  if (!variesByOrigin(exchange)) return fail(say('no-vary', expected, 'no Vary: Origin', ref));
  return pass(say('granted', expected, `status ${response.status}, granted`, ref));
}

export const servesListedOrigins = defineCheck<TrialView>({
  id: 'connectivity/serves-listed-origins',
  requirement: 'CN-12',
  title: 'a listed origin gets its CORS headers, Vary: Origin and a socket',
  scenarios: [browserOrigins.id],
  when: ['browser-origins', 'listed-origin'],
  restsOn: 'CN-1',
  judge(view, { origins }) {
    const { listed } = origins;
    const { preflight, simple, upgrade } = askedFrom(view, 'listed');
    if (listed === undefined || upgrade === undefined) return [];
    const exchanges = [preflight, simple].filter((exchange) => exchange !== undefined);
    return [
      ...exchanges.map((exchange) => judgeListed(exchange, listed, view)),
      upgrade.greetings.length > 0
        ? pass(
            say(
              'granted',
              'a socket',
              'greeted',
              view.ref(upgrade.dial.seq, ...upgrade.greetings.map((g) => g.seq)),
            ),
          )
        : inconclusive(
            say('no-socket', 'a socket', failedDial(upgrade).actual, view.ref(upgrade.dial.seq)),
            'CN-2',
          ),
    ];
  },
});

function judgeUnlistedPreflight(
  exchange: ExchangeView,
  origin: string,
  refuses: boolean,
  view: TrialView,
): Finding {
  const { request, response, label } = exchange;
  const expected = `${label}: ${refuses ? 'refused' : 'granted'}`;
  if (response === undefined)
    return inconclusive(say('no-answer', expected, 'no answer', view.ref(request.seq)), 'CN-1');
  const granted = response.status < 400 && isGranted(exchange, origin);
  const statement = say(
    'as-declared',
    expected,
    `status ${response.status}, ${granted ? '' : 'not '}granted`,
    view.ref(request.seq, response.seq),
  );
  return granted === refuses ? fail({ ...statement, code: 'unlisted-origin' }) : pass(statement);
}

function judgeUnlistedUpgrade(socket: SocketView, refuses: boolean, view: TrialView): Finding {
  const expected = `${socket.label}: ${refuses ? 'refused with a 4xx status' : 'greeted'}`;
  const [greeting] = socket.greetings;
  if (greeting !== undefined) {
    const statement = say('as-declared', expected, 'greeted', view.ref(socket.dial.seq, greeting.seq));
    return refuses ? fail({ ...statement, code: 'unlisted-origin' }) : pass(statement);
  }
  const { actual, seq } = failedDial(socket);
  const statement = say('as-declared', expected, actual, view.ref(socket.dial.seq, seq));
  const status = socket.refused?.status ?? 0;
  // A 401 would be about the token, which was good: only a refusal of the origin counts.
  const isRefused = status >= 400 && status < 500 && status !== 401;
  if (isRefused && refuses) return pass(statement);
  return status === 401 || socket.refused === undefined
    ? inconclusive({ ...statement, code: 'refused-for-another-reason' }, 'CN-2')
    : fail({ ...statement, code: 'unlisted-origin' });
}

export const treatsUnlistedOriginsAsDeclared = defineCheck<TrialView>({
  id: 'connectivity/treats-unlisted-origins-as-declared',
  requirement: 'CN-12',
  title: 'an origin that is not listed is refused, or served, as declared',
  scenarios: [browserOrigins.id],
  when: ['browser-origins'],
  restsOn: 'CN-1',
  judge(view, { origins, variationPoints }) {
    const { preflight, upgrade } = askedFrom(view, 'unlisted');
    if (preflight === undefined || upgrade === undefined) return [];
    const declared = variationPoints['VP-ORIGIN'];
    // Undeclared, and the preflight was not answered: there is no choice for the socket to agree with.
    if (declared === undefined && preflight.response === undefined)
      return [judgeUnlistedPreflight(preflight, origins.unlisted, true, view)];
    // Undeclared: whatever the preflight shows counts as the choice, and the socket has to agree with it.
    const refuses = declared === undefined ? !isGranted(preflight, origins.unlisted) : declared === 'refused';
    return [
      judgeUnlistedPreflight(preflight, origins.unlisted, refuses, view),
      judgeUnlistedUpgrade(upgrade, refuses, view),
    ];
  },
});
