/** Driving processes side by side: each takes the next job as soon as it has room for one. */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type EmbeddedServer, startEmbeddedServer } from '../../../reference/store/embedded.ts';
import type { Job } from './job.ts';
import { type Look, noLook } from './look.ts';
import type { Answer, Order } from './message.ts';

/** How wide a pool is and where it works. */
export interface PoolSettings {
  readonly processes: number;
  /** Campaigns at once in each process: they wait more than they work. */
  readonly atOnce: number;
  readonly folder: string;
  readonly patience: number;
  /** What is driven. */
  readonly commit: string;
}

/** Processes that drive jobs. */
export interface Pool {
  /** Drives all of them, side by side or one after another, and tells of each as it is over. */
  readonly drive: (jobs: readonly Job[], alone: boolean, onLook: (look: Look) => void) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** A job gets many times what it takes on an idle machine before it counts as hanging. */
const deadlineOf = ({ seconds }: Job): number => 60_000 + seconds * 8_000;
/** For judging, and for the deployment's end, after driving has been ended. */
const AFTER_DEADLINE_MS = 60_000;

/** A place for a process; one that died is replaced when the next job comes. */
interface Slot {
  child: Promise<ChildProcess> | undefined;
}

const WORKER = fileURLToPath(new URL('./driving-process.ts', import.meta.url));

function start(): Promise<ChildProcess> {
  return new Promise((resolve, reject) => {
    const child = fork(WORKER, {
      execArgv: ['--import', 'tsx'],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    child.once('message', () => resolve(child));
    child.once('exit', (code) =>
      reject(new Error(`a driving process ended with ${code} before it was ready`)),
    );
  });
}

/** Sends one order and waits for its look; a process that does not answer in time, or dies, is not waited for. */
function ask(child: ChildProcess, order: Order): Promise<Look> {
  const { job, alone, commit, deadlineMs } = order;
  return new Promise((resolve) => {
    const limitMs = deadlineMs + AFTER_DEADLINE_MS;
    const finish = (look: Look): void => {
      clearTimeout(timer);
      child.off('message', hear);
      child.off('exit', gone);
      resolve(look);
    };
    const hear = (answer: Answer): void => {
      if (answer.kind === 'look' && answer.look.job.id === job.id) finish(answer.look);
    };
    const gone = (): void =>
      finish(noLook(job, 'the process that drove it died', { alone, commit, tookMs: 0, noise: [] }));
    const timer = setTimeout(() => {
      finish(noLook(job, `no answer within ${limitMs} ms`, { alone, commit, tookMs: limitMs, noise: [] }));
      child.kill('SIGKILL'); // it hangs, and whatever else it drove is looked at again
    }, limitMs);
    child.on('message', hear);
    child.once('exit', gone);
    child.send(order);
  });
}

/** The process of this place. */
async function living(slot: Slot): Promise<ChildProcess> {
  slot.child ??= start().then((child) => {
    child.once('exit', () => {
      slot.child = undefined;
    });
    return child;
  });
  return slot.child;
}

async function driveOne(
  server: EmbeddedServer,
  slot: Slot,
  job: Job,
  alone: boolean,
  { folder, patience, commit }: PoolSettings,
): Promise<Look> {
  const storeUrl = await server.createDatabase();
  try {
    return await ask(await living(slot), {
      job,
      alone,
      storeUrl,
      folder,
      ...{ patience, commit },
      deadlineMs: deadlineOf(job) * patience,
    });
  } finally {
    await server.dropDatabase(storeUrl);
  }
}

/** Starts the store that all share, and the processes. */
export async function openPool(settings: PoolSettings): Promise<Pool> {
  const { processes, atOnce } = settings;
  const server = await startEmbeddedServer();
  const slots: readonly Slot[] = Array.from({ length: processes }, () => ({ child: undefined }));
  await Promise.all(slots.map(living));
  return {
    async drive(jobs, alone, onLook) {
      const queue = [...jobs];
      const work = async (slot: Slot): Promise<void> => {
        for (let job = queue.shift(); job !== undefined; job = queue.shift())
          onLook(await driveOne(server, slot, job, alone, settings));
      };
      const places = alone ? slots.slice(0, 1) : Array.from({ length: atOnce }, () => slots).flat();
      await Promise.all(places.map(work));
    },
    async close() {
      for (const { child } of slots) (await child)?.kill();
      await server.stop();
    },
  };
}
