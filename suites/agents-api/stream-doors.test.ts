import { describe, expect, it } from 'vitest';
import { caseFindings, dialStream, frameOf, tell } from '../test-support/exchanges.ts';
import { Tape, type Wire } from '../test-support/transcripts.ts';
import { DOORS } from './door-judges.ts';
import { streamDoorCases } from './stream-doors.ts';

const briefly = (findings: readonly string[]): readonly string[] =>
  findings.map((finding) => finding.replace(/: .* \| /s, ' | '));
const judge = (check: string, tape: Tape, choices: Readonly<Record<string, string>> = {}) =>
  briefly(caseFindings(streamDoorCases, `agents-api/${check}`, tape.transcript(), choices));

const path = (id: string): string => `/api/stream/agents/${id}`;
const notFound = (runId: string) => ({ error: 'run_not_found', runId });
/** How somebody is received at the door. */
type Reception = (wire: Wire, id: string) => unknown;
const shutOut: Reception = (wire, id) => wire.opens().receives(notFound(id)).closes(1008, 'target');
const letIn: Reception = (wire, id) =>
  wire.opens().receives({ type: 'agent.run.created', runId: id, run: { id } }).closes(1000, 'harness');

function knock(tape: Tape, label: string, id: string, reception: Reception): void {
  reception(dialStream(tape, label, path(id)), id);
}

/** A run that somebody may follow. */
function withRun(scenario: string, status = 201): Tape {
  return tell(new Tape(scenario), { label: DOORS.run, method: 'POST', status, answer: { id: 'run-1' } });
}

describe('agents-api/stream-refuses-unknown-runs', () => {
  const check = 'stream-refuses-unknown-runs';
  const verdict = (one: Reception, other: Reception = one) => {
    const tape = new Tape('api-stream-unknown-run');
    knock(tape, DOORS.unknown, 'nobody-1', one);
    knock(tape, DOORS.unknown, 'nobody-2', other);
    return judge(check, tape)[0];
  };

  it('passes when it is told and closed, or refused on the upgrade', () => {
    expect(verdict(shutOut)).toMatch(/^pass/);
    expect(verdict((wire) => wire.isRefused(404))).toMatch(/^pass/);
    expect(verdict((wire, id) => wire.opens().receives(notFound(id)).closes(4404, 'target'))).toMatch(
      /^pass/,
    );
  });

  it.each<[string, Reception, string]>([
    ['is refused for the token', (wire) => wire.isRefused(401), 'refused with 401'],
    ['is refused by a crash', (wire) => wire.isRefused(500), 'refused with 500'],
    ['is left open', (wire, id) => wire.opens().receives(notFound(id)).closes(1000, 'harness'), 'left open'],
    ['is closed in silence', (wire) => wire.opens().closes(1008, 'target'), 'no frame, closed with 1008'],
    [
      'is closed otherwise',
      (wire, id) => wire.opens().receives(notFound(id)).closes(1000, 'target'),
      'with 1000',
    ],
    [
      'is told of another',
      (wire) => wire.opens().receives(notFound('x')).closes(1008, 'target'),
      '"runId":"x"',
    ],
    ['is let in', letIn, 'agent.run.created'],
    ['gets no answer', (wire) => wire.misses('open socket', 10_000), 'no answer'],
  ])('fails when it %s', (_how, reception, actual) => {
    expect(verdict(reception)).toMatch(/^fail not-refused/);
    expect(verdict(reception)).toContain(actual);
  });

  it('fails on now this, now that', () => {
    expect(verdict((wire) => wire.isRefused(404), shutOut)).toMatch(/^fail not-refused/);
  });
});

