import { principalKey } from '../auth/principal.ts';
import type { Boundaries } from '../boundaries.ts';
import { ANY_VALUE, agentsApi, changingJson, handling, MESSAGES, RUN, RUNS } from './answers.ts';
import type { Defect } from './defect.ts';
import {
  dataOf,
  type Frame,
  isEvent,
  readFrame,
  receivingThrough,
  rewriting,
  runOf,
  withData,
} from './frames.ts';
import { messageOf, overhearing } from './overhearing.ts';

/** The request with another message. */
function asking(text: string, message: string): string {
  const frame = readFrame(text);
  return JSON.stringify({ ...frame, payload: { ...(frame['payload'] as Frame), message } });
}

/** How many failures open the circuit, and how many runs then fail. */
const FAILURES = 3;

/** What a circuit that is open for everybody makes of a frame. */
function breakCircuit(
  frame: Frame,
  broken: { failures: number; left: number },
  doomed: Set<string>,
): readonly Frame[] {
  if (!isEvent(frame)) return [frame];
  const run = runOf(frame);
  if (doomed.has(run)) return [];
  if (frame['type'] === 'agent_started' && broken.left > 0) {
    broken.left -= 1;
    doomed.add(run);
    const error = { type: 'orchestration', code: 'circuit_open', message: 'try again later' };
    const id = `${String(frame['event_id'])}-2`;
    return [frame, { ...frame, event_id: id, seq: 2, type: 'agent_failed', data: { error } }];
  }
  if (frame['type'] === 'agent_failed') broken.failures += 1;
  if (broken.failures === FAILURES) Object.assign(broken, { failures: 0, left: FAILURES });
  return [frame];
}

/** Reads what was not found as its owner would, where the path is of a run that somebody made. */
function readingForOthers(isMeant: (path: string) => boolean): Partial<Boundaries> {
  const owners = new Map<string, { readonly path: string; readonly authorization: string }>();
  return handling(
    ({ path }) => RUNS.test(path) || isMeant(path),
    async ({ request, method, path, url }, honest) => {
      const answer = await honest(request);
      const authorization = request.headers.get('authorization') ?? '';
      if (method === 'POST' && answer.status === 201)
        owners.set(String(readFrame(await answer.clone().text())['id']), { path, authorization });
      const [, id = '', below = ''] = /\/agent-runs\/([^/]+)(.*)$/.exec(path) ?? [];
      const owner = owners.get(id);
      if (method !== 'GET' || answer.status !== 404 || owner === undefined) return answer;
      const theirs = new URL(`${owner.path}/${id}${below}`, url);
      return honest(new Request(theirs, { headers: { authorization: owner.authorization } }));
    },
  );
}

/** A completed run with the answer that somebody got to the same question. */
function fromMemory(frame: Frame, asked: ReadonlyMap<unknown, string>, kept: Map<string, string>): Frame {
  const question = asked.get(frame['request_id']);
  if (frame['type'] !== 'agent_completed' || question === undefined) return frame;
  const answer = kept.get(question) ?? String(dataOf(frame)['response']);
  kept.set(question, answer);
  return withData(frame, { response: answer });
}

/** What one user does shows in what another gets. */
export const isolationDefects: readonly Defect[] = [
  {
    id: 'D-IS-FOREIGN-READ',
    family: 'leaked raw',
    title: 'whoever knows the id of a run can read it',
    breaks: '2',
    mustFail: ['IS-3', 'IS-6'],
    mayFail: agentsApi(3, 4, 5, 6, 7, 8),
    build: () => readingForOthers((path) => RUN.test(path)),
  },
  {
    id: 'I037',
    family: 'leaked raw',
    title: 'the messages of a run can be read by whoever knows its id',
    breaks: '2',
    mustFail: ['AR-6.2a', 'IS-3', 'IS-6'],
    mayFail: agentsApi(6),
    build: () => readingForOthers((path) => MESSAGES.test(path)),
  },
  {
    id: 'I033',
    family: 'stale answer',
    title: 'answers are kept by the words of the question, for everybody',
    breaks: '2',
    mustFail: ['IS-1', 'IS-10'],
    mayFail: ['IS-6', 'IS-12', 'LC-21', 'VL-9', ...ANY_VALUE],
    build: () => {
      const kept = new Map<string, string>();
      return {
        sockets: (honest) => (peer) => {
          const asked = new Map<unknown, string>();
          const receiver = honest({
            ...peer,
            send: (frame) => peer.send(fromMemory(frame as Frame, asked, kept)),
          });
          return {
            message: (text) => {
              const [question] = (messageOf(text) ?? '').split('\n');
              if (question !== undefined) asked.set(readFrame(text)['request_id'], question);
              receiver.message(text);
            },
            closed: () => receiver.closed(),
          };
        },
      };
    },
  },
  {
    id: 'D-IS-TOTAL-OF-ALL',
    family: 'leaked through a list',
    title: 'the total of the list of projects counts those of everybody',
    breaks: '2',
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
    family: 'wrong user',
    title: 'an agent gets the message of the user who asked before',
    breaks: '4',
    mustFail: ['IS-1', 'IS-10'],
    mayFail: [
      'IS-6',
      'IS-9',
      'IS-12',
      'LC-19',
      'LC-21',
      'X-3',
      ...ANY_VALUE,
      'MA-1',
      'MA-2',
      'MA-3',
      'MA-4',
      'MA-5',
    ],
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
    id: 'I039',
    family: 'only after a failure',
    title: "after a user's run failed, the next run of another fails too",
    breaks: '4',
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
  {
    id: 'I040',
    family: 'only after a failure',
    title: 'after three failures of whomever, the next three runs of everybody fail with no work done',
    breaks: '4',
    mustFail: ['IS-8'],
    mayFail: ['IS-13', 'LC-1', 'LC-4', 'LC-20', 'RS-14', 'CN-9', 'VL-1', 'VL-2'],
    build: () => {
      const broken = { failures: 0, left: 0 };
      const doomed = new Set<string>();
      return rewriting(() => (frame) => breakCircuit(frame, broken, doomed));
    },
  },
];
