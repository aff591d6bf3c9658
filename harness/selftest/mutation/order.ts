/** Breaches of docs/protocol.md 4.3 and of the numbering that 4.2 asks for. */
import type { Entry, Transcript } from '../../evidence/transcript.ts';
import type { Operator, Site } from './operator.ts';
import { pick } from './operator.ts';
import type { Change, Recording } from './recording.ts';
import {
  anew,
  type Beat,
  dataOf,
  isType,
  perEvent,
  perRun,
  renumbered,
  replaced,
  retell,
  type Story,
  TERMINAL,
} from './story.ts';

const ORDER = 'docs/protocol.md 4.3';
const NUMBERS = 'docs/protocol.md 4.2';
const isTerminal = ({ frame }: Beat): boolean => TERMINAL.has(frame['type']);
const isFirst = (_beat: Beat, _story: Story, index: number): boolean => index === 0;
const later = ({ place, at, frame }: Beat, over: Readonly<Record<string, unknown>> = {}): Beat => ({
  place: place + 0.5,
  at,
  frame: anew(frame, over),
});

const without =
  (of: (beat: Beat, story: Story, index: number) => boolean) =>
  (story: Story, index: number): readonly Beat[] =>
    of(story.beats[index] as Beat, story, index) ? renumbered(replaced(story.beats, index)) : story.beats;

/** The end that never came: whoever waited for it gave up, and listened on. */
function unended(story: Story, transcript: Transcript, { plan }: Recording): readonly Site[] {
  const { entries, header } = transcript;
  const end = story.beats.at(-1);
  const sockets = new Set(entries.flatMap((entry) => ('socket' in entry ? [entry.socket] : [])));
  if (end === undefined || story.isSubRun || sockets.size > 1) return [];
  const next = entries.findIndex(
    (entry, place) => place > end.place && entry.kind === 'ws.frame' && entry.direction === 'out',
  );
  const reaction = entries[next];
  if (reaction === undefined) return [];
  const afterMs = plan.thresholds.multiAgentMs;
  const at = story.askedAt + afterMs;
  const waitedFor = `end of ${story.requestId}`;
  const { socket } = story;
  const gaveUp: Entry = { seq: 0, at, kind: 'deadline', actor: reaction.actor, socket, waitedFor, afterMs };
  const mutate = (): Change => ({
    trial: header.trial,
    entries: [
      ...entries.slice(0, next).filter((_entry, place) => place !== end.place),
      gaveUp,
      ...entries.slice(next).map((entry) => ({ ...entry, at: entry.at - reaction.at + at + 1 })),
    ],
  });
  return [{ trial: header.trial, what: story.label, mutate }];
}

/** Both ends of one call, the other way round. */
function turned(story: Story, index: number): readonly Beat[] | undefined {
  const opened = story.beats[index];
  const id = opened === undefined ? undefined : dataOf(opened.frame)['tool_call_id'];
  const closes = story.beats.findIndex(
    ({ frame }) => frame['type'] === 'tool_completed' && dataOf(frame)['tool_call_id'] === id,
  );
  const closed = story.beats[closes];
  if (opened === undefined || closed === undefined) return undefined;
  const { seq, timestamp } = opened.frame;
  const first = { ...opened, frame: { ...closed.frame, seq, timestamp } };
  const second = {
    ...closed,
    frame: { ...opened.frame, seq: closed.frame['seq'], timestamp: closed.frame['timestamp'] },
  };
  return replaced(replaced(story.beats, index, first), closes, second);
}

const DRIFTED = [
  (type: string) => type.replaceAll('_', '.'),
  (type: string) => type.replace(/_(.)/g, (_all, letter: string) => letter.toUpperCase()),
  (type: string) => type.toUpperCase(),
  (type: string) => type.replace('agent_', 'run_').replace('tool_', 'tool_call_'),
];

