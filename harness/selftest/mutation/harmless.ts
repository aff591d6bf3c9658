/** What a target may do as well, or what changes nothing: no verdict may depend on it. */
import type { Entry, FrameEntry, Transcript } from '../../evidence/transcript.ts';
import { type Operator, pick, type Site } from './operator.ts';
import { wholeRun } from './order.ts';
import type { Change, Recording } from './recording.ts';
import {
  anew,
  type Beat,
  dataOf,
  type Frame,
  frameEntry,
  frameOf,
  isType,
  perEvent,
  perRun,
  renumbered,
  replaced,
  retell,
  storiesOf,
  withData,
} from './story.ts';
import { betweenEvents, delayed } from './time.ts';

/** One site for each transcript; `change` gives its entries. */
const perTranscript =
  (
    change: (transcript: Transcript, choice: number) => Omit<Change, 'trial'> | undefined,
  ): Operator['sites'] =>
  ({ transcripts }) =>
    [...transcripts.values()].map((transcript): Site => {
      const { trial } = transcript.header;
      const mutate = (choice: number): Change | undefined => {
        const changed = change(transcript, choice);
        return changed === undefined ? undefined : { trial, ...changed };
      };
      return { trial, what: 'the whole of it', mutate };
    });

/** Every frame and every body that is JSON, written in another way. */
const rewritten = (write: (value: unknown) => string): Operator['sites'] =>
  perTranscript(({ entries }) => ({ entries: entries.map((entry) => rewrittenEntry(entry, write)) }));

function rewrittenEntry(entry: Entry, write: (value: unknown) => string): Entry {
  const frame = frameOf(entry);
  if (entry.kind === 'ws.frame' && frame !== undefined) return frameEntry(entry, entry.at, write(frame));
  if (entry.kind !== 'http.response' || !isJson(entry.headers['content-type'])) return entry;
  if (entry.cut !== undefined || entry.body === '') return entry;
  const body = write(JSON.parse(entry.body));
  return { ...entry, body, bytes: Buffer.byteLength(body) };
}
const isJson = (type: string | undefined): boolean => type?.startsWith('application/json') === true;

function turnedKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(turnedKeys);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, inner]) => [key, turnedKeys(inner)]),
  );
}

