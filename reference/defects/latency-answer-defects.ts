import { setTimeout as delay } from 'node:timers/promises';
import type { Boundaries } from '../boundaries.ts';
import type { Defect } from './defect.ts';

/** Answers late what is asked in this way of paths with that word. */
const slowRequests = (ms: number, method: string, word: string): Partial<Boundaries> => ({
  http: (honest) => async (request) => {
    const isSlow = request.method === method && new URL(request.url).pathname.includes(word);
    if (isSlow) await delay(ms, undefined, { ref: false });
    return honest(request);
  },
});

/** Answers late what is asked in this way at such paths. */
const slowAtPaths = (ms: number, method: string, paths: RegExp): Partial<Boundaries> => ({
  http: (honest) => async (request) => {
    const isSlow = request.method === method && paths.test(new URL(request.url).pathname);
    if (isSlow) await delay(ms, undefined, { ref: false });
    return honest(request);
  },
});

/** What is answered late over HTTP; each is slow at other endpoints. */
export const latencyAnswerDefects: readonly Defect[] = [
  {
    id: 'D-LT-HTTP',
    family: 'slow at one stage',
    title: 'what is read of runs over HTTP is answered late',
    breaks: '4.5',
    mustFail: ['LT-8'],
    mayFail: ['AR-1.1', 'AR-3.1', 'AR-4.1', 'AR-5.1', 'AR-6.1'],
    build: ({ delayMs }) => slowRequests(delayMs, 'GET', '/agent-runs'),
  },
  {
    id: 'D-LT-STARTS',
    family: 'slow at one stage',
    title: 'runs are started late over HTTP',
    breaks: '4.5',
    mustFail: ['LT-8'],
    mayFail: ['AR-2.1'],
    build: ({ delayMs }) => slowRequests(delayMs, 'POST', '/agent-runs'),
  },
  {
    id: 'D-LT-HEALTH',
    family: 'slow at one stage',
    title: 'health is answered late',
    breaks: '4.5',
    mustFail: ['LT-8'],
    mayFail: ['CN-7', 'CN-8'],
    build: ({ delayMs }) => slowRequests(delayMs, 'GET', '/health'),
  },
  {
    id: 'D-LT-TESTS',
    family: 'slow at one stage',
    title: 'agents are tested late',
    breaks: '4.5',
    mustFail: ['LT-8'],
    mayFail: [],
    build: ({ delayMs }) => slowAtPaths(3 * delayMs, 'POST', /^\/api\/agents\/[^/]+\/test$/),
  },
  {
    id: 'D-LT-TEST-READS',
    family: 'slow at one stage',
    title: 'tests and their history are read late',
    breaks: '4.5',
    mustFail: ['LT-8'],
    mayFail: [],
    build: ({ delayMs }) => slowAtPaths(delayMs, 'GET', /^\/api\/agents\/[^/]+\/test(-history|\/)/),
  },
  {
    id: 'D-LT-COMPARE',
    family: 'slow at one stage',
    title: 'tests are compared late',
    breaks: '4.5',
    mustFail: ['LT-8'],
    mayFail: [],
    build: ({ delayMs }) => slowAtPaths(delayMs, 'POST', /\/test\/compare$/),
  },
  {
    id: 'D-LT-INGEST',
    family: 'slow at one stage',
    title: 'the telemetry takes runs late',
    breaks: '4.5',
    mustFail: ['LT-8'],
    mayFail: ['TR-11.3'],
    build: ({ delayMs }) => slowAtPaths(delayMs, 'POST', /^\/v1\/runs$/),
  },
  {
    id: 'D-LT-TELEMETRY',
    family: 'slow at one stage',
    title: 'the telemetry is read late',
    breaks: '4.5',
    mustFail: ['LT-8'],
    mayFail: ['TR-11.3'],
    build: ({ delayMs }) => slowAtPaths(delayMs, 'GET', /^\/v1\//),
  },
];
