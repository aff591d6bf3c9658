/** Drives the jobs that its parent sends, several at once, and tells what each showed. */
import { setMaxListeners } from 'node:events';
import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DEFECT_CATALOGUE } from '../../../reference/defects/catalogue.ts';
import type { DefectFacts } from '../../../reference/defects/defect.ts';
import { noiseFor } from '../../../reference/noise/catalogue.ts';
import { campaignAt } from '../campaigns.ts';
import type { Job } from './job.ts';
import { type How, type Look, lookAt, NO_DEFECT, noLook } from './look.ts';
import type { Answer, Order } from './message.ts';

const factsOf = ({ defect }: Job) => DEFECT_CATALOGUE.find(({ id }) => id === defect) ?? NO_DEFECT;

const usersOf = ({ users }: DefectFacts): { readonly users?: number } =>
  users === undefined ? {} : { users };

async function drive({ job, alone, storeUrl, folder, patience, deadlineMs }: Order): Promise<Look> {
  const startedAt = performance.now();
  const noise = job.noise === undefined ? undefined : noiseFor(job.noise);
  const how = (): How => ({
    alone,
    tookMs: Math.round(performance.now() - startedAt),
    noise: [...(noise?.choice.kinds ?? [])],
  });
  const results = join(folder, `${job.id}${alone ? '-alone' : ''}`);
  mkdirSync(results, { recursive: true, mode: 0o700 });
  const deadline = new AbortController();
  setMaxListeners(0, deadline.signal); // whatever waits in a campaign listens to it
  const timer = setTimeout(() => deadline.abort(130), deadlineMs);
  try {
    const { report } = await campaignAt(storeUrl, results, {
      defects: job.defect === undefined ? [] : [job.defect],
      selectors: job.selectors,
      ...(noise === undefined ? {} : { noise }),
      ...usersOf(factsOf(job)),
      env: { HARNESS_SEED: String(job.seed), HARNESS_MAX_AGENT_RUNS: String(job.agentRuns) },
      patience,
      ended: deadline.signal,
    });
    if (deadline.signal.aborted) return noLook(job, `it was not over within ${deadlineMs} ms`, how());
    return lookAt(job, report, factsOf(job), how(), noise?.isDeclared === false);
  } catch (error) {
    return noLook(job, `it came to no report: ${error instanceof Error ? error.message : 'unknown'}`, how());
  } finally {
    clearTimeout(timer);
  }
}

/** Evidence of what went as it should is not kept: there are hundreds of campaigns. */
function tidy({ folder, job, alone }: Order, { deviations }: Look): void {
  const name = `${job.id}${alone ? '-alone' : ''}`;
  if (deviations.length === 0) rmSync(join(folder, name), { recursive: true, force: true });
  else {
    mkdirSync(join(folder, 'deviating'), { recursive: true });
    rmSync(join(folder, 'deviating', name), { recursive: true, force: true });
    renameSync(join(folder, name), join(folder, 'deviating', name));
  }
}

const say = (answer: Answer): void => {
  process.send?.(answer);
};

process.on('message', (order: Order) => {
  void drive(order).then((look) => {
    tidy(order, look);
    say({ kind: 'look', look });
  });
});
process.on('disconnect', () => process.exit(0)); // the runner is gone: nobody waits for the answers
say({ kind: 'ready' });