describe('agents-api/stream-hides-foreign-runs', () => {
  const check = 'stream-hides-foreign-runs';
  const verdict = (foreign: Reception, unknown = shutOut, owner = letIn) => {
    const tape = withRun('api-stream-foreign-run');
    knock(tape, DOORS.valid, 'run-1', owner);
    knock(tape, DOORS.foreign, 'run-1', foreign);
    knock(tape, DOORS.unknown, 'nobody', unknown);
    return judge(check, tape)[0];
  };

  it('passes when nobody can tell the two apart', () => {
    expect(verdict(shutOut)).toMatch(/^pass/);
    expect(
      verdict(
        (wire) => wire.isRefused(404),
        (wire) => wire.isRefused(404),
      ),
    ).toMatch(/^pass/);
  });

  it('fails when a stranger is let in, or learns that there is something', () => {
    expect(verdict(letIn)).toMatch(/^fail tells-them-apart/);
    expect(verdict((wire) => wire.isRefused(403))).toMatch(/^fail tells-them-apart/);
    const forbidden: Reception = (wire, id) =>
      wire.opens().receives({ error: 'forbidden', runId: id }).closes(1008, 'target');
    expect(verdict(forbidden)).toMatch(/^fail tells-them-apart/);
  });

  it('cannot tell when the owner is not let in either, or there is no run', () => {
    expect(verdict(shutOut, shutOut, (wire) => wire.isRefused(500))).toMatch(/^inconclusive/);
    expect(judge(check, new Tape('api-stream-foreign-run'))[0]).toMatch(/^inconclusive/);
  });
});

describe('agents-api/stream-refuses-bad-tokens', () => {
  const check = 'stream-refuses-bad-tokens';
  const byError: Reception = (wire) =>
    wire.opens().receives({ type: 'error', code: 'UNAUTHENTICATED' }).closes(1008, 'target');
  const verdict = (bad: Reception, choices = {}, good = letIn) => {
    const tape = withRun('api-stream-bad-tokens');
    knock(tape, DOORS.valid, 'run-1', good);
    for (const kind of ['none', 'expired'] as const) knock(tape, DOORS.bad(kind), 'run-1', bad);
    return judge(check, tape, choices)[0];
  };

  it('passes when all are kept out, as declared', () => {
    expect(verdict((wire) => wire.isRefused(401))).toMatch(/^pass/);
    expect(verdict((wire) => wire.isRefused(403))).toMatch(/^pass/);
    expect(verdict(byError)).toMatch(/^pass/);
    expect(verdict((wire) => wire.isRefused(401), { 'VP-WSREJECT': 'refuse-upgrade' })).toMatch(/^pass/);
    expect(verdict(byError, { 'VP-WSREJECT': 'accept-error-close' })).toMatch(/^pass/);
  });

  it('fails when somebody is let in, or kept out otherwise', () => {
    expect(verdict(letIn)).toMatch(/^fail not-kept-out/);
    expect(verdict(byError, { 'VP-WSREJECT': 'refuse-upgrade' })).toMatch(/^fail not-kept-out/);
    expect(verdict((wire) => wire.isRefused(401), { 'VP-WSREJECT': 'accept-error-close' })).toMatch(/^fail/);
    const shownFirst: Reception = (wire) =>
      wire
        .opens()
        .receives({ run: { id: 'run-1' } })
        .closes(1008, 'target');
    expect(verdict(shownFirst)).toMatch(/^fail not-kept-out/);
    expect(verdict((wire) => wire.isRefused(500))).toMatch(/^fail not-kept-out/);
  });

  it('cannot tell when nobody is let in', () => {
    expect(
      verdict(
        (wire) => wire.isRefused(401),
        {},
        (wire) => wire.isRefused(401),
      ),
    ).toMatch(/^inconclusive/);
  });
});

