import { describe, expect, it } from 'vitest';
import { caseFindings, errorOf, type Told } from '../test-support/exchanges.ts';
import {
  type Line,
  lists,
  messageOf,
  playOut,
  reads,
  SET_UP,
  told,
  untold,
  verdictOf,
} from '../test-support/stories.ts';
import { appendCases } from './append-message.ts';
import { cancelCases } from './cancel.ts';
import { foreignRun } from './foreign-run.ts';
import { messageCases } from './messages.ts';
import { nodeStateCases } from './node-states.ts';
import { stepCases } from './steps.ts';

const PARTS = [
  ['steps', stepCases],
  ['node-states', nodeStateCases],
  ['messages', messageCases],
  ['append', appendCases],
  ['cancel', cancelCases],
] as const;

const refusal = (label: string, project: string, run: string): Told => ({
  label,
  path: `/api/projects/${project}/agent-runs/${run}/part`,
  status: 404,
  answer: errorOf('RUN_NOT_FOUND', `no ${run} in ${project}`),
});
const AFTERWARDS: readonly Line[] = [
  reads('await end', 'COMPLETED'),
  lists('messages afterwards', [messageOf(1, 'user'), messageOf(2, 'assistant')]),
];
const STRAY = messageOf(3, 'user', { content: 'a message that strayed' });

describe.each(PARTS)('%s elsewhere', (part, cases) => {
  const [unknown, other] = [`${part}: unknown run`, `${part}: other project`];
  const good: readonly Line[] = [
    ...SET_UP,
    refusal(unknown, 'project-2', 'run-9'),
    refusal(other, 'project-2', 'run-1'),
    ...AFTERWARDS,
  ];
  const judge = (check: string, lines: readonly Line[]) =>
    caseFindings(cases, `agents-api/${part}-${check}`, playOut(`api-${part}-elsewhere`, lines));

  it('passes where nobody can tell', () => {
    expect(verdictOf(judge('of-an-unknown-run', good))).toBe('pass');
    expect(verdictOf(judge('under-another-project', good))).toBe('pass');
  });

  it.each([200, 400, 401, 403, 500])('fails on %i', (status) => {
    expect(verdictOf(judge('of-an-unknown-run', told(good, unknown, { status })))).toBe('fail');
    expect(verdictOf(judge('under-another-project', told(good, other, { status })))).toBe('fail');
  });

  it('fails on another code, on another text, on no answer', () => {
    const code = { answer: errorOf('AGENT_NOT_FOUND') };
    expect(verdictOf(judge('of-an-unknown-run', told(good, unknown, code)))).toBe('fail');
    const text = { answer: errorOf('RUN_NOT_FOUND', 'it is in another project') };
    expect(judge('under-another-project', told(good, other, text)).join()).toMatch(/fail tells-them-apart/);
    expect(verdictOf(judge('of-an-unknown-run', told(good, unknown, { isLost: true })))).toBe('fail');
  });

  it('is open without a project, without a run', () => {
    const [nothing, noRun] = [playOut(`api-${part}-elsewhere`, []), told(good, 'start run', { status: 500 })];
    expect(caseFindings(cases, `agents-api/${part}-of-an-unknown-run`, nothing)[0]).toMatch(
      /because AR-1\.1d/,
    );
    expect(judge('under-another-project', noRun)[0]).toMatch(/^inconclusive .*because AR-2\.1\)/);
    expect(judge('under-another-project', untold(good, other))[0]).toMatch(/because AR-1\.1d/);
  });
});

describe('what is without effect', () => {
  const story = (part: string): readonly Line[] => [
    ...SET_UP,
    refusal(`${part}: unknown run`, 'project-2', 'run-9'),
    refusal(`${part}: other project`, 'project-2', 'run-1'),
    ...AFTERWARDS,
  ];

  it('is no message that is there afterwards', () => {
    const judge = (lines: readonly Line[]) =>
      caseFindings(
        appendCases,
        'agents-api/append-under-another-project',
        playOut('api-append-elsewhere', lines),
      );
    const strayed = told(story('append'), 'messages afterwards', {
      answer: { items: [STRAY], nextCursor: null, total: 1 },
    });
    expect(judge(strayed).join()).toMatch(/fail appended/);
    const unread = told(story('append'), 'messages afterwards', { status: 500 });
    expect(judge(unread).join()).toMatch(/inconclusive .*because AR-6\.1\)/);
  });

  it('is no cancellation', () => {
    const judge = (lines: readonly Line[]) =>
      caseFindings(
        cancelCases,
        'agents-api/cancel-under-another-project',
        playOut('api-cancel-elsewhere', lines),
      );
    expect(judge(told(story('cancel'), 'await end', { answer: { status: 'CANCELLED' } })).join()).toMatch(
      /fail cancelled/,
    );
    expect(judge(told(story('cancel'), 'await end', { answer: { status: 'RUNNING' } })).join()).toMatch(
      /because AR-2\.1e/,
    );
  });
});

describe.each(PARTS.map(([part]) => part))('%s of a foreign run', (part) => {
  const good: readonly Line[] = [
    ...SET_UP,
    refusal(`${part}: unknown run`, 'project-2', 'run-9'),
    refusal(`${part}: foreign run`, 'project-2', 'run-1'),
    refusal(`${part}: unknown project`, 'project-9', 'run-9'),
    refusal(`${part}: foreign project`, 'project-1', 'run-1'),
    ...AFTERWARDS,
  ];
  const judge = (lines: readonly Line[]) =>
    caseFindings([foreignRun], `agents-api/${part}-of-a-foreign-run`, playOut('api-foreign-run', lines));

  it('passes where it looks unknown', () => expect(verdictOf(judge(good))).toBe('pass'));

  it.each(['foreign run', 'foreign project'])('fails where a %s is served or told apart', (where) => {
    const label = `${part}: ${where}`;
    expect(verdictOf(judge(told(good, label, { status: 200 })))).toBe('fail');
    expect(verdictOf(judge(told(good, label, { status: 403, answer: errorOf('RUN_NOT_FOUND') })))).toBe(
      'fail',
    );
    expect(verdictOf(judge(told(good, label, { answer: errorOf('RUN_NOT_FOUND', 'not yours') })))).toBe(
      'fail',
    );
  });

  it('is open without a run', () => {
    expect(judge(told(good, 'start run', { status: 500 }))[0]).toMatch(/because AR-2\.1\)/);
  });
});
