/** The endpoints of the telemetry, and what each answers, as docs/protocol.md 7.2 and 7.4 have it. */
import { z } from 'zod';
import { type Endpoint, endpointsOf } from '../agents-api/every-answer.ts';
import { FAILURE, LISTED_RUN, STEP, STORED_RUN } from './account.ts';
import { listShape } from './list-shape.ts';

const LIST = z.union([z.array(LISTED_RUN), z.looseObject({ runs: z.array(LISTED_RUN) })]);

const count = z.int().nonnegative();
const STATS = z.looseObject({
  total_runs: count,
  total_failures: count,
  success_rate: z.number().min(0).max(100),
  avg_latency_ms: z.number().nonnegative(),
  failure_breakdown: z.record(z.string(), count),
  step_type_breakdown: z.record(z.string(), count),
});

const RUNS = '/v1/runs';

export const telemetryEndpoints: readonly Endpoint[] = endpointsOf('telemetry', [
  ['every-run-taken-is-shown', 'TR-1.1', 'POST', RUNS, [200, 201], STORED_RUN],
  [
    'every-list-has-its-shape',
    'TR-5.1',
    'GET',
    RUNS,
    [200],
    ({ variationPoints }) => {
      const choice = variationPoints['VP-LISTSHAPE'];
      return LIST.refine(
        (body) => {
          const shape = listShape(body);
          return shape !== undefined && (choice === undefined || choice === shape);
        },
        `is no ${choice ?? 'bare-array or page-object'}`,
      );
    },
  ],
  ['every-reading-shows-the-run', 'TR-6.1', 'GET', `${RUNS}/{}`, [200], STORED_RUN],
  [
    'every-list-of-steps-is-an-array',
    'TR-7.1',
    'GET',
    `${RUNS}/{}/steps`,
    [200],
    z.array(STEP.extend({ run_id: z.string().min(1) })),
  ],
  ['every-list-of-failures-is-an-array', 'TR-8.1', 'GET', `${RUNS}/{}/failures`, [200], z.array(FAILURE)],
  ['every-statistic-has-its-members', 'TR-9.1', 'GET', '/v1/stats', [200], STATS],
]);
