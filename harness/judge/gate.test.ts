import { describe, expect, it } from 'vitest';
import { DISPOSITIONS, LEVELS, VERDICTS, type Verdict, worstVerdict } from '../core/verdict.ts';
import { type GateInput, gate } from './gate.ts';

/** Exit codes by disposition, verdict and level, written out by hand. */
const TABLE = {
  'as-expected': {
    pass: { MUST: 0, SHOULD: 0, MAY: 0 },
    inconclusive: { MUST: 3, SHOULD: 0, MAY: 0 },
    fail: { MUST: 0, SHOULD: 0, MAY: 0 },
    error: { MUST: 5, SHOULD: 5, MAY: 5 },
  },
  unexpected: {
    pass: { MUST: 0, SHOULD: 0, MAY: 0 },
    inconclusive: { MUST: 3, SHOULD: 0, MAY: 0 },
    fail: { MUST: 1, SHOULD: 0, MAY: 0 },
    error: { MUST: 5, SHOULD: 5, MAY: 5 },
  },
  stale: {
    pass: { MUST: 1, SHOULD: 1, MAY: 1 },
    inconclusive: { MUST: 1, SHOULD: 1, MAY: 1 },
    fail: { MUST: 1, SHOULD: 1, MAY: 1 },
    error: { MUST: 1, SHOULD: 1, MAY: 1 },
  },
} as const;

const CELLS = DISPOSITIONS.flatMap((disposition) =>
  VERDICTS.flatMap((verdict) =>
    LEVELS.map((level) => ({ disposition, verdict, level, exitCode: TABLE[disposition][verdict][level] })),
  ),
);
const judged = (id: string, over: Partial<GateInput> = {}): GateInput => ({
  id,
  level: 'MUST',
  verdict: 'pass',
  disposition: 'as-expected',
  ...over,
});

describe('one requirement', () => {
  it('has thirty-six cases', () => expect(CELLS).toHaveLength(36));

  it.each(CELLS)('$level $verdict $disposition: exit $exitCode', ({ exitCode, ...one }) => {
    const because = exitCode === 0 ? [] : ['X-1'];
    expect(gate([{ id: 'X-1', ...one }])).toEqual({ exitCode, because });
    expect(gate([judged('X-0'), { id: 'X-1', ...one }])).toEqual({ exitCode, because });
  });
});

describe('several', () => {
  const breach = judged('X-1', { verdict: 'fail', disposition: 'unexpected' });
  const error = judged('X-2', { verdict: 'error' });
  const open = judged('X-3', { verdict: 'inconclusive' });

  it('a breach outranks an error of ours, and that what is open', () => {
    expect(gate([open, error, breach])).toEqual({ exitCode: 1, because: ['X-1'] });
    expect(gate([open, error])).toEqual({ exitCode: 5, because: ['X-2'] });
    expect(gate([open, judged('X-4')])).toEqual({ exitCode: 3, because: ['X-3'] });
  });

  it('all that decided are named', () => {
    expect(gate([breach, judged('X-5', { disposition: 'stale' })]).because).toEqual(['X-1', 'X-5']);
  });

  it('none at all is an error, never a pass', () => {
    expect(gate([])).toEqual({ exitCode: 5, because: [] });
  });
});

describe('the worst verdict', () => {
  it.each(
    VERDICTS.flatMap((one, i) => VERDICTS.map((other, j) => [one, other, i > j ? one : other] as const)),
  )('of %s and %s is %s', (one, other, worst) => {
    expect(worstVerdict([one, other])).toBe(worst);
  });

  it('of none is error: nobody looked', () => {
    expect(worstVerdict([])).toBe('error' satisfies Verdict);
  });
});
