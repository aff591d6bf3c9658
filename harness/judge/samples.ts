import type { Sample } from '../core/measure.ts';
import type { DeadlineEntry } from '../evidence/transcript.ts';
import { endpointOf } from './endpoint.ts';
import { largestGap, terminalOf } from './run-facts.ts';
import { telemetryLags } from './telemetry-lag.ts';
import type { ExchangeView, RunView, SeenEvent, SocketView, TrialView } from './views.ts';

/** Every latency that one trial shows, and what never came although it was waited for. */
export function samplesOf(view: TrialView): readonly Sample[] {
  return [
    ...view.exchanges.flatMap(httpSamples),
    ...view.sockets.flatMap(socketSamples),
    ...view.sockets.flatMap((socket) => socket.runs.flatMap((run) => runSamples(run, socket))),
    ...telemetryLags(view).map(
      (ms): Sample => ({ measure: 'telemetry-lag', outcome: 'came', ms, from: 0, entries: [] }),
    ),
  ];
}

/**
 * Under load a session counts from the moment at which it was meant to begin, whatever kept it waiting. One that shows
 * no event is no gap in the figures: nobody waited longer.
 */
export function samplesUnderLoad(view: TrialView): readonly Sample[] {
  return view.sockets.flatMap((socket): Sample[] => {
    const first = socket.runs[0]?.events[0];
    const from = socket.dial.intendedAt;
    const shown = (outcome: Sample['outcome'], { at, seq }: Moment): Sample => ({
      measure: 'first-event-under-load',
      from,
      outcome,
      ms: at - from,
      entries: [socket.dial.seq, seq],
    });
    if (first !== undefined) return [shown('came', first)];
    if (isPutOff(socket)) return [shown('failed', socket.dial)];
    const end = vainEnd(socket) ?? (hasFinished(view) ? endOf(socket) : undefined);
    return end === undefined ? [] : [shown('never', end)];
  });
}

interface Moment {
  readonly at: number;
  readonly seq: number;
}

/** Where our wait for the greeting or for the event ended in vain. */
const vainEnd = (socket: SocketView): Moment | undefined => socket.deadlines[0];

/** In a trial that came to its end a session without an event was refused, broken off, or left alone. */
const hasFinished = ({ transcript: { seal } }: TrialView): boolean => seal?.end === 'finished';

function endOf({ refused, errors, close, greetings, runs }: SocketView): Moment | undefined {
  const [run] = runs;
  // Greeted, and nothing asked of it: that was ours to do.
  if (run === undefined && greetings.length > 0) return undefined;
  if (run?.end === 'not-awaited') return undefined;
  return run?.replies[0] ?? refused ?? errors[0] ?? close;
}

const TOO_MUCH = 429;

/** Told to come again later, which says nothing of how long it takes; whether it may be is judged elsewhere. */
const isPutOff = ({ refused, runs }: SocketView): boolean =>
  refused?.status === TOO_MUCH ||
  runs[0]?.replies.some(({ decoded }) => decoded.kind === 'refusal' && decoded.code === 'RATE_LIMITED') ===
    true;

/** A refusal says nothing of how long the work takes; that it is a refusal is judged elsewhere. */
function httpSamples({ request, response, failure }: ExchangeView): readonly Sample[] {
  const of = endpointOf(request.method, request.url);
  const sample = { measure: 'http', of, from: request.at } as const;
  const until = (at: number, seq: number) => ({ ms: at - request.at, entries: [request.seq, seq] });
  if (response !== undefined) {
    if (response.status >= 500)
      return [{ ...sample, outcome: 'failed', ...until(response.at, response.seq) }];
    if (response.status >= 400) return [];
    return [{ ...sample, outcome: 'came', ...until(response.at, response.seq) }];
  }
  if (failure === undefined) return [];
  const outcome = failure.kind === 'deadline' ? 'deadline' : 'failed';
  return [{ ...sample, outcome, ...until(failure.at, failure.seq) }];
}

const waitedFor = (socket: SocketView, what: string): DeadlineEntry | undefined =>
  socket.deadlines.find((deadline) => deadline.waitedFor === what);

