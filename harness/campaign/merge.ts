import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { HarnessError } from '../core/errors.ts';
import type { Suite } from '../core/suite.ts';
import type { TrialView } from '../judge/views.ts';
import type { Plan } from '../plan/plan.ts';
import { trialsHere, unitePlans } from '../plan/shard.ts';
import type { CampaignReport } from '../report/model.ts';
import { copyTranscripts, createFolder, loadPlan, planPath } from './folder.ts';
import { judgeStored } from './judge-stored.ts';

export interface MergeAsk {
  readonly suites: readonly Suite<TrialView>[];
  /** Folders of parts, or folders that hold them, as a pipeline downloads them. */
  readonly dirs: readonly string[];
  /** Where the folder of the whole campaign is made. */
  readonly resultsDir: string;
}

export interface Merged {
  readonly dir: string;
  readonly report: CampaignReport;
  /** Parts that were not among the folders; what they should have driven is missing evidence. */
  readonly missing: readonly string[];
}

/**
 * Puts the parts of a campaign together and judges the union, once, as if one machine had driven it.
 * @throws HarnessError `EVIDENCE_INVALID` where the folders hold no parts of one campaign, `CONFIG_INVALID` where the
 * campaign's folder exists.
 */
export function mergeParts({ suites, dirs, resultsDir }: MergeAsk): Merged {
  const parts = dirs.flatMap(partsIn).map((dir) => ({ dir, plan: loadPlan(dir) }));
  const { plan, missing } = unitePlans(parts.map((part) => part.plan));
  const dir = createFolder(resultsDir, plan);
  for (const part of parts) copyTranscripts(part.dir, dir, trialIds(part.plan));
  return { dir, report: judgeStored(dir, plan, suites), missing };
}

const trialIds = (plan: Plan): readonly string[] => trialsHere(plan).map(({ id }) => id);

/** How deep a pipeline may have put the parts: one folder for each machine, and its results folder in that. */
const DEPTH = 3;

function partsIn(dir: string): readonly string[] {
  const found = search(dir, DEPTH);
  if (found.length > 0) return found;
  throw new HarnessError('EVIDENCE_INVALID', `${dir} holds no part of a campaign`, {
    hint: 'give the folders that `run --shard` made, or the folder that holds them',
  });
}

function search(dir: string, depth: number): readonly string[] {
  if (existsSync(planPath(dir))) return [dir];
  if (depth === 0) return [];
  return subfolders(dir).flatMap((name) => search(join(dir, name), depth - 1));
}

function subfolders(dir: string): readonly string[] {
  try {
    return readdirSync(dir, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name)
      .sort();
  } catch {
    return [];
  }
}
