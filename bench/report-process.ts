/** Writes the HTML report of a large campaign in a process of its own; says what that took. */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { renderHtml } from '../reports/html/render.tsx';
import { largeReport } from './large-report.ts';
import type { RenderOutcome } from './report.ts';

const { values } = parseArgs({
  options: {
    file: { type: 'string', default: '' },
    checks: { type: 'string', default: '1' },
    trials: { type: 'string', default: '1' },
    entries: { type: 'string', default: '1' },
    only: { type: 'string', default: 'render' },
  },
});

const report = largeReport({
  checks: Number(values.checks),
  trials: Number(values.trials),
  entriesEach: Number(values.entries),
});
const startedAt = performance.now();
const html = values.only === 'render' ? renderHtml(report) : '';
const renderMs = performance.now() - startedAt;
writeFileSync(values.file, html);
const outcome: RenderOutcome = {
  renderMs,
  bytes: Buffer.byteLength(html),
  peakResidentBytes: process.resourceUsage().maxRSS * 1024,
};
process.send?.(outcome);
if (process.connected) process.disconnect();
