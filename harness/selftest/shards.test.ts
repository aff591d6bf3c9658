/** A campaign spread over machines says what one machine would have said. */
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadPlan } from '../campaign/folder.ts';
import { startReferenceProcess } from '../campaign/reference-process.ts';
import type { Shard } from '../core/shard.ts';
import { shardPlan, trialsHere } from '../plan/shard.ts';
import { runCommandLine } from './command.ts';

const PARTS = 4;
const SHARDS: readonly Shard[] = [
  ...Array.from({ length: PARTS }, (_, index) => ({ part: index + 1, of: PARTS })),
  { part: 'alone' },
];
/** Quiet trials and loud ones, an opening and a closing, and a claim that is topped up. */
const SELECTED = ['connectivity', 'lifecycle', 'LT-1'] as const;

let folder: string;
let reference: Awaited<ReturnType<typeof startReferenceProcess>>;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'agent-conformance-shards-'));
  reference = await startReferenceProcess(['--thinking-ms', '20']);
});
afterAll(async () => {
  await reference.stop();
  rmSync(folder, { recursive: true, force: true });
});

const run = (dir: string, ...more: readonly string[]) =>
  runCommandLine(['run', ...SELECTED, '--output-dir', dir, ...more], { ...reference.variables });

describe('the parts of a campaign', () => {
  it('give the very report of one machine on the same evidence', async () => {
    const dir = join(folder, 'whole');
    // Whatever it says: a busy machine may leave a latency undecided.
    const { code } = await run(dir);
    const [campaign = ''] = readdirSync(dir).filter((name) => name !== 'latest');
    const whole = join(dir, campaign);
    const parts = join(folder, 'split');
    for (const [index, shard] of SHARDS.entries()) cutOut(whole, join(parts, `machine-${index}`), shard);
    const merged = await runCommandLine(['merge', parts, '--output-dir', join(folder, 'again')]);
    expect(merged.code).toBe(code);
    const reportIn = (at: string): string => readFileSync(join(at, campaign, 'report.json'), 'utf8');
    expect(reportIn(join(folder, 'again'))).toBe(reportIn(dir));
    rmSync(join(parts, 'machine-1'), { recursive: true });
    const incomplete = await runCommandLine(['merge', parts, '--output-dir', join(folder, 'incomplete')]);
    expect(incomplete.stderr).toMatch(/part 2\/4 is missing/);
    expect(incomplete.code).toBe(5);
  });
});

/** The folder that one machine would have left of this campaign. */
function cutOut(whole: string, part: string, shard: Shard): void {
  const plan = shardPlan(loadPlan(whole), shard);
  mkdirSync(join(part, 'evidence'), { recursive: true });
  writeFileSync(join(part, 'plan.json'), JSON.stringify(plan));
  const driven = new Set(readdirSync(join(whole, 'evidence')));
  for (const { id } of trialsHere(plan)) {
    const name = join('evidence', `${id}.ndjson`);
    if (driven.has(`${id}.ndjson`)) cpSync(join(whole, name), join(part, name));
  }
}
