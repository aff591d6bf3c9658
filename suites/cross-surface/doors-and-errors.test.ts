import { describe, expect, it } from 'vitest';
import type { BoundCase } from '../../harness/core/contract-case.ts';
import type { TrialView } from '../../harness/judge/views.ts';
import { caseFindings } from '../test-support/exchanges.ts';
import {
  cutAfter,
  type Paper,
  type PaperAnswer,
  type PaperAsk,
  playOnPaper,
} from '../test-support/paper-stage.ts';
import { verdictOf } from '../test-support/stories.ts';
import { doorCases } from './doors.ts';
import { errorCases } from './errors.ts';
import { routingCase } from './routing.ts';

const CASES = [...doorCases, ...errorCases, routingCase];
const DETAIL = { 'VP-ERRSHAPE': 'detail' };

/** Refuses whoever has no good token, and what everybody else asks for. */
const honest: Paper = ({ authenticated, path }) => {
  const challenge = { 'www-authenticate': 'Bearer' };
  if (path === '/health') return { status: 200, body: {} };
  if (authenticated === false)
    return { status: 401, body: { detail: 'no', code: 'UNAUTHENTICATED' }, headers: challenge };
  if (path === '/api/agents/profiles') return { status: 200, body: [] };
  return { status: 404, body: { detail: 'no such thing', code: 'RUN_NOT_FOUND' } };
};

type Change = (answer: PaperAnswer, ask: PaperAsk) => PaperAnswer | undefined;
const caseOf = (check: string): BoundCase<TrialView> => {
  const own = CASES.find(({ checks }) => checks.some(({ id }) => id === `cross-surface/${check}`));
  if (own === undefined) throw new Error(`no case has ${check}`);
  return own;
};

async function judge(
  check: string,
  change: Change = (answer) => answer,
  choices: Readonly<Record<string, string>> = DETAIL,
) {
  const paper: Paper = (ask) => change(honest(ask) as PaperAnswer, ask);
  return caseFindings(
    CASES,
    `cross-surface/${check}`,
    await playOnPaper(caseOf(check), paper, choices),
    choices,
  );
}

const EVERY = CASES.flatMap(({ checks }) => checks.map(({ id }) => id.replace('cross-surface/', '')));
const DOORS = EVERY.filter((check) => check.endsWith('needs-tokens'));
const ERRORS = EVERY.filter((check) => check.endsWith('errors-have-one-shape'));

describe('an honest target', () => {
  it.each(EVERY)('passes %s', async (check) => {
    const findings = await judge(check);
    expect(findings.filter((finding) => !finding.startsWith('pass'))).toEqual([]);
    expect(findings.length).toBeGreaterThan(2);
  });

  it.each(EVERY)('breaches nothing in %s when the recording ends early', async (check) => {
    const own = caseOf(check);
    const whole = await playOnPaper(own, honest, DETAIL);
    for (let kept = 0; kept < whole.entries.length; kept += 1) {
      const findings = caseFindings(CASES, `cross-surface/${check}`, cutAfter(whole, kept), DETAIL);
      expect(findings.filter((finding) => finding.startsWith('fail'))).toEqual([]);
    }
  });
});

describe('doors', () => {
  const isStranger = ({ authenticated, path }: PaperAsk): boolean =>
    authenticated === false && path !== '/health';

  it.each(DOORS)('%s fails one that is open', async (check) => {
    let open = 0;
    const change: Change = (answer, ask) => {
      if (!isStranger(ask)) return answer;
      open += 1;
      return open === 7 ? { status: 200, body: {} } : answer;
    };
    expect(verdictOf(await judge(check, change))).toBe('fail');
  });

  it.each(DOORS)('%s fails one without a challenge', async (check) => {
    const change: Change = (answer) => (answer.status === 401 ? { ...answer, headers: {} } : answer);
    expect((await judge(check, change))[0]).toMatch(/^fail no-challenge/);
  });

  it.each(DOORS)('%s leaves routes alone that are not there', async (check) => {
    const gone = { status: 404, body: { detail: 'no', code: 'ROUTE_NOT_FOUND' } };
    const nowhere = await judge(check, (answer, ask) =>
      ask.method === 'GET' && ask.path !== '/health' ? gone : answer,
    );
    expect(verdictOf(nowhere)).not.toBe('fail');
  });

  it('notices that something was stored all the same', async () => {
    const stored: Change = (answer, ask) =>
      ask.label === 'run afterwards' ? { status: 200, body: {} } : answer;
    expect((await judge('telemetry-needs-tokens', stored))[0]).toMatch(/^fail changed/);
  });

  it('does not take a look that failed for one at which nothing was there', async () => {
    const blind: Change = (answer, ask) =>
      ask.label === 'run afterwards' ? { status: 500, body: {} } : answer;
    expect(verdictOf(await judge('telemetry-needs-tokens', blind))).toBe('inconclusive');
  });
});

describe('errors', () => {
  const inOther: Change = (answer, { path }) =>
    answer.status === 404
      ? { status: 404, body: { error: 'no', status_code: 404, path: path.split('?')[0] } }
      : answer;

  it.each(ERRORS)('%s', async (check) => {
    const plain: Change = (answer) =>
      answer.status === 404 ? { ...answer, headers: { 'content-type': 'text/plain' } } : answer;
    const codeless: Change = (answer) =>
      answer.status === 404 ? { ...answer, body: { detail: 'no' } } : answer;
    const invented: Change = (answer) =>
      answer.status === 404 ? { ...answer, body: { detail: 'no', code: 'OOPS' } } : answer;
    const echo: Change = (answer, ask) =>
      answer.status === 404 ? { ...answer, body: { detail: ask.body ?? 'no', code: 'VALIDATION' } } : answer;
    const crash: Change = (answer) => (answer.status === 404 ? { ...answer, status: 500 } : answer);
    for (const change of [plain, codeless, invented, echo, crash, inOther])
      expect(verdictOf(await judge(check, change))).toBe('fail');
    expect(verdictOf(await judge(check, inOther, { 'VP-ERRSHAPE': 'error-status-path' }))).toBe('pass');
    expect(verdictOf(await judge(check, inOther, {}))).toBe('pass');
    expect(verdictOf(await judge(check, (answer) => answer, { 'VP-ERRSHAPE': 'error-status-path' }))).toBe(
      'fail',
    );
  });

  it('of both shapes are no choice', async () => {
    let told = 0;
    const change: Change = (answer, ask) => {
      if (answer.status !== 404) return answer;
      told += 1;
      return told > 2 ? inOther(answer, ask) : answer;
    };
    expect(verdictOf(await judge('agents-api-errors-have-one-shape', change, {}))).toBe('fail');
  });
});

describe('routes', () => {
  it.each<[string, PaperAnswer]>([
    ['a history', { status: 200, body: { tests: [] } }],
    ['a test that is not found', { status: 404, body: { detail: 'no', code: 'TEST_NOT_FOUND' } }],
    ['a crash', { status: 500, body: {} }],
  ])('fail on %s of an agent "profiles"', async (_what, wrong) => {
    const change: Change = (answer, ask) => (ask.path.endsWith('/test-history') ? wrong : answer);
    expect(verdictOf(await judge('keeps-routes-apart', change))).toBe('fail');
  });

  it('are not judged without profiles', async () => {
    const findings = await judge('keeps-routes-apart', (answer) => ({ ...answer, status: 503 }));
    expect(findings[0]).toMatch(/because AR-9\.1/);
  });
});
