import { changingJson, insteadOf, withBody } from './answers.ts';
import type { Defect } from './defect.ts';
import type { Frame } from './frames.ts';
import { broken, COMPARE, comparing, isUuid, remembering } from './sandbox-answers.ts';

const DELTAS = ['token_delta', 'cost_delta', 'timing_delta'] as const;

function withDeltas(body: Frame, change: (delta: number) => number): Frame {
  return { ...body, ...Object.fromEntries(DELTAS.map((name) => [name, change(Number(body[name]))])) };
}

/** Comparisons that do not say what changed. */
export const sandboxCompareDefects: readonly Defect[] = [
  {
    id: 'D-SB-COMPARED-BACKWARDS',
    family: 'reordered',
    title: 'a comparison is the first minus the second',
    breaks: '6',
    mustFail: ['SB-6.1'],
    mayFail: [],
    build: () => changingJson('POST', COMPARE, (body) => withDeltas(body, (delta) => 0 - delta)),
  },
  {
    id: 'D-SB-COMPARED-WITH-NOISE',
    family: 'wrong figure',
    title: 'a test compared with itself has a difference',
    breaks: '6',
    mustFail: ['SB-6.2'],
    mayFail: ['SB-6.5'],
    build: () =>
      changingJson('POST', COMPARE, (body) =>
        body['test_id_1'] === body['test_id_2']
          ? { ...body, timing_delta: 0.001, trace_differences: ['Duration changed'] }
          : body,
      ),
  },
  {
    id: 'D-SB-DELTAS-UNSIGNED',
    family: 'wrong figure',
    title: 'a comparison does not tell more from less',
    breaks: '6',
    mustFail: ['SB-6.3'],
    mayFail: ['SB-6.1'],
    build: () => changingJson('POST', COMPARE, (body) => withDeltas(body, Math.abs)),
  },
  {
    id: 'D-SB-STATUS-NEVER-CHANGES',
    family: 'wrong figure',
    title: 'a comparison never sees a changed status',
    breaks: '6',
    mustFail: ['SB-6.4'],
    mayFail: ['SB-6.1'],
    build: () => changingJson('POST', COMPARE, (body) => ({ ...body, status_changed: false })),
  },
  {
    id: 'D-SB-ARROW-OF-TWO',
    family: 'renamed',
    title: 'the line about the number of steps has an arrow of its own',
    breaks: '6',
    mustFail: ['SB-6.5'],
    mayFail: [],
    build: () =>
      changingJson('POST', COMPARE, (body) => ({
        ...body,
        trace_differences: ((body['trace_differences'] ?? []) as readonly string[]).map((line) =>
          line.replace('→', '->'),
        ),
      })),
  },
  {
    id: 'D-SB-COMPARE-UNKNOWN-BREAKS',
    family: 'wrong status',
    title: 'comparing with an unknown test breaks',
    breaks: '6',
    mustFail: ['SB-6.6', 'SB-6.1'],
    mayFail: ['SB-6.7', 'SB-9.1', 'RS-13'],
    build: () => insteadOf('POST', COMPARE, 'TEST_NOT_FOUND', broken),
  },
  {
    id: 'D-SB-COMPARE-FOREIGN',
    family: 'wrong user',
    title: 'a test can be compared with those of other agents',
    breaks: '6',
    mustFail: ['SB-6.7'],
    mayFail: ['SB-9.1'],
    build: () =>
      remembering(async (known, { method, path, request }, honest) => {
        if (method !== 'POST' || !COMPARE.test(path)) return honest(request);
        const { test_id_1, test_id_2 } = (await request
          .clone()
          .json()
          .catch(() => ({}))) as Frame;
        const response = await honest(request);
        const all = [test_id_1, test_id_2].map((id) => known.get(String(id))?.result);
        if (response.status !== 404 || all.includes(undefined)) return response;
        const deltas = { token_delta: 0, cost_delta: 0, timing_delta: 0 };
        return withBody(
          response,
          { test_id_1, test_id_2, status_changed: false, ...deltas, trace_differences: [] },
          200,
        );
      }),
  },
  {
    id: 'D-SB-COMPARE-ID-BREAKS',
    family: 'wrong status',
    title: 'a comparison without two UUIDs breaks',
    breaks: '6',
    mustFail: ['SB-6.8'],
    mayFail: ['SB-6.1', 'X-1', 'RS-13'],
    build: () =>
      comparing(async ({ test_id_1, test_id_2 }, { request }, honest) =>
        isUuid(String(test_id_1)) && isUuid(String(test_id_2)) ? honest(request) : broken(),
      ),
  },
];
