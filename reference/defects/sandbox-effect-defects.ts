import { ANY_STREAM, withBody } from './answers.ts';
import type { Defect } from './defect.ts';
import type { Frame } from './frames.ts';
import { knowingAgents, part, stepsOf, testing, withRequestBody, withSteps } from './sandbox-answers.ts';

const WEBHOOK_TIMEOUT_MS = 5_000;
const BUILT_IN_WORKFLOW = 'ticket_agent';

/** Sends a request as the same user to another place of the deployment. */
function elsewhere(request: Request, path: string, body?: object): Request {
  const headers = new Headers(request.headers);
  for (const name of ['content-length', 'x-tenant-id']) headers.delete(name);
  if (body !== undefined) headers.set('content-type', 'application/json');
  const init = body === undefined ? { method: 'GET' } : { method: 'POST', body: JSON.stringify(body) };
  return new Request(new URL(path, request.url), { ...init, headers });
}

interface OverlappingTest {
  result: Frame | undefined;
  readonly beside: OverlappingTest[];
}

/** Dry runs that are not dry, or not alone. */
export const sandboxEffectDefects: readonly Defect[] = [
  {
    id: 'D-SB-WEBHOOK-SENT',
    family: 'half done',
    title: 'a dry run sends the webhook of its agent',
    breaks: '6',
    mustFail: ['SB-7.1'],
    mayFail: [],
    build: () =>
      knowingAgents(async (setUp, { request }, honest) => {
        const response = await honest(request);
        const url = setUp?.['webhookUrl'];
        if (response.status === 200 && typeof url === 'string') {
          const init = { method: 'POST', body: '{}', signal: AbortSignal.timeout(WEBHOOK_TIMEOUT_MS) };
          await fetch(url, init).catch(() => undefined);
        }
        return response;
      }),
  },
  {
    id: 'D-SB-WRITES',
    family: 'half done',
    title: 'a dry run is a run besides, in the latest project of whoever asked for it',
    breaks: '6',
    mustFail: ['SB-7.2'],
    mayFail: ['X-4'],
    build: () =>
      testing(async (_, { request }, honest) => {
        const response = await honest(request.clone());
        if (response.status !== 200) return response;
        const projects = await honest(elsewhere(request, '/api/projects?limit=1'));
        const [latest] = ((await projects.json()) as { readonly items: readonly Frame[] }).items;
        if (latest === undefined) return response;
        const run = { workflowId: BUILT_IN_WORKFLOW, inputQuery: 'A dry run.' };
        await honest(elsewhere(request, `/api/projects/${latest['id']}/agent-runs`, run));
        return response;
      }),
  },
  {
    id: 'D-SB-FILED-TWICE',
    family: 'duplicated',
    title: 'a test is performed and filed twice',
    breaks: '6',
    mustFail: ['SB-7.2'],
    mayFail: ['SB-4.1', 'SB-4.2', 'SB-4.5', 'SB-4.6', 'SB-8.3', 'SB-9.3', 'SB-10.1'],
    build: () =>
      testing(async (body, { request }, honest) => {
        const first = await honest(request);
        if (first.status === 200) await honest(withRequestBody(request, body));
        return first;
      }),
  },
  {
    id: 'D-SB-STREAM-TOLD',
    family: 'half done',
    title: 'a dry run tells the streams of its tenant that a run was made and completed',
    breaks: '6',
    mustFail: ['X-4'],
    mayFail: ['SB-7.2', ...ANY_STREAM, 'AR-E1', 'AR-E7', 'AR-E8'],
    build: () => {
      const open = new Set<(frame: object) => void>();
      return {
        ...testing(async (_, { request }, honest) => {
          const response = await honest(request);
          if (response.status !== 200) return response;
          const { test_id: id, created_at: timestamp } = (await response.clone().json()) as Frame;
          const run = { id, projectId: id, workflowId: 'dry-run', status: 'RUNNING', inputQuery: '' };
          const frame = { type: 'agent.run.updated', eventId: crypto.randomUUID(), seq: 1, turn: 1 };
          for (const tell of open) tell({ ...frame, timestamp, runId: id, run });
          return response;
        }),
        streams: (honest) => (peer, runId) => {
          const tell = (frame: object): void => peer.send(frame);
          open.add(tell);
          const receiver = honest(peer, runId);
          const closed = (): void => {
            open.delete(tell);
            receiver.closed();
          };
          return { message: (text) => receiver.message(text), closed };
        },
      };
    },
  },
  {
    id: 'D-SB-TRACES-SHARED',
    family: 'leaked raw',
    title: 'of tests that overlap the later one shows what the earlier one was given',
    breaks: '6',
    mustFail: ['SB-10.1'],
    mayFail: ['SB-2.2', 'SB-2.6', 'SB-5.1'],
    build: () => {
      const goingOn = new Set<OverlappingTest>();
      return testing(async (_, { request }, honest) => {
        const test: OverlappingTest = { result: undefined, beside: [...goingOn] };
        for (const other of goingOn) other.beside.push(test);
        goingOn.add(test);
        try {
          const response = await honest(request);
          if (response.status !== 200) return response;
          const result = (await response.clone().json()) as Frame;
          test.result = result;
          const strange = test.beside.find((other) => other.result !== undefined)?.result;
          if (strange === undefined) return response;
          const inputs = stepsOf(strange).map((step) => part(step, 'input'));
          return withBody(
            response,
            withSteps(result, (step, index) => ({ ...step, input: inputs[index] ?? step['input'] })),
          );
        } finally {
          goingOn.delete(test);
        }
      });
    },
  },
  {
    id: 'D-SB-FAILURE-BREAKS',
    family: 'wrong status',
    title: 'a test whose agent fails is answered with 500',
    breaks: '6',
    mustFail: ['SB-8.1'],
    mayFail: ['SB-1.1', 'SB-6.4', 'SB-8.2', 'SB-8.3', 'SB-8.4'],
    build: () =>
      testing(async (_, { request }, honest) => {
        const response = await honest(request);
        if (response.status !== 200) return response;
        const { status } = (await response.clone().json()) as Frame;
        return status === 'failed' ? withBody(response, { detail: 'Internal Server Error' }, 500) : response;
      }),
  },
];
