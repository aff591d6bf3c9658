/** Breaches of docs/protocol.md 2, 3 and 5 in what is answered over HTTP. */
import type { Entry, HttpRequestEntry, HttpResponseEntry, Transcript } from '../../evidence/transcript.ts';
import { type Operator, pick, type Site } from './operator.ts';
import type { Change } from './recording.ts';

interface Exchange {
  readonly request: HttpRequestEntry;
  readonly response: HttpResponseEntry;
  readonly place: number;
}

/** What a scenario asks only to get somewhere: it makes, waits for and clears away what others then judge. */
const HOUSEKEEPING =
  /^(await |create |remove |delete |tidy up|end run of fixture|list runs of fixture|clock|start|health (before|after))/;

function exchangesOf({ entries }: Transcript): readonly Exchange[] {
  const requests = new Map(
    entries.flatMap((entry) => (entry.kind === 'http.request' ? [[entry.exchange, entry] as const] : [])),
  );
  return entries.flatMap((response, place): Exchange[] => {
    if (response.kind !== 'http.response') return [];
    const request = requests.get(response.exchange);
    if (request === undefined || HOUSEKEEPING.test(request.label)) return [];
    return [{ request, response, place }];
  });
}

type Answers = readonly Entry[] | undefined;

/** One site for each exchange that is concerned; `by` gives what stands where its answer stood. */
const perExchange =
  (
    concerns: (exchange: Exchange) => boolean,
    by: (exchange: Exchange, choice: number) => Answers,
  ): Operator['sites'] =>
  ({ transcripts }) =>
    [...transcripts.values()].flatMap((transcript) =>
      exchangesOf(transcript)
        .filter(concerns)
        .map((exchange): Site => {
          const { trial } = transcript.header;
          const { request, response, place } = exchange;
          const mutate = (choice: number): Change | undefined => {
            const instead = by(exchange, choice);
            if (instead === undefined) return undefined;
            return { trial, entries: transcript.entries.toSpliced(place, 1, ...instead) };
          };
          return { trial, what: `${request.label}, ${request.method}, ${response.status}`, mutate };
        }),
    );

const withBody = (response: HttpResponseEntry, value: unknown): HttpResponseEntry => {
  const body = JSON.stringify(value);
  return { ...response, body, bytes: Buffer.byteLength(body) };
};

type Body = Readonly<Record<string, unknown>>;
const bodyOf = ({ body }: HttpResponseEntry): Body | undefined => {
  if (!body.startsWith('{')) return undefined;
  return JSON.parse(body) as Body;
};

const RUN = ['id', 'projectId', 'workflowId', 'status', 'inputQuery', 'startedAt', 'contextItemIds', 'turn'];
const PAGE = ['items', 'nextCursor', 'total'];
/** The members that section 5 lists, by the end of the path and the method. */
const MEMBERS: readonly (readonly [RegExp, readonly string[]])[] = [
  [/^GET .*\/agent-runs(\?.*)?$/, PAGE],
  [/^GET .*\/(steps|messages)(\?.*)?$/, PAGE],
  [/^GET .*\/node-states$/, ['items']],
  [/^POST .*\/agent-runs$/, RUN],
  [/^GET .*\/agent-runs\/[^/]+$/, RUN],
  [/^POST .*\/cancel$/, RUN],
  [/^POST .*\/messages$/, ['id', 'runId', 'turn', 'role', 'content', 'contextItemIds', 'createdAt']],
  [/^GET .*\/health$/, ['status', 'service', 'version', 'components']],
];
const membersOf = ({ request }: Exchange): readonly string[] =>
  MEMBERS.find(([path]) => path.test(`${request.method} ${request.url}`))?.[1] ?? [];

const isGood = ({ response }: Exchange): boolean => response.status === 200 || response.status === 201;
const isRefused = ({ response }: Exchange): boolean => response.status >= 400 && response.status < 500;
const OTHER: Readonly<Record<number, number>> = { 200: 202, 201: 202, 204: 202, 401: 403, 404: 403 };
/** What may be null may be a text too. */
const retyped = (value: unknown): unknown =>
  typeof value === 'object' && value !== null ? 'a text' : { of: 'another type' };

