/**
 * One campaign from configuration to report: the only place where the phases meet. Each hands the next one
 * document, and nothing flows back.
 */
import { type Config, loadConfig } from '../config/load.ts';
import type { HarnessOptions } from '../config/options.ts';
import type { Target } from '../config/target.ts';
import type { Clock } from '../core/clock.ts';
import { HarnessError } from '../core/errors.ts';
import type { Scenario } from '../core/scenario.ts';
import type { Shard } from '../core/shard.ts';
import type { Suite } from '../core/suite.ts';
import { createTokenSource } from '../driver/auth.ts';
import { openCatcher } from '../driver/catcher.ts';
import { createFaultSwitch } from '../driver/faults.ts';
import { type Network, openNetwork } from '../driver/network.ts';
import { type PlayEvent, play } from '../driver/play.ts';
import { awaitReachable } from '../driver/readiness.ts';
import { createRedactor, type Redactor } from '../evidence/redaction.ts';
import type { HistorySummary } from '../history/summary.ts';
import type { ClaimState } from '../judge/claims.ts';
import { type ClaimProgress, claimProgress } from '../judge/decide-claims.ts';
import type { TrialView } from '../judge/views.ts';
import { makePlan, type PlanBasis } from '../plan/make.ts';
import type { Plan } from '../plan/plan.ts';
import { refuseUnsafe } from '../plan/safety.ts';
import { shardPlan, trialsHere } from '../plan/shard.ts';
import type { ReportInput } from '../report/assemble.ts';
import type { CampaignReport } from '../report/model.ts';
import { watchForBreach } from './bail.ts';
import { comparedWith, loadBaseline } from './baseline-file.ts';
import { basisOf } from './basis.ts';
import { createFolder, evidencePath, loadPlan, pruneEvidence } from './folder.ts';
import { judgeStored } from './judge-stored.ts';
import { type Surroundings, withOwnReference } from './own-reference.ts';
import { readReport } from './read-report.ts';
import { remember } from './remember.ts';
import { refuseSecrets } from './secret-scan.ts';
import { stoppingRule } from './stopping.ts';

/** What whoever starts a campaign decides. */
export interface CampaignAsk extends Surroundings {
  readonly suites: readonly Suite<TrialView>[];
  readonly selectors: readonly string[];
  readonly bounds?: CampaignBounds;
  readonly clock: Clock;
  /** Six or more characters that no other campaign has. */
  readonly uniqueWord: string;
  /** Ends the driving; its reason is 130 or 143. */
  readonly ended: AbortSignal;
  readonly watch: (event: CampaignEvent) => void;
  /** Writes the artefacts into the folder; called once and waited for, before the final scan for secrets. */
  readonly render: (
    report: CampaignReport,
    dir: string,
    harness: HarnessOptions,
    /** Of the same target, this campaign being the newest. */
    history?: HistorySummary,
  ) => unknown;
}

/** How far a campaign may go, beyond what the configuration says. */
export interface CampaignBounds {
  /** How many times as often everything is driven. */
  readonly repeat?: number;
  /** Agent runs that the whole campaign may start; one that needs more is refused. */
  readonly agentRuns?: number;
  /** How long the driving may take. */
  readonly maxMs?: number;
  /** Whether the first breach of a MUST ends the driving. */
  readonly bail?: boolean;
}

export type CampaignEvent =
  | PlayEvent
  | { readonly kind: 'reference-starting' }
  /** The history could not be read or written; no verdict depends on it. */
  | { readonly kind: 'history-failed'; readonly message: string }
  | { readonly kind: 'sampled'; readonly claims: readonly ClaimProgress[] }
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
  if (config.harness.evidenceDir !== undefined)
    return judgeOnly(ask, config.harness, config.harness.evidenceDir);
  if (config.target !== undefined) return driveAndJudge(ask, config, config.target);
  ask.watch({ kind: 'reference-starting' });
  return withOwnReference(ask, config.harness.users, (own) => driveAndJudge(ask, own.config, own.target));
}

