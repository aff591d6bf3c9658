/**
 * Dependencies of the target that are taken away and given back, in the way that its profile names. What was
 * taken away is given back when the trial ends, however it ends, and health says whether it is back.
 */
import { execFile } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { type Dispatcher, request } from 'undici';
import type { Target } from '../config/target.ts';
import { HarnessError } from '../core/errors.ts';
import type { HttpAnswer } from '../core/scenario.ts';
import type { Journal } from './journal.ts';

/** Decides which dependencies are unavailable. */
export interface FaultSwitch {
  /**
   * Asks for exactly these; resolves to whether the target knows them.
   * @throws HarnessError `FAULT_FAILED` when the switch itself does not work.
   */
  readonly set: (unavailable: readonly string[]) => Promise<boolean>;
}

const SWITCH_MS = 10_000;
const ATTEMPTS = 3;
const AGAIN_MS = 250;
const KEPT_OUTPUT = 300;

const failed = (message: string, cause?: unknown): HarnessError =>
  new HarnessError('FAULT_FAILED', message, {
    hint: 'check the field "faults" of the profile, and that nothing of the target is left switched off',
    cause,
  });

/** The switch that the profile names, if it names one. */
export function createFaultSwitch(faults: Target['faults'], dispatcher: Dispatcher): FaultSwitch | undefined {
  if (faults === undefined) return undefined;
  return 'url' in faults ? switchByUrl(faults.url, dispatcher) : switchByCommand(faults.command);
}

function switchByUrl(url: string, dispatcher: Dispatcher): FaultSwitch {
  const { origin, pathname } = new URL(url);
  const place = `fault address ${origin}${pathname}`;
  return {
    async set(unavailable) {
      const answer = await request(url, {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ unavailable }),
        signal: AbortSignal.timeout(SWITCH_MS),
        dispatcher,
      }).catch((cause: unknown) => {
        throw failed(`${place} did not answer: expected 2xx to PUT {"unavailable": […]}`, cause);
      });
      await answer.body.dump().catch(() => undefined);
      const { statusCode } = answer;
      if (statusCode >= 200 && statusCode < 300) return true;
      if (statusCode === 400 || statusCode === 422) return false;
      throw failed(`${place} answered ${statusCode}: expected 2xx, or 422 for a dependency it does not know`);
    },
  };
}

/** What is to be unavailable follows as arguments: none of them gives everything back. */
function switchByCommand([file = '', ...args]: readonly string[]): FaultSwitch {
  const UNKNOWN_DEPENDENCY = 2;
  return {
    set: (unavailable) =>
      new Promise((resolve, reject) => {
        const options = { timeout: SWITCH_MS, windowsHide: true };
        execFile(file, [...args, ...unavailable], options, (error, _out, said) => {
          if (error === null || error.code === UNKNOWN_DEPENDENCY) resolve(error === null);
          else reject(failed(`fault command ${file} failed: ${error.message.slice(0, KEPT_OUTPUT)}`, said));
        });
      }),
  };
}

export interface OutageWay {
  readonly faults: FaultSwitch | undefined;
  readonly journal: Journal;
  /** Only a trial that disturbs nobody else may take anything away. */
  readonly isDisruptive: boolean;
  /** Reads health on behalf of nobody in particular, also when the campaign was ended. */
  readonly health: () => Promise<HttpAnswer | undefined>;
  readonly healthMs: number;
}

/** The outages of one trial. */
export interface Outages {
  /** Takes it away, lets something happen, and gives it back; false when the target knows no such dependency. */
  readonly without: (dependency: string, act: () => Promise<void>) => Promise<boolean>;
  /** Gives back whatever is still away; needed when the script was cut off. */
  readonly restore: () => Promise<void>;
}

/** The outages of one trial, of which there are none yet. */
export function trackOutages(way: OutageWay): Outages {
  const { journal, faults } = way;
  const away = new Set<string>();
  const tell = (dependency: string, phase: 'begun' | 'refused' | 'over' | 'stuck'): void => {
    const entry = { kind: 'fault', actor: 'harness', fault: `without ${dependency}`, phase } as const;
    journal.record(journal.now(), entry);
  };
  const giveBack = async (dependency: string): Promise<void> => {
    if (faults === undefined || !away.has(dependency)) return;
    away.delete(dependency);
    await setForSure(faults, [...away]);
    const isBack = away.size > 0 || (await isHealthyAgain(way));
    tell(dependency, isBack ? 'over' : 'stuck');
  };
  return {
    async without(dependency, act) {
      if (!way.isDisruptive || faults === undefined)
        throw new TypeError('an outage needs the capability faults and a disruptive scenario');
      away.add(dependency);
      if (!(await faults.set([...away]))) {
        away.delete(dependency);
        tell(dependency, 'refused');
        return false;
      }
      tell(dependency, 'begun');
      try {
        await act();
      } finally {
        await giveBack(dependency);
      }
      return true;
    },
    async restore() {
      for (const dependency of [...away]) await giveBack(dependency);
    },
  };
}

/** Whoever takes a dependency away gives it back, so one attempt that fails is not the last. */
async function setForSure(faults: FaultSwitch, unavailable: readonly string[]): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      if (await faults.set(unavailable)) return;
      throw failed('what was taken away was not given back: the switch refused to');
    } catch (cause) {
      if (attempt === ATTEMPTS) throw cause;
      await delay(AGAIN_MS);
    }
  }
}

async function isHealthyAgain({ health, healthMs }: OutageWay): Promise<boolean> {
  const until = performance.now() + healthMs;
  for (;;) {
    if ((await health())?.status === 200) return true;
    if (performance.now() >= until) return false;
    await delay(AGAIN_MS);
  }
}
