/** Generated requests that must be refused: sending them, and judging what came of them. */

import fc from 'fast-check';
import { canonicalText } from '../../harness/core/canonical-json.ts';
import type { Terms } from '../../harness/core/check.ts';
import { type Finding, fail, inconclusive, pass } from '../../harness/core/finding.ts';
import type { Actor, Stage } from '../../harness/core/scenario.ts';
import type { ExchangeView, TrialView } from '../../harness/judge/views.ts';
import { inLanes } from '../../scenarios/resilience-runs.ts';
import { bodyOf, fieldOf, labelled, refOf } from '../agents-api/expect.ts';
import { say } from '../statements.ts';
import type { BadInput } from './odd-values.ts';

const GENERATED = 'generated: ';

/** Requests for each endpoint: enough to meet every alternative of its generator a few times. */
const REQUESTS = 25;

/** How many HTTP limits the trying and shrinking of one endpoint may take. */
const SHRINKING = 10;

/** Sends what is generated until an answer is a 5xx, or none; then looks for the smallest that still is one. */
async function tryOut(
  stage: Stage,
  actor: Actor,
  { endpoint, request }: BadInput,
  headers: Readonly<Record<string, string>>,
): Promise<void> {
  const property = fc.asyncProperty(request, async (ask) => {
    const sent = { ...ask, headers: { ...headers, ...ask.headers } };
    const answer = await actor.request({ ...sent, label: `${GENERATED}${endpoint}` });
    return answer !== undefined && answer.status < 500;
  });
  const seed = Math.floor(stage.random() * 2 ** 31);
  await fc.check(property, {
    seed,
    numRuns: REQUESTS,
    maxSkipsPerRun: 100,
    interruptAfterTimeLimit: stage.thresholds.httpMs * SHRINKING,
  });
}

/** Endpoints that are tried at once: others are at work too, and are not to wait for this. */
const LANES = 3;

/** Tries every endpoint. */
export const tryAll = async (
  stage: Stage,
  actor: Actor,
  inputs: readonly BadInput[],
  headers: Readonly<Record<string, string>> = {},
): Promise<void> => inLanes(inputs, LANES, (input) => tryOut(stage, actor, input, headers));

/** Something that is read before and after, to see that it is still the same. */
export interface Reading {
  readonly what: string;
  /** The requirement that is broken where it cannot be read. */
  readonly because: string;
  /** A text that it has to contain, or a change would not show in it. */
  readonly shows?: (view: TrialView) => string | undefined;
}

export const before = ({ what }: Reading): string => `${what} before`;
export const after = ({ what }: Reading): string => `${what} after`;

const generated = (view: TrialView): readonly ExchangeView[] =>
  view.exchanges.filter(({ label }) => label.startsWith(GENERATED));

const notReached = (view: TrialView, because: string): readonly Finding[] => [
  inconclusive(
    say('not-reached', 'something to be wrong about', 'it did not come about', view.ref()),
    because,
  ),
];

/** An error in the declared shape; the other one has no codes. */
function isError(body: unknown, { variationPoints }: Terms): boolean {
  const choice = variationPoints['VP-ERRSHAPE'];
  const detail = fieldOf(body, 'detail');
  const isDetailed =
    typeof fieldOf(body, 'code') === 'string' && (typeof detail === 'string' || Array.isArray(detail));
  const isOther = fieldOf(body, 'error') !== undefined;
  return (choice !== 'error-status-path' && isDetailed) || (choice !== 'detail' && isOther);
}

interface Fault {
  readonly code: string;
  readonly actual: string;
}