/** What the events of a run must not do. */
export const ORDER_OPERATORS: readonly Operator[] = [
  {
    id: 'lose-event',
    does: 'loses an event on its way to the user',
    makes: 'breaking',
    clause: NUMBERS,
    sites: perEvent(
      (beat) => !isTerminal(beat),
      ({ beats }, index) => replaced(beats, index),
    ),
  },
  {
    id: 'omit-start',
    does: 'never says that a run starts',
    makes: 'breaking',
    clause: ORDER,
    sites: perEvent(isFirst, without(isFirst)),
  },
  {
    id: 'omit-terminal',
    does: 'never says that a run has ended',
    makes: 'breaking',
    clause: ORDER,
    sites: perRun(unended),
  },
  {
    id: 'omit-sub-run-terminal',
    does: 'never says that a sub-run has ended',
    makes: 'breaking',
    clause: 'docs/protocol.md 4.6',
    sites: perEvent(
      (beat, { isSubRun }) => isSubRun && isTerminal(beat),
      ({ beats }, index) => replaced(beats, index),
    ),
  },
  {
    id: 'omit-thinking',
    does: 'completes a run without a thought',
    makes: 'breaking',
    clause: ORDER,
    sites: perEvent(isType('agent_completed'), ({ beats }) =>
      renumbered(beats.filter(({ frame }) => frame['type'] !== 'agent_thinking')),
    ),
  },
  {
    id: 'omit-tool-completed',
    does: 'never closes a tool call',
    makes: 'breaking',
    clause: ORDER,
    sites: perEvent(isType('tool_completed'), without(isType('tool_completed'))),
  },
  {
    id: 'omit-tool-executing',
    does: 'closes a tool call that was never opened',
    makes: 'breaking',
    clause: ORDER,
    sites: perEvent(isType('tool_executing'), without(isType('tool_executing'))),
  },
  {
    id: 'repeat-event',
    does: 'sends an event twice',
    makes: 'breaking',
    clause: NUMBERS,
    sites: perEvent(
      () => true,
      ({ beats }, index, choice) => {
        const beat = beats[index];
        const after = pick(beats.slice(index), choice);
        if (beat === undefined || after === undefined) return undefined;
        return [...beats, { place: after.place + 0.5, at: after.at, frame: beat.frame }];
      },
    ),
  },
  {
    id: 'repeat-start',
    does: 'starts a run twice',
    makes: 'breaking',
    clause: ORDER,
    sites: perEvent(isFirst, ({ beats }, index, choice) => {
      const { frame } = beats[index] as Beat;
      const after = pick(beats.slice(0, -1), choice) as Beat;
      return renumbered([...beats, later(after, { ...anew(frame), timestamp: after.frame['timestamp'] })]);
    }),
  },
  {
    id: 'repeat-terminal',
    does: 'ends a run twice',
    makes: 'breaking',
    clause: ORDER,
    sites: perEvent(isTerminal, ({ beats }, index) => renumbered([...beats, later(beats[index] as Beat)])),
  },
  {
    id: 'go-on-after-end',
    does: 'goes on with a run that has ended',
    makes: 'breaking',
    clause: ORDER,
    sites: perEvent(isTerminal, ({ beats }, index, choice) => {
      const end = beats[index] as Beat;
      const again = pick(
        beats.filter(({ frame }) => !TERMINAL.has(frame['type'])),
        choice,
      );
      if (again === undefined) return undefined;
      const { timestamp } = end.frame;
      return renumbered([...beats, later(end, { ...anew(again.frame), timestamp })]);
    }),
  },
  {
    id: 'swap-neighbours',
    does: 'lets one event overtake another',
    makes: 'breaking',
    clause: NUMBERS,
    sites: perEvent(
      (_beat, { beats }, index) => index + 1 < beats.length,
      ({ beats }, index) => {
        const [one, two] = [beats[index] as Beat, beats[index + 1] as Beat];
        return replaced(replaced(beats, index, { ...one, frame: two.frame }), index + 1, {
          ...two,
          frame: one.frame,
        });
      },
    ),
  },
  {
    id: 'turn-call-round',
    does: 'closes a tool call before it opens it',
    makes: 'breaking',
    clause: ORDER,
    sites: perEvent(isType('tool_executing'), turned),
  },
  {
    id: 'close-call-twice',
    does: 'closes a tool call twice',
    makes: 'breaking',
    clause: ORDER,
    sites: perEvent(isType('tool_completed'), ({ beats }, index) =>
      renumbered([...beats, later(beats[index] as Beat)]),
    ),
  },
  {
    id: 'open-call-twice',
    does: 'opens two tool calls under one id',
    makes: 'breaking',
    clause: ORDER,
    sites: perEvent(isType('tool_executing'), ({ beats }, index) =>
      renumbered([...beats, later(beats[index] as Beat)]),
    ),
  },
  {
    id: 'rename-event',
    does: 'calls an event by another name',
    makes: 'breaking',
    clause: NUMBERS,
    sites: perEvent(
      () => true,
      ({ beats }, index, choice) => {
        const beat = beats[index] as Beat;
        const type = pick(DRIFTED, choice)?.(String(beat.frame['type']));
        return replaced(beats, index, { ...beat, frame: { ...beat.frame, type } });
      },
    ),
  },
  {
    id: 'count-from-zero',
    does: 'counts the events of a run from 0',
    makes: 'breaking',
    clause: NUMBERS,
    sites: perEvent(isFirst, ({ beats }) =>
      beats.map((beat, index) => ({ ...beat, frame: { ...beat.frame, seq: index } })),
    ),
  },
  {
    id: 'leave-number-out',
    does: 'leaves a number out',
    makes: 'breaking',
    clause: NUMBERS,
    sites: perEvent(
      () => true,
      ({ beats }, from) =>
        beats.map((beat, index) =>
          index < from ? beat : { ...beat, frame: { ...beat.frame, seq: index + 2 } },
        ),
    ),
  },
  {
    id: 'begin-with-turn-two',
    does: 'counts the turns of a run from 2',
    makes: 'breaking',
    clause: 'docs/protocol.md 1',
    sites: perEvent(isFirst, ({ beats }) =>
      beats.map((beat) => ({ ...beat, frame: { ...beat.frame, turn: 2 } })),
    ),
  },
  {
    id: 'stray-turn',
    does: 'puts one event into another turn',
    makes: 'breaking',
    clause: ORDER,
    sites: perEvent(
      () => true,
      ({ beats }, index, choice) => {
        const beat = beats[index] as Beat;
        return replaced(beats, index, { ...beat, frame: { ...beat.frame, turn: 2 + (choice % 3) } });
      },
    ),
  },
];

/** A whole run told anew, for operators that change all of it. */
export const wholeRun = (
  tell: (story: Story, choice: number, recording: Recording) => readonly Beat[] | undefined,
): Operator['sites'] =>
  perRun((story, transcript, recording) => [
    {
      trial: story.trial,
      what: story.label,
      mutate: (choice) => {
        const told = tell(story, choice, recording);
        return told === undefined ? undefined : retell(transcript, story, told);
      },
    },
  ]);