const http = (
  id: string,
  does: string,
  clause: string,
  sites: Operator['sites'],
  shows: 'fail' | 'open' = 'fail',
): Operator => ({ id, does, makes: 'breaking', clause: `docs/protocol.md ${clause}`, shows, sites });

const lost = ({ request, response }: Exchange): Answers => {
  const { actor, at, exchange } = response;
  const afterMs = request.at < at ? at - request.at : 0;
  return [
    { seq: 0, at, kind: 'deadline', actor, exchange, waitedFor: 'http answer', afterMs },
    { seq: 0, at, kind: 'http.aborted', actor, exchange, reason: 'no whole answer' },
  ];
};

/** One site for each answer that is a resource; `by` changes the member of it that is chosen. */
const perMember = (by: (body: Body, name: string) => Body): Operator['sites'] =>
  perExchange(
    (exchange) => isGood(exchange) && membersOf(exchange).length > 0,
    (exchange, choice) => {
      const name = pick(membersOf(exchange), choice);
      const body = bodyOf(exchange.response);
      return body === undefined || name === undefined
        ? undefined
        : [withBody(exchange.response, by(body, name))];
    },
  );

/** What an answer must be. */
export const HTTP_OPERATORS: readonly Operator[] = [
  http(
    'answer-500',
    'fails with 500',
    '2',
    perExchange(
      ({ response }) => response.status < 500,
      ({ response }) => [
        withBody({ ...response, status: 500 }, { detail: 'something went wrong', code: 'INTERNAL' }),
      ],
    ),
    'open',
  ),
  http(
    'lose-answer',
    'does not answer',
    '4.5',
    perExchange(() => true, lost),
    'open',
  ),
  http(
    'answer-otherwise',
    'answers with another status than the one that is named',
    '5',
    perExchange(
      // A preflight may be granted with any status that says so.
      ({ request, response }) => response.status in OTHER && request.method !== 'OPTIONS',
      ({ response }) => [{ ...response, status: OTHER[response.status] ?? 202 }],
    ),
  ),
  http(
    'remove-from-body',
    'leaves out a member of a resource',
    '5',
    perMember((body, name) => Object.fromEntries(Object.entries(body).filter(([key]) => key !== name))),
  ),
  http(
    'retype-in-body',
    'gives a member of a resource another type',
    '5',
    perMember((body, name) => ({ ...body, [name]: retyped(body[name]) })),
  ),
  http(
    'answer-in-html',
    'answers with a page for people',
    '2',
    perExchange(isGood, ({ response }) => {
      const body = '<!doctype html><title>Sign in</title>';
      const headers = { ...response.headers, 'content-type': 'text/html' };
      return [{ ...response, headers, body, bytes: Buffer.byteLength(body) }];
    }),
    'open',
  ),
  http(
    'invent-code',
    'refuses with a code that does not exist',
    '2',
    perExchange(isRefused, ({ response }) => {
      const body = bodyOf(response);
      return body?.['code'] === undefined
        ? undefined
        : [withBody(response, { ...body, code: 'NO_SUCH_CODE' })];
    }),
  ),
  http(
    'omit-code',
    'refuses without a code',
    '2',
    perExchange(isRefused, ({ response }) => {
      const body = bodyOf(response);
      return body?.['code'] === undefined ? undefined : [withBody(response, { detail: body['detail'] })];
    }),
  ),
  http(
    'tell-foreign-apart',
    'answers differently about what belongs to somebody else',
    '2',
    perExchange(
      (exchange) => isRefused(exchange) && /foreign/.test(exchange.request.label),
      ({ response }) => {
        const body = bodyOf(response);
        return body === undefined
          ? undefined
          : [withBody(response, { ...body, detail: 'This is not yours.' })];
      },
    ),
  ),
];
