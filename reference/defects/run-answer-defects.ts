import type { Boundaries } from '../boundaries.ts';
import {
  agentsApi,
  changingJson,
  handling,
  itemsOf,
  MESSAGES,
  PROFILE,
  PROFILES,
  RUNS,
  withBody,
} from './answers.ts';
import type { Defect } from './defect.ts';
import { type Frame, readFrame } from './frames.ts';

const OFFSET = /^o(\d+)$/;
const MOST = '100';

/** Pages that are counted off from the newest run, so that each run that is made meanwhile moves them. */
const countedPages = (): Partial<Boundaries> =>
  handling(
    ({ method, path }) => method === 'GET' && RUNS.test(path),
    async ({ request, url }, honest) => {
      const asked = new URL(url);
      const cursor = url.searchParams.get('cursor') ?? 'o0';
      const from = OFFSET.exec(cursor)?.[1];
      const limit = Number(url.searchParams.get('limit') ?? 50);
      if (from === undefined || !(limit >= 1 && limit <= 100)) return honest(request);
      asked.searchParams.delete('cursor');
      asked.searchParams.set('limit', MOST);
      const response = await honest(new Request(asked, { headers: request.headers }));
      if (!response.ok) return response;
      const page = (await response.json()) as Frame;
      const all = itemsOf(page);
      const next = Number(from) + limit;
      const nextCursor = next < all.length ? `o${next}` : null;
      return withBody(response, { ...page, items: all.slice(Number(from), next), nextCursor });
    },
  );

/** The same request with another body. */
function resent(request: Request, body: Frame): Request {
  const headers = new Headers(request.headers);
  headers.delete('content-length');
  return new Request(request.url, { method: request.method, headers, body: JSON.stringify(body) });
}

/** Hears something else than was sent when that would be refused. */
const hearing = (path: RegExp, change: (body: Frame) => Frame | undefined): Partial<Boundaries> =>
  handling(
    (exchange) => exchange.method === 'POST' && path.test(exchange.path),
    async ({ request }, honest) => {
      const changed = change(readFrame(await request.clone().text()));
      return honest(changed === undefined ? request : resent(request, changed));
    },
  );

const isBlank = (text: unknown): boolean => typeof text === 'string' && text !== '' && text.trim() === '';

const untyped = (profile: Frame): Frame => ({
  ...profile,
  capabilities: Object.fromEntries(
    ((profile['capabilities'] ?? []) as readonly string[]).map((name) => [name, true]),
  ),
});

/** Answers of the agents API that are wrong in one place only. */
export const runAnswerDefects: readonly Defect[] = [
  {
    id: 'D-AR-PAGES-SHIFT',
    family: 'duplicated',
    title: 'a page shows runs again that were shown before, when others are made meanwhile',
    breaks: '5',
    mustFail: ['AR-1.1f'],
    mayFail: ['AR-1.1a', 'AR-1.1c', 'AR-1.4a', 'AR-E6'],
    build: countedPages,
  },
  {
    id: 'D-AR-BLANK-QUERY',
    family: 'drifted schema',
    title: 'a query of white space is taken, although an empty one is refused',
    breaks: '5',
    mustFail: ['AR-2.5a'],
    mayFail: ['AR-2.5', 'RS-13'],
    build: () =>
      hearing(RUNS, (body) => (isBlank(body['inputQuery']) ? { ...body, inputQuery: '(blank)' } : undefined)),
  },
  {
    id: 'D-AR-MESSAGE-OF-ASSISTANT',
    family: 'wrong user',
    title: 'a message that was taken is answered as one of the assistant',
    breaks: '5',
    mustFail: ['AR-7.1'],
    mayFail: agentsApi(6, 7),
    build: () => changingJson('POST', MESSAGES, (body) => ({ ...body, role: 'assistant' })),
  },
  {
    id: 'D-AR-MESSAGE-ITEMS-UNCHECKED',
    family: 'swallowed error',
    title: 'a message names context items that do not exist, and is taken without them',
    breaks: '5',
    mustFail: ['AR-7.2a'],
    mayFail: ['IS-3', 'RS-13'],
    build: () =>
      handling(
        ({ method, path }) => method === 'POST' && MESSAGES.test(path),
        async ({ request }, honest) => {
          const copy = request.clone();
          const response = await honest(request);
          const isOfItems =
            response.status === 400 && /CONTEXT_ITEM_INVALID/.test(await response.clone().text());
          if (!isOfItems) return response;
          return honest(resent(copy, { ...readFrame(await copy.clone().text()), contextItemIds: [] }));
        },
      ),
  },
  {
    id: 'D-AR-PROFILE-UNTYPED',
    family: 'drifted schema',
    title: 'the capabilities of an agent are an object instead of texts',
    breaks: '5',
    mustFail: ['AR-9.1a'],
    mayFail: [],
    build: () => ({
      http: (honest) => {
        const list = changingJson('GET', PROFILES, (body) =>
          (body as unknown as readonly Frame[]).map(untyped),
        );
        const alone = changingJson('GET', PROFILE, untyped);
        return list.http?.(alone.http?.(honest) ?? honest) ?? honest;
      },
    }),
  },
];
