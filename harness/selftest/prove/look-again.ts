/** What deviated is judged again from the evidence that was kept, with the checks and the statements of today. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { noiseFor } from '../../../reference/noise/catalogue.ts';
import { catalogue } from '../../../suites/catalogue.ts';
import { loadPlan } from '../../campaign/folder.ts';
import { judgeStored } from '../../campaign/judge-stored.ts';
import { factsOf } from './facts.ts';
import { type Look, lookAt } from './look.ts';

/** Where a campaign writes, below the folder of the run. */
export const folderOf = (id: string, alone: boolean): string => `${id}${alone ? '-alone' : ''}`;

/** Where what deviated is kept. */
export const DEVIATING = 'deviating';

function campaignIn(folder: string): string | undefined {
  if (!existsSync(folder)) return undefined;
  const campaign = readdirSync(folder).findLast(
    (name) => name !== 'latest' && existsSync(join(folder, name, 'plan.json')),
  );
  return campaign === undefined ? undefined : join(folder, campaign);
}

/** The look as it is today; unchanged where nothing deviated or no evidence is left. */
export function lookAgain(look: Look, folder: string): Look {
  const dir =
    look.deviations.length === 0
      ? undefined
      : campaignIn(join(folder, DEVIATING, folderOf(look.job.id, look.alone)));
  if (dir === undefined) return look;
  const { job, alone, tookMs, noise, commit } = look;
  const mayStayOpen = job.noise !== undefined && !noiseFor(job.noise).isDeclared;
  const report = judgeStored(dir, loadPlan(dir), catalogue);
  return lookAt(job, report, factsOf(job), { alone, tookMs, noise, commit }, mayStayOpen);
}
