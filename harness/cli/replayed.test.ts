import { describe, expect, it } from 'vitest';
import type { Verdict } from '../core/verdict.ts';
import { foundIn } from './replay.ts';
import { compareReplay } from './replayed.ts';

const finding = (verdict: Verdict, code: string) => ({ verdict, code, expected: 'a', actual: 'b', refs: [] });
const checkOf = (verdict: Verdict, ...codes: string[]) => ({
  ...{ id: 'area/check', requirement: 'A-1', title: 'it is so', verdict, reproduce: '', excerpt: [] },
  counts: { pass: 0, inconclusive: 0, fail: 0, error: 0 },
  findings: codes.map((code) => finding(verdict, code)),
});

describe('a check that was driven again', () => {
  const failed = { check: checkOf('fail', 'late'), codes: ['late'] };

  it.each([
    [checkOf('pass', 'fine'), 'FIXED', 0],
    [checkOf('fail', 'late'), 'STILL_FAILING', 1],
    [checkOf('fail', 'twice'), 'DIFFERENT', 1],
    [checkOf('fail', 'twice', 'late'), 'STILL_FAILING', 1],
    [checkOf('inconclusive', 'late'), 'UNDECIDED', 3],
    [checkOf('error', 'script-crashed'), 'ERROR', 5],
    [undefined, 'ERROR', 5],
  ] as const)('%#', (after, outcome, exitCode) => {
    expect(compareReplay(failed, after, after === undefined ? 5 : 1)).toMatchObject({ outcome, exitCode });
  });

  it('that passed before is not called fixed', () => {
    const passed = { check: checkOf('pass'), codes: [] };
    expect(compareReplay(passed, checkOf('pass'), 0).outcome).toBe('STILL_PASSES');
  });

  it('keeps the reason why nothing was judged', () => {
    expect(compareReplay(failed, undefined, 4).exitCode).toBe(4);
    expect(compareReplay(failed, undefined, 0).exitCode).toBe(5);
  });
});

describe('what is replayed', () => {
  const report = { campaign: 'c', checks: [checkOf('fail', 'late', 'twice')] };

  it('is a check with its worst findings, or one finding', () => {
    expect(foundIn(report, 'area/check').codes).toEqual(['late', 'twice']);
    expect(foundIn(report, 'area/check#2').codes).toEqual(['twice']);
  });

  it.each(['area/chec', 'area/check#0', 'area/check#3', 'area/check#x', '', '#'])('is not %j', (what) => {
    expect(() => foundIn(report, what)).toThrow(expect.objectContaining({ code: 'NOTHING_SELECTED' }));
  });
});
