import { DEFAULT_PROFILE } from '../harness/config/profiles/default.ts';
import { DEFAULT_THRESHOLDS } from '../harness/config/thresholds.ts';
import { REFERENCE_CHOICES } from '../harness/config/variation-points.ts';
import { CAPABILITIES } from '../harness/core/requirement.ts';
import { makePlan, type PlanBasis } from '../harness/plan/make.ts';
import type { Plan } from '../harness/plan/plan.ts';
import { catalogue } from '../suites/catalogue.ts';

/** As many users as a campaign has; each has a token that the redactor looks for. */
export const USERS = ['ann', 'bob', 'cleo', 'dan', 'eve', 'finn'] as const;

/** No bound of the evidence may end a measurement. */
const UNBOUNDED = Number.MAX_SAFE_INTEGER;

/** The plan of a campaign of all suites against the given address. */
export function benchPlan(wsUrl: string): Plan {
  const available = { available: true, reason: 'the bench has it' };
  return makePlan(catalogue, {
    campaign: 'bench',
    createdAt: new Date().toISOString(),
    harness: { name: 'agent-conformance', version: '0.0.0', node: process.version },
    seed: 1,
    target: {
      name: 'bench',
      url: wsUrl.replace(/^ws/, 'http'),
      wsUrl,
      environment: 'bench',
      profile: DEFAULT_PROFILE.name,
      dialect: DEFAULT_PROFILE.dialect,
      endpoints: {},
    },
    capabilities: Object.fromEntries(CAPABILITIES.map((id) => [id, available])) as PlanBasis['capabilities'],
    variationPoints: REFERENCE_CHOICES,
    thresholds: DEFAULT_THRESHOLDS,
    departures: [],
    origins: { unlisted: 'https://unlisted.invalid' },
    limits: {
      concurrency: 1,
      users: 5,
      startsPerSecond: DEFAULT_PROFILE.limits.startsPerSecond,
      agentRuns: 0,
      frameBytes: DEFAULT_PROFILE.limits.frameBytes,
      entriesPerTrial: UNBOUNDED,
      evidenceBytesPerTrial: UNBOUNDED,
    },
    selectors: [],
    identities: USERS.map((user, index) => {
      const tenant = index < USERS.length / 2 ? 'acme' : 'globex';
      return { name: `${tenant}/${user}`, tenant, user };
    }),
  });
}
