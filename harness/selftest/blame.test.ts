/** What breaks on our side is never the target's failure: exit 5 or 3, and no verdict against it. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { catalogue } from '../../suites/catalogue.ts';
import { type ReferenceProcess, startReferenceProcess } from '../campaign/reference-process.ts';
import { type CampaignResult, runCampaign } from '../campaign/run-campaign.ts';
import { readProcessEnvironment } from '../config/load.ts';
import { defineCheck } from '../core/check.ts';
import { pass } from '../core/finding.ts';
import { defineRequirements } from '../core/requirement.ts';
import { defineScenario } from '../core/scenario.ts';
import type { Suite } from '../core/suite.ts';
import { systemClock } from '../driver/system-clock.ts';
import type { TrialView } from '../judge/views.ts';
import { type CampaignReport, reportSchema } from '../report/model.ts';
import { startCommand } from './command.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

let results: string;
let reference: ReferenceProcess;
beforeAll(async () => {
  results = mkdtempSync(join(tmpdir(), 'agent-conformance-blame-'));
  reference = await startReferenceProcess(['--thinking-ms', '40']);
});
afterAll(async () => {
  await reference.stop();
  rmSync(results, { recursive: true, force: true });
});

/** Limits that a standstill of seconds exceeds, were it taken for the target's. */
const TIGHT = {
  TARGET_CONNECT_MS: '2000',
  TARGET_GREETING_MS: '1500',
  TARGET_PONG_MS: '1500',
  TARGET_FIRST_EVENT_MS: '2500',
  TARGET_FIRST_TOOL_MS: '3000',
  TARGET_COMPLETION_MS: '15s',
  TARGET_OPTIMISATION_MS: '15s',
  TARGET_SILENCE_MS: '2000',
  TARGET_CANCEL_MS: '2000',
  TARGET_GRACE_MS: '150',
  TARGET_HELD_BACK_MS: '500',
  HARNESS_MAX_AGENT_RUNS: '0',
};

