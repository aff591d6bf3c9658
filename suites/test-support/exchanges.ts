/** HTTP exchanges and streams of runs on a tape, for the tests of the cases of the agents API. */
import type { BoundCase } from '../../harness/core/contract-case.ts';
import type { Transcript } from '../../harness/evidence/transcript.ts';
import { createJudge } from '../../harness/judge/judge.ts';
import type { TrialView } from '../../harness/judge/views.ts';
import { agentEventsV1 } from '../../harness/protocol/dialects/agent-events-v1.ts';
import { Tape, Wire } from './transcripts.ts';
import { planOf } from './verdicts.ts';

/** One exchange as it is told: 200 and no body where nothing else is said. */
export interface Told {
  readonly label: string;
  readonly method?: 'GET' | 'POST' | 'DELETE';
  readonly path?: string;
  /** What was sent. */
  readonly body?: unknown;
  readonly status?: number;
  /** What came back; text as it is, anything else as JSON. */
  readonly answer?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly tookMs?: number;
  /** It was never answered. */
  readonly isLost?: boolean;
}

const textOf = (value: unknown): string =>
  typeof value === 'string' ? value : JSON.stringify(value ?? null);

/** Plays one exchange. */
export function tell(tape: Tape, told: Told): Tape {
  const { label, method = 'GET', path = '/api', body, status = 200, tookMs = 10 } = told;
  const exchange = tape.nextId();
  const asked = { kind: 'http.request', actor: tape.actor, exchange, label, method, url: path } as const;
  tape.add({ ...asked, headers: {}, ...(body === undefined ? {} : { body: textOf(body) }) });
  tape.wait(tookMs);
  if (told.isLost === true) {
    tape.add({ kind: 'deadline', actor: tape.actor, exchange, waitedFor: 'http answer', afterMs: tookMs });
    tape.add({ kind: 'http.aborted', actor: tape.actor, exchange, reason: 'no whole answer' });
    return tape;
  }
  const text = textOf(told.answer);
  tape.add({
    kind: 'http.response',
    actor: tape.actor,
    exchange,
    status,
    headers: { 'content-type': 'application/json', ...told.headers },
    body: text,
    encoding: 'utf8',
    bytes: Buffer.byteLength(text),
  });
  return tape;
}

/** A trial of exchanges only. */
export function exchanges(scenario: string, ...all: readonly Told[]): Transcript {
  const tape = new Tape(scenario);
  for (const told of all) tell(tape, told);
  return tape.transcript();
}

/** Dials the stream of a run; the caller has it open, be refused or fall silent. */
export function dialStream(tape: Tape, label: string, path = '/api/stream/agents/run-1'): Wire {
  const wire = new Wire(tape, tape.nextId());
  const dialled = { kind: 'ws.dial', actor: tape.actor, socket: wire.id, label, surface: 'stream' } as const;
  const headers = { authorization: 'Bearer ⟦secret token-1 raw⟧' };
  tape.add({
    ...dialled,
    url: `wss://target.example${path}`,
    protocols: [],
    headers,
    intendedAt: tape.now,
  });
  tape.wait(12);
  return wire;
}

/** A frame of a stream, numbered by the caller, stamped with the target's time. */
export const frameOf = (
  tape: Tape,
  type: string,
  seq: number,
  resource: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> => ({
  type,
  eventId: `event-${seq}`,
  seq,
  timestamp: new Date(tape.targetClock()).toISOString(),
  runId: 'run-1',
  turn: 1,
  ...resource,
});

/** An error as the protocol has it. */
export const errorOf = (code: string, detail: unknown = 'no'): Readonly<Record<string, unknown>> => ({
  detail,
  code,
});

/** The findings of one check of these cases, each as `verdict code (because …): expected | actual`. */
export function caseFindings(
  cases: readonly BoundCase<TrialView>[],
  check: string,
  transcript: Transcript,
  variationPoints: Readonly<Record<string, string>> = {},
  over: Parameters<typeof planOf>[2] = {},
): readonly string[] {
  const suite = {
    id: 'cases',
    title: 'Cases',
    requirements: [],
    scenarios: cases.map(({ scenario }) => scenario),
    checks: cases.flatMap(({ checks }) => checks),
  };
  const plan = planOf([check], [transcript], { variationPoints, ...over });
  const judge = createJudge(plan, [suite], agentEventsV1);
  judge.take(transcript.header.trial, { transcript });
  return judge.conclude().checks.flatMap(({ findings }) =>
    findings.map(({ verdict, code, because, expected, actual }) => {
      const cause = because === undefined ? '' : ` (because ${because})`;
      return `${verdict} ${code}${cause}: ${expected} | ${actual}`;
    }),
  );
}
