/** Part f: the HTML report of a large campaign: what it takes to write, how long it is, how soon a browser can use it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { findBrowser, openBrowser } from '../harness/selftest/browser.ts';
import type { ReportShape } from './large-report.ts';
import { nextMessage, startProcess } from './processes.ts';
import { type Spread, spreadOf } from './ratio.ts';
import { figure, table } from './table.ts';

/** What a rendering process says when it is done. */
export interface RenderOutcome {
  readonly renderMs: number;
  readonly bytes: number;
  readonly peakResidentBytes: number;
}

export interface ReportSize {
  readonly repetitions: number;
  readonly shape: ReportShape;
}

export interface ReportRow extends ReportShape {
  readonly megabytes: number;
  readonly renderMs: Spread;
  readonly peakResidentMb: Spread;
  /** Of a process that holds the document and does not write it. */
  readonly restingMb: Spread;
  /** From opening to the first keystroke that narrowed the page; none where there is no browser. */
  readonly usableMs: Spread | undefined;
}

export const FULL_REPORT: ReportSize = {
  repetitions: 3,
  shape: { checks: 300, trials: 5_000, entriesEach: 200 },
};
export const TINY_REPORT: ReportSize = { repetitions: 1, shape: { checks: 10, trials: 10, entriesEach: 10 } };

const MB = 2 ** 20;

export async function measureReport({ repetitions, shape }: ReportSize): Promise<ReportRow> {
  const dir = mkdtempSync(join(tmpdir(), 'bench-'));
  const file = join(dir, 'report.html');
  try {
    const resting = await outcomes(shape, file, 'hold', repetitions);
    const rendered = await outcomes(shape, file, 'render', repetitions);
    const usable = await usableTimes(file, repetitions);
    const peaks = (all: readonly RenderOutcome[]): Spread =>
      spreadOf(all.map(({ peakResidentBytes }) => peakResidentBytes / MB));
    return {
      ...shape,
      megabytes: (rendered[0]?.bytes ?? 0) / MB,
      renderMs: spreadOf(rendered.map(({ renderMs }) => renderMs)),
      peakResidentMb: peaks(rendered),
      restingMb: peaks(resting),
      usableMs: usable.length === 0 ? undefined : spreadOf(usable),
    };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

async function outcomes(
  { checks, trials, entriesEach }: ReportShape,
  file: string,
  only: 'render' | 'hold',
  repetitions: number,
): Promise<readonly RenderOutcome[]> {
  const all: RenderOutcome[] = [];
  for (let repetition = 0; repetition < repetitions; repetition += 1) {
    const size = ['--checks', String(checks), '--trials', String(trials), '--entries', String(entriesEach)];
    const child = startProcess('report-process.ts', ['--file', file, '--only', only, ...size]);
    all.push((await nextMessage(child)) as RenderOutcome);
  }
  return all;
}

/** A page of its own each time, in a browser that is already there. */
async function usableTimes(file: string, repetitions: number): Promise<readonly number[]> {
  const path = findBrowser();
  if (path === undefined) return [];
  const browser = await openBrowser(path);
  try {
    const times: number[] = [];
    for (let repetition = 0; repetition < repetitions; repetition += 1) {
      const page = await browser.newPage();
      const startedAt = performance.now();
      await page.goto(pathToFileURL(file).href);
      await page.keyboard.press('/');
      await page.keyboard.type('1');
      await page.locator('.tools output:text("shown")').waitFor();
      times.push(performance.now() - startedAt);
      await page.close();
    }
    return times;
  } finally {
    await browser.close();
  }
}

export const reportTable = (row: ReportRow): string =>
  table(
    [
      'checks',
      'trials',
      'entries',
      'file, MB',
      'to render, ms',
      'peak resident, MB',
      'without rendering, MB',
      'to usable, ms',
    ],
    [
      [
        String(row.checks),
        String(row.trials),
        String(row.trials * row.entriesEach),
        figure(row.megabytes, 1),
        figure(row.renderMs.median, 0),
        figure(row.peakResidentMb.max, 0),
        figure(row.restingMb.max, 0),
        row.usableMs === undefined ? 'no browser' : figure(row.usableMs.median, 0),
      ],
    ],
  );
