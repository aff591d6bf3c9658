import type { Suite } from '../../harness/core/suite.ts';
import type { TrialView } from '../../harness/judge/views.ts';
import { burst, reconnectStorm, slowReader, vanishingClients } from '../../scenarios/resilience-crowds.ts';
import {
  badMessages,
  expiringSession,
  requestTwice,
  silentClient,
} from '../../scenarios/resilience-messages.ts';
import { networkFaults } from '../../scenarios/resilience-network.ts';
import { dependencyOutages } from '../../scenarios/resilience-outages.ts';
import { runsTheSameRequestOnce, succeedsWhenAskedAgain } from './again.ts';
import { losesNothingInABurst, survivesSlowReaders, survivesVanishingClients } from './crowds.ts';
import { generatedInput } from './generated-input.ts';
import { generatedSandboxInput } from './generated-sandbox-input.ts';
import { generatedTelemetryInput } from './generated-telemetry-input.ts';
import { refusesBadMessages, refusesUnknownAgents, runsAfterBadMessages } from './messages.ts';
import { recoversFromNetworkFaults, recoversOftenEnough } from './recovery.ts';
import { requirements } from './requirements.ts';
import { closesOnDeadPeers, survivesReconnects, treatsExpiryAsDeclared } from './sessions.ts';

export const resilience: Suite<TrialView> = {
  id: 'resilience',
  title: 'Resilience: errors, faults and crowds are survived',
  requirements,
  scenarios: [
    badMessages,
    requestTwice,
    expiringSession,
    silentClient,
    burst,
    reconnectStorm,
    vanishingClients,
    slowReader,
    networkFaults,
    dependencyOutages,
    generatedInput.scenario,
    generatedSandboxInput.scenario,
    generatedTelemetryInput.scenario,
  ],
  checks: [
    refusesUnknownAgents,
    refusesBadMessages,
    runsAfterBadMessages,
    recoversOftenEnough,
    survivesVanishingClients,
    survivesSlowReaders,
    losesNothingInABurst,
    treatsExpiryAsDeclared,
    closesOnDeadPeers,
    survivesReconnects,
    runsTheSameRequestOnce,
    recoversFromNetworkFaults,
    ...generatedInput.checks,
    ...generatedSandboxInput.checks,
    ...generatedTelemetryInput.checks,
    succeedsWhenAskedAgain,
  ],
};
