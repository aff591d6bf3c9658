/** `npm run prove`: every check against defects that it must notice, and against deployments that have none. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import { DEFECT_CATALOGUE } from '../../../reference/defects/catalogue.ts';
import type { DefectFacts } from '../../../reference/defects/defect.ts';
import { wholeNumber } from '../../cli/values.ts';
import { HarnessError } from '../../core/errors.ts';
import { systemClock } from '../../driver/system-clock.ts';
import type { Extent } from './job.ts';
import type { Look } from './look.ts';
import { killMatrixPage, withFigures } from './pages.ts';
import type { Proof } from './proof.ts';
import { type Progress, runProof } from './run.ts';
import { summary } from './summary.ts';

interface Options {
  readonly full?: true;
  readonly part?: true;
  readonly rotation?: number;
  readonly processes: number;
  readonly atOnce: number;
  readonly patience: number;
  readonly clean?: number;
  readonly resume?: true;
  readonly publish?: true;
}

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

const MOST = 999_999_999;
const whole = wholeNumber(0, MOST);
const positive = wholeNumber(1, MOST);

/** What git says, or nothing where there is no repository. */
function git(...args: readonly string[]): string | undefined {
  try {
    return execFileSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return undefined;
  }
}

const DAY_MS = 86_400_000;

/** Each commit drives another part; without a repository each day does. */
function rotationNow(): number {
  const commits = git('rev-list', '--count', 'HEAD');
  return commits === undefined ? Math.floor(systemClock.wall() / DAY_MS) : Number(commits);
}

function chosen(ids: readonly string[]): readonly DefectFacts[] {
  const unknown = ids.filter((id) => !DEFECT_CATALOGUE.some((defect) => defect.id === id));
  if (unknown.length > 0)
    throw new HarnessError(
      'CONFIG_INVALID',
      `no such defect: ${unknown.join(', ')}; expected ids of reference/defects`,
    );
  return ids.length === 0 ? DEFECT_CATALOGUE : DEFECT_CATALOGUE.filter(({ id }) => ids.includes(id));
}

const CLEAN: Readonly<Record<Extent, number>> = { part: 1, default: 6, full: 300 };

/** Mutants of each operator. */
const MUTANTS: Readonly<Record<Extent, number>> = { part: 0, default: 10, full: 200 };

function tell({ job, alone, tookMs, deviations }: Look, { done, of }: Progress): void {
  const how = alone ? ', alone' : '';
  const took = `${(tookMs / 1000).toFixed(1)} s${how}`;
  say(`${String(done).padStart(4)}/${of} ${deviations.length === 0 ? '✓' : '✗'} ${job.id} (${took})`);
  for (const what of deviations) say(`          ${what}`);
}

function extentOf({ full, part }: Options): Extent {
  if (full) return 'full';
  return part ? 'part' : 'default';
}

async function run(ids: readonly string[], options: Options): Promise<Proof> {
  const extent = extentOf(options);
  // A full run leaves nothing out that could turn, and may be taken up again at another commit.
  const rotation = options.rotation ?? (extent === 'full' ? 0 : rotationNow());
  const folder = resolve('results', 'prove', ids.length > 0 ? 'chosen' : extent);
  const { processes, atOnce, patience } = options;
  say(
    `${extent}, rotation ${rotation}, ${processes} processes, ${atOnce} campaigns at once in each; ${folder}`,
  );
  const proof = await runProof({
    defects: chosen(ids),
    isWhole: ids.length === 0 && extent !== 'part',
    ...{ extent, rotation, processes, atOnce, patience, folder },
    cleanCampaigns: options.clean ?? (ids.length > 0 ? 0 : CLEAN[extent]),
    mutants: ids.length > 0 ? 0 : MUTANTS[extent],
    commit: git('rev-parse', '--short', 'HEAD') ?? 'unknown',
    resume: options.resume === true,
    onLook: tell,
  });
  writeFileSync(join(folder, 'proof.json'), textOf(proof));
  return proof;
}

const textOf = (proof: Proof): string => `${JSON.stringify(proof, null, 2)}\n`;

/** Puts the figures of a whole run where they are read. */
function publish(proof: Proof): void {
  writeFileSync('docs/proof.json', textOf(proof));
  writeFileSync('docs/kill-matrix.md', killMatrixPage(proof));
  writeFileSync('README.md', withFigures(readFileSync('README.md', 'utf8'), proof));
}

const program = new Command('prove')
  .description('Proves the checks: each must notice its defects, and nothing where nothing is wrong.')
  .argument('[defects...]', 'only these; all of them without any')
  .option('--full', 'every defect against every suite, hundreds of clean campaigns; takes hours')
  .option('--part', 'a part of the defects, turned by the rotation: for the gate')
  .option('--rotation <number>', 'which part; the number of commits, or the day', whole)
  .option('--processes <number>', 'driving processes', positive, 2 * availableParallelism())
  .option('--at-once <number>', 'campaigns at once in each process', positive, 1)
  .option(
    '--patience <factor>',
    'multiplies limits and delays; more than 1 is for looking into something, not for a proof',
    positive,
    1,
  )
  .option('--clean <number>', 'campaigns against a deployment without a defect', whole)
  .option('--publish', 'writes docs/proof.json, docs/kill-matrix.md and the figures of README.md')
  .option('--resume', 'takes up a run that was stopped')
  .action(async (ids: readonly string[], options: Options) => {
    if (options.publish && (options.part || ids.length > 0 || options.patience > 1))
      throw new HarnessError(
        'CONFIG_INVALID',
        'only a run with every defect and no patience can be published',
      );
    const proof = await run(ids, options);
    if (options.publish) publish(proof);
    for (const line of summary(proof)) say(line);
    process.exitCode = proof.failures.length === 0 ? 0 : 1;
  });

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof HarnessError)) throw error;
  process.stderr.write(`${error.message}   [${error.code}]\n`);
  process.exitCode = 2;
}
