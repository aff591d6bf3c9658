/** Nothing that is empty is ever green: what does nothing, says nothing, or was never looked at. */
import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startEmbeddedServer } from '../../reference/store/embedded.ts';
import { catalogue } from '../../suites/catalogue.ts';
import { runCampaign } from '../campaign/run-campaign.ts';
import { readProcessEnvironment } from '../config/load.ts';
import { HarnessError } from '../core/errors.ts';
import { systemClock } from '../driver/system-clock.ts';
import { EXIT_OF_ERROR } from '../report/exit.ts';
import type { CampaignReport } from '../report/model.ts';
import { campaignAt } from './campaigns.ts';
import { HOLLOW } from './hollow-targets.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

let results: string;
/** A good campaign, small enough to be copied and spoilt. */
let good: string;
beforeAll(async () => {
  results = mkdtempSync(join(tmpdir(), 'agent-conformance-vacuity-'));
  const server = await startEmbeddedServer();
  try {
    good = (await campaignAt(await server.createDatabase(), results, { selectors: ['CN-2', 'CN-3'] })).dir;
  } finally {
    await server.stop();
  }
});
afterAll(() => rmSync(results, { recursive: true, force: true }));

/** Short enough that nothing waits long for what never comes. */
const IMPATIENT = {
  TARGET_CONNECT_MS: '500',
  TARGET_GREETING_MS: '400',
  TARGET_PONG_MS: '400',
  TARGET_FIRST_EVENT_MS: '600',
  TARGET_FIRST_TOOL_MS: '700',
  TARGET_COMPLETION_MS: '900',
  TARGET_OPTIMISATION_MS: '900',
  TARGET_MULTI_AGENT_MS: '900',
  TARGET_SILENCE_MS: '600',
  TARGET_CANCEL_MS: '400',
  TARGET_HTTP_MS: '1000',
  TARGET_HEALTH_MS: '1000',
  TARGET_GRACE_MS: '50',
  TARGET_HELD_BACK_MS: '300',
  HARNESS_READY_TIMEOUT_MS: '5s',
  HARNESS_CONCURRENCY: '8',
  HARNESS_STARTS_PER_SECOND: '200',
};

let campaigns = 0;

interface Outcome {
  readonly exitCode: number;
  readonly report?: CampaignReport;
  readonly said?: string;
}

/** A campaign of the chat suites, or the judgement of a stored one: with which exit code it ends. */
async function outcomeOf(env: Readonly<Record<string, string>>): Promise<Outcome> {
  campaigns += 1;
  try {
    const { report } = await runCampaign({
      suites: catalogue,
      selectors: ['connectivity', 'lifecycle'],
      env,
      cwd: results,
      clock: systemClock,
      uniqueWord: `hollow${campaigns}`,
      ended: new AbortController().signal,
      watch: () => undefined,
      render: () => undefined,
    });
    return { exitCode: report.exitCode, report };
  } catch (cause) {
    if (cause instanceof HarnessError) return { exitCode: EXIT_OF_ERROR[cause.code], said: cause.message };
    throw cause;
  }
}

const at = (url: string): Promise<Outcome> =>
  outcomeOf({
    ...IMPATIENT,
    TARGET_URL: url,
    TARGET_ENVIRONMENT: 'test',
    TARGET_JWT_SECRET: 'a secret that nobody asks for',
    TARGET_USERS: 'acme/ada,acme/alan,globex/george',
    HARNESS_RESULTS_DIR: results,
  });

/**
 * Requirements that hold of whoever answers at all: that dates are true, that bad tokens get no session, that nothing is
 * sent that nobody knows. They are no MUST of the five events.
 */
const HOLD_ANYWHERE = /^(CN-|LC-15$)/;

