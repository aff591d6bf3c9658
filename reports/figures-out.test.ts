import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { assembleReport } from '../harness/report/assemble.ts';
import type { CampaignReport } from '../harness/report/model.ts';
import { greenCampaign, redCampaign } from '../harness/report/sample-campaign.ts';
import { renderBadge } from './badge.ts';
import { renderConnectivity } from './connectivity.ts';
import { renderOpenMetrics } from './openmetrics.ts';
import { renderStatsCsv } from './stats-csv.ts';
import { brokenReport, hostileReport, stoppedReport } from './test-support/reports.ts';

const red = assembleReport(redCampaign());
const REPORTS = [
  red,
  assembleReport(greenCampaign()),
  hostileReport(),
  stoppedReport(),
  brokenReport('fail'),
];

describe('the badge', () => {
  it.each([
    [red, '2 broken', 'red'],
    [assembleReport(greenCampaign()), '2 of 2 pass', 'brightgreen'],
    [{ ...red, exitCode: 3 }, '1 undecided', 'yellow'],
    [stoppedReport(), 'not ready', 'lightgrey'],
  ] as const)('tells the verdict, %#', (report, message, color) => {
    const isError = report.exitCode !== 0;
    expect(JSON.parse(renderBadge(report))).toEqual({
      schemaVersion: 1,
      label: 'conformance',
      message,
      color,
      isError,
    });
  });
});

describe('the statistics', () => {
  const rowsOf = (report: CampaignReport): readonly Record<string, string>[] =>
    parse(renderStatsCsv(report), { columns: true });

  it('have every estimate with n, bounds and confidence', () => {
    const p95 = rowsOf(red).find(({ name, statistic }) => name === 'completion' && statistic === 'p95');
    expect(p95).toMatchObject({
      point: '11800',
      low: '8500',
      high: '',
      confidence: '0.9',
      n: '9',
      unit: 'ms',
    });
    const skew = rowsOf(red).find(({ name }) => name === 'skew');
    expect(skew).toMatchObject({ low: '-30', high: '45', n: '12' });
  });

  it('hold no formula and no second line of the target', () => {
    const of = '=HYPERLINK("http://evil.example")\r\n-1+1';
    const rows = rowsOf({ ...red, measures: red.measures.map((one) => ({ ...one, of })) });
    for (const row of rows) expect(row['of']).not.toMatch(/^[=+\-@]|\n/);
    expect(rowsOf(hostileReport()).length).toBe(rowsOf(red).length);
  });
});

describe('the metrics', () => {
  const LABEL = '[a-z_]+="(?:[^"\\\\\\n]|\\\\["\\\\n])*"';
  const SAMPLE = new RegExp(`^([a-z_]+)(?:\\{${LABEL}(?:,${LABEL})*\\})? (-?[0-9.e+-]+)$`);

  it.each(REPORTS)('are OpenMetrics: families once, samples of their family, an end, %#', async (report) => {
    const lines = (await renderOpenMetrics(report)).split('\n');
    expect(lines.splice(-2)).toEqual(['# EOF', '']);
    const families = new Set<string>();
    const series = new Set<string>();
    let family = '';
    for (const line of lines) {
      const [, kind, name] = /^# (HELP|TYPE) ([a-z_]+) /.exec(line) ?? [];
      if (kind === 'HELP') {
        family = name ?? '';
        expect(families.has(family)).toBe(false);
      }
      if (kind !== undefined) expect(name).toBe(family);
      families.add(family);
      if (kind !== undefined) continue;
      expect(line).toMatch(SAMPLE);
      expect(SAMPLE.exec(line)?.[1]).toBe(family);
      expect(series.has(line.replace(/ \S+$/, ''))).toBe(false);
      series.add(line.replace(/ \S+$/, ''));
    }
  });

  it('are in base units', async () => {
    const text = await renderOpenMetrics(red);
    expect(text).toMatch(
      /latency_seconds\{measure="completion",of="",statistic="p95",bound="point",.*\} 11.8\n/,
    );
    expect(text).toMatch(/requirements\{level="MUST",verdict="fail",.*\} 2\n/);
    expect(text).not.toContain('limit_kept');
  });
});

describe('the connectivity report', () => {
  it('states host, version, connect and ping with n, who was let in, the clock, and what was not verified', () => {
    const text = renderConnectivity(red);
    for (const part of [
      '# Connectivity of staging.example.com',
      '- version: `1.4.2`',
      '| ping | 80 | 0 | 9.00 ms | 12.3 ms |',
      'No sample of connect (n=0).',
      '| bad token: garbage | refused with 401 | 1 |',
      'between -30.0 ms and 45.0 ms (over 12 answers)',
      '- That tokens of these kinds are refused',
    ])
      expect(text).toContain(part);
  });

  it('says what was not seen at all', () => {
    const text = renderConnectivity(stoppedReport());
    for (const part of [
      'version: not told',
      'No sample of connect or ping (n=0).',
      'No dial was made (n=0).',
      'No answer carried a date',
    ])
      expect(text).toContain(part);
  });

  it('shows nothing of the target that acts', () => {
    const text = renderConnectivity(hostileReport());
    expect(text).not.toMatch(/[^\P{C}\n]/u);
    expect(text.replace(/(?<!`)(`+)(?!`)[^\n]*?(?<!`)\1(?!`)/g, '')).not.toMatch(/<img|@team|http:\/\/evil/);
  });
});
