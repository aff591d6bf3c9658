import { parseJson } from '../core/json.ts';
import type { ExchangeView } from './views.ts';

/** What the campaign made on the target for its own use, and what of it is still there. */
export interface FixtureFacts {
  readonly created: number;
  readonly removed: number;
  /** Paths of what was made and not removed, for somebody to look after. */
  readonly left: readonly string[];
}

/** The path under which what a creating request made can be removed; removing a parent removes it too. */
function madeBy({ request, response }: ExchangeView): string | undefined {
  if (request.method !== 'POST' || !request.label.startsWith('create ') || response?.status !== 201)
    return undefined;
  const body = parseJson(response.body);
  const id =
    typeof body === 'object' && body !== null ? (body as Readonly<Record<string, unknown>>)['id'] : undefined;
  return typeof id === 'string' ? `${request.url}/${encodeURIComponent(id)}` : undefined;
}

/** Fixtures of one trial. A 404 on removal is as good as a 204: it is gone. */
export function fixtureFacts(exchanges: readonly ExchangeView[]): FixtureFacts {
  const made = exchanges.flatMap((exchange) => madeBy(exchange) ?? []);
  const removed = exchanges
    .filter(
      ({ request, response }) => request.method === 'DELETE' && [204, 404].includes(response?.status ?? 0),
    )
    .map(({ request }) => request.url);
  const left = made.filter((path) => !removed.some((gone) => path === gone || path.startsWith(`${gone}/`)));
  return { created: made.length, removed: made.length - left.length, left };
}
