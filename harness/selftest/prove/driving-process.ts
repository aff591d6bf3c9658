/** Drives the jobs that its parent sends, several at once, and tells what each showed. */
import { setMaxListeners } from 'node:events';
import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { DefectFacts } from '../../../reference/defects/defect.ts';
import { noiseFor } from '../../../reference/noise/catalogue.ts';
import { campaignAt } from '../campaigns.ts';
import { factsOf } from './facts.ts';
import { type How, type Look, lookAt, noLook } from './look.ts';
import { DEVIATING, folderOf } from './look-again.ts';
import type { Answer, Order } from './message.ts';

const usersOf = ({ users }: DefectFacts): { readonly users?: number } =>
  users === undefined ? {} : { users };

async function drive({ job, alone, commit, storeUrl, folder, patience, deadlineMs }: Order): Promise<Look> {
  const startedAt = performance.now();
  const noise = job.noise === undefined ? undefined : noiseFor(job.noise);
  const how = (): How => ({
    ...{ alone, commit },
    tookMs: Math.round(performance.now() - startedAt),
    noise: [...(noise?.choice.kinds ?? [])],
  });
  const results = join(folder, folderOf(job.id, alone));
  rmSync(results, { recursive: true, force: true }); // of a run that was stopped
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
  const written = join(folder, folderOf(job.id, alone));
  const kept = join(folder, DEVIATING, folderOf(job.id, alone));
  if (deviations.length === 0) rmSync(written, { recursive: true, force: true });
  else {
    mkdirSync(join(folder, DEVIATING), { recursive: true });
    rmSync(kept, { recursive: true, force: true });
    renameSync(written, kept);
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
