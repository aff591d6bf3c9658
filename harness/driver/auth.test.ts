import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { jwtVerify, SignJWT } from 'jose';
import { afterEach, describe, expect, it } from 'vitest';
import type { Credentials } from '../config/credentials.ts';
import { Secret } from '../config/secret.ts';
import type { TokenEndpoint } from '../config/token-endpoint.ts';
import type { HarnessError } from '../core/errors.ts';
import { BAD_TOKENS } from '../core/scenario.ts';
import { createTokenSource } from './auth.ts';

const HMAC = 'correct horse battery staple';
const KEY = new TextEncoder().encode(HMAC);
const ISSUER = 'agent-platform';
const NOON = Date.parse('2030-01-01T12:00:00Z');

const TARGET = {
  identities: [
    { name: 'acme/ada', tenant: 'acme', user: 'ada' },
    { name: 'globex/grace', tenant: 'globex', user: 'grace' },
  ],
};

const SIGNING: Credentials = {
  scheme: 'secret',
  secret: new Secret('TARGET_JWT_SECRET', HMAC),
  issuer: ISSUER,
};

function steppedClock(wallMs = NOON) {
  let wall = wallMs;
  const pass = (ms: number): void => {
    wall += ms;
  };
  return { now: () => wall, wall: () => wall, pass };
}

const sign = (sub: string, lifeS: number, from = NOON): Promise<string> =>
  new SignJWT({ tenant: 'acme' })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(sub)
    .setIssuer(ISSUER)
    .setIssuedAt(from / 1000)
    .setExpirationTime(from / 1000 + lifeS)
    .sign(KEY);

const tokens = (...values: readonly string[]): Credentials => ({
  scheme: 'tokens',
  tokens: values.map((value, index) => new Secret(`TARGET_TOKENS-${index + 1}`, value)),
});

const verify = (token: string) =>
  jwtVerify(token, KEY, { algorithms: ['HS256'], issuer: ISSUER, currentDate: new Date(NOON) });

const refusal = (answer: Promise<unknown>): Promise<HarnessError> =>
  answer.then(
    () => {
      throw new Error('it was not refused');
    },
    (error: HarnessError) => error,
  );

describe('a signing secret', () => {
  it('mints tokens that a verifier accepts, with the claims of the identity', async () => {
    const source = createTokenSource(SIGNING, TARGET, steppedClock());
    const { payload } = await verify(await source.token(1));
    expect(payload).toMatchObject({
      sub: 'grace',
      tenant: 'globex',
      email: 'grace@globex.example.com',
      iss: ISSUER,
    });
    expect(source.claims(1)).toMatchObject({ sub: 'grace', tenant: 'globex', exp: payload.exp });
    expect(source.claims(0)).toBeUndefined();
  });

  it('mints a new one a minute before the end, not earlier', async () => {
    const clock = steppedClock();
    const source = createTokenSource(SIGNING, TARGET, clock);
    const first = await source.token(0);
    const lifeMs = (source.claims(0)?.exp ?? 0) * 1000 - NOON;
    clock.pass(lifeMs - 60_001);
    expect(await source.token(0)).toBe(first);
    clock.pass(1);
    expect(await source.token(0)).not.toBe(first);
  });

  it('has only so many identities', async () => {
    const error = await refusal(createTokenSource(SIGNING, TARGET, steppedClock()).token(2));
    expect([error.code, error.message]).toEqual([
      'TOO_FEW_IDENTITIES',
      'identity 3 was asked for, the target was configured with 2',
    ]);
  });
});

