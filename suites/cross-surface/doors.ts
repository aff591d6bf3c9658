import { type BoundCase, defineCase } from '../../harness/core/contract-case.ts';
import { type Finding, fail, pass } from '../../harness/core/finding.ts';
import type { Capability } from '../../harness/core/requirement.ts';
import type { BadToken, HttpAsk, Stage } from '../../harness/core/scenario.ts';
import type { ExchangeView, TrialView } from '../../harness/judge/views.ts';
import { unknownId } from '../agents-api/drive.ts';
import { bodyOf, expectOf, fieldOf, labelled, missing, refOf, status } from '../agents-api/expect.ts';
import { conclude } from '../agents-api/run-parts.ts';
import { say } from '../statements.ts';
import { type Ground, openGround, runBody, runIdFor, runPath } from '../telemetry/ground.ts';

/** One way in: what is asked, apart from who asks. */
type Door = Pick<HttpAsk, 'method' | 'path' | 'surface' | 'body'> & { readonly name: string };

const TOKENS = ['none', 'garbage', 'wrong-signature', 'alg-none'] as const satisfies readonly BadToken[];
const good = (door: string): string => `${door}, good token`;
const bad = (door: string, token: string): string => `${door}, token ${token}`;

async function knock(stage: Stage, { name, ...ask }: Door): Promise<void> {
  const actor = stage.actor();
  if (ask.method === 'GET') await actor.request({ label: good(name), ...ask });
  for (const kind of TOKENS) {
    const token = await stage.badToken(kind);
    if (token === undefined) continue;
    const headers = token === '' ? {} : { headers: { authorization: `Bearer ${token}` } };
    await actor.request({ label: bad(name, kind), ...ask, ...headers, authenticated: false });
  }
}

/** Whether there is such a door at all: a route that a deployment does not have needs no token. */
function isThere(exchange: ExchangeView): boolean {
  const code = fieldOf(bodyOf(exchange), 'code');
  const answer = exchange.response?.status ?? 0;
  return answer > 0 && answer < 500 && answer !== 401 && !(answer === 404 && code === 'ROUTE_NOT_FOUND');
}

function judgeDoor(view: TrialView, { name, method }: { name: string; method: string }): readonly Finding[] {
  const [witness] = labelled(view, good(name));
  if (method === 'GET' && (witness === undefined || !isThere(witness))) return [];
  return TOKENS.flatMap((kind) =>
    labelled(view, bad(name, kind)).flatMap((exchange) => judgeRefusal(view, exchange)),
  );
}

function judgeRefusal(view: TrialView, exchange: ExchangeView): readonly Finding[] {
  // Who is not answered was not let in.
  if (exchange.response === undefined) return [];
  const answer = expectOf(view, exchange, status(401));
  if (answer.some(({ verdict }) => verdict !== 'pass')) return answer;
  const challenge = exchange.response?.headers['www-authenticate'] ?? 'no such header';
  const statement = say('challenged', 'WWW-Authenticate: Bearer', challenge, refOf(view, exchange));
  return [/^bearer\b/i.test(challenge) ? pass(statement) : fail({ ...statement, code: 'no-challenge' })];
}

/** Doors that are known by their names; what they lead to is the driver's matter. */
type Doors = Readonly<Record<string, HttpAsk['method']>>;

const judgeDoors = (view: TrialView, doors: Doors): readonly Finding[] => {
  const found = Object.entries(doors).flatMap(([name, method]) => judgeDoor(view, { name, method }));
  // A wall turns everybody away: that it does so without a token shows nothing.
  const isOpen = Object.keys(doors).some((name) => labelled(view, good(name)).some(isThere));
  const failed = found.filter(({ verdict }) => verdict === 'fail');
  if (found.length > 0 && (isOpen || failed.length > 0)) return found;
  return missing(view, 'an answer to who has a good token', 'CN-1');
};

interface Area {
  readonly id: string;
  readonly words: string;
  readonly needs: readonly Capability[];
  readonly doors: (stage: Stage, ground: Ground) => readonly Door[];
  /** The same doors as their names and methods. */
  readonly names: Doors;
  readonly afterwards?: (stage: Stage, ground: Ground) => Promise<unknown>;
  readonly also?: (view: TrialView) => readonly Finding[];
}

function doorCase({ id, words, needs, doors, names, afterwards, also }: Area): BoundCase<TrialView> {
  return defineCase<TrialView>({
    id: `cross-surface-doors-${id}`,
    purpose: `asks ${words} without a token and with bad ones`,
    needs,
    async drive(stage) {
      const ground = await openGround(stage);
      for (const door of doors(stage, ground)) await knock(stage, door);
      await afterwards?.(stage, ground);
    },
    checks: [
      {
        id: `cross-surface/${id}-needs-tokens`,
        requirement: 'X-2',
        title: `${words} answers 401 and WWW-Authenticate: Bearer without a good token, and changes nothing`,
        judge: (view) => [...judgeDoors(view, names), ...(also?.(view) ?? [])],
      },
    ],
  });
}

