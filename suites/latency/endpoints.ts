/** Claims about what is answered over HTTP, one for each endpoint. */
import type { ClaimCheck } from '../../harness/core/check.ts';
import { READINGS, STARTS, sampleEndpoints, sampleHealth } from '../../scenarios/latency-samples.ts';
import { REPORTS, sampleSandbox, sampleTelemetry, TESTS } from '../../scenarios/latency-services.ts';
import { type Declared, declare } from './declare.ts';

type Service = Pick<Declared, 'topUp' | 'restsOn' | 'when' | 'samplesPerTrial'>;
type Endpoint = readonly [id: string, of: string, over?: Partial<Declared>];

const answersOf =
  (service: Service) =>
  ([id, of, over]: Endpoint): ClaimCheck =>
    declare({
      id: `${id}-in-time`,
      requirement: 'LT-8',
      title: `95 of 100 answers of ${of.replace(/\{(ingest|query)\}/, '')} come in time`,
      measure: 'http',
      of,
      limit: 'httpMs',
      ...service,
      ...over,
    });

/** The cheapest of all, and so the first for which a small budget is spent. */
export const health: ClaimCheck = declare({
  id: 'health-in-time',
  requirement: 'LT-8',
  title: '95 of 100 readings of health are answered in time',
  measure: 'http',
  of: 'GET {health}',
  limit: 'healthMs',
  topUp: sampleHealth,
  samplesPerTrial: READINGS,
  restsOn: 'CN-5',
});

const RUNS = '/api/projects/{}/agent-runs';

const OF_RUNS: Service = {
  topUp: sampleEndpoints,
  samplesPerTrial: READINGS,
  when: ['agents-api', 'fixtures'],
  restsOn: 'AR-2.1',
};

export const agentsApi: readonly ClaimCheck[] = (
  [
    ['starts-runs', `POST ${RUNS}`, { samplesPerTrial: STARTS }],
    ['lists-runs', `GET ${RUNS}`],
    ['reads-runs', `GET ${RUNS}/{}`],
    ['reads-steps', `GET ${RUNS}/{}/steps`],
    ['reads-messages', `GET ${RUNS}/{}/messages`],
    ['reads-node-states', `GET ${RUNS}/{}/node-states`],
  ] satisfies Endpoint[]
).map(answersOf(OF_RUNS));

const OF_TELEMETRY: Service = {
  topUp: sampleTelemetry,
  samplesPerTrial: REPORTS,
  when: ['telemetry'],
  restsOn: 'TR-1.1',
};

export const telemetry: readonly ClaimCheck[] = (
  [
    ['takes-reports', 'POST {ingest}/v1/runs'],
    ['lists-reports', 'GET {query}/v1/runs'],
    ['reads-reports', 'GET {query}/v1/runs/{}'],
    ['reads-reported-steps', 'GET {query}/v1/runs/{}/steps'],
    ['reads-failures', 'GET {query}/v1/runs/{}/failures'],
    ['reads-statistics', 'GET {query}/v1/stats'],
  ] satisfies Endpoint[]
).map(answersOf(OF_TELEMETRY));

const AGENT = '/api/agents/{}';

const OF_SANDBOX: Service = {
  topUp: sampleSandbox,
  samplesPerTrial: TESTS,
  when: ['sandbox', 'fixtures'],
  restsOn: 'SB-1.1',
};

export const sandbox: readonly ClaimCheck[] = (
  [
    // An agent works in it, and has as long as in earnest.
    ['tests-agents', `POST ${AGENT}/test`, { limit: 'completionMs' }],
    ['lists-tests', `GET ${AGENT}/test-history`],
    ['reads-tests', `GET ${AGENT}/test/{}`],
    ['compares-tests', `POST ${AGENT}/test/compare`],
  ] satisfies Endpoint[]
).map(answersOf(OF_SANDBOX));
