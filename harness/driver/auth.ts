/**
 * Tokens for the actors: genuine ones, kept fresh, and bad ones that are wrong in exactly one respect.
 * Nothing is verified here; whether a token is good is for the target to say. Every token is announced as
 * a secret before it is handed out.
 */
import { createHash } from 'node:crypto';
import { type Dispatcher, request } from 'undici';
import { type Credentials, secretsOf } from '../config/credentials.ts';
import {
  claimsOf,
  mintToken,
  principalOf,
  type TokenClaims,
  withChangedSignature,
  withoutAlgorithm,
} from '../config/jwt.ts';
import type { Target } from '../config/target.ts';
import { formOf, readAnswer, type TokenEndpoint } from '../config/token-endpoint.ts';
import { type NamedSecret, openVault, type Vault } from '../config/vault.ts';
import type { Clock } from '../core/clock.ts';
import { HarnessError } from '../core/errors.ts';
import type { BadToken } from '../core/scenario.ts';

/** Tokens of the target's users, and all that must be kept secret on their account. */
export interface TokenSource {
  /** A token that is good for a while; `''` on an open deployment. */
  readonly token: (identityIndex: number) => Promise<string>;
  /** A token the target must refuse: `''` for none at all, undefined where it cannot be made. */
  readonly badToken: (kind: BadToken, identityIndex: number) => Promise<string | undefined>;
  /** A token that is good for so many seconds only; undefined where it cannot be made. */
  readonly brief: (seconds: number, identityIndex: number) => Promise<string | undefined>;
  /** Of the identity's latest token; undefined for an opaque one, and before the first `token`. */
  readonly claims: (identityIndex: number) => TokenClaims | undefined;
  /** All secrets known by now. */
  readonly secrets: () => readonly NamedSecret[];
  /** Hears of every later secret; returns how to stop. */
  readonly onSecret: Vault['subscribe'];
}

type Principals = Pick<Target, 'identities'>;

interface Issued {
  readonly token: string;
  /** On our wall clock; undefined when nothing tells. */
  readonly expiresAt: number | undefined;
  readonly lifeMs: number;
}

const REQUEST_MS = 10_000;
const ANSWER_BYTES = 65_536;
const REFRESH_MS = 60_000;

/** A source of tokens for the target's identities; `dispatcher` is the way to the token endpoint. */
export function createTokenSource(
  credentials: Credentials,
  target: Principals,
  clock: Clock,
  dispatcher?: Dispatcher,
): TokenSource {
  const vault = openVault();
  for (const secret of secretsOf(credentials)) vault.learn(secret.name, secret.reveal());
  const way: Way = { credentials, target, clock, dispatcher };
  const current = keepFresh(way, vault);
  const token = async (index: number): Promise<string> => {
    if (target.identities[index] === undefined) throw tooFew(index, target);
    return credentials.scheme === 'none' ? '' : current.token(index);
  };
  return {
    token,
    async badToken(kind, index) {
      const bad = await makeBad(kind, index, way, token);
      if (bad !== undefined) vault.learn(`bad-token-${kind}-${index + 1}`, bad);
      return bad;
    },
    async brief(seconds, index) {
      const brief = await mint(way, index, undefined, seconds);
      if (brief !== undefined) vault.learn(`brief-token-${index + 1}`, brief);
      return brief;
    },
    claims: (index) => claimsOf(readyToken(credentials, index) ?? current.latest(index) ?? ''),
    secrets: vault.all,
    onSecret: vault.subscribe,
  };
}

interface Way {
  readonly credentials: Credentials;
  readonly target: Principals;
  readonly clock: Clock;
  readonly dispatcher: Dispatcher | undefined;
}

const tooFew = (index: number, { identities }: Principals): HarnessError =>
  new HarnessError(
    'TOO_FEW_IDENTITIES',
    `identity ${index + 1} was asked for, the target was configured with ${identities.length}`,
  );

const unavailable = (message: string, cause?: unknown): HarnessError =>
  new HarnessError('TOKEN_UNAVAILABLE', message, { cause });

const readyToken = (credentials: Credentials, index: number): string | undefined =>
  credentials.scheme === 'tokens' ? credentials.tokens[index]?.reveal() : undefined;

/** Keeps one token for each identity and renews it in time; calls that coincide share one renewal. */
function keepFresh(way: Way, { learn }: Vault) {
  const held = new Map<number, Issued>();
  const pending = new Map<number, Promise<string>>();
  const renew = async (index: number): Promise<string> => {
    const issued = await issue(way, index);
    learn(`token-${index + 1}`, issued.token);
    refuseShared(issued.token, index, held);
    held.set(index, issued);
    return issued.token;
  };
  return {
    latest: (index: number) => held.get(index)?.token,
    token(index: number): Promise<string> {
      const current = held.get(index);
      if (current !== undefined && !isDue(current, way.clock.wall())) return Promise.resolve(current.token);
      const renewal = pending.get(index) ?? renew(index).finally(() => pending.delete(index));
      pending.set(index, renewal);
      return renewal;
    },
  };
}

