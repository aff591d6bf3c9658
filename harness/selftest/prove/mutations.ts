/** What the judge made of recordings that were changed, as a proof tells it. */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { OperatorScore } from '../mutation/score.ts';
import { reasonOf } from '../mutation/survivors.ts';

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
  /** Mutants of which it did not, by operator and reason; without a reason nobody has explained them. */
  survivors: z.array(
    z.object({
      operator: z.string(),
      does: z.string(),
      /** One of them. */
      where: z.string(),
      /** Different ones. */
      count: z.number().int(),
      reason: z.string().optional(),
    }),
  ),
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

/** The survivors of an operator by reason, each with the simplest of them where it is among them. */
function survivorsOf({ id, does, survivors, smallest }: OperatorScore): Mutations['survivors'] {
  const simplestFirst = smallest === undefined ? survivors : [smallest, ...survivors];
  const groups = new Map<string | undefined, Set<string>>();
  for (const survivor of simplestFirst) {
    const reason = reasonOf(id, survivor);
    groups.set(reason, (groups.get(reason) ?? new Set()).add(`${survivor.trial}, ${survivor.what}`));
  }
  return [...groups].map(([reason, places]) => ({
    operator: id,
    does,
    where: [...places][0] ?? '',
    count: places.size,
    ...(reason === undefined ? {} : { reason }),
  }));
}

/** What of the scores is kept. */
export function scoresOf(scores: readonly OperatorScore[]): Omit<Mutations, 'seed'> {
  return {
    breaking: tallyOf(scores.filter(({ makes }) => makes === 'breaking')),
    harmless: tallyOf(scores.filter(({ makes }) => makes === 'harmless')),
    survivors: scores.flatMap(survivorsOf),
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
