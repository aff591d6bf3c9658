import type { Suite } from '../../harness/core/suite.ts';
import type { TrialView } from '../../harness/judge/views.ts';
import { coordination } from '../../scenarios/multi-agent.ts';
import { answerIsTheirs } from './final-answer.ts';
import { keepsTheOrder, severalTakePart } from './participants.ts';
import { requirements } from './requirements.ts';
import { subRunsAreWhole, subRunsFitIn } from './sub-runs.ts';

export const multiAgent: Suite<TrialView> = {
  id: 'multi-agent',
  title: 'Multi-agent: a supervisor has others work, and its user can follow them',
  requirements,
  scenarios: [coordination],
  checks: [severalTakePart, subRunsAreWhole, subRunsFitIn, keepsTheOrder, answerIsTheirs],
};