/** From one moment to another, or to the deadline at which the other had not come; nothing where nobody waited. */
function between(
  measure: Sample['measure'],
  from: { readonly at: number; readonly seq: number },
  to: { readonly at: number; readonly seq: number } | undefined,
  deadline: DeadlineEntry | undefined,
  of?: string,
): readonly Sample[] {
  const end = to ?? deadline;
  if (end === undefined) return [];
  const outcome = to === undefined ? 'deadline' : 'came';
  const sample = {
    measure,
    outcome,
    ms: end.at - from.at,
    from: from.at,
    entries: [from.seq, end.seq],
  } as const;
  return [of === undefined ? sample : { ...sample, of }];
}

function socketSamples(socket: SocketView): readonly Sample[] {
  const { dial, open, refused, errors, greetings, pings } = socket;
  const intended = { at: dial.intendedAt, seq: dial.seq };
  const lost = refused === undefined && open === undefined && errors.length > 0;
  return [
    ...(lost
      ? [{ measure: 'connect', outcome: 'failed', ms: 0, from: dial.at, entries: [dial.seq] } as const]
      : between('connect', intended, open, waitedFor(socket, 'open socket'))),
    ...(open === undefined ? [] : between('greeting', open, greetings[0], waitedFor(socket, 'greeting'))),
    ...pings.flatMap((ping) => between('ping', ping, ping.pong, waitedFor(socket, `pong ${ping.requestId}`))),
  ];
}

function runSamples(run: RunView, socket: SocketView): readonly Sample[] {
  const asked = { at: run.askedAt, seq: run.askedSeq };
  const [first] = run.events;
  const terminal = terminalOf(run);
  const deadline =
    run.end === 'deadline'
      ? socket.deadlines.find((one) => one.waitedFor.endsWith(` ${run.requestId}`))
      : undefined;
  const tool = run.events.find(({ event }) => event.kind === 'tool.started');
  const [cancel] = run.cancels;
  return [
    ...(first === undefined && (run.end === 'refused' || run.end === 'closed')
      ? [failed('first-event', run)]
      : between('first-event', asked, first, deadline)),
    ...between('first-tool', asked, tool, first === undefined ? undefined : deadline),
    ...(cancel === undefined ? [...completions(run, deadline), ...stages(run, tool, deadline)] : []),
    ...gaps(run, deadline),
    ...(cancel === undefined || (terminal !== undefined && terminal.at < cancel.at)
      ? []
      : between('cancel', cancel, terminal, deadline)),
  ];
}

const failed = (measure: Sample['measure'], run: RunView, of?: string): Sample => ({
  measure,
  ...(of === undefined ? {} : { of }),
  outcome: 'failed',
  ms: 0,
  from: run.askedAt,
  entries: run.endRef.entries,
});

function completions(run: RunView, deadline: DeadlineEntry | undefined): readonly Sample[] {
  const asked = { at: run.askedAt, seq: run.askedSeq };
  const terminal = terminalOf(run);
  if (terminal?.event.kind === 'run.completed')
    return between('completion', asked, terminal, undefined, run.agent);
  if (terminal === undefined && deadline !== undefined)
    return between('completion', asked, undefined, deadline, run.agent);
  return run.end === 'not-awaited' ? [] : [failed('completion', run, run.agent)];
}

/**
 * From one thing that was heard of a run to the next. A run that stopped before its first tool is in none of them:
 * whether it would have used one is not known.
 */
function stages(
  run: RunView,
  tool: SeenEvent | undefined,
  deadline: DeadlineEntry | undefined,
): readonly Sample[] {
  const [started] = run.events;
  const end = terminalOf(run);
  if (started === undefined || (end !== undefined && end.event.kind !== 'run.completed')) return [];
  if (tool === undefined)
    return end === undefined ? [] : between('start-to-end', started, end, undefined, run.agent);
  return [
    ...between('start-to-tool', started, tool, undefined, run.agent),
    ...between('tool-to-end', tool, end, deadline, run.agent),
  ];
}

function gaps(run: RunView, deadline: DeadlineEntry | undefined): readonly Sample[] {
  const last = run.events.at(-1);
  if (last === undefined) return [];
  if (terminalOf(run) !== undefined) {
    const { ms, between: entries } = largestGap(run);
    return [{ measure: 'largest-gap', outcome: 'came', ms, from: run.askedAt, entries }];
  }
  return between('largest-gap', last, undefined, deadline);
}
