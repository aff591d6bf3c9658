/** The limits of docs/protocol.md section 4.5 as claims about 95 of 100 samples. */
import { type ClaimCheck, defineClaim } from '../../harness/core/check.ts';
import type { LatencyClaim } from '../../harness/core/claim.ts';
import type { Capability } from '../../harness/core/requirement.ts';
import {
  AGENTS,
  loadedSessions,
  READINGS,
  SESSIONS,
  SESSIONS_UNDER_LOAD,
  STARTS,
  sampleCancellation,
  sampleData,
  sampleEndpoints,
  sampleHealth,
  sampleOptimisation,
  sampleSessions,
  sampleTeam,
} from '../../scenarios/latency-samples.ts';

interface Declared extends Pick<LatencyClaim, 'measure' | 'of' | 'limit'> {
  readonly id: string;
  readonly requirement: string;
  readonly title: string;
  readonly restsOn: string;
  readonly topUp: { readonly id: string };
  readonly samplesPerTrial?: number;
  readonly from?: 'load';
  readonly when?: readonly Capability[];
}

function claim({ id, requirement, title, restsOn, when, topUp, ...stated }: Declared): ClaimCheck {
  const { measure, of, limit, samplesPerTrial = 1, from = 'quiet' } = stated;
  return defineClaim({
    id: `latency/${id}`,
    requirement,
    title,
    restsOn,
    ...(when === undefined ? {} : { when }),
    claim: { measure, ...(of === undefined ? {} : { of }), limit, from, samplesPerTrial, topUp: topUp.id },
  });
}

const OF_SESSIONS = { topUp: sampleSessions, samplesPerTrial: SESSIONS, restsOn: 'CN-1' } as const;
const OF_RUNS = { topUp: sampleData, restsOn: 'LC-1' } as const;

const RUNS = '/api/projects/{}/agent-runs';

/** Endpoints of the agents API with what one trial reads of each. */
const ENDPOINTS = [
  ['starts-runs', `POST ${RUNS}`, STARTS],
  ['lists-runs', `GET ${RUNS}`, READINGS],
  ['reads-runs', `GET ${RUNS}/{}`, READINGS],
  ['reads-steps', `GET ${RUNS}/{}/steps`, READINGS],
  ['reads-messages', `GET ${RUNS}/{}/messages`, READINGS],
  ['reads-node-states', `GET ${RUNS}/{}/node-states`, READINGS],
] as const;

/** In the order in which a small budget is spent. */
export const claims: readonly ClaimCheck[] = [
  claim({
    id: 'connects-in-time',
    requirement: 'LT-1',
    title: '95 of 100 sockets are open in time',
    measure: 'connect',
    limit: 'connectMs',
    ...OF_SESSIONS,
  }),
  claim({
    id: 'greets-in-time',
    requirement: 'LT-2',
    title: '95 of 100 sockets are greeted in time',
    measure: 'greeting',
    limit: 'greetingMs',
    ...OF_SESSIONS,
  }),
  claim({
    id: 'health-in-time',
    requirement: 'LT-8',
    title: '95 of 100 readings of health are answered in time',
    measure: 'http',
    of: 'GET {health}',
    limit: 'healthMs',
    topUp: sampleHealth,
    samplesPerTrial: READINGS,
    restsOn: 'CN-5',
  }),
  claim({
    id: 'first-event-in-time',
    requirement: 'LT-3',
    title: '95 of 100 runs show a first event in time',
    measure: 'first-event',
    limit: 'firstEventMs',
    ...OF_RUNS,
  }),
  claim({
    id: 'first-tool-in-time',
    requirement: 'LT-4',
    title: '95 of 100 runs show a first tool event in time',
    measure: 'first-tool',
    limit: 'firstToolMs',
    ...OF_RUNS,
  }),
  claim({
    id: 'completes-in-time',
    requirement: 'LT-5',
    title: '95 of 100 analyses complete in time',
    measure: 'completion',
    of: AGENTS.data,
    limit: 'completionMs',
    ...OF_RUNS,
  }),
  claim({
    id: 'no-long-silence',
    requirement: 'LT-6',
    title: '95 of 100 runs are never silent for too long',
    measure: 'largest-gap',
    limit: 'silenceMs',
    ...OF_RUNS,
  }),
  claim({
    id: 'cancels-in-time',
    requirement: 'LT-7',
    title: '95 of 100 cancelled runs end in time',
    measure: 'cancel',
    limit: 'cancelMs',
    topUp: sampleCancellation,
    restsOn: 'LC-19',
  }),
  ...ENDPOINTS.map(([id, of, samplesPerTrial]) =>
    claim({
      id: `${id}-in-time`,
      requirement: 'LT-8',
      title: `95 of 100 answers of ${of} come in time`,
      measure: 'http',
      of,
      limit: 'httpMs',
      topUp: sampleEndpoints,
      samplesPerTrial,
      when: ['agents-api', 'fixtures'],
      restsOn: 'AR-2.1',
    }),
  ),
  claim({
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
  claim({
    id: 'optimises-in-time',
    requirement: 'LT-5',
    title: '95 of 100 optimisations complete in time',
    measure: 'completion',
    of: AGENTS.optimisation,
    limit: 'optimisationMs',
    topUp: sampleOptimisation,
    restsOn: 'LC-1',
  }),
  claim({
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
