import { describe, expect, it } from 'vitest';
import type { Transcript } from '../../harness/evidence/transcript.ts';
import { caseFindings, dialStream, errorOf, type Told, tell } from '../test-support/exchanges.ts';
import { listOf, runOf } from '../test-support/stories.ts';
import { Tape } from '../test-support/transcripts.ts';
import { overHttp } from './over-http.ts';

const ADA = 'mtgzwpnlvqkxsrjhgtnmzkvwqplxrstjhgkn';
const GRACE = 'qxkzjvwmpltrsnhgzwqkvxpjtmrlnsgzhkvw';
const UNKNOWN = errorOf('RUN_NOT_FOUND', 'Agent run not found');
const RUN = '/api/projects/p-ada/agent-runs/run-ada';

interface Telling {
  /** What is told otherwise, by label. */
  readonly over?: Readonly<Record<string, Partial<Told>>>;
  /** What the stream of ada's run says to grace, and with what it closes. */
  readonly stream?: Readonly<Record<string, unknown>>;
}

/** Ada has a run; grace looks for it, for one that does not exist, and counts. */
function story({
  over = {},
  stream = { error: 'run_not_found', runId: 'run-ada' },
}: Telling = {}): Transcript {
  const tape = new Tape('users-over-http');
  const says = (actor: string, told: Told): void => {
    tell(tape.as(actor), { ...told, ...over[told.label] });
  };
  says('ada', {
    label: 'start run',
    method: 'POST',
    path: '/api/projects/p-ada/agent-runs',
    body: { inputQuery: ADA },
    status: 201,
    answer: runOf('PENDING', { id: 'run-ada', inputQuery: ADA }),
  });
  says('grace', {
    label: 'start run of grace',
    method: 'POST',
    path: '/api/projects/p-grace/agent-runs',
    body: { inputQuery: GRACE },
    status: 201,
    answer: { id: 'run-grace' },
  });
  for (const what of ['run', 'cancel', 'append']) {
    says('grace', {
      label: `${what} of nobody under its project`,
      path: '/api/projects/p-none/agent-runs/run-none',
      status: 404,
      answer: UNKNOWN,
    });
    says('grace', { label: `${what} of ada under its project`, path: RUN, status: 404, answer: UNKNOWN });
  }
  for (const [whose, id] of [
    ['nobody', 'run-none'],
    ['ada', 'run-ada'],
  ] as const) {
    const wire = dialStream(tape, `stream of ${whose} for grace`, `/api/stream/agents/${id}`).opens();
    wire.receives(whose === 'ada' ? stream : { error: 'run_not_found', runId: id }).closes(1008, 'target');
  }
  says('grace', {
    label: 'total of projects before',
    path: '/api/projects?limit=1',
    answer: listOf([], { total: 3 }),
  });
  says('grace', {
    label: 'total of projects after',
    path: '/api/projects?limit=1',
    answer: listOf([], { total: 3 }),
  });
  says('ada', {
    label: 'own run afterwards',
    path: RUN,
    answer: runOf('COMPLETED', { id: 'run-ada', inputQuery: ADA }),
  });
  says('ada', {
    label: 'own messages afterwards',
    path: `${RUN}/messages`,
    answer: listOf([{ content: ADA }]),
  });
  says('grace', { label: 'own reading', path: '/v1/runs?page_size=100', answer: [{ run_id: 'run-grace' }] });
  says('grace', { label: 'shared reading', path: '/api/agents/profiles', answer: [] });
  return tape.transcript();
}

const verdicts = (check: string, telling: Telling = {}): readonly string[] =>
  caseFindings([overHttp], `isolation/${check}`, story(telling));
const worst = (check: string, telling: Telling): string =>
  verdicts(check, telling).find((finding) => !finding.startsWith('pass')) ?? 'pass';

const CHECKS = [
  'foreign-runs-look-unknown',
  'totals-count-the-own',
  'foreign-streams-look-unknown',
  'keeps-words-apart-everywhere',
  'keeps-words-out-of-telemetry',
];

describe('users over HTTP', () => {
  it.each(CHECKS)('who are kept apart: %s passes', (check) => {
    expect(verdicts(check).length).toBeGreaterThan(0);
    expect(worst(check, {})).toBe('pass');
  });

  it.each(CHECKS)('who made nothing: %s says nothing', (check) => {
    const nothing = new Tape('users-over-http').transcript();
    expect(caseFindings([overHttp], `isolation/${check}`, nothing)[0]).toMatch(/^inconclusive/);
  });
});

describe('another user’s run', () => {
  it.each([
    ['can be read', { 'run of ada under its project': { status: 200, answer: runOf('RUNNING') } }],
    ['is forbidden instead of unknown', { 'cancel of ada under its project': { status: 403 } }],
    [
      'is told in other words',
      { 'append of ada under its project': { answer: errorOf('RUN_NOT_FOUND', 'not yours') } },
    ],
  ])('that %s is told', (_what, over) => {
    expect(worst('foreign-runs-look-unknown', { over })).toMatch(/^fail tells-them-apart/);
  });

  it('that was cancelled by somebody else is told', () => {
    const over = { 'own run afterwards': { answer: runOf('CANCELLED', { id: 'run-ada' }) } };
    expect(worst('foreign-runs-look-unknown', { over })).toMatch(/^fail cancelled/);
  });

  it('that was appended to is told', () => {
    const over = { 'own messages afterwards': { answer: listOf([{ content: 'a message that strayed' }]) } };
    expect(worst('foreign-runs-look-unknown', { over })).toMatch(/^fail appended/);
  });

  it('whose stream is refused otherwise is told', () => {
    const stream = { error: 'forbidden', runId: 'run-ada' };
    expect(worst('foreign-streams-look-unknown', { stream })).toMatch(/^fail tells-them-apart/);
  });

  it('of which no answer came shows nothing', () => {
    const over = { 'run of ada under its project': { isLost: true } };
    expect(worst('foreign-runs-look-unknown', { over })).toMatch(/^inconclusive not-answered/);
  });
});

describe('what another user sent', () => {
  it.each([
    ['in an error', { 'run of ada under its project': { answer: errorOf('RUN_NOT_FOUND', `no ${ADA}`) } }],
    ['in a header', { 'shared reading': { headers: { 'x-last': Buffer.from(ADA).toString('hex') } } }],
    ['in a shared list', { 'shared reading': { answer: [{ description: ADA.toUpperCase() }] } }],
  ])('%s is a leak', (_where, over) => {
    expect(worst('keeps-words-apart-everywhere', { over })).toMatch(/^fail leak.*what ada sent/);
  });

  it('and what oneself sent is content in the telemetry', () => {
    const over = { 'own reading': { answer: [{ run_id: 'run-grace', metadata: { note: GRACE } }] } };
    expect(worst('keeps-words-out-of-telemetry', { over })).toMatch(/^fail content-in-telemetry/);
  });

  it('is not missed where the telemetry cannot be read', () => {
    const over = { 'own reading': { status: 404 } };
    expect(worst('keeps-words-out-of-telemetry', { over })).toMatch(
      /^inconclusive not-read \(because TR-5.1\)/,
    );
  });
});

describe('a total', () => {
  it('that moves while another user creates is told', () => {
    const over = { 'total of projects after': { answer: listOf([], { total: 4 }) } };
    expect(worst('totals-count-the-own', { over })).toMatch(/^fail total-moved.*projects: 3, then 4/);
  });
});
