/** The form of a frame of a run's stream. */
import { fieldOf } from './expect.ts';
import { concluded, HEARD, ofSubscribers, startedId } from './stream-judges.ts';
import type { StreamFrame, StreamView } from './stream-view.ts';

const RESOURCES = ['run', 'step', 'message', 'nodeState'] as const;
const RESOURCE_OF: readonly (readonly [prefix: string, resource: (typeof RESOURCES)[number]])[] = [
  ['agent.run.', 'run'],
  ['agent.step.', 'step'],
  ['agent.message.', 'message'],
  ['workflow.node_state.', 'nodeState'],
];
const UTC = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|\+00:00)$/;

const isObject = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What is wrong with the resource of a frame; a type that the protocol does not know may carry any. */
function resourceFault({ type, body }: StreamFrame): string | undefined {
  const wanted = RESOURCE_OF.find(([prefix]) => type.startsWith(prefix))?.[1];
  if (wanted === undefined) return undefined;
  const present = RESOURCES.filter((key) => fieldOf(body, key) !== undefined);
  if (present.length === 1 && present[0] === wanted && isObject(fieldOf(body, wanted))) return undefined;
  return `${type} carries ${present.join(' and ') || 'no resource'}`;
}

const isFilled = (value: unknown): boolean => typeof value === 'string' && value !== '';

function formFault(frame: StreamFrame, runId: string | undefined): string | undefined {
  const { body, type, text } = frame;
  if (!isObject(body)) return `no JSON object: ${text.slice(0, 40)}`;
  if (type === '') return 'no type';
  if (!isFilled(fieldOf(body, 'eventId'))) return `${type} without an eventId`;
  if (fieldOf(body, 'runId') !== runId) return `${type} names run ${String(fieldOf(body, 'runId'))}`;
  const stamp = fieldOf(body, 'timestamp');
  if (typeof stamp !== 'string' || !UTC.test(stamp)) return `${type} has timestamp ${String(stamp)}`;
  return resourceFault(frame);
}

/** Numbers that do not rise, ids that come twice, times that go backwards. */
function sequenceFault(before: StreamFrame, frame: StreamFrame): string | undefined {
  const [was, is] = [fieldOf(before.body, 'seq'), fieldOf(frame.body, 'seq')];
  if (typeof was !== 'number' || typeof is !== 'number' || !(is > was))
    return `${frame.type} has seq ${String(is)} after ${String(was)}`;
  const [earlier, later] = [before, frame].map(({ body }) => Date.parse(String(fieldOf(body, 'timestamp'))));
  return Number(later) < Number(earlier) ? `${frame.type} is stamped before the frame it follows` : undefined;
}

function faultsOf({ frames }: StreamView, runId: string | undefined): readonly (string | undefined)[] {
  const ids = new Set(frames.map(({ body }) => fieldOf(body, 'eventId')));
  return [
    ...frames.map((frame) => formFault(frame, runId)),
    ...frames.slice(1).map((frame, index) => sequenceFault(frames[index] ?? frame, frame)),
    ids.size === frames.length ? undefined : 'an eventId comes twice',
  ];
}

/** AR-10.1b */
export const framesAreWellFormed = ofSubscribers([HEARD.early, HEARD.late], (streams, view) =>
  streams.flatMap((stream) => {
    const expected =
      'objects with type, eventId, rising seq, runId, one resource, a timestamp that never goes back';
    return concluded(expected, faultsOf(stream, startedId(view, HEARD.run)), 'malformed-frame', stream);
  }),
);
