/** The endpoints of the sandbox, and what each answers, as docs/protocol.md 6.2 and 6.3 have it. */
import { z } from 'zod';
import { type Endpoint, endpointsOf } from '../agents-api/every-answer.ts';
import { isInstant } from '../agents-api/expect.ts';
import { testStatuses } from './answers.ts';
import { COMPARISON } from './compare-judges.ts';
import { PAGE_SHAPE } from './history-judges.ts';
import { RESULT } from './results.ts';

/** Of an agent that failed the trace may be gone, which is judged apart. */
const FAILED = z.looseObject({
  test_id: z.uuid(),
  agent_id: z.uuid(),
  status: z.literal('failed'),
  errors: z.looseObject({}),
  created_at: z.string().refine(isInstant, 'is no time in RFC 3339 UTC'),
});
const TESTED = z.union([RESULT, FAILED]);

const AGENT = '/api/agents/{}';

/** A name that is taken by another API is no agent. */
export const sandboxEndpoints: readonly Endpoint[] = endpointsOf('sandbox', [
  [
    'every-test-shows-its-result',
    'SB-1.1',
    'POST',
    `${AGENT}/test`,
    ({ variationPoints }) => testStatuses(variationPoints['VP-TEST201']),
    TESTED,
  ],
  ['every-history-is-a-page', 'SB-4.1', 'GET', `${AGENT}/test-history`, [200], PAGE_SHAPE],
  ['every-reading-shows-the-test', 'SB-5.1', 'GET', `${AGENT}/test/{}`, [200], TESTED],
  ['every-comparison-is-one', 'SB-6.1', 'POST', `${AGENT}/test/compare`, [200], COMPARISON],
]);
