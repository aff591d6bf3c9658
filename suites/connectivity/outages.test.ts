import { describe, expect, it } from 'vitest';
import { DEPENDENCIES, OUTAGE } from '../../scenarios/resilience-outages.ts';
import { tell } from '../test-support/exchanges.ts';
import { HEALTHY, Tape } from '../test-support/transcripts.ts';
import { findingsOf } from '../test-support/verdicts.ts';

const AWAY = { ...HEALTHY, status: 'unhealthy' };
const UNAVAILABLE = { detail: 'the store does not answer', code: 'UNAVAILABLE' };

interface Trial {
  readonly before?: number;
  readonly health?: number;
  readonly request?: number;
  readonly isLost?: boolean;
  readonly stranger?: number;
  readonly isSilent?: boolean;
  /** Also after the outage. */
  readonly isMute?: boolean;
  readonly end?: 'over' | 'stuck' | undefined;
  readonly isRefused?: boolean;
}

function outage(tape: Tape, dependency: string, trial: Trial): void {
  const fault = { kind: 'fault', actor: 'harness', fault: `without ${dependency}` } as const;
  const wire = tape.dial(OUTAGE.session(dependency));
  Object.assign(tape.entries.findLast(({ kind }) => kind === 'ws.dial') ?? {}, { apart: 'an outage' });
  wire.opens().greets();
  if (trial.isRefused === true) {
    tape.add({ ...fault, phase: 'refused' });
    return;
  }
  tape.add({ ...fault, phase: 'begun' });
  const { health = 503, request = 503, isLost = false, stranger = 401 } = trial;
  const body = health === 503 ? AWAY : HEALTHY;
  tell(tape, { label: OUTAGE.health(dependency), status: health, answer: body });
  tell(tape, { label: OUTAGE.request(dependency), status: request, answer: UNAVAILABLE, isLost });
  tell(tape, { label: OUTAGE.stranger(dependency), status: stranger, answer: UNAVAILABLE });
  const { requestId } = wire.asks(OUTAGE.run(dependency));
  if (trial.isSilent === true) wire.wait(100).misses(`answer to ${requestId}`, 100);
  else wire.receives({ type: 'error', code: 'UNAVAILABLE', message: 'no', request_id: requestId });
  const end = 'end' in trial ? trial.end : 'over';
  if (end !== undefined) tape.add({ ...fault, phase: end });
  if (trial.isMute === true || end === undefined) return;
  wire.wait(10).receives({ type: 'error', code: 'AGENT_NOT_FOUND', message: 'no', request_id: requestId });
}

function judge(trial: Trial = {}): string {
  const tape = new Tape('dependency-outages');
  tell(tape, { label: OUTAGE.healthBefore, answer: HEALTHY });
  tell(tape, { label: OUTAGE.requestBefore, status: trial.before ?? 200, answer: [] });
  tell(tape, { label: OUTAGE.healthBetween, answer: HEALTHY });
  for (const dependency of DEPENDENCIES) outage(tape, dependency, trial);
  return findingsOf('connectivity/follows-its-dependencies', tape.transcript()).join('\n');
}

describe('connectivity/follows-its-dependencies', () => {
  it('passes where health follows, requests are answered, doors stay shut, and all is well again', () => {
    expect(judge()).not.toMatch(/fail|inconclusive/);
    expect(judge({ request: 200, stranger: 503 })).not.toMatch(/fail|inconclusive/);
  });

  it.each<[string, Trial, RegExp]>([
    ['a health that is always fine', { health: 200 }, /fail health-does-not-follow/],
    ['a request without an answer', { isLost: true }, /fail no-honest-answer/],
    ['a crash', { request: 500 }, /fail no-honest-answer/],
    ['open doors', { stranger: 200 }, /fail open-doors/],
    ['silence on the socket', { isSilent: true }, /fail silence/],
    ['no way back', { end: 'stuck' }, /fail not-healthy-again/],
    ['503 to everything but health', { before: 503 }, /fail healthy-but-unavailable/],
  ])('fails on %s', (_what, trial, verdict) => {
    expect(judge(trial)).toMatch(verdict);
  });

  it('does not blame an outage for a silence that lasts', () => {
    expect(judge({ isSilent: true, isMute: true })).toMatch(/inconclusive silence \(because CN-4\)/);
  });

  it('cannot tell where nothing could be taken away, or the recording ended before it was given back', () => {
    expect(judge({ isRefused: true })).toMatch(/^inconclusive nothing-taken-away/);
    expect(judge({ end: undefined })).toMatch(/inconclusive not-given-back/);
    expect(judge({ end: undefined })).not.toMatch(/fail/);
  });
});
