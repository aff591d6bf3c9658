import { principalKey } from '../auth/principal.ts';
import type { Boundaries } from '../boundaries.ts';
import { handling } from '../defects/answers.ts';
import { type Frame, isEvent, readFrame } from '../defects/frames.ts';
import { isTerminalFrame } from '../defects/stream-frames.ts';
import { bodyOf, choice, like, refusal } from './choices.ts';
import { all, type Noise } from './noise.ts';

const NOT_IN = 'a valid bearer token is needed';

/** Lets whoever has no good token in, says so, and closes. */
const closingOnBadTokens = (): Partial<Boundaries> => ({
  upgrades: (honest) => async (offer) => {
    const decision = await honest(offer);
    if (decision.kind !== 'refuse' || decision.status !== 401) return decision;
    const frame = { type: 'error', code: 'UNAUTHENTICATED', message: NOT_IN, request_id: null };
    const protocol = offer.protocols.find((name) => name === 'agent-events.v1');
    return { kind: 'close', closeCode: 1008, reason: NOT_IN, frame, protocol };
  },
});

/** A request_id that a run came of is not taken again. */
function refusingRepeats(): Partial<Boundaries> {
  const known = new Set<string>();
  return {
    sockets: (honest) => (peer) => {
      const keyOf = (frame: Frame): string =>
        `${principalKey(peer.credential.principal)} ${String(frame['request_id'])}`;
      const send = (frame: object): void => {
        if (isEvent(frame as Frame)) known.add(keyOf(frame as Frame));
        peer.send(frame);
      };
      const receiver = honest({ ...peer, send });
      const message = (text: string): void => {
        const frame = readFrame(text);
        const isRepeat = frame['type'] === 'start_agent' && known.has(keyOf(frame));
        const { request_id } = frame;
        if (isRepeat)
          peer.send({
            type: 'error',
            code: 'INVALID_REQUEST',
            message: 'this request_id was used',
            request_id,
          });
        else receiver.message(text);
      };
      return { message, closed: () => receiver.closed() };
    },
  };
}

/** How long what belongs to the past may take to come. */
const PAST_MS = 25;

/** Who comes when the run is over is shown how it ended, and nothing before that. */
const showingTheEndOnly = (): Partial<Boundaries> => ({
  streams: (honest) => (peer, runId) => {
    let past: Frame[] = [];
    let timer: NodeJS.Timeout | undefined;
    const flush = (): void => {
      clearTimeout(timer);
      const last = past.at(-1);
      const shown = last !== undefined && isTerminalFrame(last) ? [last] : past;
      past = [];
      for (const one of shown) peer.send(one);
    };
    const send = (frame: object): void => {
      if ((frame as Frame)['replay'] !== true) {
        // What follows the end of an earlier turn makes that end a part of the history.
        const all = past;
        past = [];
        for (const one of [...all, frame]) peer.send(one);
        return;
      }
      past.push(frame as Frame);
      clearTimeout(timer);
      timer = setTimeout(flush, PAST_MS).unref();
    };
    const close = (code: number, reason: string): void => {
      flush();
      peer.close(code, reason);
    };
    return honest({ ...peer, send, close }, runId);
  },
});

const LESS_BYTES = 950_000;

/** Texts over HTTP obey the limit that messages obey. */
const refusingLargeTexts = (): Partial<Boundaries> =>
  handling(
    ({ method, path }) => method === 'POST' && /\/agent-runs(\/[^/]+\/messages)?$/.test(path),
    async ({ request }, honest) => {
      const { content, inputQuery } = await bodyOf(request);
      const isLarge = [content, inputQuery].some(
        (text) => typeof text === 'string' && Buffer.byteLength(text) > LESS_BYTES,
      );
      return isLarge ? refusal(413, 'CONTENT_TOO_LARGE') : honest(request);
    },
  );

/** Whichever origin asks is told that it may. */
const servingEveryOrigin = (): Partial<Boundaries> => ({
  http: (honest) => async (request) => {
    const origin = request.headers.get('origin');
    if (origin === null) return honest(request);
    const response =
      request.method === 'OPTIONS' ? new Response(null, { status: 204 }) : await honest(request);
    const headers = new Headers(response.headers);
    headers.set('access-control-allow-origin', origin);
    headers.set('access-control-allow-methods', 'GET, POST, PUT, DELETE, OPTIONS');
    headers.set('access-control-allow-headers', 'authorization, content-type, x-tenant-id');
    headers.set('vary', 'Origin');
    return new Response(response.body, { status: response.status, headers });
  },
});

/** Other choices of the chat socket and of the stream. */
export const chatChoices: readonly Noise[] = [
  choice({ 'VP-WSREJECT': 'accept-error-close' }, '4.1', closingOnBadTokens),
  choice({ 'VP-FANOUT': 'all-sockets' }, '4.3', like('D-FANOUT')),
  choice({ 'VP-EXPIRY': 'outlives-token' }, '4.1', like('D-EXPIRY-IGNORED')),
  choice({ 'VP-DUPREQUEST': 'error' }, '4.2', refusingRepeats),
  choice({ 'VP-AGENTORDER': 'optimisation-first' }, '4.6', like('D-MA-ORDER')),
  choice({ 'VP-ORIGIN': 'allowed' }, '2', (context) =>
    all(like('D-ORIGIN-OPEN')(context), servingEveryOrigin()),
  ),
  choice({ 'VP-PING': '2' }, '4.1', () => ({}), { pingIntervalMs: 1_500 }),
  choice({ 'VP-MAXMSG': String(LESS_BYTES) }, '4.1', refusingLargeTexts, {
    limits: { maxFrameBytes: LESS_BYTES },
  }),
  choice({ 'VP-REPLAY': 'final-state' }, '5', showingTheEndOnly),
  choice({ 'VP-WSCLOSE': 'stays-open' }, '5', like('M19')),
  choice({ 'VP-CANCELEVENT': 'agent.run.updated' }, '5', like('D-AR-STREAM-CANCEL-UPDATED')),
];
