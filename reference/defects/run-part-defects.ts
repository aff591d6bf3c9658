import {
  ANY_RUN,
  agentsApi,
  changingItems,
  changingJson,
  deafTo,
  insteadOf,
  itemsOf,
  MESSAGES,
  NODES,
  PROFILE,
  PROFILES,
  STEPS,
  withBody,
} from './answers.ts';
import type { Defect } from './defect.ts';

const PARTS = /\/agent-runs\/[^/]+\/(steps|messages|node-states)$/;
const EMPTY_PAGE = { items: [], nextCursor: null, total: 0 };

/** No text above this size came through a real platform unharmed. */
const CUT_AT = 64 * 1024;

const OF_STEPS = [...agentsApi(4), 'AR-10.1c', 'AR-10.1j', 'AR-E1', 'AR-E7', 'AR-8.1a', 'LC-18'];
const OF_MESSAGES = [
  ...agentsApi(6),
  'AR-7.1',
  'AR-7.1a',
  'AR-7.1b',
  'AR-7.2',
  'AR-10.1c',
  'AR-10.1j',
  'AR-E6',
];

/** Parts of runs, and agents, that are shown wrongly. */
export const runPartDefects: readonly Defect[] = [
  {
    id: 'D-AR-STEPS-REVERSED',
    family: 'reordered',
    title: 'steps come newest first',
    breaks: '5',
    mustFail: ['AR-4.1', 'AR-E7', 'AR-4.4'],
    mayFail: OF_STEPS,
    build: () => changingJson('GET', STEPS, (body) => ({ ...body, items: itemsOf(body).toReversed() })),
  },
  {
    id: 'D-AR-STEPS-FROM-ZERO',
    family: 'wrong id',
    title: 'steps are counted from 0',
    breaks: '5',
    mustFail: ['AR-4.1a', 'AR-E7'],
    mayFail: [...OF_STEPS, 'X-3'],
    build: () => changingItems(STEPS, (step) => ({ ...step, stepNumber: Number(step['stepNumber']) - 1 })),
  },
  {
    id: 'D-AR-STEP-LOST',
    family: 'lost page',
    title: 'the last step of every page is missing',
    breaks: '5',
    mustFail: ['AR-4.1', 'AR-E1'],
    mayFail: [...OF_STEPS, 'X-3'],
    build: () => changingJson('GET', STEPS, (body) => ({ ...body, items: itemsOf(body).slice(0, -1) })),
  },
  {
    id: 'D-AR-DURATION-WRONG',
    family: 'wrong figure',
    title: 'durations of steps are a second too long',
    breaks: '5',
    mustFail: ['AR-4.1a'],
    mayFail: [...OF_STEPS, 'X-3'],
    build: () => changingItems(STEPS, (step) => ({ ...step, durationMs: Number(step['durationMs']) + 1000 })),
  },
  {
    id: 'D-AR-UNKNOWN-RUN-EMPTY',
    family: 'swallowed error',
    title: 'an unknown run has no steps, messages and node states instead of not being there',
    breaks: '5',
    mustFail: ['AR-4.2', 'AR-5.2', 'AR-6.2', 'AR-4.2a', 'AR-5.2a'],
    mayFail: ['AR-6.2a'],
    build: () => insteadOf('GET', PARTS, 'RUN_NOT_FOUND', (response) => withBody(response, EMPTY_PAGE, 200)),
  },
  {
    id: 'D-AR-PROGRESS-PERCENT',
    family: 'drifted schema',
    title: 'progress counts to 100',
    breaks: '5',
    mustFail: ['AR-5.1a'],
    mayFail: [...agentsApi(5), 'AR-10.1i', 'AR-10.1j'],
    build: () => changingItems(NODES, (node) => ({ ...node, progress: Number(node['progress']) * 100 })),
  },
  {
    id: 'D-AR-NODE-MISSING',
    family: 'missing',
    title: 'the node state of the last node is missing',
    breaks: '5',
    mustFail: ['AR-5.1'],
    mayFail: [...agentsApi(5), 'AR-10.1i', 'AR-10.1j', 'X-3'],
    build: () => changingJson('GET', NODES, (body) => ({ ...body, items: itemsOf(body).slice(0, -1) })),
  },
  {
    id: 'D-AR-MESSAGES-REVERSED',
    family: 'reordered',
    title: 'messages come newest first',
    breaks: '5',
    mustFail: ['AR-6.1', 'AR-E6', 'AR-7.1b'],
    mayFail: [...OF_MESSAGES, 'X-3'],
    build: () => changingJson('GET', MESSAGES, (body) => ({ ...body, items: itemsOf(body).toReversed() })),
  },
  {
    id: 'D-AR-ROLE-IGNORED',
    family: 'silent drop',
    title: 'the filters of messages are ignored, although they are declared',
    breaks: '5',
    mustFail: ['AR-6.3', 'AR-6.4'],
    mayFail: [],
    build: () => deafTo(MESSAGES, () => ['role', 'type']),
  },
  {
    id: 'D-AR-MESSAGE-CUT',
    family: 'truncated',
    title: 'long messages are cut',
    breaks: '5',
    mustFail: ['AR-E2'],
    mayFail: ['AR-6.1', 'AR-10.1c'],
    build: () =>
      changingItems(MESSAGES, (message) => ({
        ...message,
        content: String(message['content']).slice(0, CUT_AT),
      })),
  },
  {
    id: 'D-AR-PROFILES-WRAPPED',
    family: 'wrapped',
    title: 'the profiles come as a page instead of an array',
    breaks: '5',
    mustFail: ['AR-9.1'],
    mayFail: agentsApi(9),
    build: () =>
      changingJson('GET', PROFILES, (body) => ({
        items: body,
        nextCursor: null,
        total: Object.keys(body).length,
      })),
  },
  {
    id: 'D-AR-PROFILE-TWICE',
    family: 'duplicated',
    title: 'one agent is listed twice',
    breaks: '5',
    mustFail: ['AR-9.1'],
    mayFail: agentsApi(9),
    build: () =>
      changingJson('GET', PROFILES, (body) => {
        const profiles = Object.values(body); // a bare array
        return [...profiles, profiles[0]];
      }),
  },
  {
    id: 'D-AR-PROFILE-DIFFERS',
    family: 'drifted schema',
    title: 'one agent alone is described otherwise than in the list',
    breaks: '5',
    mustFail: ['AR-9.2'],
    mayFail: [],
    build: () => changingJson('GET', PROFILE, (body) => ({ ...body, description: 'An agent.' })),
  },
  {
    id: 'D-AR-AGENT-TEXT',
    family: 'renamed',
    title: 'an unknown agent is told in other words than the fixed ones',
    breaks: '5',
    mustFail: ['AR-9.3'],
    mayFail: [],
    build: () =>
      insteadOf('GET', PROFILE, 'AGENT_NOT_FOUND', (response) =>
        withBody(response, { detail: 'No such agent', code: 'AGENT_NOT_FOUND' }),
      ),
  },
  {
    id: 'D-AR-EVERYTHING-SLOW',
    family: 'delayed',
    title: 'pages of steps take longer than an answer may',
    breaks: '4',
    mustFail: ['AR-E1'],
    mayFail: [...ANY_RUN, 'IS-3', 'SB-7.2', 'X-1', 'RS-13'],
    build: ({ delayMs }) => ({
      http: (honest) => async (request) => {
        const response = await honest(request);
        if (!STEPS.test(new URL(request.url).pathname)) return response;
        await new Promise((resolve) => {
          setTimeout(resolve, delayMs).unref();
        });
        return response;
      },
    }),
  },
];