describe('bad tokens', () => {
  it('are each refused by a verifier, for the reason they are made for', async () => {
    const source = createTokenSource(SIGNING, TARGET, steppedClock());
    const reasons: Record<string, unknown> = {};
    for (const kind of BAD_TOKENS) {
      const error: unknown = await verify((await source.badToken(kind, 0)) ?? '').catch(
        (reason: unknown) => reason,
      );
      const { code, claim } = error as { readonly code?: string; readonly claim?: string };
      reasons[kind] = claim === undefined ? code : `${code} ${claim}`;
    }
    expect(reasons).toEqual({
      none: 'ERR_JWS_INVALID',
      garbage: 'ERR_JWS_INVALID',
      'wrong-signature': 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED',
      'alg-none': 'ERR_JOSE_ALG_NOT_ALLOWED',
      expired: 'ERR_JWT_EXPIRED exp',
      'wrong-issuer': 'ERR_JWT_CLAIM_VALIDATION_FAILED iss',
    });
  });

  it('differ from the genuine token in one respect', async () => {
    const source = createTokenSource(SIGNING, TARGET, steppedClock());
    const genuine = (await source.token(0)).split('.');
    const forged = ((await source.badToken('wrong-signature', 0)) ?? '').split('.');
    const bare = ((await source.badToken('alg-none', 0)) ?? '').split('.');
    expect(forged.slice(0, 2)).toEqual(genuine.slice(0, 2));
    expect(Buffer.from(forged[2] ?? '', 'base64url')).not.toEqual(Buffer.from(genuine[2] ?? '', 'base64url'));
    expect(Buffer.from(bare[0] ?? '', 'base64url').toString()).toBe('{"alg":"none","typ":"JWT"}');
    expect([bare[1], bare[2], bare.length]).toEqual([genuine[1], '', 3]);
  });

  it('cannot all be made of ready tokens', async () => {
    const genuine = await sign('ada', 3600);
    const source = createTokenSource(tokens(genuine, 'opaque-of-grace'), TARGET, steppedClock());
    const made = async (index: number) => {
      const kinds = await Promise.all(
        BAD_TOKENS.map(async (kind) => [kind, await source.badToken(kind, index)]),
      );
      return kinds.filter(([, token]) => token !== undefined).map(([kind]) => kind);
    };
    expect(await made(0)).toEqual(['none', 'garbage', 'wrong-signature', 'alg-none']);
    expect(await made(1)).toEqual(['none', 'garbage']);
    expect(await source.badToken('none', 0)).toBe('');
  });
});

describe('ready tokens', () => {
  it('are handed out as they are, their claims known at once', async () => {
    const genuine = await sign('ada', 3600);
    const source = createTokenSource(tokens(genuine, 'opaque-of-grace'), TARGET, steppedClock());
    expect(source.claims(0)).toMatchObject({ sub: 'ada', tenant: 'acme', exp: NOON / 1000 + 3600 });
    expect([await source.token(0), await source.token(1)]).toEqual([genuine, 'opaque-of-grace']);
    expect(source.claims(1)).toBeUndefined();
  });

  it('are not handed out once they have expired', async () => {
    const clock = steppedClock();
    const genuine = await sign('ada', 3600);
    const source = createTokenSource(tokens(genuine), TARGET, clock);
    expect(await source.token(0)).toBe(genuine);
    clock.pass(3_600_000);
    const error = await refusal(source.token(0));
    expect([error.code, error.message]).toEqual([
      'TOKEN_UNAVAILABLE',
      'TARGET_TOKENS entry 1 expired at 2030-01-01T13:00:00.000Z: expected a token that is still valid',
    ]);
  });
});

describe('an open deployment', () => {
  it('needs no token', async () => {
    const source = createTokenSource({ scheme: 'none' }, TARGET, steppedClock());
    expect([await source.token(0), source.claims(0), source.secrets()]).toEqual(['', undefined, []]);
  });
});

describe('secrets', () => {
  it('are known from the start, and announced when they are made', async () => {
    const source = createTokenSource(SIGNING, TARGET, steppedClock());
    const heard: string[] = [];
    const stop = source.onSecret(({ name }) => heard.push(name));
    expect(source.secrets()).toEqual([{ name: 'TARGET_JWT_SECRET', value: HMAC }]);
    const token = await source.token(0);
    await source.badToken('alg-none', 0);
    await source.badToken('none', 0);
    stop();
    await source.token(1);
    expect(heard).toEqual(['token-1', 'bad-token-alg-none-1']);
    expect(source.secrets().map(({ name }) => name)).toEqual([
      'TARGET_JWT_SECRET',
      'token-1',
      'bad-token-alg-none-1',
      'token-2',
    ]);
    expect(source.secrets()).toContainEqual({ name: 'token-1', value: token });
  });
});

