import type { Check } from '../../harness/core/check.ts';
import type { Suite } from '../../harness/core/suite.ts';
import type { TrialView } from '../../harness/judge/views.ts';
import { singleAnalysis } from '../../scenarios/chat-runs.ts';
import {
  badTokens,
  browserOrigins,
  campaignBracket,
  plainSession,
  waysIn,
} from '../../scenarios/connectivity.ts';
import { dependencyOutages } from '../../scenarios/resilience-outages.ts';
import { everyAnswer } from '../agents-api/every-answer.ts';
import { refusesBadTokens } from './bad-tokens.ts';
import {
  answersHealthy,
  datesTellTheTime,
  healthEndpoint,
  healthTellsTheTruth,
  keepsItsVersion,
} from './health.ts';
import { servesListedOrigins, treatsUnlistedOriginsAsDeclared } from './origins.ts';
import { followsItsDependencies } from './outages.ts';
import { answersEachRequest } from './pipeline.ts';
import { requirements } from './requirements.ts';
import { greetsOnce, pongsAnswerPings } from './sessions.ts';
import { statesConnectivity } from './statement-of-connectivity.ts';
import { acceptsBothWaysIn, keepsTokensToItself } from './ways-in.ts';

const checks: readonly Check<TrialView>[] = [
  answersHealthy,
  greetsOnce,
  pongsAnswerPings,
  answersEachRequest,
  ...refusesBadTokens,
  acceptsBothWaysIn,
  keepsTokensToItself,
  keepsItsVersion,
  datesTellTheTime,
  healthTellsTheTruth,
  followsItsDependencies,
  statesConnectivity,
  servesListedOrigins,
  treatsUnlistedOriginsAsDeclared,
];

export const connectivity: Suite<TrialView> = {
  id: 'connectivity',
  title: 'Connectivity: reaching the platform and being let in',
  requirements,
  scenarios: [
    campaignBracket,
    plainSession,
    waysIn,
    badTokens,
    browserOrigins,
    dependencyOutages,
    singleAnalysis,
  ],
  checks: [...checks, ...everyAnswer([healthEndpoint], checks)],
};
