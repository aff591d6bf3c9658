import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { HarnessError } from '../core/errors.ts';
import { shardWord } from '../core/shard.ts';
import { decodeTranscript, type ReadTranscript } from '../evidence/codec.ts';
import type { Plan } from '../plan/plan.ts';
import { readPlan } from '../plan/seal.ts';

/** Where things lie in a campaign's folder. */
export const planPath = (dir: string): string => join(dir, 'plan.json');
export const evidencePath = (dir: string): string => join(dir, 'evidence');
const transcriptPath = (dir: string, trial: string): string => join(evidencePath(dir), `${trial}.ndjson`);

/** A transcript above this is not read: nothing we write comes near it. */
const LARGEST_TRANSCRIPT_BYTES = 512 * 1024 * 1024;

/**
 * Makes the folder of a new campaign, or of a part of one, for its owner's eyes, with the sealed plan in it.
 * @throws HarnessError `CONFIG_INVALID` when there is a campaign of that name.
 */
export function createFolder(resultsDir: string, plan: Plan): string {
  const dir = join(resultsDir, folderName(plan));
  if (existsSync(planPath(dir)))
    throw new HarnessError('CONFIG_INVALID', `${dir} holds a campaign already: expected a name of its own`, {
      hint: 'name another --campaign, or another --output-dir',
    });
  mkdirSync(evidencePath(dir), { recursive: true, mode: 0o700 });
  writeFileSync(planPath(dir), `${JSON.stringify(plan, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
  if (plan.shard === undefined) pointLatest(resultsDir, dir);
  return dir;
}

function folderName({ campaign, shard }: Plan): string {
  return shard === undefined ? campaign : `${campaign}.${shardWord(shard).replace('/', '-of-')}`;
}

/** Evidence is private and large: of campaigns older than this many days it is removed, the reports stay. */
export function pruneEvidence(resultsDir: string, nowWall: number, keepDays: number): void {
  const oldest = nowWall - keepDays * 86_400_000;
  for (const name of foldersOf(resultsDir)) {
    const evidence = evidencePath(join(resultsDir, name));
    const touched = statSync(evidence, { throwIfNoEntry: false })?.mtimeMs;
    if (touched !== undefined && touched < oldest) rmSync(evidence, { recursive: true, force: true });
  }
}

/** Only folders that hold a plan: nothing else in there is ours to touch. */
function foldersOf(resultsDir: string): readonly string[] {
  try {
    return readdirSync(resultsDir, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && existsSync(planPath(join(resultsDir, entry.name))))
      .map(({ name }) => name);
  } catch {
    return [];
  }
}

/** `latest` is a convenience: where links cannot be made, nothing depends on it. */
function pointLatest(resultsDir: string, dir: string): void {
  const link = join(resultsDir, 'latest');
  try {
    rmSync(link, { force: true });
    symlinkSync(basename(dir), link);
  } catch {
    // Somebody else's campaign made it at the same moment, or the file system has no links.
  }
}

/**
 * The plan of a stored campaign.
 * @throws HarnessError `EVIDENCE_INVALID` when there is none or it cannot be read.
 */
export function loadPlan(dir: string): Plan {
  let text: string;
  try {
    text = readFileSync(planPath(dir), 'utf8');
  } catch (cause) {
    const message = `${dir} holds no plan.json: expected the folder of a campaign, for example results/latest`;
    throw new HarnessError('EVIDENCE_INVALID', message, { cause });
  }
  return readPlan(text);
}

/** One transcript as it lies on disk; undefined when there is none. */
export function loadTranscript(dir: string, trial: string): ReadTranscript | undefined {
  const path = transcriptPath(dir, trial);
  try {
    if (statSync(path).size > LARGEST_TRANSCRIPT_BYTES) return { damage: 'it is larger than any we write' };
    return decodeTranscript(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

/** The trials of the plan whose transcripts have come to their end. */
export function sealedTrials(dir: string, { trials }: Plan): ReadonlySet<string> {
  const isSealed = ({ id }: { readonly id: string }): boolean =>
    loadTranscript(dir, id)?.transcript?.seal !== undefined;
  return new Set(trials.filter(isSealed).map(({ id }) => id));
}

/** Takes over the transcripts of these trials from another folder, as far as they are there. */
export function copyTranscripts(from: string, to: string, trials: readonly string[]): void {
  for (const trial of trials) {
    const source = transcriptPath(from, trial);
    if (existsSync(source)) copyFileSync(source, transcriptPath(to, trial));
  }
}

/** Writes an artefact whole or not at all. */
export function writeArtefact(dir: string, name: string, text: string): void {
  const path = join(dir, name);
  writeFileSync(`${path}.part`, text, { mode: 0o600 });
  renameSync(`${path}.part`, path);
}
