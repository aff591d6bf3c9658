import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{harness,suites,scenarios,reports,reference,bench}/**/*.test.ts'],
          exclude: ['harness/selftest/**'],
          pool: 'forks',
          isolate: false,
        },
      },
    ],
  },
});
