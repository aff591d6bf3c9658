import type { Check } from '../core/check.ts';
import type { Suite } from '../core/suite.ts';

/** The id in brackets, so that selecting [LC-1] does not also select LC-10. */
export const titleOf = <View>({ requirement, title, id }: Check<View>): string =>
  `[${requirement}] ${title} (${id})`;

/** The name under which the runner knows a check's test: what a name pattern is matched against. */
export const fullNameOf = <View>(suite: Suite<View>, check: Check<View>): string =>
  `${suite.id} ${titleOf(check)}`;
