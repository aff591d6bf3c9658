import { PassThrough } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { PlayEvent } from '../driver/play.ts';
import type { Plan } from '../plan/plan.ts';
import { samplePlan } from '../report/sample-campaign.ts';
import { type Progress, progressForm, startProgress } from './progress.ts';

const SCENARIOS = new Map([['two-tenants', { purpose: 'two tenants at once', agentRuns: 4 }]]);
const ESC = String.fromCharCode(27);

function start(form: 'block' | 'lines', plan: Plan = samplePlan([])) {
  const output = new PassThrough();
  let text = '';
  output.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  const now = (): number => Date.now();
  const way = { form, colour: false, plan, scenarios: SCENARIOS, output, clock: { now, wall: now } };
  return { progress: startProgress(way), written: () => text };
}

const event = (
  kind: PlayEvent['kind'],
  index: number,
  end: 'finished' | 'crashed' = 'finished',
): PlayEvent => {
  const trial = samplePlan([]).trials[index];
  if (trial === undefined) throw new RangeError('no such trial');
  return { kind, trial, end, at: Date.now() };
};

function drive(progress: Progress): void {
  progress.watch(event('trial-started', 0));
  vi.advanceTimersByTime(65_000);
  progress.watch(event('trial-ended', 0));
  progress.watch(event('trial-started', 1));
  vi.advanceTimersByTime(2_000);
  progress.watch(event('trial-ended', 1, 'crashed'));
  progress.stop();
  progress.stop();
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('progressForm', () => {
  it.each([
    [true, {}, 'block', true],
    [true, { NO_COLOR: '1' }, 'block', false],
    [true, { NO_COLOR: '1', FORCE_COLOR: '1' }, 'block', false],
    [true, { CI: 'true' }, 'lines', false],
    [true, { CI: 'false' }, 'block', true],
    [true, { TERM: 'dumb' }, 'lines', false],
    [false, {}, 'lines', false],
    [false, { FORCE_COLOR: '1' }, 'lines', true],
  ] as const)('tty %s with %o: %s, colour %s', (isTty, env, form, colour) => {
    expect(progressForm(isTty, env)).toEqual({ form, colour });
  });
});

describe('lines', () => {
  it('are only ever added, with a sign of life in silence', () => {
    const { progress, written } = start('lines');
    drive(progress);
    expect(written()).not.toContain(ESC);
    expect(written()).toMatchInlineSnapshot(`
      "driving staging: 2 trials, 9 agent runs
        started two-tenants-1
        trials 0/2, agent runs 0/9, 30 s; waiting for two-tenants-1 to end
        trials 0/2, agent runs 0/9, 1 min 00 s; waiting for two-tenants-1 to end
        ended   two-tenants-1 after 1 min 05 s
        started two-tenants-2
        ended   two-tenants-2 after 2 s: crashed
      drove staging: trials 2/2, 1 crashed, agent runs 8/9, 1 min 07 s
      "
    `);
  });

  it('end with the campaign', () => {
    const { progress, written } = start('lines');
    drive(progress);
    const before = written();
    vi.advanceTimersByTime(600_000);
    progress.watch(event('trial-started', 0));
    expect(written()).toBe(before);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('block', () => {
  it('shows what runs, how far it is, and what is awaited', () => {
    const { progress, written } = start('block');
    progress.watch(event('trial-started', 0));
    vi.advanceTimersByTime(3_000);
    const shown = stripVTControlCharacters(written());
    expect(shown).toContain('driving staging  trials 0/2, agent runs 0/9, 3 s');
    expect(shown).toContain('two-tenants-1  3 s  two tenants at once');
    expect(shown).toContain('waiting for two-tenants-1 to end');
    progress.stop();
  });

  it('leaves one line and a visible cursor', () => {
    const { progress, written } = start('block');
    drive(progress);
    expect(vi.getTimerCount()).toBe(0);
    expect(written().endsWith('drove staging: trials 2/2, 1 crashed, agent runs 8/9, 1 min 07 s\n')).toBe(
      true,
    );
    expect(written().lastIndexOf(`${ESC}[?25h`)).toBeGreaterThanOrEqual(written().lastIndexOf(`${ESC}[?25l`));
  });
});
