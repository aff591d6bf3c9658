/** A whole run: jobs, looks, second looks, document. */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { DefectFacts } from '../../../reference/defects/defect.ts';
import { catalogue } from '../../../suites/catalogue.ts';
import { type Extent, type Job, planJobs } from './job.ts';
import { keep, keepAll, readKept } from './kept.ts';
import type { Look } from './look.ts';
import { lookAgain } from './look-again.ts';
import { mutate } from './mutations.ts';
import { openPool, type Pool } from './pool.ts';
import { lastLooks, type Proof, prove } from './proof.ts';

/** What is asked of a run. */
export interface RunWish {
  readonly defects: readonly DefectFacts[];
  /** Whether these are all there are. */
  readonly isWhole: boolean;
  readonly extent: Extent;
  readonly rotation: number;
  readonly cleanCampaigns: number;
  readonly processes: number;
  readonly atOnce: number;
  readonly patience: number;
  readonly folder: string;
  readonly commit: string;
  /** Mutants of each operator; none where it is 0. */
  readonly mutants: number;
  /** Takes up what is kept in the folder instead of beginning anew. */
  readonly resume: boolean;
  readonly onLook: (look: Look, progress: Progress) => void;
}

/** How far a run is. */
export interface Progress {
  readonly done: number;
  readonly of: number;
}

const LOOKS = 'looks.ndjson';

/** How long it takes is an estimate and no part of what is asked. */
const isSame = (look: Look, job: Job): boolean =>
  isDeepStrictEqual({ ...look.job, seconds: 0 }, { ...job, seconds: 0 });

/** Which jobs have not been looked at, and which have to be looked at again alone. */
export function remaining(jobs: readonly Job[], looks: readonly Look[]) {
  const last = lastLooks(looks);
  const lookOf = (job: Job): Look | undefined => last.find((look) => isSame(look, job));
  const isLeft = (job: Job): boolean => lookOf(job) === undefined;
  return {
    together: jobs.filter((job) => !job.alone && isLeft(job)),
    alone: jobs.filter((job) => job.alone && isLeft(job)),
    again: jobs.filter((job) => {
      const look = lookOf(job);
      return look !== undefined && !look.alone && look.deviations.length > 0;
    }),
  };
}

/** `meanwhile` has ended when what must be alone begins. */
async function driveAll(
  pool: Pool,
  jobs: readonly Job[],
  looks: Look[],
  wish: RunWish,
  meanwhile: Promise<unknown>,
): Promise<void> {
  const file = join(wish.folder, LOOKS);
  let of = remaining(jobs, looks).together.length + remaining(jobs, looks).alone.length;
  let done = 0;
  const note = (look: Look): void => {
    looks.push(look);
    keep(file, look);
    done += 1;
    wish.onLook(look, { done, of });
  };
  await pool.drive(remaining(jobs, looks).together, false, note);
  of += remaining(jobs, looks).again.length;
  await meanwhile;
  await pool.drive(remaining(jobs, looks).alone, true, note);
  await pool.drive(remaining(jobs, looks).again, true, note);
}

/** The looks that were kept of these jobs, as they are today. */
function takeUp(jobs: readonly Job[], folder: string): Look[] {
  const file = join(folder, LOOKS);
  const looks = readKept(file)
    .filter((look) => jobs.some((job) => isSame(look, job)))
    .map((look) => lookAgain(look, folder));
  keepAll(file, looks);
  return looks;
}

/** Drives everything that was asked for and puts together what it proves. */
export async function runProof(wish: RunWish): Promise<Proof> {
  const { folder, resume, processes, atOnce, patience, commit, extent, rotation, defects, isWhole, mutants } =
    wish;
  const startedAt = performance.now();
  if (!resume) rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const jobs = planJobs({ ...wish, suites: catalogue });
  const looks = resume ? takeUp(jobs, folder) : [];
  const mutating =
    mutants === 0 ? Promise.resolve(undefined) : mutate({ seed: rotation + 1, runsPerOperator: mutants });
  const pool = await openPool({ processes, atOnce, folder, patience, commit });
  try {
    await driveAll(pool, jobs, looks, wish, mutating);
  } finally {
    await pool.close();
  }
  const mutations = await mutating;
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  const told = { extent, rotation, processes, atOnce, patience, seconds, mutations };
  return prove(looks, { ...told, suites: catalogue, defects, isWhole, wantsMutations: mutants > 0 });
}
