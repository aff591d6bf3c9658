import { principalKey } from '../auth/principal.ts';
import type { Boundaries, ChatPeer } from '../boundaries.ts';
import { agentsApi, changingJson, handling, RUN, RUNS, withBody } from './answers.ts';
import type { Defect } from './defect.ts';
import {
  dataOf,
  type Frame,
  isEvent,
  LIFECYCLE,
  readFrame,
  receivingThrough,
  runOf,
  TERMINAL,
  withData,
} from './frames.ts';

/** What comes of a frame when the deployment knows what users said lately. */
type Blend = (frame: Frame, peer: ChatPeer, overheard: () => string | undefined) => Frame;

const messageOf = (text: string): string | undefined => {
  const frame = readFrame(text);
  const { message } = (frame['payload'] ?? {}) as Frame;
  return frame['type'] === 'start_agent' && typeof message === 'string' ? message : undefined;
};

/** The request with another message. */
function asking(text: string, message: string): string {
  const frame = readFrame(text);
  return JSON.stringify({ ...frame, payload: { ...(frame['payload'] as Frame), message } });
}

/** A boundary whose frames may hold what somebody else said last. */
function overhearing(blend: Blend): Partial<Boundaries> {
  const said = new Map<string, string>();
  return {
    sockets: (honest) => (peer) => {
      const own = principalKey(peer.credential.principal);
      const overheard = (): string | undefined =>
        [...said]
          .filter(([key]) => key !== own)
          .map(([, message]) => message)
          .at(-1);
      const receiver = honest({
        ...peer,
        send: (frame) => peer.send(isEvent(frame as Frame) ? blend(frame as Frame, peer, overheard) : frame),
      });
      return {
        message: (text) => {
          const message = messageOf(text);
          if (message !== undefined) {
            said.delete(own); // so that the last one is the latest
            said.set(own, message);
          }
          receiver.message(text);
        },
        closed: () => receiver.closed(),
      };
    },
  };
}

const spoken = (frame: Frame, more: string): Frame =>
  withData(frame, { thought: `${String(dataOf(frame)['thought'])} ${more}` });

const isThought = (frame: Frame): boolean => frame['type'] === 'agent_thinking';

const longestWord = (text: string): string =>
  (text.match(/[A-Za-z]+/g) ?? []).reduce((best, word) => (word.length > best.length ? word : best), '');

const BLENDED = ['IS-2', 'IS-5', 'IS-12', 'LC-16', 'LC-22'];

