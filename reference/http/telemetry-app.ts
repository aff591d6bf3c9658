import { beginService, endService, type Foundation, requireToken } from './foundation.ts';
import type { App } from './routes.ts';
import { type TelemetryParts, type TelemetryService, telemetryRoutes } from './telemetry-routes.ts';

/** A service of telemetry on an origin of its own, which says in its health which one it is. */
export function telemetryApp(parts: Foundation, telemetry: TelemetryParts, service: TelemetryService): App {
  const api = beginService(parts, `${service}-api`);
  requireToken(api.app, parts.verify);
  telemetryRoutes(api, telemetry, new Set([service]));
  return endService(api.app);
}
