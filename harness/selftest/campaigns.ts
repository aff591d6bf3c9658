/** Whole campaigns against the reference deployment, scaled down so that hundreds of them fit into minutes. */
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ControlSurface, startControlSurface } from '../../reference/defects/control-surface.ts';
import { type Deployment, startDeployment } from '../../reference/deployment.ts';
import type { NoiseSet } from '../../reference/noise/catalogue.ts';
import { identitiesFor } from '../../reference/settings.ts';
import { renderJson } from '../../reports/json.ts';
import { catalogue } from '../../suites/catalogue.ts';
import { writeArtefact } from '../campaign/folder.ts';
import { type CampaignResult, runCampaign } from '../campaign/run-campaign.ts';
import { systemClock } from '../driver/system-clock.ts';

/**
 * Limits scaled to a deployment that thinks for a few milliseconds. They stay far above what two busy cores
 * add, so that only what a defect does on purpose exceeds them.
 */
const LIMITS_MS = {
  TARGET_CONNECT_MS: 1_200,
  TARGET_GREETING_MS: 1_200,
  TARGET_PONG_MS: 1_200,
  TARGET_FIRST_EVENT_MS: 2_000,
  TARGET_FIRST_TOOL_MS: 3_000,
  TARGET_COMPLETION_MS: 5_000,
  TARGET_OPTIMISATION_MS: 5_000,
  TARGET_MULTI_AGENT_MS: 6_000,
  TARGET_SILENCE_MS: 1_500,
  TARGET_CANCEL_MS: 1_500,
  TARGET_HTTP_MS: 2_000,
  TARGET_HEALTH_MS: 2_000,
  TARGET_TELEMETRY_MS: 4_000,
} as const;

const SCALED = {
  TARGET_GRACE_MS: '150',
  TARGET_HELD_BACK_MS: '500',
  HARNESS_CONCURRENCY: '8',
  HARNESS_STARTS_PER_SECOND: '200',
  // Claims take hundreds of runs: only campaigns that are about them have the budget.
  HARNESS_MAX_AGENT_RUNS: '0',
} as const;

/** A thinking time at which a thorough run takes longer than the limit for held-back events. */
const THINKING_MS = 60;
/** Longer than every limit it is meant to exceed, shorter than the completion limit. */
const DEFECT_DELAY_MS = 2_500;

/** The least that may be declared: a case waits for two of them. */
const PING_MS = 1_000;
const PING_SECONDS = String(PING_MS / 1000);

/** What is asked of one campaign. */
export interface CampaignWish {
  /** How the deployment makes use of what docs/protocol.md leaves open; quietly, unless told. */
  readonly noise?: NoiseSet;
  /** Multiplies limits, and what is to exceed them, for a machine that others keep busy. */
  readonly patience?: number;
  readonly defects?: readonly string[];
  /** Users of the deployment, who all act where a crowd is asked for. */
  readonly users?: number;
  /** How long the deployment thinks between two events. */
  readonly thinkingMs?: number;
  /** How long a slow defect delays; without it longer than any limit. */
  readonly defectDelayMs?: number;
  readonly selectors?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Ends the driving. */
  readonly ended?: AbortSignal;
}

/** One campaign against a deployment of its own that commits these defects, on a database of its own. */
export async function campaignAt(
  storeUrl: string,
  results: string,
  wish: CampaignWish = {},
): Promise<CampaignResult> {
  const deployment = await startDeployment({
    storeUrl,
    port: 0,
    thinkingMs: wish.thinkingMs ?? THINKING_MS,
    pingIntervalMs: PING_MS * 0.8, // the declared interval is a promise, and the machine is busy
    defects: wish.defects ?? [],
    ...(wish.noise === undefined ? {} : { noise: wish.noise.choice }),
    ...(wish.users === undefined ? {} : { identities: identitiesFor(wish.users) }),
    defectDelayMs: (wish.defectDelayMs ?? DEFECT_DELAY_MS) * (wish.patience ?? 1),
  });
  const control = await startControlSurface(deployment);
  try {
    return await drive(deployment, results, wish, profileOf(control, results, wish.noise));
  } finally {
    await control.stop();
    await deployment.stop();
  }
}

/** A profile of the deployment's own, since its faults are switched at an address of its own. */
function profileOf({ url }: ControlSurface, results: string, noise?: NoiseSet): string {
  const file = join(results, `self-test-${randomBytes(4).toString('hex')}.json`);
  const faults = { url: `${url}/faults` };
  const variationPoints = { 'VP-PING': PING_SECONDS, ...noise?.declares };
  const profile = { name: 'self-test', extends: 'reference', variationPoints };
  writeFileSync(file, JSON.stringify({ ...profile, faults }));
  return file;
}

function drive(
  deployment: Deployment,
  results: string,
  wish: CampaignWish,
  profile: string,
): Promise<CampaignResult> {
  return runCampaign({
    suites: catalogue,
    selectors: wish.selectors ?? [],
    env: {
      ...SCALED,
      ...limitsAt(wish.patience ?? 1),
      ...targetOf(deployment),
      TARGET_PROFILE: profile,
      HARNESS_RESULTS_DIR: results,
      ...(wish.users === undefined ? {} : { HARNESS_USERS: String(wish.users) }),
      ...wish.env,
    },
    cwd: results,
    clock: systemClock,
    uniqueWord: randomBytes(4).toString('hex'),
    ended: wish.ended ?? new AbortController().signal,
    watch: () => undefined,
    render: (report, dir) => writeArtefact(dir, 'report.json', renderJson(report)),
  });
}

const limitsAt = (patience: number): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(LIMITS_MS).map(([name, ms]) => [name, String(Math.round(ms * patience))]),
  );

function targetOf(deployment: Deployment): Readonly<Record<string, string>> {
  return {
    TARGET_NAME: 'reference',
    TARGET_ENVIRONMENT: 'reference',
    TARGET_URL: deployment.url,
    TARGET_WS_URL: deployment.wsUrl,
    TARGET_JWT_SECRET: deployment.jwtSecret,
    TARGET_JWT_ISSUER: deployment.issuer,
    TARGET_USERS: deployment.tokens.map(({ tenant, user }) => `${tenant}/${user}`).join(','),
    TARGET_ALLOWED_ORIGIN: deployment.allowedOrigins[0] ?? '',
  };
}
