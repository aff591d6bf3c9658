import { describe, inject, test } from 'vitest';
import type { Suite } from '../core/suite.ts';
import { present } from './present.ts';
import { tellAllure } from './tell-allure.ts';
import { titleOf } from './titles.ts';

/**
 * Binds a suite to the runner: one check is one test. The test judges nothing; it presents the verdict that
 * the main process reached.
 */
export function conformanceSuite<View>(suite: Suite<View>): void {
  describe(suite.id, () => {
    for (const check of suite.checks)
      test(titleOf(check), (context) => {
        const presented = inject('verdicts')?.[check.id];
        tellAllure(presented?.allure, context.task.meta);
        present(presented, context);
      });
  });
}