const byName = (
  names: Doors,
  pathOf: Readonly<Record<string, Omit<Door, 'name' | 'method'>>>,
): readonly Door[] =>
  Object.entries(names).map(([name, method]) => ({ name, method, ...(pathOf[name] ?? { path: '/' }) }));

const AGENTS: Doors = {
  'list of projects': 'GET',
  'list of profiles': 'GET',
  'list of runs': 'GET',
  run: 'GET',
  steps: 'GET',
  messages: 'GET',
  'node states': 'GET',
  'new run': 'POST',
  'new message': 'POST',
  cancellation: 'POST',
};

const agentsDoors = doorCase({
  id: 'agents-api',
  words: 'the agents API',
  needs: ['agents-api'],
  names: AGENTS,
  doors(stage) {
    const runs = `/api/projects/${unknownId(stage, 'project')}/agent-runs`;
    const run = `${runs}/${unknownId(stage, 'run')}`;
    const body = (of: unknown) => ({ body: JSON.stringify(of) });
    return byName(AGENTS, {
      'list of projects': { path: '/api/projects' },
      'list of profiles': { path: '/api/agents/profiles' },
      'list of runs': { path: runs },
      run: { path: run },
      steps: { path: `${run}/steps` },
      messages: { path: `${run}/messages` },
      'node states': { path: `${run}/node-states` },
      'new run': {
        path: runs,
        ...body({ workflowId: unknownId(stage, 'workflow'), inputQuery: 'What is in there?' }),
      },
      'new message': { path: `${run}/messages`, ...body({ content: 'What is in there?' }) },
      cancellation: { path: `${run}/cancel` },
    });
  },
});

const SANDBOX: Doors = { history: 'GET', result: 'GET', test: 'POST', comparison: 'POST' };

const sandboxDoors = doorCase({
  id: 'sandbox',
  words: 'the sandbox',
  needs: ['sandbox'],
  names: SANDBOX,
  doors(stage) {
    const agent = `/api/agents/${unknownId(stage, 'agent')}`;
    const [one, other] = [unknownId(stage, 'test 1'), unknownId(stage, 'test 2')];
    return byName(SANDBOX, {
      history: { path: `${agent}/test-history` },
      result: { path: `${agent}/test/${one}` },
      test: {
        path: `${agent}/test`,
        body: JSON.stringify({ payload: { message: 'hello' }, simulate_webhook: true }),
      },
      comparison: {
        path: `${agent}/test/compare`,
        body: JSON.stringify({ test_id_1: one, test_id_2: other }),
      },
    });
  },
});

const TELEMETRY: Doors = {
  'list of runs': 'GET',
  run: 'GET',
  steps: 'GET',
  failures: 'GET',
  statistics: 'GET',
  metrics: 'GET',
  ingest: 'POST',
};
const AFTERWARDS = 'run afterwards';
/** By which an unknown run is answered with 404. */
const UNKNOWN_RUN = 'TR-6.2';

const telemetryDoors = doorCase({
  id: 'telemetry',
  words: 'the telemetry',
  needs: ['telemetry'],
  names: TELEMETRY,
  doors(_stage, ground) {
    const run = runPath(runIdFor(ground, 'of nobody'));
    const at = (path: string) => ({ path, surface: 'query' }) as const;
    return byName(TELEMETRY, {
      'list of runs': at('/v1/runs'),
      run: at(run),
      steps: at(`${run}/steps`),
      failures: at(`${run}/failures`),
      statistics: at('/v1/stats'),
      metrics: { path: '/metrics', surface: 'ingest' },
      ingest: { path: '/v1/runs', surface: 'ingest', body: JSON.stringify(runBody(ground, 'of nobody')) },
    });
  },
  afterwards: (stage, ground) =>
    stage.actor().request({
      label: AFTERWARDS,
      method: 'GET',
      surface: 'query',
      path: runPath(runIdFor(ground, 'of nobody')),
    }),
  also: (view) =>
    labelled(view, AFTERWARDS).flatMap((exchange) => {
      const answer = exchange.response?.status ?? 0;
      // Only who says whether a run is there shows that none is.
      if (answer !== 200 && answer !== 404) return missing(view, 'a look at what was stored', UNKNOWN_RUN);
      const faults = [answer === 200 ? 'a run that was brought without a good token is stored' : undefined];
      return conclude('changed', 'nothing of it stored', faults, [refOf(view, exchange)]);
    }),
});

export const doorCases: readonly BoundCase<TrialView>[] = [agentsDoors, sandboxDoors, telemetryDoors];