describe('agents-api/stream-outlives-rough-clients', () => {
  const check = 'stream-outlives-rough-clients';
  interface Rough {
    readonly ends?: Readonly<Record<string, Reception>>;
    /** Labels of those who do not hear the end. */
    readonly deaf?: readonly string[];
    readonly statuses?: Readonly<Record<string, string>>;
  }
  const closed =
    (code: number, by: 'target' | 'network' = 'target'): Reception =>
    (wire) =>
      wire.closes(code, by);
  const verdict = ({ ends = {}, deaf = [], statuses = {} }: Rough = {}) => {
    const tape = withRun('api-stream-rough-clients');
    for (const label of [DOORS.valid, DOORS.control, DOORS.junk, DOORS.binary, DOORS.oversize]) {
      const wire = dialStream(tape, label).opens();
      wire.receives(frameOf(tape, 'agent.run.created', 1, { run: { id: 'run-1' } }));
      const end = ends[label];
      if (end !== undefined) {
        end(wire, 'run-1');
        continue;
      }
      if (!deaf.includes(label))
        wire.receives(frameOf(tape, 'agent.run.completed', 2, { run: { id: 'run-1' } }));
      wire.closes(1000, 'target');
    }
    for (const label of [DOORS.runAfter, DOORS.controlAfter])
      tell(tape, { label, answer: { status: statuses[label] ?? 'COMPLETED' } });
    return judge(check, tape)[0];
  };

  it('passes when they are ignored, or closed with a code that says why', () => {
    expect(verdict()).toMatch(/^pass/);
    const ends = { [DOORS.junk]: closed(1007), [DOORS.binary]: closed(1003), [DOORS.oversize]: closed(1009) };
    expect(verdict({ ends })).toMatch(/^pass/);
    expect(verdict({ ends: { [DOORS.oversize]: closed(1006, 'network') } })).toMatch(/^pass/);
  });

  it('fails on another code, a crash, and on others disturbed', () => {
    expect(verdict({ ends: { [DOORS.junk]: closed(1011) } })).toMatch(/^fail disturbed .*closed with 1011/);
    expect(verdict({ ends: { [DOORS.binary]: closed(1006, 'network') } })).toMatch(/^fail disturbed/);
    expect(verdict({ deaf: [DOORS.valid] })).toMatch(/^fail disturbed .*does not hear the end/);
    expect(verdict({ statuses: { [DOORS.runAfter]: 'FAILED' } })).toMatch(
      /^fail disturbed .*does not complete/,
    );
  });

  it('leaves it to others when the run that nobody disturbed fares no better', () => {
    const statuses = { [DOORS.runAfter]: 'RUNNING', [DOORS.controlAfter]: 'RUNNING' };
    expect(verdict({ statuses })).toMatch(/^inconclusive/);
    expect(verdict({ deaf: [DOORS.valid, DOORS.control] })).toMatch(/^inconclusive/);
  });
});

describe('agents-api/stream-pings-idle-subscribers', () => {
  const check = 'stream-pings-idle-subscribers';
  /** Holds for 42 s, pinged at these seconds. */
  const verdict = (pings: readonly number[], choices = {}, heldS = 42) => {
    const tape = withRun('api-stream-idle');
    const wire = dialStream(tape, DOORS.valid).opens();
    wire.receives(frameOf(tape, 'agent.run.created', 1, { run: { id: 'run-1' } }));
    const from = tape.now;
    for (const second of pings) {
      tape.wait(from + second * 1_000 - tape.now);
      tape.add({ kind: 'ws.ping', actor: 'ada', socket: wire.id, direction: 'in' });
    }
    tape.wait(from + heldS * 1_000 - tape.now);
    wire.closes();
    return judge(check, tape, choices)[0];
  };

  it('passes when it is pinged as declared, or at least every 30 s', () => {
    expect(verdict([20, 40], { 'VP-PING': '20' })).toMatch(/^pass/);
    expect(verdict([29])).toMatch(/^pass/);
  });

  it('fails when it is not, or too late, or but once', () => {
    expect(verdict([], { 'VP-PING': '20' })).toMatch(/^fail not-pinged/);
    expect(verdict([])).toMatch(/^fail not-pinged/);
    expect(verdict([25], { 'VP-PING': '20' })).toMatch(/^fail not-pinged/);
    expect(verdict([5], { 'VP-PING': '20' })).toMatch(/^fail not-pinged/);
  });

  it('cannot tell of a socket that was closed before a ping was due', () => {
    expect(verdict([], { 'VP-PING': '20' }, 10)).toMatch(/^inconclusive/);
    expect(judge(check, withRun('api-stream-idle', 500))[0]).toMatch(/^inconclusive/);
  });
});