/** Words of one user in what another gets. */
const leaks: readonly Defect[] = [
  {
    id: 'D-IS-THOUGHTS-SHARED',
    title: 'one user only, the second to come, sees in every thought what another asked',
    breaks: '2',
    family: 'isolation',
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
    title: 'what another user asked stands in base64 in a field of every tool call',
    breaks: '2',
    family: 'isolation',
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
    title: "a word of another user's comes letter by letter, one in each event",
    breaks: '2',
    family: 'isolation',
    mustFail: ['IS-6'],
    mayFail: BLENDED,
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
    title: "a word of another user's stands backwards in the answer",
    breaks: '2',
    family: 'isolation',
    mustFail: ['IS-6'],
    mayFail: BLENDED,
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
    title: 'a refusal names the project that was made last, whoever made it',
    breaks: '2',
    family: 'isolation',
    mustFail: ['IS-6'],
    mayFail: ['IS-3'],
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
    title: 'the statistics of the telemetry quote what was asked last',
    breaks: '7',
    family: 'isolation',
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

/** What one user does shows in what another gets. */
const effects: readonly Defect[] = [
  {
    id: 'D-IS-FOREIGN-READ',
    title: 'whoever knows the id of a run can read it',
    breaks: '2',
    family: 'isolation',
    mustFail: ['IS-3', 'IS-6'],
    mayFail: agentsApi(3, 4, 5, 6, 7, 8),
    build: () => {
      const owners = new Map<string, { readonly url: URL; readonly authorization: string }>();
      return handling(
        ({ path }) => RUNS.test(path) || RUN.test(path),
        async ({ request, method, url }, honest) => {
          const authorization = request.headers.get('authorization') ?? '';
          const answer = await honest(request);
          if (method === 'POST' && answer.status === 201)
            owners.set(String(readFrame(await answer.clone().text())['id']), { url, authorization });
          const id = url.pathname.slice(url.pathname.lastIndexOf('/') + 1);
          const owner = owners.get(id);
          if (method !== 'GET' || answer.status !== 404 || owner === undefined) return answer;
          const theirs = new URL(`${owner.url.pathname}/${id}`, owner.url);
          return honest(new Request(theirs, { headers: { authorization: owner.authorization } }));
        },
      );
    },
  },
  {
    id: 'D-IS-TOTAL-OF-ALL',
    title: 'the total of the list of projects counts those of everybody',
    breaks: '2',
    family: 'isolation',
    mustFail: ['IS-3'],
    mayFail: [],
    build: () => {
      let made = 0;
      const counting = handling(
        ({ path, method }) => method === 'POST' && path === '/api/projects',
        async ({ request }, honest) => {
          made += 1;
          return honest(request);
        },
      );
      const telling = changingJson('GET', /^\/api\/projects$/, (body) => ({ ...body, total: made }));
      return { http: (honest) => telling.http?.(counting.http?.(honest) ?? honest) ?? honest };
    },
  },
  {
    id: 'D-IS-OTHER-DATA',
    title: 'an agent gets the message of the user who asked before',
    breaks: '4',
    family: 'isolation',
    mustFail: ['IS-1', 'IS-10'],
    mayFail: ['IS-6', 'IS-9', 'IS-12', 'VL-1', 'VL-2', 'VL-3', 'VL-4', 'VL-5', 'VL-6', 'VL-7', 'LC-19'],
    build: () => {
      const said = new Map<string, string>();
      return receivingThrough((peer, pass) => {
        const own = principalKey(peer.credential.principal);
        return (text) => {
          const message = messageOf(text);
          const theirs = [...said].filter(([key]) => key !== own).at(-1)?.[1];
          if (message !== undefined) {
            said.delete(own); // so that the last one is the latest
            said.set(own, message);
          }
          pass(message === undefined || theirs === undefined ? text : asking(text, theirs));
        };
      });
    },
  },
  {
    id: 'D-IS-FAILURE-SPREADS',
    title: "after a user's run failed, the next run of another fails too",
    breaks: '4',
    family: 'isolation',
    mustFail: ['IS-8'],
    mayFail: ['IS-13', 'RS-14', 'LC-20'],
    build: () => {
      let failedOf: string | undefined;
      const doomed = new Set<string>();
      return overhearing((frame, peer) => {
        const own = principalKey(peer.credential.principal);
        if (frame['type'] === 'agent_failed') failedOf = own;
        if (frame['type'] === 'agent_started' && failedOf !== undefined && failedOf !== own) {
          failedOf = undefined;
          doomed.add(runOf(frame));
        }
        if (frame['type'] !== 'agent_completed' || !doomed.has(runOf(frame))) return frame;
        const error = { type: 'orchestration', code: 'poisoned', message: 'the agent is in a bad state' };
        return { ...frame, type: 'agent_failed', data: { error } };
      });
    },
  },
];

/** How much of the deployment one user can take. */
const shares: readonly Defect[] = [
  {
    id: 'D-IS-LOUD-NEIGHBOUR',
    title: 'events of a user wait while another has many runs under way',
    breaks: '4',
    family: 'isolation',
    mustFail: ['IS-9'],
    mayFail: ['IS-13'],
    build: ({ delayMs }) => {
      const open = new Map<string, Set<string>>();
      return {
        sockets: (honest) => (peer) => {
          const own = principalKey(peer.credential.principal);
          const send = (frame: object): void => {
            count(open, own, frame as Frame);
            const loudest = Math.max(
              0,
              ...[...open].filter(([key]) => key !== own).map(([, runs]) => runs.size),
            );
            const isEnd = TERMINAL.has((frame as Frame)['type']);
            if (loudest >= MANY && isEnd) setTimeout(() => peer.send(frame), delayMs);
            else peer.send(frame);
          };
          return honest({ ...peer, send });
        },
      };
    },
  },
  {
    id: 'D-IS-ONE-AT-A-TIME',
    title: 'runs of all users wait for each other',
    breaks: '4',
    family: 'isolation',
    mustFail: [],
    mayFail: ['CN-4', 'CN-9', 'CN-10', 'IS-8', 'IS-9', 'IS-13', 'IS-14'],
    leavesOpen: ['IS-1', 'IS-11'],
    build: () => {
      const waiting: (() => void)[] = [];
      let isBusy = false;
      const next = (): void => {
        const start = waiting.shift();
        isBusy = start !== undefined;
        start?.();
      };
      return {
        sockets: (honest) => (peer) => {
          const receiver = honest({
            ...peer,
            send: (frame) => {
              peer.send(frame);
              const { type } = frame as Frame;
              if (TERMINAL.has(type) || type === 'error') next();
            },
          });
          return {
            message: (text) => {
              if (messageOf(text) === undefined) return receiver.message(text);
              waiting.push(() => receiver.message(text));
              if (!isBusy) next();
            },
            closed: () => receiver.closed(),
          };
        },
      };
    },
  },
];

const MANY = 6;

/** Keeps account of whose runs are under way. */
function count(open: Map<string, Set<string>>, own: string, frame: Frame): void {
  if (!isEvent(frame)) return;
  const runs = open.get(own) ?? new Set<string>();
  if (TERMINAL.has(frame['type'])) runs.delete(runOf(frame));
  else runs.add(runOf(frame));
  open.set(own, runs);
}

/** One user sees another, or pays for another. */
export const isolationDefects: readonly Defect[] = [...leaks, ...effects, ...shares];
