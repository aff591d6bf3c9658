import { readFileSync } from 'node:fs';
import type { Config } from '../config/load.ts';
import type { Target } from '../config/target.ts';
import { departuresOf } from '../config/thresholds.ts';
import type { PlanBasis } from '../plan/make.ts';

/** Name and version of this package, from wherever it is installed. */
export function harnessIdentity(): { readonly name: string; readonly version: string } {
  for (const up of ['../../package.json', '../../../package.json']) {
    try {
      const { name, version } = JSON.parse(readFileSync(new URL(up, import.meta.url), 'utf8'));
      if (name === 'agent-conformance') return { name, version };
    } catch {
      // From the built package the file is one folder further up.
    }
  }
  return { name: 'agent-conformance', version: '0.0.0' };
}

/** What the plan states of the configuration. */
export function basisOf(
  config: Config,
  target: Target,
  given: { readonly campaign: string; readonly createdAt: string; readonly selectors: readonly string[] },
): PlanBasis {
  const { name, url, wsUrl, environment, profile, dialect, endpoints, limits, origins } = target;
  const { vocabulary } = target;
  const { startsPerSecond, frameBytes, entriesPerTrial, evidenceBytesPerTrial } = limits;
  return {
    campaign: given.campaign,
    createdAt: given.createdAt,
    harness: { ...harnessIdentity(), node: process.version },
    seed: config.harness.seed,
    target: {
      ...{ name, url, wsUrl, environment, profile, dialect },
      ...(vocabulary === undefined ? {} : { vocabulary: structuredClone(vocabulary) }),
      ...(config.profile === undefined ? {} : { profileFrom: config.profile }),
      endpoints: { ...endpoints },
    },
    capabilities: target.capabilities,
    variationPoints: target.variationPoints,
    thresholds: target.thresholds,
    departures: [...departuresOf(target.thresholds)],
    origins,
    limits: {
      concurrency: config.harness.concurrency,
      users: config.harness.users,
      startsPerSecond,
      agentRuns: config.harness.maxAgentRuns,
      ...(config.harness.maxTokens === undefined ? {} : { tokens: config.harness.maxTokens }),
      frameBytes,
      entriesPerTrial,
      evidenceBytesPerTrial,
    },
    ...(target.prices === undefined ? {} : { prices: target.prices }),
    selectors: [...given.selectors],
    identities: target.identities.map(({ name: identity, tenant, user }) => ({
      name: identity,
      ...(tenant === undefined ? {} : { tenant }),
      ...(user === undefined ? {} : { user }),
    })),
  };
}
