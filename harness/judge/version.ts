import { z } from 'zod';
import { parseJson } from '../core/json.ts';
import type { Plan } from '../plan/plan.ts';
import type { ExchangeView } from './views.ts';

const reported = z.object({ version: z.string() }).loose();

/** The version that a health answer reports, if the exchange is one. */
export function versionOf(exchange: ExchangeView, plan: Pick<Plan, 'target'>): string | undefined {
  const { request, response } = exchange;
  if (request.url !== plan.target.endpoints['health'] || response === undefined) return undefined;
  return healthVersion(response.body);
}

/** The version in the body of a health answer. */
export function healthVersion(body: string): string | undefined {
  const parsed = reported.safeParse(parseJson(body));
  return parsed.success ? parsed.data.version : undefined;
}
