import { terminalOf } from '../../harness/judge/run-facts.ts';
import type { TrialView } from '../../harness/judge/views.ts';

/** How many users had a run under way at one moment, at most. */
export function overlapOf({ runs }: TrialView): number {
  const spans = runs.flatMap((run) => {
    const [first] = run.events;
    const end = terminalOf(run) ?? run.events.at(-1);
    return first === undefined || end === undefined
      ? []
      : [{ actor: run.actor.name, from: first.at, to: end.at }];
  });
  const together = spans.map(
    ({ from }) =>
      new Set(spans.filter((span) => span.from <= from && from <= span.to).map(({ actor }) => actor)).size,
  );
  return Math.max(0, ...together);
}
