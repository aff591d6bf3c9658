import { z } from 'zod';
import { agentNodeState, agentStep } from '../runs/resources.ts';
import { listSteps, readNodeStates } from '../store/run-parts.ts';
import { type RunRouteParts, runOfPath } from './agent-run-routes.ts';
import { pageBody, pageOfType, pageQuery, readPageRequest, withoutOrdinal } from './paging.ts';
import { type Api, route } from './routes.ts';

/** Serves what runs consist of. What the stream has told already is always among it. */
export function runPartRoutes(api: Api, { store, inFlight }: RunRouteParts): void {
  route(api, '/api/projects/:project/agent-runs/:run/steps', {
    GET: {
      summary: 'The steps of a run, oldest first',
      query: pageQuery,
      status: 200,
      answer: pageOfType(agentStep),
      refuses: [404],
      handle: async (context) => {
        const { run } = await runOfPath(store, context);
        const list = `steps ${run.id}`;
        const request = readPageRequest(context, list);
        await inFlight.settle(run.id);
        return context.json(pageBody(list, await listSteps(store, run.id, request), withoutOrdinal));
      },
    },
  });
  route(api, '/api/projects/:project/agent-runs/:run/node-states', {
    GET: {
      summary: 'Where the nodes of the workflow stand',
      status: 200,
      answer: z.object({ items: z.array(agentNodeState) }),
      refuses: [404],
      handle: async (context) => {
        const { run } = await runOfPath(store, context);
        await inFlight.settle(run.id);
        return context.json({ items: await readNodeStates(store, run.id) });
      },
    },
  });
}
