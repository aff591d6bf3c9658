/** The looks of a run as they are kept while it goes on, so that one that was stopped can be taken up again. */
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { parseJson } from '../../core/json.ts';
import { type Look, look } from './look.ts';

/** Adds one line. */
export function keep(file: string, one: Look): void {
  appendFileSync(file, `${JSON.stringify(one)}\n`, { mode: 0o600 });
}

/** Writes all of them anew. */
export function keepAll(file: string, all: readonly Look[]): void {
  writeFileSync(file, all.map((one) => `${JSON.stringify(one)}\n`).join(''), { mode: 0o600 });
}

/** What was kept; the last line may be cut off. */
export function readKept(file: string): readonly Look[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((line) => look.safeParse(parseJson(line)).data ?? []);
}
