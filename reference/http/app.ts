import { tokenEndpoint } from '../auth/token-endpoint.ts';
import type { TokenKeys } from '../auth/tokens.ts';
import { KeysUnavailableError } from '../faults.ts';
import { agentRoutes, profileRoutes } from './agent-routes.ts';
import { agentRunRoutes, type RunRouteParts } from './agent-run-routes.ts';
import { beginService, endService, type Foundation, methodNotAllowed, requireToken } from './foundation.ts';
import { openApi } from './openapi.ts';
import { contextItemRoutes, projectRoutes } from './project-routes.ts';
import type { Api, App } from './routes.ts';
import { runPartRoutes } from './run-part-routes.ts';
import { type SandboxRouteParts, sandboxRoutes } from './sandbox-routes.ts';
import { type TelemetryParts, type TelemetryService, telemetryRoutes } from './telemetry-routes.ts';
import { workflowRoutes } from './workflow-routes.ts';

/** What the HTTP side of a deployment is composed of. */
export interface AppParts extends Foundation {
  readonly keys: TokenKeys;
  readonly runParts: Omit<RunRouteParts, 'store'>;
  readonly sandbox: SandboxRouteParts;
  readonly telemetry: TelemetryParts;
  /** The services of telemetry that have no origin of their own. */
  readonly served: ReadonlySet<TelemetryService>;
}

const SERVICE = 'reference-deployment';

/** What is open to everybody besides health: what is served, and tokens for credentials. */
function openRoutes({ app, operations }: Api, { settings, keys, unavailable }: AppParts): void {
  app.get('/openapi.json', (context) => context.json(openApi(operations, settings.version)));
  app.all('/openapi.json', () => methodNotAllowed('GET'));
  app.use('/oauth/token', async (_, next) => {
    if (unavailable().includes('token-keys')) throw new KeysUnavailableError();
    await next();
  });
  app.post('/oauth/token', tokenEndpoint(keys, settings.identities, settings.tokenLifetimeSeconds));
  app.all('/oauth/token', () => methodNotAllowed('POST'));
}

/** The HTTP application: open routes, then everything that needs a token, then the answers to nonsense. */
export function httpApp(parts: AppParts): App {
  const { settings, store, verify, runParts, sandbox, telemetry, served } = parts;
  const api = beginService(parts, SERVICE);
  openRoutes(api, parts);
  requireToken(api.app, verify);
  const routeParts = { store: store.db, clock: settings.clock, newId: settings.newId, ...runParts };
  projectRoutes(api, routeParts);
  contextItemRoutes(api, routeParts);
  workflowRoutes(api, routeParts);
  agentRoutes(api, routeParts);
  profileRoutes(api, routeParts);
  sandboxRoutes(api, sandbox);
  agentRunRoutes(api, routeParts);
  runPartRoutes(api, routeParts);
  telemetryRoutes(api, telemetry, served);
  return endService(api.app);
}
