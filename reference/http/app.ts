import { Hono } from 'hono';
import { tokenEndpoint } from '../auth/token-endpoint.ts';
import { bearerToken, type TokenKeys } from '../auth/tokens.ts';
import type { TokenVerifier } from '../boundaries.ts';
import { type Dependency, KeysUnavailableError } from '../faults.ts';
import type { Settings } from '../settings.ts';
import type { OpenStore } from '../store/open.ts';
import { isStoreOutage } from '../store/outage.ts';
import { agentRoutes, profileRoutes } from './agent-routes.ts';
import { agentRunRoutes, type RunRouteParts } from './agent-run-routes.ts';
import { errorResponse, HttpError } from './errors.ts';
import { openApi } from './openapi.ts';
import { origins } from './origins.ts';
import { contextItemRoutes, projectRoutes } from './project-routes.ts';
import type { Api, App, Authenticated } from './routes.ts';
import { runPartRoutes } from './run-part-routes.ts';
import { workflowRoutes } from './workflow-routes.ts';

/** What the HTTP side of a deployment is composed of. */
export interface AppParts {
  readonly settings: Settings;
  readonly store: OpenStore;
  readonly keys: TokenKeys;
  readonly verify: TokenVerifier;
  readonly unavailable: () => readonly Dependency[];
  readonly runParts: Omit<RunRouteParts, 'store'>;
}

const SERVICE = 'reference-deployment';

function methodNotAllowed(allow: string): Response {
  return errorResponse(new HttpError(405, 'METHOD_NOT_ALLOWED', 'this path does not serve the method'), {
    allow,
  });
}

/** The state of everything the deployment depends on. */
async function componentsOf({ store, unavailable }: AppParts) {
  const status = (isHealthy: boolean) => ({ status: isHealthy ? 'healthy' : 'unhealthy' });
  return {
    store: status(await store.answers()),
    'token-keys': status(!unavailable().includes('token-keys')),
  };
}

/** What is open to everybody: health follows the dependencies, and tokens are given for credentials. */
function openRoutes({ app, operations }: Api, parts: AppParts): void {
  const { settings, keys, unavailable } = parts;
  app.get('/health', async (context) => {
    const components = await componentsOf(parts);
    const isHealthy = Object.values(components).every(({ status }) => status === 'healthy');
    const status = isHealthy ? 'healthy' : 'unhealthy';
    const body = { status, service: SERVICE, version: settings.version, components };
    return context.json(body, isHealthy ? 200 : 503);
  });
  app.all('/health', () => methodNotAllowed('GET'));
  app.get('/openapi.json', (context) => context.json(openApi(operations, settings.version)));
  app.all('/openapi.json', () => methodNotAllowed('GET'));
  app.use('/oauth/token', async (_, next) => {
    if (unavailable().includes('token-keys')) throw new KeysUnavailableError();
    await next();
  });
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
  if (error instanceof KeysUnavailableError) {
    return errorResponse(new HttpError(503, 'UNAVAILABLE', 'tokens cannot be verified at present'));
  }
  if (isStoreOutage(error)) {
    return errorResponse(new HttpError(503, 'UNAVAILABLE', 'the store does not answer; try again later'));
  }
  return Response.json({ detail: 'the request could not be served', code: 'UNAVAILABLE' }, { status: 500 });
}

/** The HTTP application: open routes, then everything that needs a token, then the answers to nonsense. */
export function httpApp(parts: AppParts): App {
  const { settings, store, verify, runParts } = parts;
  const app: App = new Hono<Authenticated>();
  const api: Api = { app, operations: [] };
  app.use('*', origins(settings.allowedOrigins));
  openRoutes(api, parts);
  requireToken(app, verify);
  const routeParts = { store: store.db, clock: settings.clock, newId: settings.newId, ...runParts };
  projectRoutes(api, routeParts);
  contextItemRoutes(api, routeParts);
  workflowRoutes(api, routeParts);
  agentRoutes(api, routeParts);
  profileRoutes(api, routeParts);
  agentRunRoutes(api, routeParts);
  runPartRoutes(api, routeParts);
  app.notFound(() => errorResponse(new HttpError(404, 'ROUTE_NOT_FOUND', 'nothing is served at this path')));
  app.onError(failure);
  return app;
}
