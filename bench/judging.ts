/**
 * Part d: a million entries judged one transcript at a time, within 512 MB: what it takes, and how many times
 * what it would take to only parse them.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CampaignShape, writeCampaign } from './campaign.ts';
import { nextMessage, startProcess } from './processes.ts';
import { ratioOf, type Spread, spreadOf } from './ratio.ts';
import { figure, spread, table } from './table.ts';

/** What a judging process says when it is done. */
export interface JudgingOutcome {
  readonly entries: number;
  readonly passes: number;
  readonly cpuMs: number;
  readonly wallMs: number;
  readonly peakResidentBytes: number;
}

export interface JudgingSize {
  readonly repetitions: number;
  readonly shapes: readonly CampaignShape[];
}

export interface JudgingRow extends CampaignShape {
  readonly entries: number;
  /** Passing findings: that the checks did judge. */
  readonly passes: number;
  readonly wallMs: Spread;
  readonly cpuMs: Spread;
  readonly peakResidentMb: Spread;
  readonly parsePeakResidentMb: Spread;
  readonly ratio: Spread;
}

/** The bound, for the heap as an option of Node and for the whole process as it was measured. */
const BOUND_MB = 512;

export const FULL_JUDGING: JudgingSize = {
  repetitions: 2,
  shapes: [
    { transcripts: 100, entriesEach: 10_000 },
    // As long as the limits of the default profile let a transcript become.
    { transcripts: 2, entriesEach: 100_000 },
  ],
};

export const TINY_JUDGING: JudgingSize = { repetitions: 1, shapes: [{ transcripts: 2, entriesEach: 400 }] };

async function outcomeOf(dir: string, only: 'parse' | 'judge'): Promise<JudgingOutcome> {
  const child = startProcess(
    'judge-process.ts',
    ['--dir', dir, '--only', only],
    [`--max-old-space-size=${BOUND_MB}`],
  );
  return (await nextMessage(child)) as JudgingOutcome;
}

const megabytes = (outcomes: readonly JudgingOutcome[]): Spread =>
  spreadOf(outcomes.map(({ peakResidentBytes }) => peakResidentBytes / 2 ** 20));

async function measureShape(shape: CampaignShape, repetitions: number): Promise<JudgingRow> {
  const dir = mkdtempSync(join(tmpdir(), 'bench-'));
  try {
    writeCampaign(dir, shape);
    const judged: JudgingOutcome[] = [];
    const parsed: JudgingOutcome[] = [];
    for (let repetition = 0; repetition < repetitions; repetition += 1) {
      judged.push(await outcomeOf(dir, 'judge'));
      parsed.push(await outcomeOf(dir, 'parse'));
    }
    const cpu = (outcomes: readonly JudgingOutcome[]): readonly number[] =>
      outcomes.map(({ cpuMs }) => cpuMs);
    return {
      ...shape,
      entries: judged[0]?.entries ?? 0,
      passes: judged[0]?.passes ?? 0,
      wallMs: spreadOf(judged.map(({ wallMs }) => wallMs)),
      cpuMs: spreadOf(cpu(judged)),
      peakResidentMb: megabytes(judged),
      parsePeakResidentMb: megabytes(parsed),
      ratio: ratioOf(cpu(judged), cpu(parsed)),
    };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

export async function measureJudging(size: JudgingSize): Promise<readonly JudgingRow[]> {
  const rows: JudgingRow[] = [];
  for (const shape of size.shapes) rows.push(await measureShape(shape, size.repetitions));
  return rows;
}

export function judgingTable(rows: readonly JudgingRow[]): string {
  return table(
    [
      'transcripts',
      'entries',
      'CPU, s',
      'elapsed, s',
      'peak resident, MB',
      'parsing only, MB',
      'CPU against parsing: median (min to max)',
    ],
    rows.map(({ transcripts, entries, cpuMs, wallMs, peakResidentMb, parsePeakResidentMb, ratio }) => [
      String(transcripts),
      String(entries),
      figure(cpuMs.median / 1000, 1),
      figure(wallMs.median / 1000, 1),
      figure(peakResidentMb.max, 0),
      figure(parsePeakResidentMb.max, 0),
      spread(ratio),
    ]),
  );
}
