/** The runs of a transcript as they were told on its chat sockets, and their retelling. Knows no view of the judge. */
import type { Entry, FrameEntry, Transcript } from '../../evidence/transcript.ts';
import type { Site } from './operator.ts';
import type { Change, Recording } from './recording.ts';

export type Frame = Readonly<Record<string, unknown>>;

/** An event of a run: where it stands among the entries, when it came, and what it says. */
export interface Beat {
  readonly place: number;
  readonly at: number;
  readonly frame: Frame;
}

export interface Story {
  readonly trial: string;
  readonly socket: number;
  readonly label: string;
  readonly requestId: string;
  readonly runId: string;
  readonly askedAt: number;
  readonly isSubRun: boolean;
  readonly beats: readonly Beat[];
  /** A frame of the run as it was recorded, after which retold ones are made. */
  readonly template: FrameEntry;
}

export const TERMINAL: ReadonlySet<unknown> = new Set(['agent_completed', 'agent_failed', 'agent_cancelled']);
const isEvent = (type: unknown): boolean => typeof type === 'string' && /^(agent|tool)_/.test(type);

/** The frame of an entry that came in as text on a socket. */
export function frameOf(entry: Entry): Frame | undefined {
  if (entry.kind !== 'ws.frame' || entry.direction !== 'in' || entry.encoding !== 'utf8') return undefined;
  const value: unknown = JSON.parse(entry.text);
  return typeof value === 'object' && value !== null ? (value as Frame) : undefined;
}

export const dataOf = (frame: Frame): Frame => (frame['data'] ?? {}) as Frame;
export const withData = (frame: Frame, over: Frame): Frame => ({
  ...frame,
  data: { ...dataOf(frame), ...over },
});

/** The chat sockets of an ordinary client. */
const chatSockets = ({ entries }: Transcript): ReadonlySet<number> =>
  new Set(
    entries.flatMap((entry) =>
      entry.kind === 'ws.dial' && entry.surface !== 'stream' && entry.apart === undefined
        ? [entry.socket]
        : [],
    ),
  );

/** All runs that came to an end, sub-runs after the runs that they came of. */
export function storiesOf(transcript: Transcript): readonly Story[] {
  const sockets = chatSockets(transcript);
  const { entries, header } = transcript;
  return entries.flatMap((asked) => {
    if (asked.kind !== 'ws.frame' || asked.intent?.kind !== 'start' || !sockets.has(asked.socket)) return [];
    const { requestId, label } = asked.intent;
    const beats = beatsOf(entries, asked.socket, requestId);
    const runIds = [...new Set(beats.map(({ frame }) => String(frame['run_id'])))];
    return runIds.flatMap((runId, index): Story[] => {
      const own = beats.filter(({ frame }) => frame['run_id'] === runId);
      const template = entries[own[0]?.place ?? -1];
      if (template?.kind !== 'ws.frame' || !TERMINAL.has(own.at(-1)?.frame['type'])) return [];
      const { socket, at: askedAt } = asked;
      const of = { trial: header.trial, socket, label, requestId, runId, askedAt };
      return [{ ...of, isSubRun: index > 0, beats: own, template }];
    });
  });
}

function beatsOf(entries: readonly Entry[], socket: number, requestId: string): readonly Beat[] {
  return entries.flatMap((entry, place): Beat[] => {
    if (entry.kind !== 'ws.frame' || entry.socket !== socket) return [];
    const frame = frameOf(entry);
    if (frame === undefined || frame['request_id'] !== requestId || !isEvent(frame['type'])) return [];
    return [{ place, at: entry.at, frame }];
  });
}

/** The entry of a frame, as it would have been recorded. */
export function frameEntry(like: FrameEntry, at: number, frame: unknown): FrameEntry {
  const text = typeof frame === 'string' ? frame : JSON.stringify(frame);
  const { intent: _intent, ...rest } = like;
  return { ...rest, at, text, bytes: Buffer.byteLength(text) };
}

/** The transcript with the run told in other beats; they stand where their places put them. */
export function retell(
  { entries, header }: Transcript,
  { beats, template }: Story,
  told: readonly Beat[],
): Change {
  const own = new Set(beats.map(({ place }) => place));
  const placed = [
    ...entries.flatMap((entry, place) => (own.has(place) ? [] : [{ place, entry: entry as Entry }])),
    ...told.map(({ place, at, frame }) => ({ place, entry: frameEntry(template, at, frame) as Entry })),
  ];
  const sorted = placed.sort((a, b) => a.place - b.place);
  return { trial: header.trial, entries: sorted.map(({ entry }) => entry) };
}

/** Numbered from 1 in the order of their places, as a target would that means what it tells. */
export const renumbered = (beats: readonly Beat[]): readonly Beat[] =>
  [...beats]
    .sort((a, b) => a.place - b.place)
    .map((beat, index) => ({ ...beat, frame: { ...beat.frame, seq: index + 1 } }));

/** The same event under an id of its own. */
export const anew = (frame: Frame, over: Frame = {}): Frame => ({
  ...frame,
  event_id: `${String(frame['event_id'])}-b`,
  ...over,
});

/** The beats with one of them replaced, by none or by several. */
export const replaced = (beats: readonly Beat[], index: number, ...by: readonly Beat[]): readonly Beat[] => [
  ...beats.slice(0, index),
  ...by,
  ...beats.slice(index + 1),
];

/** One site for each run for which there is one. */
export function perRun(
  make: (story: Story, transcript: Transcript, recording: Recording) => readonly Site[],
): (recording: Recording) => readonly Site[] {
  return (recording) =>
    [...recording.transcripts.values()].flatMap((transcript) =>
      storiesOf(transcript).flatMap((story) => make(story, transcript, recording)),
    );
}

/** One site for each event that is concerned; `tell` gives the run's beats as the mutant has them. */
export function perEvent(
  concerns: (beat: Beat, story: Story, index: number) => boolean,
  tell: (story: Story, index: number, choice: number, recording: Recording) => readonly Beat[] | undefined,
): (recording: Recording) => readonly Site[] {
  return perRun((story, transcript, recording) =>
    story.beats.flatMap((beat, index): Site[] => {
      if (!concerns(beat, story, index)) return [];
      const what = `${story.label}, event ${index + 1}, ${String(beat.frame['type'])}`;
      const mutate = (choice: number): Change | undefined => {
        const told = tell(story, index, choice, recording);
        return told === undefined ? undefined : retell(transcript, story, told);
      };
      return [{ trial: story.trial, what, mutate }];
    }),
  );
}

export const isType = (...types: readonly string[]): ((beat: Beat) => boolean) => {
  const wanted = new Set<unknown>(types);
  return ({ frame }) => wanted.has(frame['type']);
};
