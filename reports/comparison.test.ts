import { expect, it } from 'vitest';
import { compareReports } from '../harness/compare/compare-reports.ts';
import { assembleReport } from '../harness/report/assemble.ts';
import { greenCampaign } from '../harness/report/sample-campaign.ts';
import { renderComparison, renderComparisonMarkdown } from './comparison.ts';

const GREEN = assembleReport(greenCampaign());
const HOSTILE = 'agent|<script>`@ada';

const samples = (of: string, from: number) => ({
  measure: 'tool-to-end' as const,
  of,
  ms: Array.from({ length: 30 }, (_, index) => from + index / 10),
  n: 30,
  observerErrorMs: 1,
});
const COMPARISON = compareReports(
  { ...GREEN, samples: [samples('calm', 100), samples(HOSTILE, 100)] },
  { ...GREEN, samples: [samples('calm', 100), samples(HOSTILE, 150)] },
);

it('tells people what is worse first, with figures', () => {
  const lines = renderComparison(COMPARISON).split('\n');
  const [worse, calm] = lines.filter((line) => line.includes('tool-to-end, ') && line.includes('n=30'));
  expect(worse).toMatch(
    /worse +101 ms \(n=30\) -> 151 ms \(n=30\); \+50\.0 ms, 49\.6 ms to 50\.4 ms; p < 0\.001$/,
  );
  expect(calm).toContain('no worse than the margin');
});

it('is Markdown in which names of the target stay words', () => {
  const text = renderComparisonMarkdown(COMPARISON);
  expect(text).toContain('| **worse** |');
  expect(text).not.toContain('<script>');
  expect(text).not.toContain('agent|');
  expect(text).not.toContain('@ada');
});
