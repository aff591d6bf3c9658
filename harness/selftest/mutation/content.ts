/** Breaches of what docs/protocol.md 4.2 puts into an event, and of whom it belongs to. */
import type { Operator, Site } from './operator.ts';
import { pick } from './operator.ts';
import { wholeRun } from './order.ts';
import type { Change, Recording } from './recording.ts';
import {
  anew,
  type Beat,
  dataOf,
  type Frame,
  frameEntry,
  isType,
  perEvent,
  perRun,
  replaced,
  type Story,
  storiesOf,
  withData,
} from './story.ts';

const EVENTS = 'docs/protocol.md 4.2';
const anyEvent = (): boolean => true;

/** The run with one event that says something else. */
const instead = (
  { beats }: Story,
  index: number,
  change: (frame: Frame) => Frame | undefined,
): readonly Beat[] | undefined => {
  const beat = beats[index];
  const frame = beat === undefined ? undefined : change(beat.frame);
  return beat === undefined || frame === undefined ? undefined : replaced(beats, index, { ...beat, frame });
};

/** What other runs of the campaign say there, each once. */
function elsewhere({ transcripts }: Recording, story: Story, member: string): readonly unknown[] {
  const own = story.beats[0]?.frame[member];
  const all = [...transcripts.values()].flatMap((transcript) =>
    storiesOf(transcript).map(({ beats }) => beats[0]?.frame[member]),
  );
  return [...new Set(all)].filter((value) => value !== own && value !== null && value !== undefined);
}

/** One event of a run says that it belongs to something else that exists. */
const readdressed = (id: string, member: string, does: string): Operator => ({
  id,
  does,
  makes: 'breaking',
  clause: EVENTS,
  sites: perEvent(anyEvent, (story, index, choice, recording) => {
    const other = pick(elsewhere(recording, story, member), choice);
    return other === undefined
      ? undefined
      : instead(story, index, (frame) => ({ ...frame, [member]: other }));
  }),
});

/** All events of a run say so. */
const misowned = (id: string, member: string, does: string): Operator => ({
  id,
  does,
  makes: 'breaking',
  clause: EVENTS,
  sites: wholeRun((story, choice, recording) => {
    const other = pick(elsewhere(recording, story, member), choice);
    if (other === undefined) return undefined;
    return story.beats.map((beat) => ({ ...beat, frame: { ...beat.frame, [member]: other } }));
  }),
});

/** Copied onto a socket of somebody else, in another trial, while that is open. */
function leaked(story: Story, recording: Recording): readonly Site[] {
  const user = story.beats[0]?.frame['user_id'];
  return [...recording.transcripts.values()].flatMap((transcript): Site[] => {
    const { header, entries } = transcript;
    const isOwn = header.actors.some((actor) => actor.user === user);
    const [first] = storiesOf(transcript);
    if (isOwn || first === undefined || header.actors.length !== 1) return [];
    const place = first.beats[0]?.place ?? 0;
    const mutate = (choice: number): Change | undefined => {
      const beat = pick(story.beats, choice);
      if (beat === undefined) return undefined;
      const stray = frameEntry(first.template, first.template.at, beat.frame);
      return {
        trial: header.trial,
        entries: [...entries.slice(0, place + 1), stray, ...entries.slice(place + 1)],
      };
    };
    return [{ trial: header.trial, what: `an event of ${story.label} in ${story.trial}`, mutate }];
  });
}

/** The members that 4.2 lists, of the envelope and of the data of each type; what may be null or anything is left out. */
const ENVELOPE = [
  'event_id',
  'seq',
  'timestamp',
  'request_id',
  'run_id',
  'thread_id',
  'user_id',
  'agent',
  'turn',
];
const DATA: Readonly<Record<string, readonly string[]>> = {
  agent_started: ['model'],
  agent_thinking: ['thought', 'step'],
  tool_executing: ['tool_call_id', 'tool_name', 'arguments'],
  tool_completed: ['tool_call_id', 'tool_name', 'status', 'duration_ms'],
  agent_completed: ['response', 'duration_ms', 'tools_used', 'usage'],
  agent_failed: ['error'],
  agent_handoff: ['to_agent', 'to_run_id'],
};
const TEXTS = new Set([
  ...['event_id', 'timestamp', 'run_id', 'thread_id', 'user_id', 'agent', 'model', 'thought', 'tool_call_id'],
  ...['tool_name', 'response', 'to_agent', 'to_run_id'],
]);

