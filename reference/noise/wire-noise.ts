import type { ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { Boundaries } from '../boundaries.ts';
import { between, type Dice, type Noise, oneOf, onSockets } from './noise.ts';

/** Pieces in which something is sent; more would only be slower. */
const MOST_PIECES = 5;
/** Larger ones are sent as they are. */
const DIVISIBLE = 20_000;

/** A text in pieces, cut anywhere, also in the middle of a letter. */
function pieces(dice: Dice, bytes: Uint8Array): readonly Uint8Array[] {
  if (bytes.length > DIVISIBLE) return [bytes];
  const cuts = Array.from({ length: between(dice, 0, MOST_PIECES - 1) }, () =>
    between(dice, 0, bytes.length),
  ).sort((left, right) => left - right);
  return [0, ...cuts].map((from, index) => bytes.subarray(from, cuts[index] ?? bytes.length));
}

/** A body that comes piece by piece, of a length that nobody said before. */
function piecemeal(dice: Dice, bytes: Uint8Array): ReadableStream<Uint8Array> {
  const waiting = [...pieces(dice, bytes)];
  return new ReadableStream({
    async pull(controller) {
      const piece = waiting.shift();
      if (piece === undefined) {
        controller.close();
        return;
      }
      await delay(between(dice, 0, 4));
      controller.enqueue(piece);
    },
  });
}

const NO_BODY: ReadonlySet<number> = new Set([204, 304]);

const answering = (
  change: (response: Response, request: Request) => Promise<Response>,
): Partial<Boundaries> => ({
  http: (honest) => async (request) => change(await honest(request), request),
});

/** An answer whose headers are changed. */
function withHeaders(response: Response, change: (headers: Headers) => void): Response {
  const headers = new Headers(response.headers);
  change(headers);
  return new Response(response.body, { status: response.status, headers });
}

const chunked = (dice: Dice): Partial<Boundaries> =>
  answering(async (response, { method }) => {
    if (method === 'HEAD' || NO_BODY.has(response.status)) return response;
    const body = piecemeal(dice, new Uint8Array(await response.arrayBuffer()));
    const headers = new Headers(response.headers);
    headers.delete('content-length');
    return new Response(body, { status: response.status, headers });
  });

/** Only who asks for it gets it; a client that does not ask is served as before. */
const zipped = (): Partial<Boundaries> =>
  answering(async (response, { method, headers: asked }) => {
    const isWanted = /\bgzip\b/.test(asked.get('accept-encoding') ?? '');
    if (!isWanted || method === 'HEAD' || response.body === null) return response;
    const headers = new Headers(response.headers);
    headers.delete('content-length');
    headers.set('content-encoding', 'gzip');
    headers.append('vary', 'Accept-Encoding');
    const body = response.body.pipeThrough(new CompressionStream('gzip'));
    return new Response(body, { status: response.status, headers });
  });

const TITLE = (name: string): string => name.replaceAll(/(^|-)[a-z]/g, (start) => start.toUpperCase());

/** The case of header names, from one answer to the next. */
function writeNamesIn(dice: Dice, response: ServerResponse): void {
  const spell = oneOf(
    dice,
    TITLE,
    (name: string) => name.toUpperCase(),
    (name: string) => name,
  );
  const setHeader = response.setHeader.bind(response);
  response.setHeader = (name, value) => setHeader(spell(name), value);
  const writeHead = response.writeHead.bind(response) as (
    status: number,
    ...more: unknown[]
  ) => ServerResponse;
  response.writeHead = ((status: number, ...more: unknown[]) => {
    const spelt = more.map((one) =>
      typeof one === 'object' && one !== null && !Array.isArray(one)
        ? Object.fromEntries(Object.entries(one).map(([name, value]) => [spell(name), value]))
        : one,
    );
    return writeHead(status, ...spelt);
  }) as typeof response.writeHead;
}

const PROXY_HEADERS = {
  'x-request-id': () => crypto.randomUUID(),
  via: () => '1.1 edge',
  'server-timing': () => 'app;dur=1.5',
  'cache-control': () => 'no-store',
  'strict-transport-security': () => 'max-age=31536000',
} as const;

type Send = (data: unknown, options?: object) => void;

/** Messages in fragments (RFC 6455 5.4), with pings in between. */
const fragmented = (dice: Dice): Partial<Boundaries> =>
  onSockets((socket) => {
    const send = socket.send.bind(socket) as Send;
    const sendParts = (parts: readonly Uint8Array[]): void => {
      for (const [index, part] of parts.entries()) {
        send(part, { binary: false, fin: index === parts.length - 1 });
        if (dice() * 8 < 1) socket.ping();
      }
    };
    socket.send = ((data: unknown) =>
      typeof data === 'string'
        ? sendParts(pieces(dice, Buffer.from(data)))
        : send(data)) as typeof socket.send;
  });

/** Pings and unasked pongs (RFC 6455 5.5.3) beside whatever is said. */
const restless = (dice: Dice): Partial<Boundaries> =>
  onSockets((socket) => {
    const send = socket.send.bind(socket) as (...args: readonly unknown[]) => void;
    socket.send = ((...args: readonly unknown[]) => {
      send(...args); // with its options: it may be a fragment
      if (dice() * 4 < 1) socket.ping('still there?');
      if (dice() * 4 < 1) socket.pong();
    }) as typeof socket.send;
  });

/** The same answers and frames, transferred otherwise. */
export const wireNoise: readonly Noise[] = [
  {
    id: 'N-CHUNKED',
    title: 'answers come in pieces',
    allowedBy: '2',
    build: ({ dice }) => chunked(dice),
  },
  {
    id: 'N-GZIP',
    title: 'who accepts gzip gets it',
    allowedBy: '2',
    build: zipped,
  },
  {
    id: 'N-HEADER-CASE',
    title: 'the names of headers are written in any case',
    allowedBy: '2',
    build: ({ dice }) => ({
      servers: (honest) =>
        honest.prependListener('request', (_request, response) => writeNamesIn(dice, response)),
    }),
  },
  {
    id: 'N-MORE-HEADERS',
    title: 'a proxy adds headers of its own',
    allowedBy: '2',
    build: () =>
      answering(async (response) =>
        withHeaders(response, (headers) => {
          for (const [name, value] of Object.entries(PROXY_HEADERS)) headers.set(name, value());
        }),
      ),
  },
  {
    id: 'N-CONTENT-TYPE',
    title: 'the type of JSON names its charset, in one of several ways',
    allowedBy: '2',
    build: ({ dice }) =>
      answering(async (response) =>
        withHeaders(response, (headers) => {
          if (headers.get('content-type') !== 'application/json') return;
          const charset = oneOf(dice, '', '; charset=utf-8', ';charset=UTF-8', '; charset="utf-8"');
          headers.set('content-type', `application/json${charset}`);
        }),
      ),
  },
  {
    id: 'N-CONNECTIONS-END',
    title: 'connections are closed after some answers',
    allowedBy: '2',
    build: ({ dice }) =>
      answering(async (response) =>
        dice() * 5 < 1 ? withHeaders(response, (headers) => headers.set('connection', 'close')) : response,
      ),
  },
  {
    id: 'N-FRAGMENTS',
    title: 'messages of sockets come in fragments',
    allowedBy: '4.1',
    build: ({ dice }) => fragmented(dice),
  },
  {
    id: 'N-PINGS',
    title: 'there are pings and unasked pongs between frames',
    allowedBy: '4.1',
    build: ({ dice }) => restless(dice),
  },
];
