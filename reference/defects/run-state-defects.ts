import {
  ANY_RUN,
  CANCEL,
  changingRuns,
  handling,
  insteadOf,
  RUN,
  RUNS,
  runOfPath,
  withBody,
} from './answers.ts';
import type { Defect } from './defect.ts';
import type { Frame } from './frames.ts';

/** Runs that are shown otherwise than they are. */
export const runStateDefects: readonly Defect[] = [
  {
    id: 'M21',
    family: 'renamed',
    title: 'names are written in snake_case',
    breaks: '5',
    mustFail: ['AR-2.1', 'AR-3.1'],
    mayFail: [...ANY_RUN, 'X-3'],
    build: () => changingRuns(snakeCased),
  },
  {
    id: 'M16',
    family: 'late write after cancel',
    title: 'a cancelled run is completed afterwards',
    breaks: '5',
    mustFail: ['AR-8.1a'],
    mayFail: [
      'AR-1.2',
      'AR-1.2b',
      'AR-8.1',
      'AR-8.1b',
      'AR-8.2',
      'AR-8.4',
      'AR-E3',
      'AR-E4',
      'AR-10.1c',
      'X-3',
    ],
    build: () => {
      const cancelled = new Set<unknown>();
      return changingRuns((run) => {
        if (run['status'] !== 'CANCELLED') return run;
        // The answer to the request for it is still true; whoever looks later is deceived.
        if (cancelled.has(run['id'])) return { ...run, status: 'COMPLETED', outputSummary: 'All done.' };
        cancelled.add(run['id']);
        return run;
      });
    },
  },
  {
    id: 'D-AR-STATE-BACK',
    family: 'stuck state',
    title: 'a run that was seen ended is pending the next time',
    breaks: '5',
    mustFail: ['AR-2.1e', 'AR-E4'],
    mayFail: [...ANY_RUN, 'X-3'],
    build: () => {
      const seen = new Set<unknown>();
      return changingRuns((run) => {
        if (run['status'] === 'PENDING') return run;
        if (seen.delete(run['id'])) return { ...run, status: 'PENDING', finishedAt: null };
        seen.add(run['id']);
        return run;
      });
    },
  },
  {
    id: 'D-AR-SUMMARY-MISSING',
    family: 'missing',
    title: 'a completed run has no summary',
    breaks: '5',
    mustFail: ['AR-3.4'],
    mayFail: ['AR-2.1e', 'AR-3.1', 'AR-3.1a', 'AR-7.1b', 'AR-10.1c', 'AR-10.1j', 'X-3'],
    build: () => changingRuns((run) => ({ ...run, outputSummary: null })),
  },
  {
    id: 'D-AR-FINISHED-AT-LOST',
    family: 'missing',
    title: 'a run that ended does not say when',
    breaks: '5',
    mustFail: ['AR-3.4', 'AR-8.1'],
    mayFail: ANY_RUN,
    build: () => changingRuns((run) => ({ ...run, finishedAt: null })),
  },
  {
    id: 'D-AR-CONTEXT-LOST',
    family: 'missing',
    title: 'a run does not show its context items',
    breaks: '5',
    mustFail: ['AR-2.2'],
    mayFail: [],
    build: () => changingRuns((run) => ({ ...run, contextItemIds: [] })),
  },
  {
    id: 'D-AR-CONTEXT-NULL',
    family: 'placeholder',
    title: 'no context items are null instead of an empty list',
    breaks: '5',
    mustFail: ['AR-2.2a', 'AR-3.1a'],
    mayFail: ANY_RUN,
    build: () =>
      changingRuns((run) => {
        const ids = run['contextItemIds'];
        return Array.isArray(ids) && ids.length === 0 ? { ...run, contextItemIds: null } : run;
      }),
  },
  {
    id: 'D-AR-NOT-FOUND-TEXT',
    family: 'renamed',
    title: 'an unknown run is told in other words than the fixed ones',
    breaks: '5',
    mustFail: ['AR-3.2'],
    mayFail: ['AR-3.3', 'AR-3.2a'],
    build: () =>
      insteadOf('GET', RUN, 'RUN_NOT_FOUND', (response) =>
        withBody(response, { detail: 'Not Found', code: 'RUN_NOT_FOUND' }),
      ),
  },
  {
    id: 'D-AR-ODD-ID',
    family: 'wrong status',
    title: 'an id that is no UUID makes the server fail',
    breaks: '2',
    mustFail: ['AR-3.2a'],
    mayFail: [
      'AR-3.1',
      'AR-4.1',
      'AR-5.1',
      'AR-6.1',
      'AR-7.1',
      'AR-8.1',
      'AR-3.2',
      'AR-4.2',
      'AR-5.2',
      'AR-6.2',
      'AR-7.3',
      'AR-8.5',
      'RS-13',
    ],
    build: () =>
      insteadOf('GET', RUN, 'RUN_NOT_FOUND', (response, { path }) =>
        /^[\da-f-]{36}$/.test(runOfPath(path))
          ? response
          : withBody(response, { detail: 'invalid input syntax for type uuid', code: 'UNAVAILABLE' }, 500),
      ),
  },
  {
    id: 'D-AR-ANY-PROJECT',
    family: 'wrong user',
    title: 'a run is found under every project of its owner',
    breaks: '2',
    mustFail: ['AR-3.3', 'AR-4.2a', 'AR-5.2a'],
    mayFail: ['AR-6.2a', 'IS-3'],
    build: () => {
      const projects = new Map<string, string>();
      return handling(
        ({ path }) => /\/agent-runs/.test(path),
        async ({ path, method, url, request }, honest) => {
          const response = await honest(request);
          if (method === 'POST' && RUNS.test(path) && response.status === 201) {
            const { id, projectId } = (await response.clone().json()) as Record<string, string>;
            projects.set(id ?? '', projectId ?? '');
          }
          const project = projects.get(runOfPath(path));
          if (method !== 'GET' || response.status !== 404 || project === undefined) return response;
          const elsewhere = new URL(url.href.replace(/\/projects\/[^/]+/, `/projects/${project}`));
          return honest(new Request(elsewhere, { headers: request.headers }));
        },
      );
    },
  },
  {
    id: 'D-AR-WORKFLOW-GONE',
    family: 'wrong status',
    title: 'runs whose workflow was deleted can no longer be read',
    breaks: '5',
    mustFail: ['AR-E5'],
    mayFail: ['AR-3.1'],
    build: () => {
      const gone = new Set<unknown>();
      return handling(
        ({ path }) => /\/workflows\/[^/]+$/.test(path) || RUN.test(path) || CANCEL.test(path),
        async ({ path, method, request }, honest) => {
          const response = await honest(request);
          if (method === 'DELETE') gone.add(path.split('/').at(-1));
          if (!RUN.test(path) || response.status !== 200) return response;
          const { workflowId } = (await response.clone().json()) as Frame;
          if (!gone.has(workflowId)) return response;
          return withBody(response, { detail: 'the workflow is missing', code: 'UNAVAILABLE' }, 500);
        },
      );
    },
  },
];

function snakeCased(run: Frame): Frame {
  return Object.fromEntries(
    Object.entries(run).map(([name, value]) => [
      name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      value,
    ]),
  );
}
