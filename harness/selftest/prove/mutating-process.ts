/** Mutates recordings and has them judged, in a process of its own: judging takes the processor for minutes. */
import { OPERATORS } from '../mutation/operators.ts';
import { RECORDED, record } from '../mutation/record.ts';
import { mutationScore } from '../mutation/score.ts';
import type { MutationOrder } from './mutations.ts';
import { scoresOf } from './mutations.ts';

process.once('message', ({ seed, runsPerOperator }: MutationOrder) => {
  void record(RECORDED.chat, RECORDED.http).then((recordings) => {
    const scores = mutationScore({ seed, runsPerOperator, operators: OPERATORS, recordings });
    process.send?.(scoresOf(scores), () => process.exit(0));
  });
});
process.on('disconnect', () => process.exit(0)); // the runner is gone