/** Block the only thread of this process. */
function standStill(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

/** A suite of one requirement, whose scenario and check do these things. */
function planted(play: () => Promise<void>, judge: () => void = () => undefined): Suite<TrialView> {
  const scenario = defineScenario({ id: 'planted', purpose: 'is our own fault', play });
  return {
    id: 'planted',
    title: 'Planted: our own fault',
    requirements: defineRequirements([
      { id: 'PL-1', level: 'MUST', clause: 'docs/protocol.md 2', source: 'planted', text: 'It MUST be.' },
    ]),
    scenarios: [scenario],
    checks: [
      defineCheck<TrialView>({
        id: 'planted/is',
        requirement: 'PL-1',
        title: 'it is',
        scenarios: [scenario.id],
        judge(view) {
          judge();
          const isOwn = view.scenario === scenario.id;
          return isOwn ? [pass({ code: 'is', expected: 'it', actual: 'it', refs: [view.ref()] })] : [];
        },
      }),
    ],
  };
}

let campaigns = 0;
function drive(suite: Suite<TrialView>, others: readonly string[]): Promise<CampaignResult> {
  campaigns += 1;
  return runCampaign({
    suites: [suite, ...catalogue.filter(({ id }) => others.includes(id))],
    selectors: [],
    env: { ...TIGHT, ...reference.variables, HARNESS_RESULTS_DIR: results },
    cwd: results,
    clock: systemClock,
    uniqueWord: `blamed${campaigns}`,
    ended: new AbortController().signal,
    watch: () => undefined,
    render: () => undefined,
  });
}

const verdictsIn = ({ requirements }: CampaignReport, wanted: string): readonly string[] =>
  requirements.filter(({ verdict }) => verdict === wanted).map(({ id }) => id);
/** What failed, and why, so that whoever reads it need not look further. */
const failedIn = ({ checks }: CampaignReport): readonly string[] =>
  checks.flatMap(({ id, verdict, findings }) =>
    verdict === 'fail'
      ? [`${id}: ${findings[0]?.code} ${findings[0]?.actual}, expected ${findings[0]?.expected}`]
      : [],
  );

describe('a standstill of the harness', () => {
  it('of seconds, again and again while it drives, fails nobody', async () => {
    const often = planted(async () => {
      for (const ms of [2_000, 3_000, 2_000]) {
        standStill(ms);
        await new Promise((resolve) => setTimeout(resolve, 300));
      }
    });
    const { report } = await drive(often, ['connectivity', 'lifecycle']);
    expect(failedIn(report)).toEqual([]);
    expect(verdictsIn(report, 'error')).toEqual([]);
    expect([0, 3]).toContain(report.exitCode);
  });
});

describe('a bug of the harness', () => {
  it('in a check is an error of that check alone: exit 5', async () => {
    const broken = planted(
      async () => undefined,
      () => {
        throw new TypeError('a bug of ours');
      },
    );
    const { report } = await drive(broken, []);
    expect(verdictsIn(report, 'error')).toEqual(['PL-1']);
    expect(report.checks[0]?.findings[0]?.code).toBe('check-crashed');
    expect(report.exitCode).toBe(5);
  });

  it('in a scenario is an error of what needs it: exit 5', async () => {
    const broken = planted(async () => {
      throw new TypeError('a bug of ours');
    });
    const { report } = await drive(broken, []);
    expect(report.checks[0]?.findings[0]?.code).toBe('script-crashed');
    expect(failedIn(report)).toEqual([]);
    expect(report.exitCode).toBe(5);
  });
});

const environment = (dir: string): Readonly<Record<string, string>> => ({
  ...TIGHT,
  ...reference.variables,
  HARNESS_RESULTS_DIR: dir,
});

/** The command line under a limit of the shell, with a module more, or with results in a certain folder. */
async function runUnder(limit: string, dir: string, preload = ''): Promise<number | null> {
  const kept = Object.entries(readProcessEnvironment()).filter(
    ([name]) => !/^(TARGET_|HARNESS_|VITEST)/.test(name),
  );
  const env = { ...Object.fromEntries(kept), ...environment(dir) };
  const command = `${limit} exec "$0" --import tsx ${preload} harness/cli/main.ts run connectivity LC-1..LC-14`;
  const child = spawn('sh', ['-c', command, process.execPath], {
    cwd: ROOT,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child.stdout.resume();
  child.stderr.resume();
  return new Promise((resolve) => child.once('close', resolve));
}

/** The report, if it came that far. */
function reportIn(dir: string): CampaignReport | undefined {
  try {
    const [campaign = ''] = readdirSync(dir).filter((name) => /^\d{8}-/.test(name));
    return reportSchema.parse(JSON.parse(readFileSync(join(dir, campaign, 'report.json'), 'utf8')));
  } catch {
    return undefined;
  }
}

/** A module that throws where nobody catches it, once there is a campaign. */
const BUG = `import { existsSync, readdirSync } from 'node:fs';
const dir = process.env.HARNESS_RESULTS_DIR;
setInterval(() => {
  if (existsSync(dir) && readdirSync(dir).length > 0) throw new TypeError('a bug of ours');
}, 200).unref();`;

/** A file system of 64 KiB: full after a few trials. Only root may make one. */
function mountSmall(dir: string): boolean {
  mkdirSync(dir);
  return spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', dir]).status === 0;
}

const isLinux = process.platform === 'linux';

describe.runIf(isLinux).concurrent('a machine that has no more', () => {
  it.for([0, 4])('file descriptors but %i is not the target’s fault', async (room, { skip }) => {
    const dir = join(results, `descriptors-${room}`);
    const { child, ended, said } = startCommand(['run', 'connectivity', 'LC-1..LC-14'], environment(dir));
    await said(/started +plain-session/);
    const allowed = readdirSync(`/proc/${child.pid}/fd`).length + room;
    const limited = spawnSync('prlimit', ['--pid', String(child.pid), `--nofile=${allowed}`]).status === 0;
    const { code, stderr } = await ended;
    if (!limited) skip('there is no prlimit here');
    const report = reportIn(dir);
    expect(report === undefined ? [] : failedIn(report)).toEqual([]);
    expect([3, 5], stderr).toContain(code);
  });

  it('room in a file is not the target’s fault: the system ends us', async () => {
    const dir = join(results, 'room-in-a-file');
    const code = await runUnder('ulimit -f 16;', dir);
    expect(reportIn(dir)).toBeUndefined();
    expect([5, null]).toContain(code);
  });

  it('room on the disk is not the target’s fault: exit 5', async ({ skip }) => {
    const dir = join(results, 'small-disk');
    if (!mountSmall(dir)) skip('only root may mount a file system that is soon full');
    try {
      const code = await runUnder('', dir);
      const report = reportIn(dir);
      expect(report === undefined ? [] : failedIn(report)).toEqual([]);
      expect(code).toBe(5);
    } finally {
      spawnSync('umount', [dir]);
    }
  });

  it('patience, since something is thrown that nobody catches, is not the target’s fault: exit 5', async () => {
    const module = join(results, 'bug.mjs');
    writeFileSync(module, BUG);
    expect(await runUnder('', join(results, 'thrown'), `--import ${module}`)).toBe(5);
  });

  it('a folder for its results is not the target’s fault: exit 5', async () => {
    const file = join(results, 'a-file');
    writeFileSync(file, '');
    expect(await runUnder('', join(file, 'results'))).toBe(5);
  });
});