async function judgeOnly(ask: CampaignAsk, harness: HarnessOptions, dir: string): Promise<CampaignResult> {
  const report = judgeStored(dir, loadPlan(dir), ask.suites);
  await ask.render(report, dir, harness);
  return { dir, report };
}

/** `20261121-025959-k3x9qa`: sorts by time, and is a folder's name everywhere. */
function campaignName({ clock, uniqueWord }: CampaignAsk): string {
  const [date, time] = new Date(clock.wall()).toISOString().split('T');
  return `${date?.replaceAll('-', '')}-${time?.slice(0, 8).replaceAll(':', '')}-${uniqueWord}`;
}

async function driveAndJudge(ask: CampaignAsk, config: Config, target: Target): Promise<CampaignResult> {
  const plan = planOf(ask, config, target, campaignName(ask));
  const { report, dir, memory } = await drivePlan(ask, config, target, plan, async (folder, ending) => {
    const judged = judgeStored(folder, plan, ask.suites, ending);
    const tell = (message: string): void => ask.watch({ kind: 'history-failed', message });
    const remembered = await remember(judged, config.harness, tell);
    await ask.render(judged, folder, config.harness, remembered.summary);
    return { dir: folder, report: judged, memory: remembered };
  });
  await memory.keep();
  return { dir, report };
}

/** The part of a campaign that one machine drives. */
export interface ShardAsk extends Omit<CampaignAsk, 'render'> {
  readonly shard: Shard;
  /** The same for all parts, and for no other campaign. */
  readonly campaign: string;
}

export interface ShardResult {
  readonly dir: string;
  readonly plan: Plan;
  /** Why not everything was driven. */
  readonly ending: Ending;
}

/**
 * Drives one part of a campaign, and judges nothing: only the union of all parts can be judged.
 * @throws HarnessError like `runCampaign`, and `CONFIG_INVALID` where there is no target that all parts share.
 */
export async function runShard(ask: ShardAsk): Promise<ShardResult> {
  const config = await loadConfig({ env: ask.env, cwd: ask.cwd, overrides: ask.overrides ?? {} });
  if (config.target === undefined)
    throw new HarnessError('CONFIG_INVALID', 'a part of a campaign needs a target that all parts share', {
      hint: 'set TARGET_URL; `npm run reference` starts a deployment to try it with',
    });
  const plan = shardPlan(planOf(ask, config, config.target, ask.campaign), ask.shard);
  return drivePlan(ask, config, config.target, plan, (dir, ending) => ({ dir, plan, ending }));
}

/** How the driving ended, where not as planned. */
type Ending = Pick<ReportInput, 'stopped' | 'interrupted'>;
type DriveAsk = Omit<CampaignAsk, 'render'>;

/**
 * The plan of a campaign.
 * @throws HarnessError as `makePlan`, and `CONFIG_INVALID` where it would start more agent runs than it may.
 */
export function planOf(
  { suites, selectors, clock, cwd, bounds = {} }: Omit<DriveAsk, 'ended' | 'watch' | 'uniqueWord'>,
  config: Config,
  target: Target,
  campaign: string,
): Plan {
  const createdAt = new Date(clock.wall()).toISOString();
  const { repeat = 1, agentRuns = Number.POSITIVE_INFINITY } = bounds;
  const basis = basisOf(config, target, { campaign, createdAt, selectors });
  const plan = makePlan(suites, { ...basis, ...judgedBy(config, target, cwd), repeat });
  if (plan.agentRuns <= agentRuns) return plan;
  const needs = `what is selected starts ${plan.agentRuns} agent runs in any case, and the budget is ${agentRuns}`;
  throw new HarnessError('CONFIG_INVALID', needs, { hint: 'select less, or raise the budget' });
}

/** What a campaign is judged by besides the protocol: the admissions of its target, and an earlier campaign. */
function judgedBy(
  { harness }: Config,
  { name }: Target,
  cwd: string,
): Pick<PlanBasis, 'baseline' | 'comparedWith'> {
  const baseline = loadBaseline(cwd, name);
  const { baselineReport } = harness;
  return {
    ...(baseline === undefined ? {} : { baseline }),
    ...(baselineReport === undefined ? {} : { comparedWith: comparedWith(readReport(baselineReport)) }),
  };
}

