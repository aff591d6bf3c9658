import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EmbeddedServer, startEmbeddedServer } from '../../reference/store/embedded.ts';
import { entryOf, type HistoryEntry } from '../history/entry.ts';
import { openHistory } from '../history/stores/open.ts';
import type { HistoryStore } from '../history/stores/store.ts';
import { assembleReport } from '../report/assemble.ts';
import { greenCampaign } from '../report/sample-campaign.ts';

const GREEN = entryOf(assembleReport(greenCampaign()));
if (GREEN === undefined) throw new Error('the sample campaign has no entry');
const entry = (index: number, over: Partial<HistoryEntry> = {}): HistoryEntry => ({
  ...GREEN,
  campaign: `c-${index}`,
  at: new Date(Date.UTC(2026, 0, 1, index)).toISOString(),
  ...over,
});

let dir: string;
let server: EmbeddedServer;
let url: string;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'agent-conformance-history-'));
  server = await startEmbeddedServer();
  url = await server.createDatabase();
}, 60_000);
afterAll(async () => {
  await server.stop();
  rmSync(dir, { recursive: true, force: true });
});

const openFile = (name: string): Promise<HistoryStore> =>
  openHistory({ resultsDir: join(dir, name), historyUrl: undefined });

describe.each([
  ['a file', () => openFile('both')],
  ['a database', () => openHistory({ resultsDir: dir, historyUrl: url })],
])('a history in %s', (_name, open) => {
  it('gives back what was put in, of one target, the newest, each campaign once', async () => {
    const store = await open();
    expect(await store.read('staging', 10)).toEqual([]);
    for (const one of [
      entry(1),
      entry(2),
      entry(3, { target: 'other' }),
      entry(4),
      entry(4, { exitCode: 1 }),
    ])
      await store.append(one);
    expect(await store.read('staging', 2)).toEqual([entry(2), entry(4, { exitCode: 1 })]);
    await store.close();
    const again = await open();
    expect((await again.read('staging', 10)).map(({ campaign }) => campaign)).toEqual(['c-1', 'c-2', 'c-4']);
    await again.close();
  });

  it('loses nothing of campaigns that end at the same moment', async () => {
    await Promise.all(
      Array.from({ length: 12 }, async (_, index) => {
        const store = await open();
        await store.append(entry(index, { target: 'crowd', campaign: `crowd-${index}` }));
        await store.close();
      }),
    );
    const store = await open();
    expect(await store.read('crowd', 100)).toHaveLength(12);
    await store.close();
  });
});

describe('the file', () => {
  it('survives a process that died while it wrote, and lines it does not know', async () => {
    const store = await openFile('damaged');
    await store.append(entry(1));
    const path = join(dir, 'damaged', 'history.ndjson');
    appendFileSync(path, '{"format":"agent-conformance/history-entry@9"}\n{"format":"agent-con');
    await store.append(entry(2));
    expect((await store.read('staging', 10)).map(({ campaign }) => campaign)).toEqual(['c-1', 'c-2']);
  });

  it('is compacted to its newest lines', async () => {
    const store = await openFile('long');
    await store.append(entry(0));
    const path = join(dir, 'long', 'history.ndjson');
    const lines = Array.from({ length: 1_000 }, (_, index) => JSON.stringify(entry(index + 1)));
    writeFileSync(path, `${lines.join('\n')}\n`);
    await store.append(entry(2_000));
    const kept = readFileSync(path, 'utf8').trim().split('\n');
    expect(kept).toHaveLength(750);
    expect(kept.at(-1)).toBe(JSON.stringify(entry(2_000)));
  });

  it('refuses an entry that is none of ours by its size', async () => {
    const store = await openFile('large');
    await expect(store.append(entry(1, { url: 'x'.repeat(2_000_000) }))).rejects.toThrow(/too large/);
  });
});

it('a database that is not there is told', async () => {
  const nowhere = 'postgresql://nobody@127.0.0.1:1/none';
  await expect(openHistory({ resultsDir: dir, historyUrl: nowhere })).rejects.toThrow();
});
