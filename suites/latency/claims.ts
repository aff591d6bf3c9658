/** The limits of docs/protocol.md section 4.5 as claims about 95 of 100 samples. */
import type { ClaimCheck } from '../../harness/core/check.ts';
import {
  AGENTS,
  loadedSessions,
  SESSIONS,
  SESSIONS_UNDER_LOAD,
  sampleCancellation,
  sampleData,
  sampleOptimisation,
  sampleSessions,
  sampleTeam,
} from '../../scenarios/latency-samples.ts';
import { declare } from './declare.ts';
import { agentsApi, health, sandbox, telemetry } from './endpoints.ts';

const OF_SESSIONS = { topUp: sampleSessions, samplesPerTrial: SESSIONS, restsOn: 'CN-1' } as const;
const OF_RUNS = { topUp: sampleData, restsOn: 'LC-1' } as const;

/** In the order in which a small budget is spent. */
export const claims: readonly ClaimCheck[] = [
  declare({
    id: 'connects-in-time',
    requirement: 'LT-1',
    title: '95 of 100 sockets are open in time',
    measure: 'connect',
    limit: 'connectMs',
    ...OF_SESSIONS,
  }),
  declare({
    id: 'greets-in-time',
    requirement: 'LT-2',
    title: '95 of 100 sockets are greeted in time',
    measure: 'greeting',
    limit: 'greetingMs',
    ...OF_SESSIONS,
  }),
  health,
  ...telemetry,
  declare({
    id: 'first-event-in-time',
    requirement: 'LT-3',
    title: '95 of 100 runs show a first event in time',
    measure: 'first-event',
    limit: 'firstEventMs',
    ...OF_RUNS,
  }),
  declare({
    id: 'first-tool-in-time',
    requirement: 'LT-4',
    title: '95 of 100 runs show a first tool event in time',
    measure: 'first-tool',
    limit: 'firstToolMs',
    ...OF_RUNS,
  }),
  declare({
    id: 'completes-in-time',
    requirement: 'LT-5',
    title: '95 of 100 analyses complete in time',
    measure: 'completion',
    of: AGENTS.data,
    limit: 'completionMs',
    ...OF_RUNS,
  }),
  declare({
    id: 'no-long-silence',
    requirement: 'LT-6',
    title: '95 of 100 runs are never silent for too long',
    measure: 'largest-gap',
    limit: 'silenceMs',
    ...OF_RUNS,
  }),
  declare({
    id: 'cancels-in-time',
    requirement: 'LT-7',
    title: '95 of 100 cancelled runs end in time',
    measure: 'cancel',
    limit: 'cancelMs',
    topUp: sampleCancellation,
    restsOn: 'LC-19',
  }),
  ...agentsApi,
  declare({
    id: 'under-load-in-time',
    requirement: 'LT-10',
    title: '95 of 100 sessions under load show a first event in time, from when they were meant to begin',
    measure: 'first-event-under-load',
    limit: 'firstEventMs',
    from: 'load',
    topUp: loadedSessions,
    samplesPerTrial: SESSIONS_UNDER_LOAD,
    restsOn: 'LC-1',
  }),
  ...sandbox,
  declare({
    id: 'optimises-in-time',
    requirement: 'LT-5',
    title: '95 of 100 optimisations complete in time',
    measure: 'completion',
    of: AGENTS.optimisation,
    limit: 'optimisationMs',
    topUp: sampleOptimisation,
    restsOn: 'LC-1',
  }),
  declare({
    id: 'team-in-time',
    requirement: 'LT-5',
    title: '95 of 100 runs of several agents complete in time',
    measure: 'completion',
    of: AGENTS.team,
    limit: 'multiAgentMs',
    topUp: sampleTeam,
    restsOn: 'LC-1',
  }),
];
