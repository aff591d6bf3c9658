/** The endpoints of the agents API, and what each answers, as docs/protocol.md section 5 has it. */
import { z } from 'zod';
import { type Endpoint, endpointsOf } from './every-answer.ts';
import { PAGE } from './pages.ts';
import { AGENT_MESSAGE, AGENT_NODE_STATE, AGENT_STEP } from './run-parts.ts';
import { AGENT_RUN } from './run-shape.ts';

/** Which types its texts have is a recommendation, and judged apart. */
const AGENT_PROFILE = z
  .looseObject({ id: z.string().min(1), name: z.string().min(1) })
  .refine(
    (profile) => ['description', 'capabilities'].every((name) => profile[name] !== undefined),
    'has no description or no capabilities',
  );

const pageOf = (item: z.ZodType): z.ZodType => PAGE.extend({ items: z.array(item) });

const RUNS = '/api/projects/{}/agent-runs';
export const agentsApiEndpoints: readonly Endpoint[] = endpointsOf('agents-api', [
  ['every-list-of-runs-is-a-page', 'AR-1.1', 'GET', RUNS, [200], pageOf(AGENT_RUN)],
  ['every-new-run-is-shown', 'AR-2.1', 'POST', RUNS, [201], AGENT_RUN],
  ['every-reading-shows-the-run', 'AR-3.1', 'GET', `${RUNS}/{}`, [200], AGENT_RUN],
  ['every-list-of-steps-is-a-page', 'AR-4.1', 'GET', `${RUNS}/{}/steps`, [200], pageOf(AGENT_STEP)],
  [
    'every-list-of-node-states-is-one',
    'AR-5.1',
    'GET',
    `${RUNS}/{}/node-states`,
    [200],
    z.looseObject({ items: z.array(AGENT_NODE_STATE) }),
  ],
  ['every-list-of-messages-is-a-page', 'AR-6.1', 'GET', `${RUNS}/{}/messages`, [200], pageOf(AGENT_MESSAGE)],
  ['every-message-taken-is-shown', 'AR-7.1', 'POST', `${RUNS}/{}/messages`, [201], AGENT_MESSAGE],
  ['every-cancellation-shows-the-run', 'AR-8.1', 'POST', `${RUNS}/{}/cancel`, [200], AGENT_RUN],
  [
    'every-list-of-profiles-is-an-array',
    'AR-9.1',
    'GET',
    '/api/agents/profiles',
    [200],
    z.array(AGENT_PROFILE),
  ],
  ['every-reading-shows-the-profile', 'AR-9.2', 'GET', '/api/agents/profiles/{}', [200], AGENT_PROFILE],
]);
