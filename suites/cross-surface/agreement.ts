/** Where two accounts of one run differ, in words; nothing where they agree. */
import type { SeenEvent } from '../../harness/judge/views.ts';
import { fieldOf } from '../agents-api/expect.ts';
import type { Chat, Http, Telemetry } from './accounts.ts';

export type Fault = string | undefined;

/** A value as it is told. */
export const words = (value: unknown): string =>
  typeof value === 'string' ? value : (JSON.stringify(value) ?? 'nothing');

const isTool = (step: unknown): boolean => ['tool', 'retrieve'].includes(words(fieldOf(step, 'stepType')));
const isRespond = (step: unknown): boolean => fieldOf(step, 'stepType') === 'respond';

/** What a step is on the chat socket: the call of a tool under its id, or a thought. */
const asEvent = (step: unknown): string => (isTool(step) ? `tool ${words(fieldOf(step, 'id'))}` : 'thought');

function asStep({ event }: SeenEvent): string | undefined {
  if (event.kind === 'tool.started') return `tool ${words(event.callId)}`;
  return event.kind === 'reasoning' ? 'thought' : undefined;
}

function firstDifference(
  one: readonly string[],
  other: readonly string[],
  names: readonly [string, string],
): Fault {
  const length = Math.max(one.length, other.length);
  const at = Array.from({ length }, (_, index) => index).find((index) => one[index] !== other[index]);
  if (at === undefined) return undefined;
  return `in place ${at + 1} ${names[0]} ${one[at] ?? 'nothing'}, ${names[1]} ${other[at] ?? 'nothing'}`;
}

const ENDED: Readonly<Record<string, readonly string[]>> = {
  success: ['COMPLETED'],
  error: ['FAILED', 'CANCELLED'],
};

/** The steps of HTTP are the events of the chat socket, in the same order, and ended alike. */
export function stepFaults({ run, terminal }: Chat, { steps }: Http): readonly Fault[] {
  const events = run.events.flatMap((seen) => asStep(seen) ?? []);
  const own = steps.filter((step) => !isRespond(step));
  const byId = new Map(steps.map((step) => [fieldOf(step, 'id'), step]));
  const ended = run.events.flatMap(({ event }): Fault[] => {
    const step = event.kind === 'tool.finished' ? byId.get(event.callId) : undefined;
    const allowed = ENDED[event.toolStatus ?? ''];
    if (step === undefined || allowed === undefined) return [];
    const status = words(fieldOf(step, 'status'));
    return [
      allowed.includes(status) ? undefined : `${event.callId} ended ${event.toolStatus}, its step ${status}`,
    ];
  });
  const isCompleted = terminal.event.kind === 'run.completed';
  const lastFault = isCompleted && !isRespond(steps.at(-1)) ? 'the last step is not the answer' : undefined;
  return [firstDifference(events, own.map(asEvent), ['an event of', 'a step of']), ...ended, lastFault];
}

const numbered = (step: unknown): string =>
  `${words(fieldOf(step, 'id'))} ${words(fieldOf(step, 'stepType'))} ${words(fieldOf(step, 'stepNumber'))}`;

/** The steps of the telemetry are those of HTTP; tools have the names that the chat socket told. */
export function telemetryStepFaults({ run }: Chat, { steps }: Http, telemetry: Telemetry): readonly Fault[] {
  const shown = telemetry.steps.map(
    (step) =>
      `${words(fieldOf(step, 'step_id'))} ${words(fieldOf(step, 'step_type'))} ${Number(fieldOf(step, 'seq')) + 1}`,
  );
  const names = new Map(telemetry.steps.map((step) => [fieldOf(step, 'step_id'), fieldOf(step, 'name')]));
  const renamed = run.events.flatMap(({ event }): Fault[] => {
    if (event.kind !== 'tool.started' || !names.has(event.callId)) return [];
    const name = names.get(event.callId);
    return [name === event.toolName ? undefined : `${words(event.toolName)} is called ${words(name)}`];
  });
  return [firstDifference(steps.map(numbered), shown, ['HTTP has', 'the telemetry']), ...renamed];
}

const OUTCOMES: Readonly<Record<string, { readonly status: string; readonly frame: readonly string[] }>> = {
  'run.completed': { status: 'COMPLETED', frame: ['agent.run.completed'] },
  'run.failed': { status: 'FAILED', frame: ['agent.run.failed'] },
  'run.cancelled': { status: 'CANCELLED', frame: ['agent.run.cancelled', 'agent.run.updated'] },
};

/** Chat socket, stream and HTTP say the same end. */
export function outcomeFaults(
  { terminal }: Chat,
  { run }: Http,
  frame: string | undefined,
): readonly Fault[] {
  const outcome = OUTCOMES[terminal.event.kind];
  const status = fieldOf(run, 'status');
  return [
    status === outcome?.status ? undefined : `${terminal.event.type}, and over HTTP ${words(status)}`,
    frame === undefined || outcome?.frame.includes(frame)
      ? undefined
      : `${terminal.event.type}, and on the stream ${frame}`,
  ];
}

const hasFailed = (step: unknown): boolean => fieldOf(step, 'status') === 'FAILED';

/** How the telemetry may call a run that completed: by whether a step failed, and was tried again. */
function outcomesOf({ steps }: Http): readonly string[] {
  const isRetried = steps.some(
    (step, at) =>
      hasFailed(step) &&
      steps.slice(at + 1).some((later) => fieldOf(later, 'nodeId') === fieldOf(step, 'nodeId')),
  );
  if (isRetried) return ['partial'];
  return steps.some(hasFailed) ? ['partial', 'success'] : ['success'];
}

/** The outcome of the telemetry is that of the run. */
export function telemetryOutcomeFaults(
  { terminal, run }: Chat,
  http: Http,
  telemetry: Telemetry,
): readonly Fault[] {
  const { kind, data } = terminal.event;
  const [failure] = telemetry.failures;
  const told = `${words(fieldOf(failure, 'failure_type'))}/${words(fieldOf(failure, 'failure_code'))}`;
  const status = words(fieldOf(telemetry.run, 'status'));
  const agent =
    fieldOf(telemetry.run, 'agent_id') === run.agent
      ? undefined
      : `agent_id ${words(fieldOf(telemetry.run, 'agent_id'))}`;
  if (kind === 'run.completed') {
    const allowed = outcomesOf(http);
    return [agent, allowed.includes(status) ? undefined : `completed, and in the telemetry ${status}`];
  }
  const error = data['error'];
  const wanted =
    kind === 'run.cancelled'
      ? 'orchestration/cancelled'
      : `${words(fieldOf(error, 'type'))}/${words(fieldOf(error, 'code'))}`;
  return [
    agent,
    status === 'failure' ? undefined : `${kind}, and in the telemetry ${status}`,
    told === wanted ? undefined : `${wanted}, and in the telemetry ${told}`,
  ];
}
