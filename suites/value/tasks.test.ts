import { describe, expect, it } from 'vitest';
import { costTable, fenced } from '../../scenarios/data-sets.ts';
import {
  anomalyFamily,
  capacityFamily,
  type Family,
  messageOf,
  savingsFamily,
  savingsQuestion,
  VARIATIONS,
} from '../../scenarios/value-questions.ts';
import { seeded, taskIn } from '../test-support/value-trials.ts';
import type { Truth } from './tasks.ts';

const WORDS = { given: 'abc123', other: 'def456' };
const truthsOf = (message: string): readonly Truth[] => taskIn(message).truths;
const columnsOf = (rows: string): readonly (readonly string[])[] =>
  rows.split('\n').map((row) => row.split(','));
const demand = Array.from({ length: 40 }, (_, index) => `${index + 1},${500 + 10 * (index + 1)}`).join('\n');

describe('what is true', () => {
  it('of a bill', () => {
    const data = {
      columns: ['resource', 'monthly_cost_usd', 'cpu_utilisation_percent'],
      rows: columnsOf('web-abc123-01,100.00,4.9\ndb-abc123-02,500.00,39.9\nweb-abc123-03,900.00,40.0'),
    };
    expect(truthsOf(messageOf(savingsQuestion(data)))).toMatchObject([
      { name: 'total savings', value: 350 },
      { name: 'largest saving', value: 250, of: 'db-abc123-02' },
    ]);
  });

  it('of payments', () => {
    const rows = 'tx-1,100\ntx-2,101\ntx-3,400\ntx-4,99\ntx-5,20\ntx-6,102';
    expect(truthsOf(fenced(`transaction,amount_eur\n${rows}`))).toMatchObject([
      { wanted: ['tx-3', 'tx-5'], others: ['tx-1', 'tx-2', 'tx-4', 'tx-6'] },
    ]);
  });

  it('of a growing demand', () => {
    const question = 'The capacity limit is 1105 units. State the forecast for week 48.';
    const [forecast, reached] = truthsOf(`${question}\n\n${fenced(`week,demand_abc123\n${demand}`)}`);
    expect(forecast).toMatchObject({ name: 'forecast for week 48' });
    expect(forecast?.kind === 'figure' && forecast.value).toBeCloseTo(980, 6);
    expect(reached).toMatchObject({ name: 'week of the limit', value: 61 });
  });

  it('of a cost report, where its total is asked for and where it is not', () => {
    const table = fenced('date,service,region,cost_usd\nd,a-abc123,x,10.5\nd,b-abc123,x,20\nd,a-abc123,y,30');
    expect(truthsOf(`What is the total cost?\n\n${table}`)).toMatchObject([
      { name: 'total cost', value: 60.5 },
      { name: 'largest cost', value: 40.5, of: 'a-abc123' },
    ]);
    expect(truthsOf(`Give totals by service.\n\n${table}`)).toMatchObject([{ name: 'largest cost' }]);
  });
});

describe('what is generated', () => {
  const main = (family: Family, variation: keyof Family, format: 'csv' | 'json' = 'csv'): Truth =>
    taskIn(messageOf(family[variation], format)).truths[0];
  const figureOf = (truth: Truth): number => (truth.kind === 'figure' ? truth.value : Number.NaN);
  const seeds = Array.from({ length: 100 }, (_, index) => index + 1);

  it.each([
    ['savings', savingsFamily],
    ['capacity', capacityFamily],
  ] as const)('has %s that follow the data', (_name, family) => {
    for (const seed of seeds) {
      const all = family(seeded(seed), WORDS);
      const given = figureOf(main(all, 'given'));
      expect(figureOf(main(all, 'permuted'))).toBeCloseTo(given, 6);
      expect(figureOf(main(all, 'given', 'json'))).toBeCloseTo(given, 6);
      expect(figureOf(main(all, 'doubled'))).toBeCloseTo(2 * given, 6);
    }
  });

  it('has four anomalies, the same ones in another order, and others in other data', () => {
    for (const seed of seeds) {
      const all = anomalyFamily(seeded(seed), WORDS);
      const named = VARIATIONS.map((variation) => {
        const truth = main(all, variation);
        return truth.kind === 'selection' ? [...truth.wanted].sort() : [];
      });
      expect(named.map((names) => names.length)).toEqual([4, 4, 4, 4]);
      expect(named[1]).toEqual(named[0]);
      expect(named[2]).toEqual(named[0]);
      expect(named[3]).not.toEqual(named[0]);
    }
  });

  it('has savings that no row states, so that who copies the bill is never right by chance', () => {
    for (const seed of seeds) {
      const { data, text } = savingsFamily(seeded(seed), WORDS).given;
      const [largest = 0, next = 0] = data.rows.map((row) => Number(row[1])).sort((a, b) => b - a);
      const [total, most] = taskIn(messageOf({ data, text })).truths.map(figureOf);
      expect(total).toBeGreaterThan(largest);
      expect(most).toBeGreaterThan(next);
      expect(most).toBeLessThan(largest);
    }
  });

  it('carries its own word in its names, and no question is too long to be kept', () => {
    for (const family of [savingsFamily, anomalyFamily, capacityFamily]) {
      const all = family(seeded(7), WORDS);
      expect(VARIATIONS.map((variation) => taskIn(messageOf(all[variation])).word)).toEqual([
        ...Array(3).fill(WORDS.given),
        WORDS.other,
      ]);
      for (const variation of VARIATIONS)
        expect(messageOf(all[variation], 'json').length).toBeLessThan(8_000);
    }
    expect(taskIn(`total cost?\n\n${fenced(costTable(seeded(7), 48))}`).word).toMatch(/^[0-9a-f]{6}$/);
  });
});
