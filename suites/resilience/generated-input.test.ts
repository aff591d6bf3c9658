import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { caseFindings, exchanges, type Told } from '../test-support/exchanges.ts';
import { badInputs } from './bad-input.ts';
import { generatedInput } from './generated-input.ts';

const ENDPOINT = 'generated: POST /api/projects/{p}/agent-runs';
const refusal = { detail: 'the body is no JSON', code: 'VALIDATION' };
const sent = (over: Partial<Told> = {}): Told => ({
  label: ENDPOINT,
  method: 'POST',
  path: '/api/projects/p-1/agent-runs',
  body: '{"workflowId": 17}',
  status: 422,
  answer: refusal,
  ...over,
});
const readings = (when: string, over: object = {}): readonly Told[] =>
  ['the run', 'the list of runs', 'the messages'].map((what) => ({
    label: `${what} ${when}`,
    answer: { id: 'r-1', ...over },
  }));

const verdicts = (check: string, ...told: readonly Told[]): readonly string[] =>
  caseFindings([generatedInput], `resilience/${check}`, exchanges('generated-input', ...told));

describe('bad input', () => {
  it('that is refused passes', () => {
    expect(verdicts('refuses-bad-input', sent())[0]).toMatch(/^pass refused/);
  });

  it.each([
    ['crashes', { status: 500, answer: { detail: 'oops', code: 'UNAVAILABLE' } }, /^fail crashed/],
    ['is accepted', { status: 201, answer: { id: 'r-2' } }, /^fail accepted/],
    [
      'is refused without the error shape',
      { status: 422, answer: '<html>no</html>' },
      /^fail wrong-error-shape/,
    ],
    ['is never answered', { isLost: true }, /^fail no-answer/],
  ] as const)('that %s fails', (_what, over, verdict) => {
    expect(verdicts('refuses-bad-input', sent(), sent(over))[0]).toMatch(verdict);
  });

  it('is shown as the smallest request that did it, to be tried again', () => {
    const large = sent({ status: 500, body: `{"workflowId": "${'x'.repeat(100)}"}` });
    const [found] = verdicts('refuses-bad-input', large, sent({ status: 500, body: "{'" }));
    expect(found).toContain(`--data-raw '{'\\'''`);
    expect(found).toContain('"$TARGET_URL/api/projects/p-1/agent-runs"');
  });

  it('that changed nothing passes, and that changed something fails', () => {
    const all = (after: object): readonly Told[] => [
      ...readings('before'),
      sent(),
      ...readings('after', after),
    ];
    expect(verdicts('bad-input-changes-nothing', ...all({}))[0]).toMatch(/^pass unchanged/);
    expect(verdicts('bad-input-changes-nothing', ...all({ total: 2 }))[0]).toMatch(/^fail changed/);
  });

  it('is nothing to judge where no run came about', () => {
    expect(verdicts('refuses-bad-input', readings('before')[0] ?? sent())[0]).toMatch(
      /^inconclusive not-reached.*AR-2\.1/,
    );
  });
});

describe('the generators', () => {
  const surroundings = {
    project: '/api/projects/p-1',
    run: '/api/projects/p-1/agent-runs/r-1',
    workflowId: 'w-1',
  };

  it.each(badInputs(surroundings).map(({ endpoint, request }) => [endpoint, request] as const))(
    '%s yields requests that can be sent',
    (_endpoint, request) => {
      fc.assert(
        fc.property(request, ({ path }) => /^\/[\x21-\x7e]*$/.test(path)),
        { numRuns: 200, seed: 1 },
      );
    },
  );
});
