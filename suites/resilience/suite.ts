import type { Suite } from '../../harness/core/suite.ts';
import type { TrialView } from '../../harness/judge/views.ts';
import { generatedInput } from './generated-input.ts';
import { requirements } from './requirements.ts';

export const resilience: Suite<TrialView> = {
  id: 'resilience',
  title: 'Resilience: errors are survived',
  requirements,
  scenarios: [generatedInput.scenario],
  checks: generatedInput.checks,
};
