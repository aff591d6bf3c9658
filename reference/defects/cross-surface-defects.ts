import type { Boundaries } from '../boundaries.ts';
import { agentsApi, changingJson, changingRuns, handling } from './answers.ts';
import type { Defect } from './defect.ts';
import { renumbered, rewriting } from './frames.ts';

const SECTION = { mayFail: [] } as const;

/** A boundary that changes the refusals of some paths. */
function refusing(
  path: RegExp,
  statuses: readonly number[],
  change: (response: Response) => Response,
): Partial<Boundaries> {
  return handling(
    (exchange) => path.test(exchange.path),
    async ({ request }, honest) => {
      const response = await honest(request);
      return statuses.includes(response.status) ? change(response) : response;
    },
  );
}

/** What several surfaces owe each other, broken on one of them. */
export const crossSurfaceDefects: readonly Defect[] = [
  {
    ...SECTION,
    id: 'D-X-SANDBOX-ERRORS-BARE',
    family: 'wrapped',
    title: 'errors of the sandbox are plain text',
    breaks: '2',
    mustFail: ['X-1'],
    mayFail: [
      'SB-1.6',
      'SB-1.7',
      'SB-4.8',
      'SB-5.2',
      'SB-5.3',
      'SB-5.4',
      'SB-6.6',
      'SB-6.7',
      'SB-9.1',
      'RS-13',
      'X-5',
    ],
    build: () =>
      refusing(
        /^\/api\/agents\/[^/]+\/test/,
        [404, 405],
        ({ status }) => new Response('Not Found', { status }),
      ),
  },
  {
    ...SECTION,
    id: 'D-X-CODE-MISSING',
    family: 'missing',
    title: 'errors under a project have no code',
    breaks: '2',
    mustFail: ['X-1'],
    mayFail: ['RS-13', ...agentsApi(1, 2, 3, 4, 5, 6, 7, 8, 12)],
    build: () =>
      handling(
        ({ path }) => path.startsWith('/api/projects/'),
        async ({ request }, honest) => {
          const response = await honest(request);
          if (response.status !== 404) return response;
          const { detail } = (await response.json()) as { readonly detail: unknown };
          return Response.json({ detail }, { status: 404 });
        },
      ),
  },
  {
    ...SECTION,
    id: 'D-X-NO-CHALLENGE',
    family: 'missing',
    title: 'who is refused over HTTP is not told how to come in',
    breaks: '2',
    mustFail: ['X-2'],
    build: () =>
      refusing(/^\//, [401], (response) => {
        const headers = new Headers(response.headers);
        headers.delete('www-authenticate');
        return new Response(response.body, { status: 401, headers });
      }),
  },
  {
    ...SECTION,
    id: 'D-X-COMPLETED-OVER-HTTP',
    family: 'wrong status',
    title: 'over HTTP a run that completed has failed',
    breaks: '8',
    mustFail: ['X-3'],
    mayFail: [...SECTION.mayFail, 'LC-18', 'AR-1.2b', 'AR-10.1j', 'AR-10.3'],
    build: () => changingRuns((run) => (run['status'] === 'COMPLETED' ? { ...run, status: 'FAILED' } : run)),
  },
  {
    ...SECTION,
    id: 'D-X-COMPLETED-IS-FAILURE',
    family: 'wrong status',
    title: 'a run that completed is a failure in the telemetry',
    breaks: '8',
    mustFail: ['X-3'],
    build: () => ({
      exports: (honest) => (turn) =>
        honest(
          turn.run.status === 'COMPLETED' ? { ...turn, run: { ...turn.run, status: 'CANCELLED' } } : turn,
        ),
    }),
  },
  {
    ...SECTION,
    id: 'D-X-RESULT-TWICE',
    family: 'duplicated',
    title: 'the result of a tool comes twice',
    breaks: '4',
    mustFail: ['X-6'],
    mayFail: ['X-3', 'LC-3', 'LC-5', 'LC-9', 'LC-14', 'LC-16'],
    build: () =>
      rewriting(renumbered(() => (frame) => (frame['type'] === 'tool_completed' ? [frame, frame] : [frame]))),
  },
  {
    ...SECTION,
    id: 'D-TR-HEALTH-NAMELESS',
    family: 'drifted schema',
    title: 'health does not say which service it is',
    breaks: '3',
    mustFail: ['TR-10.1'],
    mayFail: ['CN-1'],
    build: () => changingJson('GET', /^\/health$/, ({ service: _service, ...body }) => body),
  },
];
