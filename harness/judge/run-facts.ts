import type { Millis } from '../evidence/transcript.ts';
import { TERMINAL_KINDS } from '../protocol/agent-event.ts';
import type { RunView, SeenEvent } from './views.ts';

/** The first terminal event of the run. */
export const terminalOf = (run: RunView): SeenEvent | undefined =>
  run.events.find(({ event }) => TERMINAL_KINDS.has(event.kind));

/** Whether the run ended as its asker hoped. */
export const isCompleted = (run: RunView): boolean => terminalOf(run)?.event.kind === 'run.completed';

/** The longest silence between two consecutive events of the run, up to its terminal one. */
export function largestGap(run: RunView): { readonly ms: Millis; readonly between: readonly number[] } {
  const terminal = terminalOf(run);
  const events = terminal === undefined ? run.events : run.events.filter(({ seq }) => seq <= terminal.seq);
  let widest: { ms: Millis; between: readonly number[] } = { ms: 0, between: [] };
  events.forEach((event, index) => {
    const before = events[index - 1];
    if (before !== undefined && event.at - before.at > widest.ms)
      widest = { ms: event.at - before.at, between: [before.seq, event.seq] };
  });
  return widest;
}
