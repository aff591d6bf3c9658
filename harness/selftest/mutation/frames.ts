/** Frames that are none, and what a socket says besides the events of its runs. */
import type { Entry, FrameEntry, Transcript } from '../../evidence/transcript.ts';
import { type Operator, pick, type Site } from './operator.ts';
import type { Change } from './recording.ts';
import { anew, frameEntry, frameOf, storiesOf } from './story.ts';

const FRAMES = 'docs/protocol.md 4.2';
const OPENING = 'docs/protocol.md 4.1';

/** Inbound frames of chat sockets that an ordinary client opened, of a type. */
function framesOf(
  transcript: Transcript,
  wanted: (type: unknown) => boolean,
): readonly { readonly entry: FrameEntry; readonly place: number }[] {
  const { entries } = transcript;
  const sockets = new Set(
    entries.flatMap((entry) =>
      entry.kind === 'ws.dial' && entry.surface !== 'stream' && entry.apart === undefined
        ? [entry.socket]
        : [],
    ),
  );
  return entries.flatMap((entry, place) => {
    if (entry.kind !== 'ws.frame' || !sockets.has(entry.socket)) return [];
    const frame = frameOf(entry);
    return frame !== undefined && wanted(frame['type']) ? [{ entry, place }] : [];
  });
}

/** One site for each such frame; `by` gives the entries in its place. */
const perFrame =
  (
    wanted: (type: unknown) => boolean,
    by: (
      entry: FrameEntry,
      choice: number,
      place: number,
      transcript: Transcript,
    ) => readonly Entry[] | undefined,
  ): Operator['sites'] =>
  ({ transcripts }) =>
    [...transcripts.values()].flatMap((transcript) =>
      framesOf(transcript, wanted).map(({ entry, place }): Site => {
        const { trial } = transcript.header;
        const mutate = (choice: number): Change | undefined => {
          const instead = by(entry, choice, place, transcript);
          if (instead === undefined) return undefined;
          const { entries } = transcript;
          return { trial, entries: [...entries.slice(0, place), ...instead, ...entries.slice(place + 1)] };
        };
        return { trial, what: `entry ${entry.seq}, ${String(frameOf(entry)?.['type'])}`, mutate };
      }),
    );

const isEvent = (type: unknown): boolean => /^(agent|tool)_/.test(String(type));
const is =
  (wanted: string) =>
  (type: unknown): boolean =>
    type === wanted;
const reworded =
  (to: (text: string, choice: number) => string | undefined) =>
  (entry: FrameEntry, choice: number): readonly Entry[] | undefined => {
    const text = to(entry.text, choice);
    return text === undefined ? undefined : [frameEntry(entry, entry.at, text)];
  };
const over =
  (members: (choice: number) => Readonly<Record<string, unknown>>) =>
  (entry: FrameEntry, choice: number): readonly Entry[] => [
    frameEntry(entry, entry.at, { ...frameOf(entry), ...members(choice) }),
  ];

/** A ping whose pong did not come: whoever waited for it gave up. */
function unanswered(entry: FrameEntry, _choice: number, place: number, { entries }: Transcript) {
  const requestId = String(frameOf(entry)?.['request_id']);
  const asked = entries.slice(0, place).findLast((one) => one.kind === 'ws.frame' && one.direction === 'out');
  if (asked?.kind !== 'ws.frame' || asked.intent?.kind !== 'ping') return undefined;
  const { actor, socket } = entry;
  const waitedFor = `pong ${requestId}`;
  return [{ seq: 0, at: entry.at, kind: 'deadline', actor, socket, waitedFor, afterMs: 1200 } as const];
}

/** The transcript ends where the target closes. */
const closedEarly: Operator['sites'] = ({ transcripts }) =>
  [...transcripts.values()].flatMap((transcript): Site[] => {
    const { header, entries } = transcript;
    if (header.scenario !== 'plain-session') return [];
    return framesOf(transcript, () => true).map(({ entry, place }) => ({
      trial: header.trial,
      what: `after entry ${entry.seq}`,
      mutate: (choice) => {
        const { actor, socket, at } = entry;
        const code = pick([1000, 1001, 1006, 1011], choice) ?? 1000;
        const by = code === 1006 ? 'network' : 'target';
        const close: Entry = { seq: 0, at: at + 1, kind: 'ws.close', actor, socket, code, reason: '', by };
        return { trial: header.trial, entries: [...entries.slice(0, place + 1), close] };
      },
    }));
  });

