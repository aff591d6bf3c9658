/** Where two accounts of one duration differ, in words; nothing where they agree. */
import type { Thresholds } from '../../harness/core/thresholds.ts';
import { fieldOf } from '../agents-api/expect.ts';
import type { Chat, Http, Telemetry } from './accounts.ts';
import { type Fault, words } from './agreement.ts';

const between = (of: unknown, from: string, to: string): number =>
  Date.parse(words(fieldOf(of, to))) - Date.parse(words(fieldOf(of, from)));

/** Two durations of one thing, where both are told. */
function apart(
  what: string,
  one: number,
  other: number,
  { toleranceMs, tolerancePercent }: Thresholds,
): Fault {
  if (Number.isNaN(one) || Number.isNaN(other)) return undefined;
  const tolerance = Math.max(toleranceMs, (Math.max(one, other) * tolerancePercent) / 100);
  return Math.abs(one - other) <= tolerance ? undefined : `${what}: ${one} ms and ${other} ms`;
}

const numberOf = (of: unknown, name: string): number => {
  const value = fieldOf(of, name);
  return typeof value === 'number' ? value : Number.NaN;
};

function chatSpan({ run, terminal }: Chat): number {
  const started = run.events.find(({ event }) => event.kind === 'run.started');
  return Date.parse(terminal.event.timestamp ?? '') - Date.parse(started?.event.timestamp ?? '');
}

/** What one account tells of the run beyond what the other does: it may wait before it starts. */
function waitedMs({ run }: Chat, http: Http): number {
  const started = run.events.find(({ event }) => event.kind === 'run.started');
  const waited =
    Date.parse(started?.event.timestamp ?? '') - Date.parse(words(fieldOf(http.run, 'startedAt')));
  return Number.isNaN(waited) ? 0 : Math.max(0, waited);
}

/** Durations of a completed run; `stalledMs` is how long our own process stood still meanwhile. */
export function wholeDurationFaults(
  chat: Chat,
  http: Http,
  thresholds: Thresholds,
  stalledMs: number,
): readonly Fault[] {
  if (chat.terminal.event.kind !== 'run.completed') return [];
  const declared = chat.terminal.event.durationMs ?? Number.NaN;
  const whole = between(http.run, 'startedAt', 'finishedAt') - waitedMs(chat, http);
  const lenient = { ...thresholds, toleranceMs: thresholds.toleranceMs + stalledMs };
  return [
    apart('the run over HTTP and by agent_completed', whole, declared, lenient),
    apart('the run by agent_completed and by its events', declared, chatSpan(chat), lenient),
  ];
}

/** Durations of the steps on chat socket and HTTP, and of all of them together. */
export function stepDurationFaults(
  chat: Chat,
  { run, steps }: Http,
  thresholds: Thresholds,
): readonly Fault[] {
  const tools = new Map(
    chat.run.events.flatMap(({ event }) =>
      event.kind === 'tool.finished' ? [[event.callId, event.durationMs ?? Number.NaN] as const] : [],
    ),
  );
  const ofSteps = steps.flatMap((step): Fault[] => {
    const id = words(fieldOf(step, 'id'));
    const took = numberOf(step, 'durationMs');
    return [
      apart(
        `step ${id} by its duration and its times`,
        took,
        between(step, 'startedAt', 'completedAt'),
        thresholds,
      ),
      apart(`step ${id} over HTTP and by chat`, took, tools.get(id) ?? Number.NaN, thresholds),
    ];
  });
  return [...ofSteps, sumFault(between(run, 'startedAt', 'finishedAt'), steps, thresholds)];
}

/** Steps that do not overlap take no longer together than their run. */
function sumFault(wholeMs: number, steps: readonly unknown[], thresholds: Thresholds): Fault {
  const spans = steps.map((step) => ({
    from: Date.parse(words(fieldOf(step, 'startedAt'))),
    to: Date.parse(words(fieldOf(step, 'completedAt'))),
    ms: numberOf(step, 'durationMs'),
  }));
  const isInRow = spans.every(
    ({ from }, index) => index === 0 || from >= (spans[index - 1]?.to ?? Number.NaN),
  );
  const sum = spans.reduce((all, { ms }) => all + (Number.isNaN(ms) ? 0 : ms), 0);
  if (!isInRow || Number.isNaN(wholeMs) || sum <= wholeMs) return undefined;
  return apart('the sum of the steps and their run', sum, wholeMs, thresholds);
}

/** Durations in the telemetry and over HTTP. */
export function telemetryDurationFaults(
  chat: Chat,
  http: Http,
  telemetry: Telemetry,
  thresholds: Thresholds,
): readonly Fault[] {
  const { run, steps } = http;
  const byId = new Map(steps.map((step) => [fieldOf(step, 'id'), step]));
  const ofSteps = telemetry.steps.flatMap((step): Fault[] => {
    const id = words(fieldOf(step, 'step_id'));
    const latency = numberOf(step, 'latency_ms');
    return [
      apart(
        `step ${id} in the telemetry and over HTTP`,
        latency,
        numberOf(byId.get(id), 'durationMs'),
        thresholds,
      ),
      apart(
        `step ${id} by its latency and its times`,
        latency,
        between(step, 'started_at', 'ended_at'),
        thresholds,
      ),
    ];
  });
  const told = between(telemetry.run, 'started_at', 'ended_at');
  const whole = between(run, 'startedAt', 'finishedAt');
  const what = 'the run in the telemetry and over HTTP';
  // Whether the wait before the start belongs to it is left to the deployment.
  const isAtWork = apart(what, told, whole - waitedMs(chat, http), thresholds) === undefined;
  const ended = fieldOf(telemetry.run, 'ended_at') ?? undefined;
  return [
    ended === undefined ? 'a run that is over has no ended_at' : undefined,
    isAtWork ? undefined : apart(what, told, whole, thresholds),
    ...ofSteps,
  ];
}
