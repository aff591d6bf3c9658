import {
  changingItems,
  changingJson,
  changingRuns,
  handling,
  itemsOf,
  MESSAGES,
  NODES,
  STEPS,
} from './answers.ts';
import type { Defect } from './defect.ts';
import { dataOf, replacing, withData } from './frames.ts';
import { rewritingStream } from './stream-frames.ts';

const SECTION = { breaks: '8', mustFail: ['X-3'] } as const;

/** Surfaces that tell other stories of the same run; each is sound by itself as far as that is possible. */
export const surfaceDefects: readonly Defect[] = [
  {
    ...SECTION,
    id: 'D-X-STEP-IDS-OVER-HTTP',
    family: 'wrong id',
    title: 'steps over HTTP have other ids than the calls of their tools',
    mayFail: ['AR-4.1', 'AR-4.1a', 'AR-4.4', 'AR-10.1e', 'LC-18', 'LC-20', 'AR-10.1', 'AR-10.1c'],
    build: () =>
      changingItems(STEPS, (step) => ({ ...step, id: String(step['id']).replace(/^.{8}/, '00000000') })),
  },
  {
    ...SECTION,
    id: 'D-X-ANSWER-OTHER',
    family: 'stale answer',
    title: 'the answer that can be read is another than the one that was told',
    mayFail: ['AR-6.1', 'AR-6.3', 'AR-10.1e', 'LC-18', 'LC-20'],
    build: () =>
      changingItems(MESSAGES, (message) =>
        message['role'] === 'assistant' ? { ...message, content: 'This has been worked on.' } : message,
      ),
  },
  {
    ...SECTION,
    id: 'D-X-NODE-AT-WORK',
    family: 'stuck state',
    title: 'the last node of a run that has ended is still at work',
    mayFail: ['AR-5.1', 'AR-5.1a', 'AR-5.3', 'LC-18', 'AR-10.1i'],
    build: () =>
      changingJson('GET', NODES, (body) => {
        const nodes = itemsOf(body);
        const last = nodes.length - 1;
        const items = nodes.map((node, index) => (index === last ? { ...node, status: 'RUNNING' } : node));
        return { ...body, items };
      }),
  },
  {
    ...SECTION,
    id: 'D-X-CHAT-DURATION',
    family: 'wrong figure',
    title: 'the chat socket says that a run took a minute longer',
    mayFail: ['LC-10', 'LC-18', 'LC-13'],
    build: () =>
      replacing(['agent_completed'], (frame) =>
        withData(frame, { duration_ms: Number(dataOf(frame)['duration_ms']) + 60_000 }),
      ),
  },
  {
    ...SECTION,
    id: 'D-X-FAILED-OVER-HTTP',
    family: 'wrong status',
    title: 'over HTTP a run that failed was cancelled',
    mayFail: ['AR-3.4', 'AR-7.4a', 'AR-8.3', 'LC-18', 'LC-20', 'AR-1.2b', 'AR-10.1d'],
    build: () => changingRuns((run) => (run['status'] === 'FAILED' ? { ...run, status: 'CANCELLED' } : run)),
  },
  {
    ...SECTION,
    id: 'D-X-STREAM-STEP-LOST',
    family: 'missing',
    title: 'the stream does not show the last step of a run',
    mayFail: ['AR-10.1', 'AR-10.1c', 'AR-10.1e', 'AR-10.3', 'LC-18', 'AR-10.1j', 'AR-E8'],
    build: () =>
      rewritingStream(() => (frame) => {
        const step = frame['step'] as { readonly stepType?: unknown } | undefined;
        return step?.stepType === 'respond' ? [] : [frame];
      }),
  },
  {
    breaks: '2',
    id: 'D-X-ERRORS-BARE',
    family: 'wrapped',
    title: 'errors of the telemetry are plain text',
    mustFail: ['X-1'],
    mayFail: ['TR-6.2', 'TR-6.3', 'TR-7.2', 'TR-8.3', 'RS-13', 'TR-1.11', 'TR-11.1'],
    build: () =>
      handling(
        ({ path }) => path.startsWith('/v1/'),
        async ({ request }, honest) => {
          const response = await honest(request);
          if (![404, 405].includes(response.status)) return response;
          return new Response('Not Found', {
            status: response.status,
            headers: { 'content-type': 'text/plain' },
          });
        },
      ),
  },
];
