/**
 * One campaign from configuration to report: the only place where the phases meet. Each hands the next one
 * document, and nothing flows back.
 */
import { type Config, loadConfig } from '../config/load.ts';
import { defineProfile, type Profile } from '../config/profile.ts';
import type { Target } from '../config/target.ts';
import type { VariableName } from '../config/variables.ts';
import type { Clock } from '../core/clock.ts';
import { HarnessError } from '../core/errors.ts';
import type { Scenario } from '../core/scenario.ts';
import type { Suite } from '../core/suite.ts';
import { createTokenSource } from '../driver/auth.ts';
import { openCatcher } from '../driver/catcher.ts';
import { createFaultSwitch } from '../driver/faults.ts';
import { type Network, openNetwork } from '../driver/network.ts';
import { type PlayEvent, play } from '../driver/play.ts';
import { awaitReachable } from '../driver/readiness.ts';
import { createRedactor, type Redactor } from '../evidence/redaction.ts';
import type { TrialView } from '../judge/views.ts';
import { makePlan } from '../plan/make.ts';
import type { Plan } from '../plan/plan.ts';
import type { ReportInput } from '../report/assemble.ts';
import type { CampaignReport } from '../report/model.ts';
import { basisOf } from './basis.ts';
import { createFolder, evidencePath, loadPlan, pruneEvidence, quarantineSecrets } from './folder.ts';
import { judgeStored } from './judge-stored.ts';
import { startReferenceProcess } from './reference-process.ts';
import { stoppingRule } from './stopping.ts';

/** What whoever starts a campaign decides. */
export interface CampaignAsk {
  readonly suites: readonly Suite<TrialView>[];
  readonly selectors: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly overrides?: Readonly<Partial<Record<VariableName, string>>>;
  readonly clock: Clock;
  /** Six or more characters that no other campaign has. */
  readonly uniqueWord: string;
  /** Ends the driving; its reason is 130 or 143. */
  readonly ended: AbortSignal;
  readonly watch: (event: CampaignEvent) => void;
  /** Writes the artefacts into the folder; called once, before the final scan for secrets. */
  readonly render: (report: CampaignReport, dir: string) => void;
}

export type CampaignEvent =
  | PlayEvent
  | { readonly kind: 'reference-starting' }
  | { readonly kind: 'planned'; readonly plan: Plan; readonly dir: string };

export interface CampaignResult {
  readonly dir: string;
  readonly report: CampaignReport;
}

/**
 * Runs a campaign, or judges a stored one where the configuration names evidence.
 * @throws HarnessError for whatever stops it before anything is driven, or a secret found in an artefact.
 */
export async function runCampaign(ask: CampaignAsk): Promise<CampaignResult> {
  const { env, cwd, overrides = {} } = ask;
  const config = await loadConfig({ env, cwd, overrides });
  if (config.harness.evidenceDir !== undefined) return judgeOnly(ask, config.harness.evidenceDir);
  if (config.target !== undefined) return driveAndJudge(ask, config, config.target);
  return withReference(ask, overrides, config.harness.users);
}

function judgeOnly(ask: CampaignAsk, dir: string): CampaignResult {
  const report = judgeStored(dir, loadPlan(dir), ask.suites);
  ask.render(report, dir);
  return { dir, report };
}

/** So that a thorough run of some ten thoughts takes longer than a second, the limit for held-back events. */
const THINKING_MS = 120;
/** Users that the reference has anyway. */
const FEWEST_USERS = 6;
/** Whoever waits for two pings of the default interval waits for most of a minute. */
const PING_SECONDS = 2;

const ownReference = (controlUrl: string | undefined): Profile =>
  defineProfile({
    name: 'reference',
    extends: 'reference',
    variationPoints: { 'VP-PING': String(PING_SECONDS) },
    ...(controlUrl === undefined ? {} : { faults: { url: `${controlUrl}/faults` } }),
  });

async function withReference(
  ask: CampaignAsk,
  overrides: CampaignAsk['overrides'],
  users: number,
): Promise<CampaignResult> {
  ask.watch({ kind: 'reference-starting' });
  const pings = ['--ping-interval-ms', String(PING_SECONDS * 1000)];
  const flags = ['--thinking-ms', String(THINKING_MS), ...pings, '--control'];
  if (users > FEWEST_USERS) flags.push('--users', String(users));
  const reference = await startReferenceProcess(flags);
  try {
    const config = await loadConfig({
      env: ask.env,
      cwd: ask.cwd,
      overrides: { ...pace(ask), ...overrides, ...reference.variables },
      ...(overrides?.TARGET_PROFILE === undefined ? { profile: ownReference(reference.controlUrl) } : {}),
    });
    if (config.target === undefined) throw new HarnessError('INTERNAL', 'the reference gave no target');
    return await driveAndJudge(ask, config, config.target);
  } finally {
    await reference.stop();
  }
}