describe('a token endpoint', () => {
  type Answer = (form: URLSearchParams, response: ServerResponse) => void | Promise<void>;
  const asked: {
    readonly method: string | undefined;
    readonly type: string | undefined;
    readonly form: string;
  }[] = [];
  let close = (): void => undefined;
  afterEach(() => {
    asked.length = 0;
    close();
  });

  async function serve(answer: Answer): Promise<string> {
    const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
      let form = '';
      for await (const chunk of request) form += String(chunk);
      asked.push({ method: request.method, type: request.headers['content-type'], form });
      await answer(new URLSearchParams(form), response);
    };
    const server = createServer((request, response) => void handle(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    close = () => {
      server.closeAllConnections();
      server.close();
    };
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/oauth/token?api=1`;
  }

  const endpoint = (url: string): TokenEndpoint => ({
    scheme: 'endpoint',
    url,
    grant: 'client_credentials',
    scope: 'run',
    logins: ['ada', 'grace'].map((clientId) => ({
      clientId,
      clientSecret: new Secret(`TARGET_CLIENT_SECRET-${clientId}`, `hunter2-${clientId}`),
    })),
  });

  const json = (response: ServerResponse, value: unknown): void => void response.end(JSON.stringify(value));

  it('is asked with a form, once for all who wait', async () => {
    const url = await serve(async (form, response) => {
      json(response, { access_token: await sign(form.get('client_id') ?? '', 60), token_type: 'Bearer' });
    });
    const source = createTokenSource(endpoint(url), TARGET, steppedClock());
    const [one, two, other] = await Promise.all([source.token(0), source.token(0), source.token(1)]);
    expect(one).toBe(two);
    expect(other).not.toBe(one);
    expect(asked).toHaveLength(2);
    expect(asked[0]).toEqual({
      method: 'POST',
      type: 'application/x-www-form-urlencoded',
      form: 'grant_type=client_credentials&client_id=ada&client_secret=hunter2-ada&scope=run',
    });
    expect(source.claims(0)?.sub).toBe('ada');
    expect(source.secrets().map(({ value }) => value)).toEqual(['hunter2-ada', 'hunter2-grace', one, other]);
  });

  it('is asked with the password of the user', async () => {
    const url = await serve((_form, response) => json(response, { access_token: 'opaque-of-ada' }));
    const logins = [{ username: 'ada', password: new Secret('TARGET_PASSWORD', 'päss & word') }];
    const credentials: Credentials = { scheme: 'endpoint', url, grant: 'password', logins };
    await createTokenSource(credentials, TARGET, steppedClock()).token(0);
    expect(asked[0]?.form).toBe('grant_type=password&username=ada&password=p%C3%A4ss+%26+word');
  });

  it.each([
    ['expires_in', 30],
    ['expires_in as text', '30'],
    ['the claims alone', undefined],
  ])('is asked again within a tenth of a short life, by %s', async (_how, expiresIn) => {
    const clock = steppedClock();
    const url = await serve(async (_form, response) => {
      json(response, { access_token: await sign('ada', 30, clock.wall()), expires_in: expiresIn });
    });
    const source = createTokenSource(endpoint(url), TARGET, clock);
    await source.token(0);
    clock.pass(26_999);
    await source.token(0);
    expect(asked).toHaveLength(1);
    clock.pass(1);
    await source.token(0);
    expect(asked).toHaveLength(2);
  });

  it('is asked again after it failed', async () => {
    const url = await serve((_form, response) => {
      response.statusCode = asked.length === 1 ? 503 : 200;
      json(response, { access_token: 'opaque-of-ada' });
    });
    const source = createTokenSource(endpoint(url), TARGET, steppedClock());
    expect((await refusal(source.token(0))).code).toBe('TOKEN_UNAVAILABLE');
    expect(await source.token(0)).toBe('opaque-of-ada');
  });

  it('must not give two identities the token of one user', async () => {
    const url = await serve(async (_form, response) => {
      json(response, { access_token: await sign('ada', 60 * asked.length) });
    });
    const source = createTokenSource(endpoint(url), TARGET, steppedClock());
    await source.token(0);
    const error = await refusal(source.token(1));
    expect(error.message).toBe(
      'identities 1 and 2 got tokens of one user: expected a different user for each',
    );
  });

  const failing: readonly (readonly [string, Answer, RegExp])[] = [
    ['a refusal', (_form, response) => json(response.writeHead(401), 'hunter2'), /answered 401: /],
    [
      'a redirect, which is not followed',
      (_form, response) => void response.writeHead(307, { location: '/hunter2' }).end(),
      /answered 307: /,
    ],
    ['no JSON', (_form, response) => void response.end('<b>hunter2</b>'), /answered without an access_token/],
    [
      'no token',
      (_form, response) => json(response, { token: 'hunter2' }),
      /answered without an access_token/,
    ],
    [
      'too much',
      (_form, response) => void response.end('hunter2'.repeat(10_000)),
      /answered more than 65536 bytes/,
    ],
    ['a broken line', (_form, response) => void response.destroy(), /did not answer \(UND_ERR_SOCKET\)/],
  ];
  it.each(failing)('answering %s is told without anything secret', async (_what, answer, expected) => {
    const url = await serve(answer);
    const error = await refusal(createTokenSource(endpoint(url), TARGET, steppedClock()).token(0));
    expect(error.code).toBe('TOKEN_UNAVAILABLE');
    expect(error.message).toMatch(expected);
    expect(error.message).toContain(`token endpoint ${url.replace('?api=1', '')} `);
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('hunter2');
  });

  it('that nobody listens on is told', async () => {
    const url = await serve(() => undefined);
    close();
    const error = await refusal(createTokenSource(endpoint(url), TARGET, steppedClock()).token(0));
    expect(error.message).toContain('did not answer (ECONNREFUSED): expected 200 with an access_token');
  });
});
