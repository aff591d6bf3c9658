import type { Boundaries } from '../boundaries.ts';
import { ANY_RUN, agentsApi, changingJson, handling, MESSAGES, PROFILE, RUN, withBody } from './answers.ts';
import type { Defect } from './defect.ts';
import { type Frame, readFrame } from './frames.ts';

/** True every so many times, whoever asks. */
function everyOnceIn(times: number): () => boolean {
  let count = 0;
  return () => {
    count += 1;
    return count % times === 0;
  };
}

const isOf = (response: Response, status: number): boolean => response.status === status;

/** One reading in twenty of a run that is under way crashes: whoever waits for its end asks again. */
const crashingAtTimes = (): Partial<Boundaries> => {
  const isSelected = everyOnceIn(20);
  return handling(
    ({ method, path }) => method === 'GET' && RUN.test(path),
    async ({ request }, honest) => {
      const response = await honest(request);
      if (!isOf(response, 200)) return response;
      const { status } = (await response.clone().json()) as Frame;
      if (status !== 'PENDING' && status !== 'RUNNING') return response;
      const crash = { detail: 'something went wrong', code: 'INTERNAL' };
      return isSelected() ? withBody(response, crash, 500) : response;
    },
  );
};

/** The messages of a run, where nobody asks for a page or a role, come without a cursor one time in five. */
const endlessAtTimes = (): Partial<Boundaries> => {
  const isSelected = everyOnceIn(5);
  return handling(
    ({ method, path, url }) => method === 'GET' && MESSAGES.test(path) && url.search === '',
    async ({ request }, honest) => {
      const response = await honest(request);
      if (!isOf(response, 200) || !isSelected()) return response;
      const { nextCursor: _nextCursor, ...page } = readFrame(await response.text());
      return withBody(response, page);
    },
  );
};

/** Who comes without a token is refused with a code of the deployment's own. */
const codesOfItsOwn = (): Partial<Boundaries> =>
  handling(
    ({ request }) => !request.headers.has('authorization'),
    async ({ request }, honest) => {
      const response = await honest(request);
      if (!isOf(response, 401)) return response;
      return withBody(response, { ...readFrame(await response.text()), code: 'TOKEN_MISSING' });
    },
  );

/** Answers that are wrong where a case asks in passing, on its way to what it is about. */
export const passingDefects: readonly Defect[] = [
  {
    id: 'D-AR-ONE-IN-20-CRASHES',
    family: 'intermittent',
    title: 'one reading in twenty of a run that is under way is a 500',
    breaks: '2',
    mustFail: ['AR-3.1'],
    mayFail: ANY_RUN,
    build: crashingAtTimes,
  },
  {
    id: 'D-AR-ENDLESS-AT-TIMES',
    family: 'intermittent',
    title: 'the messages of a run come without a cursor one time in five',
    breaks: '5',
    mustFail: ['AR-6.1'],
    mayFail: [...agentsApi(6, 7, 8, 12), 'AR-10.1c', 'AR-10.1j', 'X-3', 'RS-13'],
    build: endlessAtTimes,
  },
  {
    id: 'D-X-CODE-OF-ITS-OWN',
    family: 'drifted schema',
    title: 'who comes without a token is refused with a code that the protocol does not know',
    breaks: '2',
    mustFail: ['X-1'],
    mayFail: [],
    build: codesOfItsOwn,
  },
  {
    id: 'D-AR-PROFILE-ALONE-BARE',
    family: 'missing',
    title: 'a profile that is read alone does not say what its agent can do',
    breaks: '5',
    mustFail: ['AR-9.2'],
    mayFail: [],
    build: () => changingJson('GET', PROFILE, ({ capabilities: _capabilities, ...profile }) => profile),
  },
];
