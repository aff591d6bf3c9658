import { principalKey } from '../auth/principal.ts';
import { changingJson, handling, withBody } from './answers.ts';
import type { Defect } from './defect.ts';
import { dataOf, type Frame, LIFECYCLE, readFrame, runOf, withData } from './frames.ts';
import { overhearing } from './overhearing.ts';

const spoken = (frame: Frame, more: string): Frame =>
  withData(frame, { thought: `${String(dataOf(frame)['thought'])} ${more}` });

const isThought = (frame: Frame): boolean => frame['type'] === 'agent_thinking';

const longestWord = (text: string): string =>
  (text.match(/[A-Za-z]+/g) ?? []).reduce((best, word) => (word.length > best.length ? word : best), '');

const BLENDED = ['IS-2', 'IS-5', 'IS-12', 'LC-16', 'LC-22'];

/** Words of one user in what another gets. */
export const isolationLeakDefects: readonly Defect[] = [
  {
    id: 'D-IS-THOUGHTS-SHARED',
    family: 'only for the second user',
    title: 'one user only, the second to come, sees in every thought what another asked',
    breaks: '2',
    mustFail: ['IS-1'],
    mayFail: BLENDED,
    build: () => {
      const order = new Set<string>();
      return overhearing((frame, peer, overheard) => {
        const own = principalKey(peer.credential.principal);
        order.add(own);
        return [...order][1] === own && isThought(frame) ? spoken(frame, overheard() ?? '') : frame;
      });
    },
  },
  {
    id: 'D-IS-BASE64',
    family: 'leaked encoded',
    title: 'what another user asked stands in base64 in a field of every tool call',
    breaks: '2',
    mustFail: ['IS-6'],
    mayFail: BLENDED,
    build: () =>
      overhearing((frame, _peer, overheard) =>
        frame['type'] === 'tool_executing'
          ? withData(frame, {
              arguments: {
                ...(dataOf(frame)['arguments'] as Frame),
                context: Buffer.from(overheard() ?? '').toString('base64'),
              },
            })
          : frame,
      ),
  },
  {
    id: 'D-IS-IN-PIECES',
    family: 'leaked split',
    title: "a word of another user's comes letter by letter, one in each event",
    breaks: '2',
    mustFail: ['IS-6'],
    mayFail: [...BLENDED, 'LC-15'],
    build: () => {
      const places = new Map<string, number>();
      return overhearing((frame, _peer, overheard) => {
        const at = places.get(runOf(frame)) ?? 0;
        if (!LIFECYCLE.has(frame['type'])) return frame;
        places.set(runOf(frame), at + 4);
        return withData(frame, { debug: longestWord(overheard() ?? '').slice(at, at + 4) });
      });
    },
  },
  {
    id: 'D-IS-REVERSED',
    family: 'leaked encoded',
    title: "a word of another user's stands backwards in the answer",
    breaks: '2',
    mustFail: ['IS-6'],
    mayFail: [...BLENDED, 'X-3'],
    build: () =>
      overhearing((frame, _peer, overheard) =>
        frame['type'] === 'agent_completed'
          ? withData(frame, {
              response: `${String(dataOf(frame)['response'])}\n${[...longestWord(overheard() ?? '')].reverse().join('')}`,
            })
          : frame,
      ),
  },
  {
    id: 'D-IS-ERRORS-TELL',
    family: 'leaked through an error',
    title: 'a refusal names the project that was made last, whoever made it',
    breaks: '2',
    mustFail: ['IS-6'],
    mayFail: ['IS-3', 'AR-3.2', 'AR-8.6', 'AR-6.2a', 'AR-5.2a', 'AR-4.2a'],
    build: () => {
      let newest = '';
      return handling(
        ({ path }) => path.startsWith('/api/projects'),
        async ({ request, method, path }, honest) => {
          if (method === 'POST' && path === '/api/projects')
            newest = String(readFrame(await request.clone().text())['name']);
          const answer = await honest(request);
          if (answer.status !== 404) return answer;
          const body = readFrame(await answer.clone().text());
          return withBody(answer, { ...body, detail: `${String(body['detail'])}; did you mean ${newest}?` });
        },
      );
    },
  },
  {
    id: 'D-IS-TELEMETRY-TELLS',
    family: 'leaked through telemetry',
    title: 'the statistics of the telemetry quote what was asked last',
    breaks: '7',
    mustFail: ['IS-7'],
    mayFail: ['TR-8.1', 'X-3'],
    build: () => {
      let asked = '';
      const recording = handling(
        ({ path, method }) => method === 'POST' && path.endsWith('/agent-runs'),
        async ({ request }, honest) => {
          asked = String(readFrame(await request.clone().text())['inputQuery']);
          return honest(request);
        },
      );
      const telling = changingJson('GET', /^\/v1\/stats$/, (body) => ({ ...body, last_query: asked }));
      return { http: (honest) => telling.http?.(recording.http?.(honest) ?? honest) ?? honest };
    },
  },
];