describe.concurrent('a target that is none is not green', () => {
  it.each([
    ['a wall of 403', 1],
    ['a login page for everything', 1],
    ['a redirect to a login page', 1],
    ['an acknowledgement of every message', 1],
    ['an empty stream', 1],
    ['sockets that say nothing at all', 1],
    ['a target that dies half-way', 1],
    ['{} for everything', 1],
    ['sockets that are closed at once', 1],
    ['connections that are closed at once', 4],
  ] as const)('%s: exit %i', async (what, exit) => {
    const target = await HOLLOW[what]?.();
    if (target === undefined) throw new TypeError(`there is no target ${what}`);
    try {
      const { exitCode, report, said } = await at(target.url);
      const passed = (report?.requirements ?? []).filter(({ verdict }) => verdict === 'pass');
      expect(passed.map(({ id }) => id).filter((id) => !HOLD_ANYWHERE.test(id))).toEqual([]);
      expect(exitCode, said).toBe(exit);
    } finally {
      await target.stop();
    }
  });
});

/** A copy of the good campaign, spoilt. */
function spoilt(name: string, spoil: (dir: string) => void): string {
  const dir = join(results, name);
  cpSync(good, dir, { recursive: true });
  rmSync(join(dir, 'report.json'), { force: true });
  spoil(dir);
  return dir;
}

const eachTranscript =
  (spoil: (file: string) => void) =>
  (dir: string): void => {
    for (const name of readdirSync(join(dir, 'evidence'))) spoil(join(dir, 'evidence', name));
  };

function changePlan(dir: string): void {
  const plan = readFileSync(join(dir, 'plan.json'), 'utf8');
  writeFileSync(join(dir, 'plan.json'), plan.replace('"pongMs": 1200', '"pongMs": 120000'));
}

describe.concurrent('evidence that is not there is not green', () => {
  it.each<[string, number, (dir: string) => void]>([
    ['whole', 0, () => undefined],
    ['emptied', 5, eachTranscript((file) => rmSync(file))],
    ['cut-to-nothing', 5, eachTranscript((file) => truncateSync(file, 0))],
    [
      'cut-in-half',
      3,
      eachTranscript((file) => truncateSync(file, Math.floor(readFileSync(file).length / 2))),
    ],
    ['without-a-plan', 5, (dir) => rmSync(join(dir, 'plan.json'))],
    ['with-a-changed-plan', 5, changePlan],
  ])('%s: exit %i', async (name, exit, spoil) => {
    const { exitCode } = await outcomeOf({ HARNESS_EVIDENCE: spoilt(name, spoil) });
    expect(exitCode).toBe(exit);
  });
});

/** The front end of the runner, on evidence that passes; `files` are added to its own. */
function runVitest(
  name: string,
  args: readonly string[],
  files: readonly string[] = [],
): Promise<number | null> {
  const config = join(results, `${name}.config.mjs`);
  const setup = join(ROOT, 'harness/vitest/global-setup.ts');
  const include = ['suites/connectivity/connectivity.suite.ts', ...files];
  const test = { root: ROOT, include, globalSetup: [setup], pool: 'forks' };
  writeFileSync(config, `export default ${JSON.stringify({ root: ROOT, test })};`);
  const kept = Object.entries(readProcessEnvironment()).filter(
    ([variable]) => !/^(TARGET_|HARNESS_|VITEST)/.test(variable),
  );
  const env = { ...Object.fromEntries(kept), HARNESS_EVIDENCE: spoilt(name, () => undefined) };
  const started = [join(ROOT, 'node_modules/vitest/vitest.mjs'), 'run', '--config', config, ...args];
  const child = spawn(process.execPath, started, { cwd: ROOT, env, stdio: 'ignore' });
  return new Promise((resolve) => child.once('close', resolve));
}

describe.concurrent('a runner that runs nothing is not green', () => {
  const chosen = ['-t', '\\[CN-2\\]'];

  it('is green on good evidence, or what follows would show nothing', async () => {
    expect(await runVitest('judged', chosen)).toBe(0);
  });

  it('no test of that name: exit 1', async () => {
    expect(await runVitest('none', ['-t', 'nothing'])).toBe(1);
  });

  it('a suite that cannot be read: exit 1', async () => {
    const file = join(results, 'broken.suite.ts');
    writeFileSync(file, 'export const = ;');
    expect(await runVitest('broken', chosen, [file])).toBe(1);
  });
});
