import { describe, expect, it } from 'vitest';
import { messageOf, savingsQuestion } from '../../scenarios/value-questions.ts';
import { taskIn } from '../test-support/value-trials.ts';
import { idealAnswer, stuffing } from './made-up-answers.ts';
import { inParts, score } from './rubric.ts';
import { NO_RESULTS, readResults } from './tool-results.ts';

const BILL = {
  columns: ['resource', 'monthly_cost_usd', 'cpu_utilisation_percent'],
  rows: [
    ['web-abc123-01', '412.50', '3.1'],
    ['db-abc123-02', '1834.20', '21.0'],
    ['web-abc123-03', '903.00', '61.5'],
    ['batch-abc123-04', '240.30', '14.8'],
  ],
};
// 412.50 + 917.10 + 120.15 = 1449.75
const MESSAGE = messageOf(savingsQuestion(BILL));
const TASK = taskIn(MESSAGE);
const RESULTS = readResults(
  [{ total_saving: 1449.75, items: [{ item: 'db-abc123-02', saving: 917.1 }] }],
  [],
);

const scored = (answer: string, results = RESULTS): string => inParts(score(answer, TASK, results));

describe('a right answer scores well', () => {
  it.each([
    [
      'in prose',
      'Savings: you can save $1,449.75 a month. The most, $917.10, comes from db-abc123-02.\n' +
        'Recommendations: rightsize it.\nImplementation: one at a time.',
    ],
    [
      'as a table, in rounded figures',
      '## Savings\n\n| resource | cost | saving |\n|---|---:|---:|\n| `db-abc123-02` | 1,834.20 | **917** |\n' +
        '| total | | **$1.45k** |\n\n## Recommendations\n…\n## Implementation\n…',
    ],
    [
      'in another language and its figures',
      'Einsparungen: insgesamt 1.449,75 USD, davon 917,10 USD bei db-abc123-02.\nEmpfehlungen: verkleinern.\n' +
        'Umsetzung: nacheinander.',
    ],
  ])('%s', (_how, answer) => {
    expect(scored(answer)).toBe('1 = facts 0.65 + grounding 0.2 + form 0.15');
  });

  it('without the headings that were asked for, or without tools that show it, still well enough', () => {
    const bare = '1449.75 in all, 917.10 of it with db-abc123-02.';
    expect(scored(bare)).toMatch(/^0.85 = .*: no savings, no recommendations, no implementation$/);
    expect(score(bare, TASK, NO_RESULTS).total).toBeLessThan(0.7);
    const whole = `Savings: ${bare} Recommendations. Implementation.`;
    expect(scored(whole, NO_RESULTS)).toBe('0.8 = facts 0.65 + grounding 0 + form 0.15');
  });
});

describe('a wrong answer scores badly', () => {
  const FORM = 'Savings, recommendations, implementation. ';

  it.each([
    ['a figure 30 % too high', `${FORM}The total is 1884.68; db-abc123-02 saves 917.10.`, 0.44],
    [
      'a figure of somebody else',
      `${FORM}Total 1449.75. web-abc123-01 saves 412.50.\n\n\n${'-'.repeat(300)}`,
      0.72,
    ],
    ['both wrong', `${FORM}Total 1200; web-abc123-01 saves 412.50.`, 0.15],
    ['the figure of another scale', `${FORM}Total 144,975; 91.71 with db-abc123-02.`, 0.15],
    ['a number of the message that is near', `${FORM}Total 903.00 with db-abc123-02.`, 0.15],
  ])('%s', (_what, answer, total) => {
    expect(score(answer, TASK, RESULTS).total).toBeCloseTo(total, 1);
  });

  it.each(stuffing(MESSAGE).map(({ name, answer }) => [name, answer] as const))('%s', (_name, answer) => {
    expect(score(answer, TASK, RESULTS).total).toBeLessThan(0.3);
  });

  it.each(['14498a', '145e1', '1450k'])(
    'also an echo with a word that could be read as the truth: %s',
    (word) => {
      const message = MESSAGE.replace('Where can', `Report ${word}: where can`);
      const task = taskIn(message);
      expect(score(message, task, RESULTS).total).toBeLessThan(0.3);
    },
  );

  it('also an echo in which two cells side by side look like the forecast', () => {
    const rows = Array.from({ length: 40 }, (_, week) => `${week + 1},${(400 + 12 * (week + 1)).toFixed(2)}`);
    const message =
      'The capacity limit is 1200 units. Forecast demand_abc123 along its trend. State the forecast for week 84.' +
      `\n\n\`\`\`csv\nweek,demand_abc123\n${rows.join('\n')}\n\`\`\``;
    const task = taskIn(message); // 1408, and the table has "1,412.00"
    expect(score(message, task, NO_RESULTS).total).toBeLessThan(0.3);
  });

  it('and the ideal one scores best', () => {
    const { answer, results } = idealAnswer(TASK);
    expect(score(answer, TASK, results).total).toBeCloseTo(1, 6);
  });
});

describe('a selection', () => {
  const amounts = [100, 101, 300, 99, 20, 102, 98, 500];
  const task = taskIn(
    `Find them.\n\n\`\`\`csv\ntransaction,amount_eur\n${amounts.map((amount, index) => `tx-${index},${amount}`).join('\n')}\n\`\`\``,
  );
  const partOf = (answer: string) =>
    score(answer, task, readResults([['tx-2', 'tx-4', 'tx-7']], [])).parts[0];

  it('is right when it names what is there', () => {
    expect(partOf('tx-2, tx-4 and tx-7')).toMatchObject({
      isRight: true,
      isGrounded: true,
      precision: 1,
      recall: 1,
    });
  });

  it('is wrong when it names too few, or everything', () => {
    expect(partOf('tx-2 and tx-4')).toMatchObject({ isRight: false, precision: 1 });
    expect(partOf(amounts.map((_, index) => `tx-${index}`).join())).toMatchObject({
      isRight: false,
      recall: 1,
    });
  });
});

describe('results of tools', () => {
  it('are read whatever their shape, and never without end', () => {
    const nested: unknown = JSON.parse(`${'['.repeat(5_000)}7${']'.repeat(5_000)}`);
    expect(() => readResults([nested], [])).not.toThrow();
    const read = readResults(['Total: 1,449.75 USD', { parts: [{ v: 1 }, { v: 2 }] }, null], []);
    expect(read.numbers).toContain(1449.75);
    expect(read.numbers).toContain(3);
  });
});