/** Our own deployment does little but think: twice as many trials at once do not slow each other. */
const OWN_CONCURRENCY = '8';

const pace = ({ env }: CampaignAsk): CampaignAsk['overrides'] =>
  env['HARNESS_CONCURRENCY'] === undefined ? { HARNESS_CONCURRENCY: OWN_CONCURRENCY } : {};

/** `20261121-025959-k3x9qa`: sorts by time, and is a folder's name everywhere. */
function campaignName({ clock, uniqueWord }: CampaignAsk): string {
  const [date, time] = new Date(clock.wall()).toISOString().split('T');
  return `${date?.replaceAll('-', '')}-${time?.slice(0, 8).replaceAll(':', '')}-${uniqueWord}`;
}

async function driveAndJudge(ask: CampaignAsk, config: Config, target: Target): Promise<CampaignResult> {
  const { suites, selectors, clock } = ask;
  const createdAt = new Date(clock.wall()).toISOString();
  const plan = makePlan(
    suites,
    basisOf(config, target, { campaign: campaignName(ask), createdAt, selectors }),
  );
  pruneEvidence(config.harness.resultsDir, clock.wall(), config.harness.evidenceKeepDays);
  const dir = createFolder(config.harness.resultsDir, plan);
  ask.watch({ kind: 'planned', plan, dir });
  const redactor = createRedactor();
  const network = openNetwork(config.harness.caFile);
  try {
    const ending = await drive(ask, config, target, plan, dir, redactor, network);
    const report = judgeStored(dir, plan, suites, ending);
    ask.render(report, dir);
    refuseSecrets(dir, redactor);
    return { dir, report };
  } finally {
    await network.close();
  }
}

async function drive(
  ask: CampaignAsk,
  config: Config,
  target: Target,
  plan: Plan,
  dir: string,
  redactor: Redactor,
  network: Network,
): Promise<Pick<ReportInput, 'stopped' | 'interrupted'>> {
  const { clock, suites } = ask;
  const tokens = createTokenSource(config.credentials, target, clock, network.dispatcher);
  for (const { name, value } of tokens.secrets()) redactor.learn(name, value);
  tokens.onSecret(({ name, value }) => redactor.learn(name, value));
  const scenarios = new Map(
    suites.flatMap((suite) => suite.scenarios.map((scenario) => [scenario.id, scenario])),
  );
  const ended = withTimeLimit(ask.ended, config.harness.maxMinutes);
  try {
    await awaitReachable(
      `${target.url}${target.endpoints.health}`,
      network,
      clock,
      config.harness.readyTimeoutMs,
    );
    const evidenceDir = evidencePath(dir);
    const faults = createFaultSwitch(target.faults, network.dispatcher);
    const stopping = stoppingRule(plan, suites, dir);
    const how = { stopping, scenarios, network, tokens, redactor, clock, faults, evidenceDir, ended };
    const catcher = needsCatcher(plan, scenarios) ? await openCatcher(config.harness.catcher) : undefined;
    await play(plan, { ...how, catcher, watch: ask.watch }).finally(() => catcher?.close());
  } catch (cause) {
    if (cause instanceof HarnessError) return { stopped: cause };
    throw cause;
  }
  return ask.ended.aborted ? { interrupted: ask.ended.reason === 143 ? 143 : 130 } : {};
}

const needsCatcher = ({ trials }: Plan, scenarios: ReadonlyMap<string, Scenario>): boolean =>
  trials.some(({ scenario }) => scenarios.get(scenario)?.needs.includes('webhook-catcher'));

function withTimeLimit(ended: AbortSignal, minutes: number | undefined): AbortSignal {
  return minutes === undefined ? ended : AbortSignal.any([ended, AbortSignal.timeout(minutes * 60_000)]);
}

function refuseSecrets(dir: string, redactor: Redactor): void {
  const held = quarantineSecrets(dir, redactor);
  if (held.length === 0) return;
  throw new HarnessError(
    'SECRET_IN_ARTEFACT',
    `a secret was written to ${held.length} files: ${held.join('; ')}`,
    {
      hint: `they were moved to ${dir}/quarantine; this is a defect of the harness, please report it`,
    },
  );
}