/** Capitals and underscores stand in texts and names only. */
const escaped = (value: unknown): string =>
  JSON.stringify(value).replace(
    /[A-Z_]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

/** An id and what it is called from now on, wherever it stands. */
const renamed = (idOf: (transcript: Transcript, choice: number) => string | undefined): Operator['sites'] =>
  perTranscript((transcript, choice) => {
    const id = idOf(transcript, choice);
    if (id === undefined || id.length < 8) return undefined;
    const text = JSON.stringify(transcript.entries);
    const other = `00000000-0000-4000-8000-${String(choice).padStart(12, '0')}`;
    return { entries: JSON.parse(text.replaceAll(id, other)) as readonly Entry[] };
  });

const idFrom =
  (member: string, inData = false) =>
  (transcript: Transcript, choice: number): string | undefined => {
    const frame = pick(
      storiesOf(transcript).flatMap(({ beats }) => beats),
      choice,
    )?.frame;
    const value = frame === undefined ? undefined : (inData ? dataOf(frame) : frame)[member];
    return typeof value === 'string' ? value : undefined;
  };

/** Times of one run written in another way. */
const stampedAs = (write: (stamp: string) => string): Operator['sites'] =>
  wholeRun(({ beats }) =>
    beats.map((beat) => ({
      ...beat,
      frame: { ...beat.frame, timestamp: write(String(beat.frame['timestamp'])) },
    })),
  );

/** Two neighbouring frames of different runs the other way round, each at the time of the other. */
function interleaved(transcript: Transcript): readonly Site[] {
  const { entries, header } = transcript;
  const runOf = (entry: Entry | undefined): unknown => {
    const frame = entry === undefined ? undefined : frameOf(entry);
    return frame !== undefined && 'run_id' in frame && 'seq' in frame ? frame['run_id'] : undefined;
  };
  const families = new Set(storiesOf(transcript).flatMap(({ isSubRun, trial }) => (isSubRun ? [trial] : [])));
  return entries.flatMap((one, place): Site[] => {
    const two = entries[place + 1];
    if (families.has(header.trial) || one.kind !== 'ws.frame' || two?.kind !== 'ws.frame') return [];
    const [first, second] = [runOf(one), runOf(two)];
    // Frames that came within a few milliseconds of each other could as well have come the other way round.
    if (first === undefined || second === undefined || first === second || two.at - one.at > 20) return [];
    const mutate = () => ({
      trial: header.trial,
      entries: entries.with(place, { ...two, at: one.at }).with(place + 1, { ...one, at: two.at }),
    });
    return [{ trial: header.trial, what: `entries ${one.seq} and ${two.seq}`, mutate }];
  });
}

const extraThought = ({ beats }: { readonly beats: readonly Beat[] }, index: number): readonly Beat[] => {
  const beat = beats[index] as Beat;
  return renumbered([...beats, { ...beat, place: beat.place + 0.5, frame: anew(beat.frame) }]);
};

/** A transport ping of the target wherever a socket is open. */
const pinged = perTranscript(({ entries }, choice) => {
  const frames = entries.flatMap((entry, place) => (frameOf(entry) === undefined ? [] : [place]));
  const place = pick(frames, choice);
  const entry = entries[place ?? -1] as FrameEntry | undefined;
  if (place === undefined || entry === undefined) return undefined;
  const { at, actor, socket } = entry;
  const ping: Entry = { seq: 0, at, kind: 'ws.ping', actor, socket, direction: 'in' };
  return { entries: [...entries.slice(0, place + 1), ping, ...entries.slice(place + 1)] };
});

/** So much more silence is within every limit that a campaign is judged by. */
const LITTLE_MS = 40;

const harmless = (
  id: string,
  does: string,
  clause: string,
  sites: Operator['sites'],
  concerns: readonly string[] = [],
): Operator => ({ id, does, makes: 'harmless', clause: `docs/protocol.md ${clause}`, concerns, sites });

const instead = (beats: readonly Beat[], index: number, over: (frame: Frame) => Frame): readonly Beat[] => {
  const beat = beats[index] as Beat;
  return replaced(beats, index, { ...beat, frame: over(beat.frame) });
};
const anyEvent = (): boolean => true;
/** What it is to do with what was recorded of a run that other accounts exist of. */
const hasNoOtherAccount = ({ plan }: Recording): boolean =>
  !plan.checks.some(({ id, selected }) => selected && id.startsWith('cross-surface/'));

/** What must not matter. */
export const HARMLESS_OPERATORS: readonly Operator[] = [
  harmless(
    'shift-transcript',
    'observed from another moment on',
    '4.3',
    perTranscript(({ entries, header }, choice) => ({
      entries: entries.map((entry) => ({ ...entry, at: entry.at + choice })),
      header: { startedAt: new Date(Date.parse(header.startedAt) - choice).toISOString() },
    })),
  ),
  harmless(
    'reorder-keys',
    'with the members of every object in another order',
    '2',
    rewritten((value) => JSON.stringify(turnedKeys(value))),
  ),
  harmless(
    'spread-json',
    'with white space in its JSON',
    '2',
    rewritten((value) => JSON.stringify(value, null, 2)),
  ),
  harmless('escape-json', 'with escapes in its JSON', '2', rewritten(escaped)),
  harmless(
    'add-unknown-member',
    'with a member that nobody knows in an event',
    '4.2',
    perEvent(anyEvent, ({ beats }, index) =>
      instead(beats, index, (frame) => ({ ...frame, trace: { hop: 1 } })),
    ),
    ['LC-15'],
  ),
  harmless(
    'add-to-result',
    'with more in the result of a tool',
    '4.2',
    perEvent(isType('tool_completed'), ({ beats }, index) => {
      const result = dataOf((beats[index] as Beat).frame)['result'];
      if (typeof result !== 'object' || result === null || Array.isArray(result)) return undefined;
      return instead(beats, index, (frame) =>
        withData(frame, { result: { ...result, elapsed_note: 'quick' } }),
      );
    }),
  ),
  harmless('rename-run', 'with another id for a run', '2', renamed(idFrom('run_id'))),
  harmless('rename-thread', 'with another id for a thread', '2', renamed(idFrom('thread_id'))),
  harmless('rename-event-id', 'with another id for an event', '2', renamed(idFrom('event_id'))),
  harmless('rename-call', 'with another id for a tool call', '2', renamed(idFrom('tool_call_id', true))),
  harmless(
    'write-offset',
    'with +00:00 instead of Z',
    '2',
    stampedAs((stamp) => stamp.replace('Z', '+00:00')),
  ),
  harmless(
    'write-nanoseconds',
    'with nine digits of a second',
    '2',
    stampedAs((stamp) => stamp.replace(/(\.\d{3})Z/, '$1000000Z')),
  ),
  harmless(
    'write-whole-seconds',
    'with stamps cut to whole seconds',
    '2',
    stampedAs((stamp) => stamp.replace(/\.\d+Z/, 'Z')),
  ),
  harmless('interleave-runs', 'with frames of two runs the other way round', '4.3', ({ transcripts }) =>
    [...transcripts.values()].flatMap(interleaved),
  ),
  harmless(
    'think-once-more',
    'with one more thought',
    '4.3',
    perRun((story, transcript, recording) =>
      hasNoOtherAccount(recording)
        ? story.beats.flatMap((beat, index): Site[] =>
            isType('agent_thinking')(beat)
              ? [
                  {
                    trial: story.trial,
                    what: `${story.label}, after event ${index + 1}`,
                    mutate: () => retell(transcript, story, extraThought(story, index)),
                  },
                ]
              : [],
          )
        : [],
    ),
  ),
  harmless(
    'think-less',
    'with one thought less',
    '4.3',
    perEvent(isType('agent_thinking'), ({ beats }, index, _choice, recording) => {
      const thoughts = beats.filter(({ frame }) => frame['type'] === 'agent_thinking').length;
      if (thoughts < 2 || !hasNoOtherAccount(recording)) return undefined;
      return renumbered(replaced(beats, index));
    }),
  ),
  harmless(
    'think-otherwise',
    'with another thought',
    '4.2',
    perEvent(isType('agent_thinking'), ({ beats }, index) =>
      instead(beats, index, (frame) => withData(frame, { thought: 'Let me look at what is there first.' })),
    ),
  ),
  harmless('ping-once-more', 'with one more transport ping', '4.1', pinged),
  harmless(
    'wait-a-little',
    'a little slower, within its limits',
    '4.5',
    betweenEvents((_story, { entries }, place) => delayed(entries, place, LITTLE_MS, 'with-stamps')),
  ),
];
