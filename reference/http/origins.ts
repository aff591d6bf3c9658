import type { MiddlewareHandler } from 'hono';
import { errorResponse, HttpError } from './errors.ts';

const METHODS = 'GET, POST, PUT, PATCH, DELETE';
const HEADERS = 'authorization, content-type, x-tenant-id';
const PREFLIGHT_SECONDS = '600';

/**
 * Serves the browsers of listed origins and refuses the preflights of all others (docs/protocol.md
 * 2). Every answer varies by origin, so that no cache hands one origin's answer to another.
 */
export function origins(allowed: readonly string[]): MiddlewareHandler {
  return async (context, next) => {
    const origin = context.req.header('origin');
    const isListed = origin !== undefined && allowed.includes(origin);
    const isPreflight =
      context.req.method === 'OPTIONS' && context.req.header('access-control-request-method') !== undefined;
    if (isPreflight && !isListed) {
      const refused = new HttpError(403, 'ORIGIN_REFUSED', 'this origin is not on the list');
      return errorResponse(refused, { vary: 'Origin' });
    }
    if (isPreflight) {
      context.header('access-control-allow-methods', METHODS);
      context.header('access-control-allow-headers', HEADERS);
      context.header('access-control-max-age', PREFLIGHT_SECONDS);
      context.res = context.body(null, 204);
    } else await next();
    context.header('vary', 'Origin', { append: true });
    if (isListed) context.header('access-control-allow-origin', origin);
    return undefined;
  };
}