/** An event of a run before the greeting. */
const beforeGreeting: Operator['sites'] = ({ transcripts }) =>
  [...transcripts.values()].flatMap((transcript): Site[] => {
    const [story] = storiesOf(transcript);
    const [greeting] = framesOf(transcript, is('connection_established'));
    const [first] = story?.beats ?? [];
    if (greeting === undefined || first === undefined) return [];
    const { header, entries } = transcript;
    const early = frameEntry(greeting.entry, greeting.entry.at, anew(first.frame, { seq: 1 }));
    const { place } = greeting;
    return [
      {
        trial: header.trial,
        what: 'before the greeting',
        mutate: () => ({
          trial: header.trial,
          entries: [...entries.slice(0, place), early, ...entries.slice(place)],
        }),
      },
    ];
  });

/** What a socket must say, and how. */
export const FRAME_OPERATORS: readonly Operator[] = [
  {
    id: 'truncate-frame',
    does: 'sends half an event',
    makes: 'breaking',
    clause: FRAMES,
    sites: perFrame(
      isEvent,
      reworded((text, choice) => text.slice(0, 1 + (choice % (text.length - 2)))),
    ),
  },
  {
    id: 'wrap-frame',
    does: 'wraps an event into something else',
    makes: 'breaking',
    clause: FRAMES,
    sites: perFrame(
      isEvent,
      reworded((text, choice) =>
        pick(
          [`[${text}]`, `{"event":${text}}`, JSON.stringify(text), `data: ${text}\n\n`, `${text}\n${text}`],
          choice,
        ),
      ),
    ),
  },
  {
    id: 'send-binary',
    does: 'sends an event as a binary message',
    makes: 'breaking',
    clause: FRAMES,
    sites: perFrame(isEvent, (entry) => [
      { ...entry, encoding: 'base64', text: Buffer.from(entry.text).toString('base64') },
    ]),
  },
  {
    id: 'nest-envelope',
    does: 'puts the envelope of an event into its data',
    makes: 'breaking',
    clause: FRAMES,
    sites: perFrame(isEvent, (entry) => {
      const { type, ...rest } = frameOf(entry) ?? {};
      return [frameEntry(entry, entry.at, { type, data: rest })];
    }),
  },
  {
    id: 'greet-twice',
    does: 'greets a socket twice',
    makes: 'breaking',
    clause: OPENING,
    sites: perFrame(is('connection_established'), (entry) => [entry, entry]),
  },
  {
    id: 'greet-somebody-else',
    does: 'greets somebody else',
    makes: 'breaking',
    clause: OPENING,
    sites: perFrame(
      is('connection_established'),
      over(() => ({ user_id: 'somebody-else' })),
    ),
  },
  {
    id: 'greet-in-part',
    does: 'leaves out a member of the greeting',
    makes: 'breaking',
    clause: OPENING,
    sites: perFrame(
      is('connection_established'),
      over((choice) => ({
        [pick(['connection_id', 'user_id', 'server_version', 'timestamp'], choice) ?? '']: undefined,
      })),
    ),
  },
  {
    id: 'speak-before-greeting',
    does: 'sends an event before the greeting',
    makes: 'breaking',
    clause: OPENING,
    sites: beforeGreeting,
  },
  {
    id: 'close-on-user',
    does: 'closes a socket on its user',
    makes: 'breaking',
    clause: OPENING,
    sites: closedEarly,
  },
  {
    id: 'lose-pong',
    does: 'does not answer a ping',
    makes: 'breaking',
    clause: FRAMES,
    shows: 'open',
    sites: perFrame(is('pong'), unanswered),
  },
  {
    id: 'accept-other-cancel',
    does: 'accepts to cancel a run that nobody wanted cancelled',
    makes: 'breaking',
    clause: FRAMES,
    sites: perFrame(
      is('cancel_accepted'),
      over(() => ({ run_id: 'another-run' })),
    ),
  },
  {
    id: 'lose-cancel-accepted',
    does: 'does not answer a cancellation',
    makes: 'breaking',
    clause: FRAMES,
    sites: perFrame(is('cancel_accepted'), () => []),
  },
  {
    id: 'complete-cancelled',
    does: 'completes a run that it has promised to cancel',
    makes: 'breaking',
    clause: FRAMES,
    sites: perFrame(is('agent_cancelled'), (entry) => {
      const usage = { input_tokens: 1, output_tokens: 1, total_tokens: 2 };
      const data = { response: 'All done.', duration_ms: 1, tools_used: [], usage };
      return [frameEntry(entry, entry.at, { ...frameOf(entry), type: 'agent_completed', data })];
    }),
  },
];
