/**
 * A target on paper: a case is driven by its own script against answers that a test makes up, and what it leaves is
 * the transcript to be judged. For cases that exchange HTTP alone.
 */
import type { BoundCase } from '../../harness/core/contract-case.ts';
import type { Actor, HttpAnswer, HttpAsk, Stage } from '../../harness/core/scenario.ts';
import type { Transcript } from '../../harness/evidence/transcript.ts';
import type { TrialView } from '../../harness/judge/views.ts';
import { Tape } from './transcripts.ts';
import { planOf } from './verdicts.ts';

/** Who asks, and what. */
export interface PaperAsk extends HttpAsk {
  readonly actor: string;
  readonly tenant: string;
  /** The dependency that is away meanwhile. */
  readonly missing?: string | undefined;
}

/** An answer on paper; nothing for a request that is never answered. */
export interface PaperAnswer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly tookMs?: number;
}

export type Paper = (ask: PaperAsk) => PaperAnswer | undefined;

const TOOK_MS = 5;

function request(tape: Tape, paper: Paper, actor: string, tenant: string) {
  return async (ask: HttpAsk): Promise<HttpAnswer | undefined> => {
    const exchange = tape.nextId();
    const { label, method, path, headers = {}, body } = ask;
    const asked = { kind: 'http.request', actor, exchange, label, method, url: path, headers } as const;
    tape.add({ ...asked, ...(body === undefined ? {} : { body }) });
    const answer = paper({ ...ask, actor, tenant });
    tape.wait(answer?.tookMs ?? TOOK_MS);
    if (answer === undefined) {
      tape.add({ kind: 'deadline', actor, exchange, waitedFor: 'http answer', afterMs: TOOK_MS });
      tape.add({ kind: 'http.aborted', actor, exchange, reason: 'no whole answer' });
      return undefined;
    }
    const text = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body ?? null);
    const date = new Date(tape.targetClock()).toUTCString();
    const received = { 'content-type': 'application/json', date, ...answer.headers };
    const response = {
      kind: 'http.response',
      actor,
      exchange,
      status: answer.status,
      headers: received,
    } as const;
    tape.add({ ...response, body: text, encoding: 'utf8', bytes: Buffer.byteLength(text) });
    return { status: answer.status, headers: received, body: text };
  };
}

/** Plays the script of the case against the paper. */
export async function playOnPaper(
  { scenario }: BoundCase<TrialView>,
  paper: Paper,
  variationPoints: Readonly<Record<string, string>> = {},
): Promise<Transcript> {
  const tape = new Tape(scenario.id);
  const { thresholds, origins } = planOf([], []);
  let missing: string | undefined;
  const actors = ['ada', 'bert'].map((name, index): Actor => {
    const tenant = `tenant-${index + 1}`;
    const ask = request(tape, (one) => paper({ ...one, missing }), name, tenant);
    return { name, tenant, user: name, request: ask } as unknown as Actor;
  });
  const stage = {
    trial: 1,
    thresholds,
    origins,
    variationPoints,
    health: '/health',
    actors,
    actor: (index = 0) => actors[index],
    offers: () => true,
    async without(dependency: string, act: () => Promise<void>) {
      missing = dependency;
      await act();
      missing = undefined;
      return true;
    },
    pause: async (ms: number) => void tape.wait(ms),
    nonce: paperNonce,
    random: () => 0.5,
    badToken: async (kind: string) => (kind === 'none' ? '' : `bad-${kind}`),
  } as unknown as Stage;
  await scenario.play(stage);
  return tape.transcript();
}

/** Twelve hexadecimal digits that belong to the text. */
export function paperNonce(text: string): string {
  let [high, low] = [0x811c9dc5, 0x1b873593];
  for (const letter of text) {
    high = Math.imul(high ^ (letter.codePointAt(0) ?? 0), 0x01000193) >>> 0;
    low = Math.imul(low ^ high, 0x85ebca6b) >>> 0;
  }
  return `${high.toString(16).padStart(8, '0')}${low.toString(16).padStart(8, '0')}`.slice(0, 12);
}

/** The transcript as it would be had the recording ended after so many entries. */
export function cutAfter(transcript: Transcript, entries: number): Transcript {
  const { seal: _seal, ...open } = transcript;
  return { ...open, entries: transcript.entries.slice(0, entries) };
}