/** A minute before the end, or, for a token of less than ten, a tenth of its life. */
const isDue = ({ expiresAt, lifeMs }: Issued, now: number): boolean =>
  expiresAt !== undefined && now >= expiresAt - Math.min(REFRESH_MS, lifeMs / 10);

/** Two actors with one principal would make every isolation check answer for the wrong reason. */
function refuseShared(token: string, index: number, held: ReadonlyMap<number, Issued>): void {
  const own = principalOf(token);
  for (const [other, issued] of held)
    if (other !== index && principalOf(issued.token) === own)
      throw unavailable(
        `identities ${other + 1} and ${index + 1} got tokens of one user: expected a different user for each`,
      );
}

async function issue(way: Way, index: number): Promise<Issued> {
  const { credentials, clock } = way;
  const askedAt = clock.wall();
  switch (credentials.scheme) {
    case 'none':
      return { token: '', expiresAt: undefined, lifeMs: 0 };
    case 'tokens':
      return refuseExpired(dated(readyToken(credentials, index) ?? '', askedAt), index, askedAt);
    case 'secret':
      return dated((await mint(way, index)) ?? '', askedAt);
    case 'endpoint': {
      const { token, lifeS } = await fetchToken(credentials, index, way.dispatcher);
      if (lifeS === undefined) return dated(token, askedAt);
      return { token, expiresAt: askedAt + lifeS * 1000, lifeMs: lifeS * 1000 };
    }
  }
}

function dated(token: string, askedAt: number): Issued {
  const { iat, exp } = claimsOf(token) ?? {};
  const expiresAt = exp === undefined ? undefined : exp * 1000;
  const from = iat === undefined ? askedAt : iat * 1000;
  return { token, expiresAt, lifeMs: Math.max(0, (expiresAt ?? from) - from) };
}

/** The target would rightly refuse it, and every check would fail for a reason that is ours. */
function refuseExpired(issued: Issued, index: number, now: number): Issued {
  if (issued.expiresAt === undefined || issued.expiresAt > now) return issued;
  const since = new Date(issued.expiresAt).toISOString();
  throw unavailable(
    `TARGET_TOKENS entry ${index + 1} expired at ${since}: expected a token that is still valid`,
  );
}

async function mint(
  { credentials, target, clock }: Way,
  index: number,
  flaw?: 'expired' | 'wrong-issuer',
  lifeS?: number,
) {
  if (credentials.scheme !== 'secret') return undefined;
  return mintToken(credentials, target.identities[index] ?? {}, clock.wall(), flaw, lifeS);
}

async function makeBad(
  kind: BadToken,
  index: number,
  way: Way,
  genuine: TokenSource['token'],
): Promise<string | undefined> {
  switch (kind) {
    case 'none':
      return '';
    case 'garbage':
      return createHash('sha256').update(`garbage ${index}`).digest('hex');
    case 'wrong-signature':
      return withChangedSignature(await genuine(index));
    case 'alg-none':
      return withoutAlgorithm(await genuine(index));
    case 'expired':
    case 'wrong-issuer':
      return mint(way, index, kind);
  }
}

/** One request to the token endpoint; its errors name the address and the status, nothing else. */
async function fetchToken(
  endpoint: TokenEndpoint,
  index: number,
  dispatcher: Dispatcher | undefined,
): Promise<{ readonly token: string; readonly lifeS: number | undefined }> {
  const { url } = endpoint;
  const place = `token endpoint ${new URL(url).origin}${new URL(url).pathname}`;
  const body = await post(url, place, formOf(endpoint, index), dispatcher);
  const { access_token: token, expires_in: lifeS } = readAnswer(body);
  if (token !== '') return { token, lifeS };
  throw unavailable(`${place} answered without an access_token: expected a JSON object with one`);
}

async function post(
  url: string,
  place: string,
  form: string,
  dispatcher: Dispatcher | undefined,
): Promise<string> {
  try {
    const { statusCode, body } = await request(url, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
      body: form,
      signal: AbortSignal.timeout(REQUEST_MS),
      ...(dispatcher === undefined ? {} : { dispatcher }),
    });
    if (statusCode === 200) return await bounded(body, place);
    body.on('error', () => undefined).destroy();
    throw unavailable(`${place} answered ${statusCode}: expected 200 with an access_token`);
  } catch (cause) {
    if (cause instanceof HarnessError) throw cause;
    const { code, name } = cause as { readonly code?: unknown; readonly name?: unknown };
    const why = name === 'TimeoutError' ? `nothing within ${REQUEST_MS / 1000} s` : String(code ?? name);
    throw unavailable(`${place} did not answer (${why}): expected 200 with an access_token`, cause);
  }
}

async function bounded(body: AsyncIterable<Buffer>, place: string): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    // Leaving the loop destroys the stream.
    if (bytes > ANSWER_BYTES)
      throw unavailable(`${place} answered more than ${ANSWER_BYTES} bytes: expected a token`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
