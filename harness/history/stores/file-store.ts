/**
 * The history as a file: one line of JSON for each campaign. Whoever writes holds a lock, so that campaigns that end at the
 * same moment lose none; a line that cannot be read, or is of another version, is passed over and kept until it is the
 * oldest.
 */
import { appendFile, mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { lock } from 'proper-lockfile';
import { parseJson } from '../../core/json.ts';
import { entrySchema, type HistoryEntry } from '../entry.ts';
import type { HistoryStore } from './store.ts';

/** Ten times the whole catalogue with every figure. */
const LARGEST_LINE_BYTES = 1024 * 1024;
/** Of a file with more lines, or with more bytes, the newest lines are kept, three quarters of the bound. */
const MOST_LINES = 1_000;
const MOST_BYTES = 64 * 1024 * 1024;
const KEPT_SHARE = 0.75;

/** A lock that nobody refreshed for so long is of a process that died. */
const STALE_MS = 10_000;
const RETRIES = { retries: 20, factor: 1.3, minTimeout: 20, maxTimeout: 500 };

/** The store in `history.ndjson` of the results folder. */
export function openFileStore(resultsDir: string): HistoryStore {
  const path = join(resultsDir, 'history.ndjson');
  return {
    async append(entry) {
      const line = JSON.stringify(entry);
      if (Buffer.byteLength(line) > LARGEST_LINE_BYTES)
        throw new RangeError(`an entry of ${line.length} characters is too large for the history`);
      await mkdir(resultsDir, { recursive: true });
      // The file itself need not be there yet.
      const release = await lock(path, { realpath: false, stale: STALE_MS, retries: RETRIES });
      try {
        await appendFile(path, `${await lineBreakMissing(path)}${line}\n`, { mode: 0o600 });
        await compact(path);
      } finally {
        await release();
      }
    },
    async read(target, most) {
      const found = new Map<string, HistoryEntry>();
      for (const line of [...(await linesOf(path))].reverse()) {
        const parsed = entrySchema.safeParse(parseJson(line));
        if (!parsed.success || parsed.data.target !== target || found.has(parsed.data.campaign)) continue;
        found.set(parsed.data.campaign, parsed.data);
        if (found.size >= most) break;
      }
      return [...found.values()].reverse();
    },
    close: async () => undefined,
  };
}

async function linesOf(path: string): Promise<readonly string[]> {
  return (await readText(path)).split('\n').filter((line) => line !== '');
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw cause;
  }
}

/** After a process that died while it wrote, the next line must not become part of its last one. */
async function lineBreakMissing(path: string): Promise<string> {
  const text = await readText(path);
  return text === '' || text.endsWith('\n') ? '' : '\n';
}

async function compact(path: string): Promise<void> {
  const { size } = await stat(path);
  const lines = await linesOf(path);
  if (lines.length <= MOST_LINES && size <= MOST_BYTES) return;
  let bytes = 0;
  const kept: string[] = [];
  for (const line of [...lines].reverse()) {
    bytes += Buffer.byteLength(line) + 1;
    if (kept.length >= MOST_LINES * KEPT_SHARE || bytes > MOST_BYTES * KEPT_SHARE) break;
    kept.unshift(line);
  }
  await writeFile(`${path}.part`, `${kept.join('\n')}\n`, { mode: 0o600 });
  await rename(`${path}.part`, path);
}
