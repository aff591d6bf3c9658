import type { Boundaries } from '../boundaries.ts';
import type { Frame } from '../defects/frames.ts';
import { shuffled, type WritingStyle, writeJson } from './json-writer.ts';
import { all, type Dice, type Noise, oneOf, onFrames, onJson, peering } from './noise.ts';

/** Whatever is written as JSON is written in this style, over HTTP and on sockets. */
const writing = (style: WritingStyle): Partial<Boundaries> =>
  all(
    onJson((body) => writeJson(body, style)),
    onFrames((frame) => writeJson(frame, style)),
  );

const escaped = (letter: string): string => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** Every letter that may be escaped, now and then. */
function escapedText(dice: Dice, text: string): string {
  const letters = JSON.stringify(text)
    .replaceAll(/[^\u0020-\u007e]/g, escaped)
    .replaceAll('/', () => oneOf(dice, '/', '\\/'));
  return letters;
}

function numberText(dice: Dice, value: number): string {
  const plain = JSON.stringify(value);
  if (!Number.isSafeInteger(value) || Object.is(value, -0)) return plain;
  return oneOf(dice, plain, `${plain}.0`, `${plain}e0`, `${plain}.00E+0`);
}

/** The same time in other words: more digits, or the zone as a number. */
function timeText(dice: Dice, time: string): string {
  const [, seconds = time, fraction = ''] = /^([^.Z]+)\.?(\d*)Z$/.exec(time) ?? [];
  const longer = fraction.padEnd(oneOf(dice, fraction.length, 6, 9), '0').slice(0, 9);
  return `${seconds}${longer === '' ? '' : `.${longer}`}${oneOf(dice, 'Z', '+00:00')}`;
}

const EXTRA = { x_build: 'b-1207', links: { self: null }, _etag: 'W/"0a1b"' };

const isObject = (value: unknown): value is Frame =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const withMore = (value: unknown): unknown => (isObject(value) ? { ...value, ...EXTRA } : value);

/** More members on what is answered, and on each thing in a list. */
function withMembers(body: unknown): unknown {
  if (Array.isArray(body)) return body.map(withMore);
  if (!isObject(body)) return body;
  const lists = ['items', 'tests', 'runs'].filter((name) => Array.isArray(body[name]));
  const more = lists.map((name) => [name, (body[name] as readonly unknown[]).map(withMore)]);
  return withMore({ ...body, ...Object.fromEntries(more) });
}

/** Maps whose names mean something. */
const MAPS = /^\/(openapi\.json|api\/agents\/prices)$/;

const CURSOR = /^c\d+\.(.*)$/;

/** Cursors that never look alike, though they lead to the same page. */
function otherCursors(dice: Dice): Partial<Boundaries> {
  const heard: Partial<Boundaries> = {
    http: (honest) => async (request) => {
      const url = new URL(request.url);
      const cursor = CURSOR.exec(url.searchParams.get('cursor') ?? '')?.[1];
      if (cursor === undefined) return honest(request);
      url.searchParams.set('cursor', cursor);
      return honest(new Request(url, { method: request.method, headers: request.headers }));
    },
  };
  const said = onJson((body) => {
    const isPage = isObject(body) && typeof body['nextCursor'] === 'string';
    const nextCursor = isPage ? { nextCursor: `c${Math.floor(dice() * 1e9)}.${body['nextCursor']}` } : {};
    return JSON.stringify(isPage ? { ...body, ...nextCursor } : body);
  });
  return all(heard, said);
}

/** Ids that nothing but their being alike can be told of. */
const otherIds = (frame: Frame): Frame => {
  const names = ['event_id', 'eventId', 'connection_id'].filter((name) => typeof frame[name] === 'string');
  return { ...frame, ...Object.fromEntries(names.map((name) => [name, `e:${String(frame[name])}/ü=`])) };
};

/** The same things, written otherwise. */
export const formNoise: readonly Noise[] = [
  {
    id: 'N-KEY-ORDER',
    title: 'the members of objects come in any order',
    allowedBy: '2',
    build: ({ dice }) => writing({ order: (names) => shuffled(dice, names) }),
  },
  {
    id: 'N-SPACES',
    title: 'JSON is written with spaces and line breaks',
    allowedBy: '2',
    build: ({ dice }) => writing({ space: () => oneOf(dice, '', ' ', '\n  ', '\t', '\r\n') }),
  },
  {
    id: 'N-ESCAPES',
    title: 'letters that need not be escaped are escaped',
    allowedBy: '2',
    build: ({ dice }) => writing({ text: (text) => escapedText(dice, text) }),
  },
  {
    id: 'N-NUMBERS',
    title: 'whole numbers have a fraction or an exponent',
    allowedBy: '2',
    build: ({ dice }) => writing({ number: (value) => numberText(dice, value) }),
  },
  {
    id: 'N-TIMES',
    title: 'times have more digits, and their zone as a number',
    allowedBy: '2',
    build: ({ dice }) => writing({ time: (time) => timeText(dice, time) }),
  },
  {
    id: 'N-MORE-MEMBERS',
    title: 'answers have members that the protocol does not name',
    allowedBy: '2',
    build: () => ({
      http: (honest) => async (request) => {
        const isMap = MAPS.test(new URL(request.url).pathname);
        const more = onJson((body, { ok }) => JSON.stringify(ok && !isMap ? withMembers(body) : body)).http;
        return (more?.(honest) ?? honest)(request);
      },
    }),
  },
  {
    id: 'N-CURSORS',
    title: 'cursors look different each time',
    allowedBy: '5',
    build: ({ dice }) => otherCursors(dice),
  },
  {
    id: 'N-OPAQUE-IDS',
    title: 'ids of events and connections are no UUIDs, and not even ASCII',
    allowedBy: '2',
    build: () => peering((peer) => ({ ...peer, send: (frame) => peer.send(otherIds(frame as Frame)) })),
  },
];