interface Member {
  readonly name: string;
  readonly inData: boolean;
}

const membersOf = (frame: Frame): readonly Member[] => [
  ...ENVELOPE.map((name) => ({ name, inData: false })),
  ...(DATA[String(frame['type'])] ?? []).map((name) => ({ name, inData: true })),
];

const without = (record: Frame, name: string): Frame =>
  Object.fromEntries(Object.entries(record).filter(([key]) => key !== name));

function changed(frame: Frame, { name, inData }: Member, to: (value: unknown) => unknown): Frame {
  const record = inData ? dataOf(frame) : frame;
  const value = to(record[name]);
  const next = value === undefined ? without(record, name) : { ...record, [name]: value };
  return inData ? { ...frame, data: next } : next;
}

const retyped = (value: unknown): unknown => {
  if (typeof value === 'string') return 7;
  return typeof value === 'number' ? String(value) : 'a text';
};

const spoilt = (
  id: string,
  does: string,
  to: (value: unknown) => unknown,
  suits: (member: Member) => boolean = () => true,
): Operator => ({
  id,
  does,
  makes: 'breaking',
  clause: EVENTS,
  sites: perEvent(anyEvent, (story, index, choice) =>
    instead(story, index, (frame) => {
      const member = pick(membersOf(frame).filter(suits), choice);
      return member === undefined ? undefined : changed(frame, member, to);
    }),
  ),
});

const inTexts = ({ name }: Member): boolean => TEXTS.has(name);
const data = (
  id: string,
  does: string,
  type: string,
  change: (frame: Frame, choice: number) => Frame | undefined,
  clause = EVENTS,
): Operator => ({
  id,
  does,
  makes: 'breaking',
  clause,
  sites: perEvent(isType(type), (story, index, choice) =>
    instead(story, index, (frame) => change(frame, choice)),
  ),
});

const usageOf = (frame: Frame): Readonly<Record<string, number>> =>
  dataOf(frame)['usage'] as Readonly<Record<string, number>>;

/** Two events under one id. */
const doubled: Operator['sites'] = perEvent(
  (_beat, _story, index) => index > 0,
  (story, index, choice) =>
    instead(story, index, (frame) => ({
      ...frame,
      event_id: pick(story.beats.slice(0, index), choice)?.frame['event_id'],
    })),
);

