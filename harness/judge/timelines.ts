/** How single runs went, event by event: a bounded choice for the report, of times and kinds and no content. */
import type { EventKind } from '../protocol/agent-event.ts';
import { isCompleted, terminalOf, withSubRuns } from './run-facts.ts';
import { printable } from './tally.ts';
import type { RunView, TrialView } from './views.ts';

/** Why a run was chosen, most telling first. */
export const TIMELINE_REASONS = ['failure', 'no-end', 'agent'] as const;
/** How a run ended, as far as it was watched. */
export const TIMELINE_ENDS = [
  'completed',
  'failed',
  'cancelled',
  'refused',
  'error',
  'deadline',
  'closed',
  'not-awaited',
] as const;

export interface RunTimeline {
  /** `failure`: a finding points at it; `no-end`: it was waited for in vain; `agent`: the first of its agent. */
  readonly why: (typeof TIMELINE_REASONS)[number];
  readonly trial: string;
  readonly label: string;
  readonly agent: string;
  readonly actor: string;
  /** The entry that asked for it. */
  readonly seq: number;
  /** When it was asked for, from the start of the trial. */
  readonly askedMs: number;
  readonly end: (typeof TIMELINE_ENDS)[number];
  /** From asking to the end; to the last that was heard where there is none. */
  readonly tookMs: number;
  readonly events: readonly {
    readonly seq: number;
    /** From asking. */
    readonly atMs: number;
    readonly kind: EventKind;
    readonly tool?: string;
  }[];
  /** Events that are not among these. */
  readonly omitted: number;
}

/** More than that nobody compares by eye. */
const MOST_TIMELINES = 60;
/** Of the runs that had no end, so that those of the agents have room. */
const MOST_WITHOUT_END = 20;
/** Of one trial, whose runs have mostly the same to tell. */
const MOST_OF_TRIAL = 3;
const MOST_EVENTS = 60;
/** A trial may hold a hundred runs: the finding's first ones tell it. */
const MOST_OF_FINDING = 4;

/** The runs of a trial that a finding points at; the first ones where it points at none of them. */
export function timelinesAt(view: TrialView, entries: readonly number[]): readonly RunTimeline[] {
  const at = new Set(entries);
  const runs = withSubRuns(view.runs);
  const isMeant = (run: RunView): boolean =>
    at.has(run.askedSeq) || run.events.some(({ seq }) => at.has(seq));
  const meant = runs.filter(isMeant);
  const chosen = (meant.length === 0 ? runs : meant).slice(0, MOST_OF_FINDING);
  return chosen.map((run) => timelineOf(run, view, 'failure'));
}

export interface TimelineCollector {
  readonly take: (view: TrialView) => void;
  readonly conclude: () => readonly RunTimeline[];
}

/** Keeps the first run of each agent that completed, and the first ones that were waited for in vain. */
export function collectTimelines(): TimelineCollector {
  const agents = new Map<string, RunTimeline>();
  const endless: RunTimeline[] = [];
  const wasInVain = ({ end }: RunView): boolean => end === 'deadline' || end === 'error';
  const isNew = (run: RunView): boolean =>
    !agents.has(run.agent) && agents.size < MOST_TIMELINES && isCompleted(run);
  return {
    take(view) {
      const room = Math.min(MOST_OF_TRIAL, MOST_WITHOUT_END - endless.length);
      const vain = view.runs.filter(wasInVain).slice(0, room);
      endless.push(...vain.map((run) => timelineOf(run, view, 'no-end')));
      for (const run of view.runs) if (isNew(run)) agents.set(run.agent, timelineOf(run, view, 'agent'));
    },
    conclude: () => [...endless, ...agents.values()],
  };
}

/** All that were chosen, each once, failures first. */
export function chosenTimelines(timelines: readonly RunTimeline[]): readonly RunTimeline[] {
  const rank = ({ why }: RunTimeline): number => TIMELINE_REASONS.indexOf(why);
  const sorted = [...timelines].sort((a, b) => rank(a) - rank(b));
  const distinct = new Map<string, RunTimeline>();
  for (const one of sorted) {
    const key = `${one.trial} ${one.seq} ${one.label}`;
    if (!distinct.has(key)) distinct.set(key, one);
  }
  return [...distinct.values()].slice(0, MOST_TIMELINES);
}

function timelineOf(run: RunView, view: TrialView, why: RunTimeline['why']): RunTimeline {
  const events = run.events.slice(0, MOST_EVENTS);
  const lastSeq = run.endRef.entries.at(-1) ?? run.askedSeq;
  const endedAt = view.transcript.entries[lastSeq - 1]?.at ?? run.askedAt;
  const heardAt = run.events.at(-1)?.at ?? run.askedAt;
  return {
    why,
    trial: view.trial,
    label: printable(run.label),
    agent: printable(run.agent),
    actor: printable(run.actor.name),
    seq: run.askedSeq,
    askedMs: run.askedAt,
    end: endOf(run),
    tookMs: Math.max(endedAt, heardAt) - run.askedAt,
    events: events.map(({ seq, at, event }) => ({
      seq,
      atMs: at - run.askedAt,
      kind: event.kind,
      ...(event.toolName === undefined ? {} : { tool: printable(event.toolName) }),
    })),
    omitted: run.events.length - events.length,
  };
}

function endOf(run: RunView): RunTimeline['end'] {
  if (run.end !== 'terminal') return run.end;
  const kind = terminalOf(run)?.event.kind;
  if (kind === 'run.failed') return 'failed';
  return kind === 'run.cancelled' ? 'cancelled' : 'completed';
}
