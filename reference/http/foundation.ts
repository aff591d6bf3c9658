import { Hono } from 'hono';
import { bearerToken } from '../auth/tokens.ts';
import type { TokenVerifier } from '../boundaries.ts';
import { type Dependency, KeysUnavailableError } from '../faults.ts';
import type { Settings } from '../settings.ts';
import type { OpenStore } from '../store/open.ts';
import { isStoreOutage } from '../store/outage.ts';
import { errorResponse, HttpError } from './errors.ts';
import { origins } from './origins.ts';
import type { Api, App, Authenticated } from './routes.ts';

/** What every service of a deployment stands on. */
export interface Foundation {
  readonly settings: Settings;
  readonly store: OpenStore;
  readonly verify: TokenVerifier;
  readonly unavailable: () => readonly Dependency[];
}

/** The answer to a method that a path does not serve. */
export function methodNotAllowed(allow: string): Response {
  return errorResponse(new HttpError(405, 'METHOD_NOT_ALLOWED', 'this path does not serve the method'), {
    allow,
  });
}

/** The state of everything the deployment depends on. */
async function componentsOf({ store, unavailable }: Foundation) {
  const status = (isHealthy: boolean) => ({ status: isHealthy ? 'healthy' : 'unhealthy' });
  return {
    store: status(await store.answers()),
    'token-keys': status(!unavailable().includes('token-keys')),
  };
}

/** The beginning of a service: its origins, and its health, which follows the dependencies. */
export function beginService(parts: Foundation, service: string): Api {
  const app: App = new Hono<Authenticated>();
  app.use('*', origins(parts.settings.allowedOrigins));
  app.get('/health', async (context) => {
    const components = await componentsOf(parts);
    const isHealthy = Object.values(components).every(({ status }) => status === 'healthy');
    const status = isHealthy ? 'healthy' : 'unhealthy';
    const body = { status, service, version: parts.settings.version, components };
    return context.json(body, isHealthy ? 200 : 503);
  });
  app.all('/health', () => methodNotAllowed('GET'));
  return { app, operations: [] };
}

/** Everything that is served from here on needs a token. */
export function requireToken(app: App, verify: TokenVerifier): void {
  app.use('*', async (context, next) => {
    const credential = await verify(bearerToken(context.req.header('authorization')));
    if (credential === undefined) {
      return errorResponse(new HttpError(401, 'UNAUTHENTICATED', 'a valid bearer token is needed'));
    }
    context.set('principal', credential.principal);
    await next();
    return undefined;
  });
}

function failure(error: unknown): Response {
  if (error instanceof HttpError) return errorResponse(error);
  if (error instanceof KeysUnavailableError) {
    return errorResponse(new HttpError(503, 'UNAVAILABLE', 'tokens cannot be verified at present'));
  }
  if (isStoreOutage(error)) {
    return errorResponse(new HttpError(503, 'UNAVAILABLE', 'the store does not answer; try again later'));
  }
  return Response.json({ detail: 'the request could not be served', code: 'UNAVAILABLE' }, { status: 500 });
}

/** The end of a service: the answers to nonsense. */
export function endService(app: App): App {
  app.notFound(() => errorResponse(new HttpError(404, 'ROUTE_NOT_FOUND', 'nothing is served at this path')));
  app.onError(failure);
  return app;
}
