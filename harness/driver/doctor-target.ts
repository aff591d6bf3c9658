import { HarnessError } from '../core/errors.ts';
import { parseFields } from '../core/json.ts';
import type { Capability } from '../core/requirement.ts';
import type { Actor, HttpAsk } from '../core/scenario.ts';
import { type Examination, fail, MOST_USERS, ok, type Sign, warn } from './doctor-sign.ts';
import { examineSocket } from './doctor-socket.ts';

/** Everything that only the target itself can tell. */
export async function examineTarget(examination: Examination): Promise<readonly Sign[]> {
  const { actors, target } = examination;
  const more = target.identities.length - MOST_USERS;
  const [health, fixtures, bad, ...users] = await Promise.all([
    examineHealth(examination),
    examineFixtures(examination),
    examineBadToken(examination),
    ...actors.map((actor, index) => examineUser(examination, actor, index)),
  ]);
  return [
    ...health,
    ...users.flat(),
    ...(more > 0 ? [ok('users', `${more} more were not tried`)] : []),
    ...bad,
    ...fixtures,
    ...capabilitySigns(examination),
  ];
}

/** The resolution of a Date header. */
const DATE_MS = 1_000;

async function examineHealth({ stage, clock, plan }: Examination): Promise<readonly Sign[]> {
  const [actor] = stage.actors;
  const ask = { label: 'health', method: 'GET', path: stage.health, authenticated: false } as const;
  const before = clock.wall();
  const answer = await actor?.request(ask);
  const after = clock.wall();
  if (answer === undefined)
    return [fail('health', `GET ${stage.health} got no answer`, 'check TARGET_URL and the health endpoint')];
  const { status, version } = parseFields(answer.body);
  const told = `GET ${stage.health} answers ${answer.status}, ${String(status ?? 'no status').slice(0, 40)}, version ${String(version ?? 'none').slice(0, 40)}, after ${Math.round(after - before)} ms`;
  const health =
    answer.status === 200 && status === 'healthy'
      ? ok('health', told)
      : fail(
          'health',
          told,
          'expected 200 with {"status": "healthy", …}: wait for the deployment, or mend it',
        );
  return [health, clockSign(answer.headers['date'], before, after, plan.thresholds.skewMs)];
}

function clockSign(date: string | undefined, before: number, after: number, skewMs: number): Sign {
  const told = Date.parse(date ?? '');
  if (Number.isNaN(told))
    return warn('clock', 'the answer has no Date that can be read', 'timestamps will not be compared');
  // It was written between the two moments, and names the second that had begun.
  const low = told - after;
  const high = told + DATE_MS - before;
  const least = low > 0 ? low : high < 0 ? -high : 0;
  if (least > skewMs)
    return warn(
      'clock',
      `the clocks differ by at least ${Math.round(least)} ms`,
      'set the clock, here or there (NTP)',
    );
  return ok('clock', `the clocks differ by ${Math.round(low)} to ${Math.round(high)} ms`);
}

/** A call that every token of the target may make, of the surface that it has. */
function probeOf({ plan }: Pick<Examination, 'plan'>): HttpAsk | undefined {
  const has = (capability: Capability): boolean => plan.capabilities[capability].available;
  const ask = { label: 'who am I', method: 'GET' } as const;
  if (has('agents-api')) return { ...ask, path: '/api/agents/profiles' };
  if (has('telemetry')) return { ...ask, path: '/v1/runs?page_size=1', surface: 'query' };
  return undefined;
}

async function examineUser(examination: Examination, actor: Actor, index: number): Promise<readonly Sign[]> {
  try {
    await examination.tokens.token(index);
  } catch (cause) {
    const hint = 'check the credentials; .env.example explains the four ways';
    return [fail('auth', `${actor.name} has no token: ${messageOf(cause)}`, hint)];
  }
  const [call, socket] = await Promise.all([
    examineCall(examination, actor),
    examineSocket(examination, actor, examination.withRun && index === 0),
  ]);
  return [...call, ...socket];
}

const messageOf = (cause: unknown): string =>
  cause instanceof HarnessError ? cause.message : cause instanceof Error ? cause.name : 'unknown reason';

async function examineCall(examination: Examination, actor: Actor): Promise<readonly Sign[]> {
  const ask = probeOf(examination);
  if (ask === undefined) return [];
  const status = (await actor.request(ask))?.status;
  const told = `${actor.name} gets ${status ?? 'no answer'} for GET ${ask.path}`;
  if (status === 200) return [ok('auth', told)];
  const isRefused = status === 401 || status === 403;
  const hint = isRefused
    ? 'expected 200: the token is not accepted'
    : 'expected 200: see what the profile declares';
  return [fail('auth', told, hint)];
}

async function examineBadToken(examination: Examination): Promise<readonly Sign[]> {
  const ask = probeOf(examination);
  const [actor] = examination.actors;
  if (ask === undefined || actor === undefined || examination.target.authScheme === 'none') return [];
  const bad = await examination.tokens.badToken('garbage', 0);
  const headers = { authorization: `Bearer ${bad ?? ''}` };
  const status = (await actor.request({ ...ask, label: 'bad token', authenticated: false, headers }))?.status;
  const told = `a token that is none gets ${status ?? 'no answer'}`;
  return [
    status === 401
      ? ok('auth', told)
      : fail('auth', told, 'expected 401: nothing that rests on tokens can be judged here'),
  ];
}

async function examineFixtures({ stage, plan, entries }: Examination): Promise<readonly Sign[]> {
  const [actor] = stage.actors;
  if (actor === undefined || !plan.capabilities.fixtures.available) return [];
  const ask = {
    label: 'make fixture',
    path: '/api/projects',
    body: { name: `doctor ${stage.nonce('fixture')}` },
  };
  const made = await actor.create(ask).catch(() => undefined);
  if (made !== undefined) {
    const path = `${ask.path}/${encodeURIComponent(String(made['id']))}`;
    const removed = await actor.request({ label: 'remove fixture', method: 'DELETE', path });
    const isGone = removed !== undefined && removed.status >= 200 && removed.status < 300;
    return [
      isGone
        ? ok('fixtures', 'a project can be made and removed')
        : fail(
            'fixtures',
            `a project was made, and its removal got ${removed?.status ?? 'no answer'}`,
            `remove ${path} by hand`,
          ),
    ];
  }
  const status = entries.flatMap((entry) => (entry.kind === 'http.response' ? [entry.status] : [])).at(-1);
  const hint = 'expected 201: grant the users that, or take fixtures out of the profile';
  return [fail('fixtures', `POST ${ask.path} made nothing (last answer ${status ?? 'none'})`, hint)];
}

/** What the profile does not declare is a choice; what it declares and we have no means for is worth a word. */
function capabilitySigns({ target }: Examination): readonly Sign[] {
  const all = Object.entries(target.capabilities);
  const missing = all.filter(([, { available }]) => !available);
  const undeclared = missing.filter(([, { reason }]) => /does not declare/.test(reason));
  const means = missing.filter(([, { reason }]) => !/does not declare/.test(reason));
  const without =
    undeclared.length === 0 ? '' : `; not declared: ${undeclared.map(([name]) => name).join(', ')}`;
  return [
    ok('offers', `${all.length - missing.length} of ${all.length} capabilities${without}`),
    ...means.map(([name, { reason }]) =>
      warn('offers', `without ${name}: ${reason}`, 'what needs it is left out of the campaign'),
    ),
  ];
}
