import { defineConfig } from 'vitest/config';

/** Allure keeps the results of conformance; the tests of the harness itself are nobody's quality record. */
const drives = process.argv.some((argument) => argument.includes('conformance'));

/** Self-tests that nothing may run beside. */
const TIMED = ['blame', 'command-line', 'stopping', 'vacuity'].map(
  (name) => `harness/selftest/${name}.test.ts`,
);
/** Too long for every change: whole campaigns against each other. */
const SLOW = ['harness/selftest/comparison.test.ts'];

export default defineConfig({
  test: {
    reporters: drives
      ? ['default', ['allure-vitest/reporter', { resultsDir: 'results/allure' }]]
      : ['default'],
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{harness,suites,scenarios,reports,reference,bench}/**/*.test.ts'],
          exclude: ['harness/selftest/**'],
          pool: 'forks',
          isolate: false,
          testTimeout: 20_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'self',
          include: TIMED,
          pool: 'forks',
          testTimeout: 180_000,
          hookTimeout: 120_000,
          // They measure, or stop in mid-run: each has the machine to itself.
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'tools',
          include: ['harness/selftest/**/*.test.ts'],
          exclude: [...TIMED, ...SLOW],
          pool: 'forks',
          testTimeout: 300_000,
          hookTimeout: 120_000,
          // They wait for processes more than they work.
          maxWorkers: 3,
        },
      },
      {
        test: {
          name: 'slow',
          include: SLOW,
          pool: 'forks',
          testTimeout: 300_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'conformance',
          include: ['suites/*/*.suite.ts'],
          globalSetup: ['harness/vitest/global-setup.ts'],
          setupFiles: ['allure-vitest/setup'],
          pool: 'forks',
          isolate: false,
        },
      },
    ],
  },
});
