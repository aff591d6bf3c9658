import { describe, inject, test } from 'vitest';
import type { Suite } from '../core/suite.ts';
import { present } from './present.ts';
import { titleOf } from './titles.ts';

/**
 * Binds a suite to the runner: one check is one test. The test judges nothing; it presents the verdict that
 * the main process reached.
 */
export function conformanceSuite<View>(suite: Suite<View>): void {
  describe(suite.id, () => {
    for (const check of suite.checks)
      test(titleOf(check), (context) => {
        present(inject('verdicts')?.[check.id], context);
      });
  });
}
