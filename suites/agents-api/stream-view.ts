/** What a subscriber of a run heard, frame by frame, and the state it was brought to. */
import { parseJson } from '../../harness/core/json.ts';
import type { EvidenceRef, Millis } from '../../harness/evidence/transcript.ts';
import type { SocketView, TrialView } from '../../harness/judge/views.ts';
import { bodyOf, fieldOf, labelled } from './expect.ts';

/** Path of the stream of a run. */
export const streamOf = (runId: string): string => `/api/stream/agents/${encodeURIComponent(runId)}`;

export interface StreamFrame {
  readonly at: Millis;
  /** Its entry in the evidence, not its number on the wire. */
  readonly entry: number;
  readonly text: string;
  /** The JSON value; undefined where the frame is none. */
  readonly body: unknown;
  /** Empty where there is none. */
  readonly type: string;
  readonly isReplay: boolean;
  readonly isTerminal: boolean;
  /** The same for every subscriber that is told the same thing. */
  readonly key: string;
}

export interface StreamView {
  readonly label: string;
  readonly socket: SocketView;
  readonly frames: readonly StreamFrame[];
  readonly ref: EvidenceRef;
}

const TERMINAL_TYPES: ReadonlySet<unknown> = new Set([
  'agent.run.completed',
  'agent.run.failed',
  'agent.run.cancelled',
]);

/** Whether the frame ends a turn: one of the three, or an update to CANCELLED where that is the choice made. */
export function isTerminalFrame(frame: unknown): boolean {
  const type = fieldOf(frame, 'type');
  if (TERMINAL_TYPES.has(type)) return true;
  return type === 'agent.run.updated' && fieldOf(fieldOf(frame, 'run'), 'status') === 'CANCELLED';
}

/** A predicate that takes the first frame of the second step that it is shown: the run is in its middle. */
export function secondStep(): (frame: unknown) => boolean {
  const seen = new Set<unknown>();
  return (frame) => {
    const id = fieldOf(fieldOf(frame, 'step'), 'id');
    if (id !== undefined) seen.add(id);
    return seen.size > 1;
  };
}

const words = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : '?';

function frameOf({ at, seq, text }: SocketView['inbound'][number]): StreamFrame {
  const body = parseJson(text);
  const type = fieldOf(body, 'type');
  return {
    at,
    entry: seq,
    text,
    body,
    type: typeof type === 'string' ? type : '',
    isReplay: fieldOf(body, 'replay') === true,
    isTerminal: isTerminalFrame(body),
    key: `${words(fieldOf(body, 'seq'))} ${words(type)} ${words(fieldOf(body, 'eventId'))}`,
  };
}

/** The subscriber of that label. */
export function streamNamed(view: TrialView, label: string): StreamView | undefined {
  const socket = view.streams.find((stream) => stream.label === label);
  if (socket === undefined) return undefined;
  const frames = socket.inbound.map(frameOf);
  const ends = [frames[0]?.entry, frames.at(-1)?.entry, socket.close?.seq, socket.refused?.seq];
  const seqs = [socket.dial.seq, ...ends.filter((seq) => seq !== undefined)];
  return { label, socket, frames, ref: view.ref(...new Set(seqs)) };
}

/** Statuses by id; an entry without a status has an empty one. */
export type Statuses = ReadonlyMap<string, string>;

/** The last that was said of each resource of that kind: `step` by `id`, `nodeState` by `nodeId`. */
export function lastSaid(
  frames: readonly StreamFrame[],
  key: 'run' | 'step' | 'message' | 'nodeState',
): Statuses {
  return statusesOf(frames.map(({ body }) => fieldOf(body, key)));
}

function statusesOf(resources: readonly unknown[]): Statuses {
  return new Map(
    resources.flatMap((resource): [string, string][] => {
      const id = fieldOf(resource, 'id') ?? fieldOf(resource, 'nodeId');
      const status = fieldOf(resource, 'status');
      return typeof id === 'string' ? [[id, typeof status === 'string' ? status : '']] : [];
    }),
  );
}

/** What was read of a list over all its pages; nothing where a page was not answered with one. */
export function readStatuses(view: TrialView, label: string): Statuses | undefined {
  const pages = labelled(view, label).map((page) =>
    page.response?.status === 200 ? fieldOf(bodyOf(page), 'items') : undefined,
  );
  if (pages.length === 0 || !pages.every(Array.isArray)) return undefined;
  return statusesOf(pages.flat());
}

/** What a reading of the run says of it; nothing where it was not answered with one. */
export function readRun(view: TrialView, label: string): unknown {
  const [reading] = labelled(view, label);
  return reading?.response?.status === 200 ? bodyOf(reading) : undefined;
}

/** How two accounts differ, in words; nothing where they agree. */
export function differenceOf(said: Statuses, read: Statuses): string | undefined {
  const all = [...new Set([...said.keys(), ...read.keys()])];
  const differing = all.find((id) => said.get(id) !== read.get(id));
  if (differing === undefined) return undefined;
  const account = (of: Statuses): string => (of.has(differing) ? of.get(differing) || 'there' : 'missing');
  return `${differing}: on the stream ${account(said)}, read ${account(read)}`;
}

/** Where two subscribers first differ, in words; nothing where they were told the same. */
export function divergence(one: readonly StreamFrame[], other: readonly StreamFrame[]): string | undefined {
  const length = Math.max(one.length, other.length);
  const place = Array.from({ length }, (_, index) => index).find(
    (index) => one[index]?.key !== other[index]?.key,
  );
  if (place === undefined) return undefined;
  const at = (frames: readonly StreamFrame[]): string => frames[place]?.key ?? 'nothing';
  return `in place ${place + 1} "${at(one)}" and "${at(other)}", of ${one.length} and ${other.length}`;
}

/** Where a number is left out or comes twice, in words: what every subscriber lacks, no comparison of two shows. */
export function gapIn(frames: readonly StreamFrame[]): string | undefined {
  const numbers = frames.map(({ body }) => fieldOf(body, 'seq'));
  const place = numbers.findIndex((seq, index) => index > 0 && seq !== Number(numbers[index - 1]) + 1);
  return place < 0 ? undefined : `seq ${words(numbers[place])} follows ${words(numbers[place - 1])}`;
}
