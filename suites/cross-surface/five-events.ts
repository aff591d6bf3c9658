import type { Finding } from '../../harness/core/finding.ts';
import type { SeenEvent, TrialView } from '../../harness/judge/views.ts';
import { missing } from '../agents-api/expect.ts';
import { conclude } from '../agents-api/run-parts.ts';
import { chatOf, isHidden } from './accounts.ts';

/** The five lifecycle events in the order in which they first come. */
const FIVE = ['run.started', 'reasoning', 'tool.started', 'tool.finished', 'run.completed'] as const;

/** Calls that are not closed by exactly one later result. */
function unpaired(events: readonly SeenEvent[]): readonly string[] {
  const at = (kind: string, id: string | undefined): readonly number[] =>
    events.flatMap(({ event }, index) => (event.kind === kind && event.callId === id ? [index] : []));
  const ids = new Set(
    events.flatMap(({ event }) =>
      event.kind === 'tool.started' || event.kind === 'tool.finished' ? [event.callId] : [],
    ),
  );
  return [...ids]
    .filter((id) => {
      const [opened, closed] = [at('tool.started', id), at('tool.finished', id)];
      return opened.length !== 1 || closed.length !== 1 || (closed[0] ?? -1) < (opened[0] ?? 0);
    })
    .map((id) => `call ${id ?? 'without an id'} is not one pair`);
}

/** */
export function judgeFive(view: TrialView, label: string): readonly Finding[] {
  const chat = chatOf(view, label);
  if (isHidden(chat)) return chat;
  const { run, terminal, ref } = chat;
  if (terminal.event.kind !== 'run.completed') return missing(view, 'a run that completes', 'CN-9');
  const first = FIVE.map((kind) => run.events.findIndex(({ event }) => event.kind === kind));
  const absent = FIVE.filter((_kind, index) => (first[index] ?? -1) < 0).map((kind) => `no ${kind}`);
  const isOrdered = first.every((place, index) => index === 0 || place > (first[index - 1] ?? -1));
  const faults = [
    ...absent,
    absent.length > 0 || isOrdered ? undefined : 'the five do not first come in their order',
    run.events.at(-1)?.event.kind === 'run.completed' ? undefined : 'its completion is not last',
    ...unpaired(run.events),
  ];
  return conclude('not-the-five', 'the five lifecycle events in order, each call paired', faults, [ref]);
}
