/** The course of a run as it was read time and again. */
import { type Finding, fail, inconclusive, pass } from '../../harness/core/finding.ts';
import type { ExchangeView, TrialView } from '../../harness/judge/views.ts';
import { inMs, say } from '../statements.ts';
import { bodyOf, fieldOf, labelled, missing, refOf } from './expect.ts';
import { isTerminal } from './run-shape.ts';

const RANK: Readonly<Record<string, number>> = {
  PENDING: 0,
  RUNNING: 1,
  COMPLETED: 2,
  FAILED: 2,
  CANCELLED: 2,
};

interface Reading {
  readonly exchange: ExchangeView;
  readonly turn: unknown;
  readonly status: string;
}

/** The first reading that contradicts the one before it. */
function backwards(readings: readonly Reading[]): Reading | undefined {
  return readings.find((reading, index) => {
    const before = readings[index - 1];
    if (before === undefined || before.turn !== reading.turn || before.status === reading.status)
      return false;
    return (RANK[reading.status] ?? -1) <= (RANK[before.status] ?? -1);
  });
}

/** Forwards, to an end within the limit, which is not before the start. */
export function judgeCourse(view: TrialView, limitMs: number): readonly Finding[] {
  const seen = ['create', 'read', 'await status', 'read at the end']
    .flatMap((label) => labelled(view, label))
    .filter(({ response }) => response?.status === 200 || response?.status === 201);
  const readings = seen.map((exchange): Reading => {
    const run = bodyOf(exchange);
    return { exchange, turn: fieldOf(run, 'turn'), status: String(fieldOf(run, 'status')) };
  });
  const last = readings.at(-1);
  if (last === undefined || readings.length < 2) return missing(view, 'a reading of the run', 'AR-3.1');
  const expected = `PENDING, RUNNING, then a terminal status within ${inMs(limitMs)}`;
  const course = readings
    .map(({ status: word }) => word)
    .filter((word, index, all) => word !== all[index - 1]);
  const refs = [readings[0]?.exchange, last.exchange].flatMap((one) =>
    one === undefined ? [] : refOf(view, one),
  );
  const statement = say('course', expected, course.join(', '), ...refs);
  const turnedBack = backwards(readings);
  if (turnedBack !== undefined)
    return [fail({ ...statement, code: 'went-backwards', refs: [refOf(view, turnedBack.exchange)] })];
  if (!isTerminal(last.status)) return [fail({ ...statement, code: 'never-ended' })];
  const [from, to] = ['startedAt', 'finishedAt'].map((field) =>
    Date.parse(String(fieldOf(bodyOf(last.exchange), field))),
  );
  if (from === undefined || to === undefined || Number.isNaN(from + to))
    return [inconclusive({ ...statement, code: 'no-times' }, 'AR-3.1a')];
  return [from <= to ? pass(statement) : fail({ ...statement, code: 'ended-before-it-started' })];
}
