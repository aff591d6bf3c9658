/** Breaches of what the protocol says about time: docs/protocol.md 4.3, 4.5 and 8. */
import type { Thresholds } from '../../core/thresholds.ts';
import type { Entry, Transcript } from '../../evidence/transcript.ts';
import type { Operator, Site } from './operator.ts';
import { wholeRun } from './order.ts';
import type { Recording } from './recording.ts';
import {
  type Beat,
  dataOf,
  type Frame,
  frameEntry,
  frameOf,
  isType,
  perEvent,
  perRun,
  replaced,
  type Story,
  withData,
} from './story.ts';

const HOUR_MS = 3_600_000;
/** Beyond what a tolerance, the way and the harness itself may add. */
const MARGIN_MS = 400;

const restamped = (frame: Frame, byMs: number): Frame => {
  const stamp = Date.parse(String(frame['timestamp']));
  return Number.isNaN(stamp) ? frame : { ...frame, timestamp: new Date(stamp + byMs).toISOString() };
};

/** How long the harness may have stood still itself: times have to exceed their limits by more. */
const stalledOf = ({ seal }: Transcript): number => seal?.observer.stalledMs ?? 0;

/** Everything from that place on happens later; stamps go along where the target knew. */
export function delayed(
  entries: readonly Entry[],
  from: number,
  byMs: number,
  stamps: 'with-stamps' | 'without',
): readonly Entry[] {
  return entries.map((entry, place) => {
    if (place < from) return entry;
    const later = { ...entry, at: entry.at + byMs };
    const frame = stamps === 'with-stamps' ? frameOf(entry) : undefined;
    if (frame === undefined || later.kind !== 'ws.frame') return later;
    return frameEntry(later, later.at, restamped(frame, byMs));
  });
}

/** What arrives over HTTP carries the target's clock and cannot be moved. */
const isFree = ({ entries }: Transcript, from: number): boolean =>
  !entries.slice(from).some(({ kind }) => kind === 'http.response');

/** One site for each event of a run that is its socket's and its transcript's only one, from the second on. */
export const betweenEvents = (
  make: (
    story: Story,
    transcript: Transcript,
    place: number,
    thresholds: Thresholds,
  ) => readonly Entry[] | undefined,
): Operator['sites'] =>
  perRun((story, transcript, { plan }: Recording) =>
    story.beats.slice(1).flatMap(({ place, frame }): Site[] => {
      if (!isFree(transcript, place) || story.isSubRun) return [];
      const what = `${story.label}, before ${String(frame['type'])}, event ${String(frame['seq'])}`;
      const mutate = () => {
        const entries = make(story, transcript, place, plan.thresholds);
        return entries === undefined ? undefined : { trial: story.trial, entries };
      };
      return [{ trial: story.trial, what, mutate }];
    }),
  );

const hasOneRun = ({ entries }: Transcript): boolean =>
  entries.filter((entry) => entry.kind === 'ws.frame' && entry.intent?.kind === 'start').length === 1;

const lied = (id: string, does: string, type: string, sign: number): Operator => ({
  id,
  does,
  makes: 'breaking',
  clause: 'docs/protocol.md 8',
  sites: perRun((story, transcript, { plan }) =>
    story.beats.flatMap((beat, index): Site[] => {
      if (!isType(type)(beat)) return [];
      const told = dataOf(beat.frame)['duration_ms'];
      // From the request on: whoever counts its waiting has not lied.
      const tookMs = beat.at - story.askedAt;
      const byMs = plan.thresholds.toleranceMs + stalledOf(transcript) + MARGIN_MS + tookMs / 10;
      const lieMs = Math.round(sign > 0 ? tookMs + byMs : Number(told) - byMs);
      if (typeof told !== 'number' || lieMs < 0) return [];
      const lie = { ...beat, frame: withData(beat.frame, { duration_ms: lieMs }) };
      const mutate = () => ({
        trial: story.trial,
        entries: replacedEntry(transcript, lie),
      });
      return [
        { trial: story.trial, what: `${story.label}, ${String(beat.frame['type'])} ${index + 1}`, mutate },
      ];
    }),
  ),
});

const replacedEntry = ({ entries }: Transcript, { place, frame, at }: Beat): readonly Entry[] =>
  entries.map((entry, index) =>
    index === place && entry.kind === 'ws.frame' ? frameEntry(entry, at, frame) : entry,
  );

/** What the times of a run must be. */
export const TIME_OPERATORS: readonly Operator[] = [
  {
    id: 'stamp-backwards',
    does: 'stamps an event before the one it follows',
    makes: 'breaking',
    clause: 'docs/protocol.md 4.3',
    sites: perEvent(
      (_beat, _story, index) => index > 0,
      ({ beats }, index, choice) => {
        const [before, beat] = [beats[index - 1] as Beat, beats[index] as Beat];
        const frame = { ...beat.frame, timestamp: restamped(before.frame, -1 - choice)['timestamp'] };
        return replaced(beats, index, { ...beat, frame });
      },
    ),
  },
  ...[HOUR_MS, -HOUR_MS].map(
    (byMs): Operator => ({
      id: byMs > 0 ? 'stamp-later' : 'stamp-earlier',
      does: `stamps the events of a run an hour too ${byMs > 0 ? 'late' : 'early'}`,
      makes: 'breaking',
      clause: 'docs/protocol.md 4.2',
      sites: wholeRun(({ beats }) => beats.map((beat) => ({ ...beat, frame: restamped(beat.frame, byMs) }))),
    }),
  ),
  {
    id: 'hold-back',
    does: 'holds events back',
    makes: 'breaking',
    clause: 'docs/protocol.md 4.3',
    sites: betweenEvents((_story, transcript, place, { heldBackMs }) =>
      delayed(transcript.entries, place, heldBackMs + stalledOf(transcript) + MARGIN_MS, 'without'),
    ),
  },
  {
    id: 'fall-silent',
    does: 'says nothing of a run for longer than it may',
    makes: 'breaking',
    clause: 'docs/protocol.md 4.5',
    sites: betweenEvents((_story, transcript, place, { silenceMs }) =>
      delayed(transcript.entries, place, silenceMs + stalledOf(transcript) + MARGIN_MS, 'with-stamps'),
    ),
  },
  lied('lengthen-run', 'says that a run took longer than it did', 'agent_completed', 1),
  lied('shorten-run', 'says that a run took less than it did', 'agent_completed', -1),
  lied('lengthen-tool', 'says that a tool took longer than it did', 'tool_completed', 1),
  {
    id: 'cancel-late',
    does: 'takes too long to cancel a run',
    makes: 'breaking',
    clause: 'docs/protocol.md 4.5',
    sites: perRun((story, transcript, { plan }) => {
      const end = story.beats.at(-1);
      if (end?.frame['type'] !== 'agent_cancelled' || !hasOneRun(transcript)) return [];
      const byMs = plan.thresholds.cancelMs + stalledOf(transcript) + MARGIN_MS;
      const mutate = () => ({
        trial: story.trial,
        entries: delayed(transcript.entries, end.place, byMs, 'with-stamps'),
      });
      return [{ trial: story.trial, what: story.label, mutate }];
    }),
  },
];
