import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { startEmbeddedServer } from '../../../reference/store/embedded.ts';
import { campaignAt } from '../campaigns.ts';
import type { Look } from './look.ts';
import { DEVIATING, folderOf, lookAgain } from './look-again.ts';

const ID = 'D-GREETING-WRONG-USER';
const LOOK: Look = {
  job: { id: ID, defect: ID, seed: 1, selectors: ['CN-2'], agentRuns: 0, alone: false, seconds: 1 },
  ...{ alone: false, noise: [], tookMs: 1, commit: 'abc' },
  ...{ judged: 1, whole: 0, falseAlarms: [], failed: [], open: [], caught: [] },
  deviations: ['CN-2 must fail, and is pass'],
};

it('judges what deviated again from the evidence of the campaign driven last, and nothing else', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'look-again-'));
  const kept = join(folder, DEVIATING, folderOf(ID, false));
  mkdirSync(kept, { recursive: true });
  expect(lookAgain(LOOK, folder)).toBe(LOOK); // no evidence is left
  const server = await startEmbeddedServer();
  try {
    for (const defects of [[], [ID]])
      await campaignAt(await server.createDatabase(), kept, { defects, selectors: ['CN-2'] });
    expect(existsSync(join(kept, 'latest'))).toBe(true);
    expect(lookAgain(LOOK, folder)).toMatchObject({
      failed: ['CN-2'],
      deviations: [],
      commit: 'abc',
      judged: 1,
    });
    const whole = { ...LOOK, deviations: [] };
    expect(lookAgain(whole, folder)).toBe(whole);
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}, 60_000);