/** What is wrong with an answer to bad input, if anything. */
function faultOf(exchange: ExchangeView, terms: Terms): Fault | undefined {
  const { request, response, failure } = exchange;
  if (response === undefined)
    return { code: 'no-answer', actual: failure?.kind === 'transport.error' ? failure.code : 'none in time' };
  const { status } = response;
  if (status >= 500) return { code: 'crashed', actual: `status ${status}` };
  // A list may clamp what is out of range, or find nothing, which its own requirement judges.
  if (status < 400)
    return request.method === 'GET' ? undefined : { code: 'accepted', actual: `status ${status}` };
  if (isError(bodyOf(exchange), terms)) return undefined;
  return { code: 'wrong-error-shape', actual: `status ${status} without {detail, code}` };
}

const sizeOf = ({ request }: ExchangeView): number => request.url.length + (request.body?.length ?? 0);

/** As somebody would try it again; the token is whoever's own. */
function curlOf({ request }: ExchangeView): string {
  const type = request.headers['content-type'];
  const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
  const headers = type === undefined ? '' : ` -H ${quoted(`content-type: ${type}`)}`;
  const body = request.body === undefined ? '' : ` --data-raw ${quoted(request.body)}`;
  // What has an origin of its own is shown with it.
  const url = request.url.startsWith('/') ? `$TARGET_URL${request.url}` : request.url;
  return `curl -X ${request.method} -H "authorization: Bearer $TOKEN"${headers}${body} "${url}"`;
}

/** One finding for each endpoint; the requirement is what is broken where nothing was sent. */
export const judgeAnswers =
  (because: string) =>
  (view: TrialView, terms: Terms): readonly Finding[] => {
    const exchanges = generated(view);
    if (exchanges.length === 0) return notReached(view, because);
    const endpoints = [...new Set(exchanges.map(({ label }) => label))];
    return endpoints.map((label) =>
      judgeEndpoint(
        view,
        terms,
        exchanges.filter((exchange) => exchange.label === label),
      ),
    );
  };

function judgeEndpoint(view: TrialView, terms: Terms, own: readonly ExchangeView[]): Finding {
  const endpoint = own[0]?.label.slice(GENERATED.length) ?? '';
  const expected = `${endpoint}: 4xx with {detail, code} for each of ${own.length} bad requests`;
  const faulty = own.flatMap((exchange) => {
    const fault = faultOf(exchange, terms);
    return fault === undefined ? [] : [{ exchange, fault }];
  });
  // The smallest is the one that shrinking ended with, or near it.
  const [worst] = faulty.sort((a, b) => sizeOf(a.exchange) - sizeOf(b.exchange));
  if (worst === undefined)
    return pass(say('refused', expected, 'all refused', ...own.slice(0, 1).map((one) => refOf(view, one))));
  const { exchange, fault } = worst;
  return fail(say(fault.code, expected, `${fault.actual}: ${curlOf(exchange)}`, refOf(view, exchange)));
}

/** One finding for each reading. */
export const judgeState =
  (readings: readonly Reading[], because: string) =>
  (view: TrialView): readonly Finding[] =>
    generated(view).length === 0
      ? notReached(view, because)
      : readings.map((reading) => judgeReading(view, reading));

function judgeReading(view: TrialView, reading: Reading): Finding {
  const [was] = labelled(view, before(reading));
  const [is] = labelled(view, after(reading));
  const { what, because, shows } = reading;
  const expected = `${what} the same before and after`;
  // Gone is changed; any other refusal says nothing of what is there.
  const isRead = [200, 404].includes(is?.response?.status ?? 0);
  if (was?.response?.status !== 200 || is?.response === undefined || !isRead)
    return inconclusive(say('not-read', expected, 'not both readings', view.ref()), because);
  const refs = [refOf(view, was), refOf(view, is)];
  const shown = shows?.(view);
  if (shows !== undefined && (shown === undefined || !was.response.body.includes(shown)))
    return inconclusive(say('not-shown', expected, 'what is there was not in it', ...refs), because);
  const statement = say('unchanged', expected, 'the same', ...refs);
  const isSame = canonicalText(was.response.body) === canonicalText(is.response.body);
  return isSame ? pass(statement) : fail({ ...statement, code: 'changed', actual: 'they differ' });
}
