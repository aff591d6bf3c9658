/** What the judge made of recordings that were changed, as a proof tells it. */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { OperatorScore } from '../mutation/score.ts';

const tally = z.object({
  operators: z.number().int(),
  mutants: z.number().int(),
  /** Mutants of which the judge said what they are. */
  asDeclared: z.number().int(),
});

/** The mutation score of a run. */
export const mutations = z.object({
  seed: z.number().int(),
  /** Changes that leave the protocol: caught where a check fails. */
  breaking: tally,
  /** Changes that stay within it: no verdict may change. */
  harmless: tally,
  survivors: z.array(z.object({ operator: z.string(), does: z.string(), where: z.string() })),
});

/** The mutation score of a run. */
export type Mutations = z.infer<typeof mutations>;

/** What is asked of the process that mutates. */
export interface MutationOrder {
  readonly seed: number;
  readonly runsPerOperator: number;
}

function tallyOf(scores: readonly OperatorScore[]): Mutations['breaking'] {
  const sum = (of: (score: OperatorScore) => number): number =>
    scores.reduce((total, score) => total + of(score), 0);
  return {
    operators: scores.length,
    mutants: sum(({ tried, discarded }) => tried - discarded),
    asDeclared: sum(({ asDeclared }) => asDeclared),
  };
}

/** What of the scores is kept: the sums, and the simplest survivor of each operator that has any. */
export function scoresOf(scores: readonly OperatorScore[]): Omit<Mutations, 'seed'> {
  return {
    breaking: tallyOf(scores.filter(({ makes }) => makes === 'breaking')),
    harmless: tallyOf(scores.filter(({ makes }) => makes === 'harmless')),
    survivors: scores.flatMap(({ id, does, smallest }) =>
      smallest === undefined ? [] : [{ operator: id, does, where: `${smallest.trial}, ${smallest.what}` }],
    ),
  };
}

const PROCESS = fileURLToPath(new URL('./mutating-process.ts', import.meta.url));

/** Records, mutates and judges; nothing when the process died over it, which it has then told itself. */
export function mutate(order: MutationOrder): Promise<Mutations | undefined> {
  return new Promise((resolve) => {
    const child = fork(PROCESS, {
      execArgv: ['--import', 'tsx'],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    child.once('message', (told) => resolve(mutations.parse({ ...(told as object), seed: order.seed })));
    child.once('exit', () => resolve(undefined));
    child.send(order);
  });
}
