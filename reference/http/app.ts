import { Hono } from 'hono';
import { tokenEndpoint } from '../auth/token-endpoint.ts';
import { bearerToken, type TokenKeys } from '../auth/tokens.ts';
import type { TokenVerifier } from '../boundaries.ts';
import type { Settings } from '../settings.ts';
import type { OpenStore } from '../store/open.ts';
import { isStoreOutage } from '../store/outage.ts';
import { errorResponse, HttpError } from './errors.ts';
import { origins } from './origins.ts';
import { contextItemRoutes, projectRoutes } from './project-routes.ts';
import type { App, Authenticated } from './routes.ts';

/** What the HTTP side of a deployment is composed of. */
export interface AppParts {
  readonly settings: Settings;
  readonly store: OpenStore;
  readonly keys: TokenKeys;
  readonly verify: TokenVerifier;
}

const SERVICE = 'reference-deployment';

function methodNotAllowed(allow: string): Response {
  return errorResponse(new HttpError(405, 'METHOD_NOT_ALLOWED', 'this path does not serve the method'), {
    allow,
  });
}

/** What is open to everybody: health follows the store, and tokens are given for credentials. */
function openRoutes(app: App, { settings, store, keys }: AppParts): void {
  app.get('/health', async (context) => {
    const answers = await store.answers();
    const status = answers ? 'healthy' : 'unhealthy';
    const body = { status, service: SERVICE, version: settings.version, components: { store: { status } } };
    return context.json(body, answers ? 200 : 503);
  });
  app.all('/health', () => methodNotAllowed('GET'));
  app.post('/oauth/token', tokenEndpoint(keys, settings.identities, settings.tokenLifetimeSeconds));
  app.all('/oauth/token', () => methodNotAllowed('POST'));
}

function requireToken(app: App, verify: TokenVerifier): void {
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
  if (isStoreOutage(error)) {
    return errorResponse(new HttpError(503, 'UNAVAILABLE', 'the store does not answer; try again later'));
  }
  return Response.json({ detail: 'the request could not be served', code: 'UNAVAILABLE' }, { status: 500 });
}

/** The HTTP application: open routes, then everything that needs a token, then the answers to nonsense. */
export function httpApp(parts: AppParts): App {
  const { settings, store, verify } = parts;
  const app: App = new Hono<Authenticated>();
  app.use('*', origins(settings.allowedOrigins));
  openRoutes(app, parts);
  requireToken(app, verify);
  const routeParts = { store: store.db, clock: settings.clock, newId: settings.newId };
  projectRoutes(app, routeParts);
  contextItemRoutes(app, routeParts);
  app.notFound(() => errorResponse(new HttpError(404, 'ROUTE_NOT_FOUND', 'nothing is served at this path')));
  app.onError(failure);
  return app;
}