/** Drives a plan into a folder of its own; what `conclude` writes is searched for secrets like the evidence. */
async function drivePlan<Result>(
  ask: DriveAsk,
  config: Config,
  target: Target,
  plan: Plan,
  conclude: (dir: string, ending: Ending) => Result | Promise<Result>,
): Promise<Result> {
  const { resultsDir, evidenceKeepDays, caFile } = config.harness;
  refuseUnsafe(plan, ask.suites);
  pruneEvidence(resultsDir, ask.clock.wall(), evidenceKeepDays);
  const dir = createFolder(resultsDir, plan);
  ask.watch({ kind: 'planned', plan, dir });
  const redactor = createRedactor();
  const network = openNetwork(caFile);
  try {
    const result = await conclude(dir, await drive(ask, config, target, plan, dir, redactor, network));
    refuseSecrets(dir, redactor, plan.seal);
    return result;
  } finally {
    await network.close();
  }
}

async function drive(
  ask: DriveAsk,
  config: Config,
  target: Target,
  plan: Plan,
  dir: string,
  redactor: Redactor,
  network: Network,
): Promise<Ending> {
  const { clock, suites } = ask;
  const tokens = createTokenSource(config.credentials, target, clock, network.dispatcher);
  for (const { name, value } of tokens.secrets()) redactor.learn(name, value);
  tokens.onSecret(({ name, value }) => redactor.learn(name, value));
  const scenarios = new Map(
    suites.flatMap((suite) => suite.scenarios.map((scenario) => [scenario.id, scenario])),
  );
  const { ended, watch, release } = bounded(ask, config, plan, dir);
  try {
    await awaitReachable(
      `${target.url}${target.endpoints.health}`,
      network,
      clock,
      config.harness.readyTimeoutMs,
    );
    const evidenceDir = evidencePath(dir);
    const faults = createFaultSwitch(target.faults, network.dispatcher);
    // A part sees only its own samples: it drives as many as are planned.
    const tell = (claims: readonly ClaimState[]): void =>
      ask.watch({ kind: 'sampled', claims: claims.map(claimProgress) });
    const stopping = plan.shard === undefined ? stoppingRule(plan, suites, dir, tell) : undefined;
    const how = { stopping, scenarios, network, tokens, redactor, clock, faults, evidenceDir, ended };
    const catcher = needsCatcher(plan, scenarios) ? await openCatcher(config.harness.catcher) : undefined;
    await play(plan, { ...how, catcher, watch }).finally(() => catcher?.close());
  } catch (cause) {
    if (cause instanceof HarnessError) return { stopped: cause };
    throw cause;
  } finally {
    release();
  }
  return ask.ended.aborted ? { interrupted: ask.ended.reason === 143 ? 143 : 130 } : {};
}

const needsCatcher = (plan: Plan, scenarios: ReadonlyMap<string, Scenario>): boolean =>
  trialsHere(plan).some(({ scenario }) => scenarios.get(scenario)?.needs.includes('webhook-catcher'));

/** What ends the driving early, and who has to hear of it. */
function bounded(
  { ended, watch, bounds = {}, suites }: DriveAsk,
  { harness: { maxMinutes = Number.POSITIVE_INFINITY } }: Config,
  plan: Plan,
  dir: string,
): { readonly ended: AbortSignal; readonly watch: (event: PlayEvent) => void; readonly release: () => void } {
  const stop = new AbortController();
  const ms = Math.min(bounds.maxMs ?? Number.POSITIVE_INFINITY, maxMinutes * 60_000);
  const late = (): void => stop.abort(`the campaign took longer than ${ms / 1000} s, its limit`);
  const timer = Number.isFinite(ms) ? setTimeout(late, ms) : undefined;
  const onBreach = (check: string): void => stop.abort(`${check} failed, and the first failure ends it`);
  const look = bounds.bail === true ? watchForBreach(plan, suites, dir, onBreach) : undefined;
  return {
    ended: AbortSignal.any([ended, stop.signal]),
    watch(event) {
      watch(event);
      look?.(event);
    },
    release: () => clearTimeout(timer),
  };
}