/** What the events of a run must say. */
export const CONTENT_OPERATORS: readonly Operator[] = [
  readdressed('readdress-run', 'run_id', 'sends an event under the id of another run'),
  readdressed('readdress-user', 'user_id', 'sends an event in the name of another user'),
  readdressed('readdress-thread', 'thread_id', 'sends an event into another thread'),
  readdressed('readdress-agent', 'agent', 'sends an event in the name of another agent'),
  readdressed('readdress-request', 'request_id', 'sends an event for another request'),
  misowned('misown-user', 'user_id', 'names another user in all events of a run'),
  misowned('misown-agent', 'agent', 'has another agent do a run'),
  {
    id: 'leak-event',
    does: 'sends an event to somebody else too',
    makes: 'breaking',
    clause: 'docs/protocol.md 4.3',
    sites: perRun((story, _transcript, recording) => leaked(story, recording)),
  },
  spoilt('remove-member', 'leaves out a member of an event', () => undefined),
  spoilt('retype-member', 'gives a member of an event another type', retyped),
  spoilt('empty-member', 'sends an empty text for one that an event needs', () => '', inTexts),
  spoilt('null-member', 'sends null for a member that an event needs', () => null),
  spoilt(
    'placeholder-member',
    'sends a stock text for one that was forgotten',
    () => 'unknown',
    ({ name }) => inTexts({ name, inData: false }) && !['timestamp', 'event_id'].includes(name),
  ),
  {
    id: 'double-event-id',
    does: 'uses an event_id twice',
    makes: 'breaking',
    clause: EVENTS,
    sites: doubled,
  },
  data('close-other-call', 'closes a call that does not exist', 'tool_completed', (frame) =>
    withData(frame, { tool_call_id: `${String(dataOf(frame)['tool_call_id'])}-b` }),
  ),
  data('close-as-other-tool', 'closes the call of one tool as that of another', 'tool_completed', (frame) =>
    withData(frame, { tool_name: 'another_tool' }),
  ),
  data(
    'misname-status',
    'ends a tool call with a status that does not exist',
    'tool_completed',
    (frame, choice) =>
      withData(frame, { status: pick(['ok', 'SUCCESS', 'completed', 'failed', true], choice) }),
  ),
  data('succeed-without-result', 'has a tool succeed without a result', 'tool_completed', (frame) =>
    dataOf(frame)['status'] === 'success' ? withData(frame, { result: null }) : undefined,
  ),
  data('fail-without-error', 'has a tool fail without an error', 'tool_completed', (frame) =>
    withData(frame, { status: 'error', result: null, error: null }),
  ),
  data('miscount-tokens', 'reports tokens that do not add up', 'agent_completed', (frame, choice) => {
    const usage = usageOf(frame);
    return withData(frame, {
      usage: { ...usage, total_tokens: (usage['total_tokens'] ?? 0) + 1 + (choice % 9) },
    });
  }),
  data('forget-tool', 'leaves a tool out of tools_used', 'agent_completed', (frame) => {
    const used = dataOf(frame)['tools_used'] as readonly unknown[];
    return used.length === 0 ? undefined : withData(frame, { tools_used: used.slice(1) });
  }),
  data('invent-tool', 'names a tool in tools_used that was not used', 'agent_completed', (frame) =>
    withData(frame, { tools_used: [...(dataOf(frame)['tools_used'] as readonly unknown[]), 'another_tool'] }),
  ),
  data(
    'name-tool-twice',
    'names a tool in tools_used twice',
    'agent_completed',
    (frame) => {
      const used = dataOf(frame)['tools_used'] as readonly unknown[];
      return used.length === 0 ? undefined : withData(frame, { tools_used: [...used, used[0]] });
    },
    'docs/protocol.md 8',
  ),
  data('misname-failure', 'fails a run in a way that does not exist', 'agent_failed', (frame) =>
    withData(frame, { error: { ...(dataOf(frame)['error'] as Frame), type: 'unclear' } }),
  ),
  {
    id: 'hand-over-twice',
    does: 'announces a sub-run twice',
    makes: 'breaking',
    clause: 'docs/protocol.md 4.6',
    sites: perEvent(isType('agent_handoff'), ({ beats }, index) => {
      const beat = beats[index] as Beat;
      const again = { ...beat, place: beat.place + 0.5, frame: anew(beat.frame) };
      return replaced(beats, index, beat, again).map((one, at) => ({
        ...one,
        frame: { ...one.frame, seq: at + 1 },
      }));
    }),
  },
  {
    id: 'orphan-sub-run',
    does: 'does not name the parent of a sub-run',
    makes: 'breaking',
    clause: 'docs/protocol.md 4.6',
    sites: perEvent(
      (_beat, { isSubRun }) => isSubRun,
      (story, index) => instead(story, index, (frame) => ({ ...frame, parent_run_id: null })),
    ),
  },
  {
    id: 'invent-parent',
    does: 'gives a parent to a run that a client asked for',
    makes: 'breaking',
    clause: 'docs/protocol.md 4.6',
    sites: perEvent(
      (_beat, { isSubRun }) => !isSubRun,
      (story, index, choice, recording) => {
        const parent = pick(elsewhere(recording, story, 'run_id'), choice);
        return instead(story, index, (frame) => ({ ...frame, parent_run_id: parent }));
      },
    ),
  },
];
