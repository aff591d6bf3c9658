import { describe, expect, it } from 'vitest';
import type { Dataset, NumberColumn, TextColumn } from '../data/dataset.ts';
import { columnNamed } from '../data/dataset.ts';
import { parseDataset } from '../data/parse-dataset.ts';
import { readCapacity, readHorizon, readSavingRules, readWishes } from '../question.ts';
import { aggregate, groupBy } from './aggregate.ts';
import { detectAnomalies, robustScores } from './anomalies.ts';
import { forecast } from './forecast.ts';
import { rankCosts } from './rank-costs.ts';
import { recall } from './recall.ts';
import { estimateSavings } from './savings.ts';

const { signal } = new AbortController();
const read = (content: string, format: 'csv' | 'json' = 'csv'): Promise<Dataset> =>
  parseDataset({ name: 'd', format, content }, signal);
const number = (data: Dataset, name: string): NumberColumn => columnNamed(data, name) as NumberColumn;
const words = (data: Dataset, name: string): TextColumn => columnNamed(data, name) as TextColumn;
const day = (index: number): string => new Date(Date.UTC(2024, 0, 1 + index)).toISOString().slice(0, 10);

describe('reading data', () => {
  it('tells numbers, times and words apart, in CSV and in JSON', async () => {
    const csv = await read('at,price,who\n2024-01-01,"$1,200.50",ann\n2024-01-02T03:04Z,-3,bob');
    expect(csv.columns.map(({ kind }) => kind)).toEqual(['time', 'number', 'text']);
    expect([...number(csv, 'price').values]).toEqual([1200.5, -3]);
    const json = await read('{"rows":[{"a":1,"b":"x"},{"a":2}]}', 'json');
    expect([...number(json, 'a').values]).toEqual([1, 2]);
  });

  it.each([
    ['csv', ''],
    ['csv', 'a,b'],
    ['csv', 'a,b\n1,2,3'],
    ['json', '{"a"'],
    ['json', '[1,2]'],
  ] as const)('refuses %s %j with a classified error', async (format, content) => {
    await expect(read(content, format)).rejects.toMatchObject({ code: `INVALID_${format.toUpperCase()}` });
  });
});

describe('arithmetic', () => {
  it('aggregates', async () => {
    const data = await read('g,v\na,1\nb,2\na,3\nb,10');
    const { aggregates } = await aggregate(data, [number(data, 'v')], signal);
    expect(aggregates[0]).toMatchObject({
      sum: 16,
      mean: 4,
      median: 2.5,
      min: 1,
      max: 10,
      standard_deviation: 4.0825,
    });
    const { groups } = await groupBy(number(data, 'v'), words(data, 'g'), signal);
    expect(groups).toMatchObject([
      { group: 'b', sum: 12, mean: 6, share_percent: 75 },
      { group: 'a', sum: 4, mean: 2, share_percent: 25 },
    ]);
  });

  it('continues a line exactly, and a season on top of it', async () => {
    const line = await read(
      `month,v\n${['01', '02', '03', '04'].map((m, i) => `2024-${m},${10 + 5 * i}`).join('\n')}`,
    );
    const next = await forecast(
      line,
      number(line, 'v'),
      { horizon: { count: 2, unit: 'month' }, capacity: 40 },
      signal,
    );
    expect(next.forecast).toEqual([
      { at: '2024-05-01', value: 30 },
      { at: '2024-06-01', value: 35 },
    ]);
    expect(next.capacity).toMatchObject({ reached_at: '2024-07-01', steps_until_reached: 3, headroom: 15 });
    const weekly = (index: number): number => 100 + index + (index % 7 === 0 ? 50 : 0);
    const season = await read(
      `day,v\n${Array.from({ length: 42 }, (_, i) => `${day(i)},${weekly(i)}`).join('\n')}`,
    );
    const ahead = await forecast(
      season,
      number(season, 'v'),
      { horizon: { count: 1, unit: 'week' }, capacity: undefined },
      signal,
    );
    expect(ahead.season_length).toBe(7);
    for (const [index, { value }] of ahead.forecast.entries())
      expect(value).toBeCloseTo(weekly(42 + index), 2);
  });

  it('finds planted anomalies and nothing else, whatever the order of the rows', async () => {
    const rows = Array.from(
      { length: 60 },
      (_, i) => `${day(i)},${100 + i * 2 + ((i * 37) % 11) + (i === 20 ? 80 : 0)}`,
    );
    const mixed = [...rows.slice(30), ...rows.slice(0, 30).reverse()];
    for (const order of [rows, mixed]) {
      const data = await read(`day,v\n${order.join('\n')}`);
      const { anomalies } = await detectAnomalies(data, [number(data, 'v')], signal);
      expect(anomalies.map(({ at, direction }) => [at, direction])).toEqual([[day(20), 'high']]);
    }
    expect([...robustScores(Float64Array.of(5, 5, 5, 5, 5))]).toEqual([0, 0, 0, 0, 0]);
  });

  it('adds up savings by the stated rules and ranks costs', async () => {
    const data = await read('name,monthly_cost,cpu_util\nidle,100,2\nhalf,200,20\nbusy,300,90');
    const rules = readSavingRules('');
    expect(await estimateSavings(data, '', rules, signal)).toMatchObject({
      total_cost: 600,
      idle_saving: 100,
      rightsize_saving: 100,
      total_saving: 200,
      cost_after: 400,
    });
    const { ranking } = await rankCosts(data, '', signal);
    expect(ranking.map(({ item, share_percent }) => [item, share_percent])).toEqual([
      ['busy', 50],
      ['half', 33.3333],
      ['idle', 16.6667],
    ]);
  });

  it('stops when it is told to', async () => {
    const stopper = new AbortController();
    stopper.abort();
    await expect(parseDataset({ name: 'd', format: 'csv', content: 'a\n1' }, stopper.signal)).rejects.toThrow(
      /abort/i,
    );
  });
});

describe('reading questions', () => {
  it.each([
    ['next 3 months', { count: 3, unit: 'month' }],
    ['a 14-day forecast', { count: 14, unit: 'day' }],
    ['for the next week', { count: 1, unit: 'week' }],
    ['in two quarters', { count: 2, unit: 'quarter' }],
    ['over the last 30 days', { count: 3, unit: 'step' }],
  ])('reads the horizon of %j', (text, horizon) => {
    expect(readHorizon(text)).toEqual(horizon);
  });

  it('reads limits, rules and wishes', () => {
    expect(readCapacity('Our capacity is 1,200 GB.')).toBe(1200);
    const rules =
      'Idle means below 10 %. Rightsize what is under 50% and assume that rightsizing saves 30 %.';
    expect(readSavingRules(rules)).toMatchObject({ rightsizeBelowPercent: 50, rightsizeSavesPercent: 30 });
    expect(readSavingRules('treat as idle anything below 10 %').idleBelowPercent).toBe(10);
    expect(readWishes('Any outliers?')).toMatchObject({
      anomalies: true,
      forecast: false,
      everything: false,
    });
    expect(readWishes('A thorough analysis, please')).toMatchObject({
      everything: true,
      anomalies: true,
      forecast: true,
    });
  });

  it('recalls the sentence that shares most words', () => {
    const earlier = [
      { prose: 'The code is QX-81. The colour of the logo is blue.' },
      { prose: 'What is the code?' },
    ];
    expect(recall('Tell me the code', earlier).sentence).toBe('The code is QX-81.');
    expect(recall('Which logo colour did we choose?', earlier).sentence).toBe(
      'The colour of the logo is blue.',
    );
    expect(recall('Which planet?', earlier).found).toBe(false);
  });
});
