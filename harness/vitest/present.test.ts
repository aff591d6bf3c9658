import { AssertionError } from 'node:assert';
import { describe, expect, it } from 'vitest';
import { hostileReport } from '../../reports/test-support/reports.ts';
import { LEVELS, VERDICTS } from '../core/verdict.ts';
import { present } from './present.ts';
import { presentedOf } from './presented.ts';

function shown(presented: Parameters<typeof present>[0]): readonly string[] {
  const heard: string[] = [];
  try {
    present(presented, {
      skip: (reason) => heard.push(`skipped: ${reason}`),
      annotate: (message, type) => heard.push(`${type}: ${message}`),
    });
  } catch (error) {
    heard.push(`${error instanceof AssertionError ? 'failed' : 'broken'}: ${(error as Error).message}`);
  }
  return heard;
}

describe('a verdict as the result of a test', () => {
  const TABLE = {
    pass: { MUST: [], SHOULD: [], MAY: [] },
    inconclusive: {
      MUST: ['broken: inconclusive\nwords'],
      SHOULD: ['warning: SHOULD inconclusive\nwords'],
      MAY: ['warning: MAY inconclusive\nwords'],
    },
    fail: {
      MUST: ['failed: words'],
      SHOULD: ['warning: SHOULD fail\nwords'],
      MAY: ['warning: MAY fail\nwords'],
    },
    error: {
      MUST: ['broken: error of the harness, or nobody looked\nwords'],
      SHOULD: ['broken: error of the harness, or nobody looked\nwords'],
      MAY: ['broken: error of the harness, or nobody looked\nwords'],
    },
  } as const;
  const CELLS = VERDICTS.flatMap((verdict) => LEVELS.map((level) => ({ verdict, level })));

  it.each(CELLS)('$level $verdict', ({ verdict, level }) => {
    expect(shown({ level, verdict, text: 'words' })).toEqual(TABLE[verdict][level]);
  });

  it('not selected is skipped with its reason', () => {
    expect(shown({ level: 'MUST', text: 'needs fixtures' })).toEqual(['skipped: needs fixtures']);
  });

  it('not driven is skipped, not passed', () => {
    expect(shown(undefined)).toEqual(['skipped: nothing was driven']);
  });
});

it('what the target says is no command to the log of a pipeline', () => {
  for (const { text } of Object.values(presentedOf(hostileReport()))) {
    expect(text).not.toMatch(/^\s*::/m);
    expect(text).not.toContain('##[');
  }
});
