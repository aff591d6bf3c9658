import type { Millis } from '../evidence/transcript.ts';
import { TERMINAL_KINDS } from '../protocol/agent-event.ts';
import type { RunView, SeenEvent, SubRunView } from './views.ts';

/** The first terminal event of the run. */
export const terminalOf = (run: RunView): SeenEvent | undefined =>
  run.events.find(({ event }) => TERMINAL_KINDS.has(event.kind));

/** Whether the run ended as its asker hoped. */
export const isCompleted = (run: RunView): boolean => terminalOf(run)?.event.kind === 'run.completed';

/** Whether the run came of another one. */
export const isSubRun = (run: RunView): run is SubRunView => 'handoffs' in run;

/** The runs that were asked for, each with those that came of it. */
export const withSubRuns = (runs: readonly RunView[]): readonly RunView[] =>
  runs.flatMap((run) => [run, ...run.subRuns]);

/** All that was heard of a request: a run is not silent while one that it handed over to speaks. */
export function heardOf(run: RunView): readonly SeenEvent[] {
  if (run.subRuns.length === 0) return run.events;
  return withSubRuns([run])
    .flatMap(({ events }) => events)
    .sort((a, b) => a.seq - b.seq);
}

/** The longest silence between two consecutive events of the run or of its sub-runs, up to its terminal one. */
export function largestGap(run: RunView): { readonly ms: Millis; readonly between: readonly number[] } {
  const terminal = terminalOf(run);
  const heard = heardOf(run);
  const events = terminal === undefined ? heard : heard.filter(({ seq }) => seq <= terminal.seq);
  let widest: { ms: Millis; between: readonly number[] } = { ms: 0, between: [] };
  events.forEach((event, index) => {
    const before = events[index - 1];
    if (before !== undefined && event.at - before.at > widest.ms)
      widest = { ms: event.at - before.at, between: [before.seq, event.seq] };
  });
  return widest;
}
