import { defineConfig } from 'vitest/config';

/** Allure keeps the results of conformance; the tests of the harness itself are nobody's quality record. */
const drives = process.argv.some((argument) => argument.includes('conformance'));

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
          include: ['harness/selftest/**/*.test.ts'],
          pool: 'forks',
          testTimeout: 180_000,
          hookTimeout: 120_000,
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
