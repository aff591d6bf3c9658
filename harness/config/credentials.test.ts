import { describe, expect, it } from 'vitest';
import { secretsOf } from './credentials.ts';
import { HMAC, inFolder, jwt, SITE } from './test-support/loading.ts';

const { load, write } = inFolder();

const URL_OF_TOKENS = 'https://login.example.com/token';

async function access(env: Readonly<Record<string, string>>) {
  const { target, credentials } = await load({ ...SITE, ...env });
  return {
    identities: target?.identities,
    credentials,
    secrets: secretsOf(credentials).map((s) => s.reveal()),
  };
}

const problem = (env: Readonly<Record<string, string>>): Promise<string> =>
  load({ ...SITE, ...env }).then(
    () => 'it was accepted',
    (error: Error) => error.message,
  );

describe('the way', () => {
  it('must be one of four', async () => {
    const told = await problem({});
    for (const way of ['TARGET_TOKENS', 'TARGET_JWT_SECRET', 'TARGET_TOKEN_URL', 'TARGET_AUTH=none'])
      expect(told).toContain(way);
  });

  it('must be only one', async () => {
    expect(await problem({ TARGET_TOKENS: 'token-of-ada', TARGET_AUTH: 'none' })).toMatch(
      /^TARGET_TOKENS and TARGET_AUTH are both set/,
    );
    expect(await problem({ TARGET_JWT_SECRET: HMAC, TARGET_JWT_SECRET_FILE: 'x' })).toBe(
      'TARGET_JWT_SECRET and TARGET_JWT_SECRET_FILE are both set: expected one of them',
    );
  });

  it('refuses details of another one', async () => {
    expect(await problem({ TARGET_TOKENS: 'token-of-ada', TARGET_USERS: 'acme/ada' })).toBe(
      'TARGET_USERS has no effect together with TARGET_TOKENS: expected it unset',
    );
  });

  it('may be none, for one nameless user', async () => {
    expect(await access({ TARGET_AUTH: 'none' })).toEqual({
      identities: [{ name: 'identity-1' }],
      credentials: { scheme: 'none' },
      secrets: [],
    });
  });
});

describe('ready tokens', () => {
  const [ada, alan] = [jwt('ada', 'acme'), jwt('alan', 'acme')];
  const known = [
    { name: 'acme/ada', tenant: 'acme', user: 'ada' },
    { name: 'acme/alan', tenant: 'acme', user: 'alan' },
  ];

  it.each([`${ada},${alan}`, `${ada}\n  ${alan}\n`, JSON.stringify([ada, { token: alan }])])(
    'are read however they are listed: %#',
    async (list) => {
      expect(await access({ TARGET_TOKENS: list })).toMatchObject({
        identities: known,
        secrets: [ada, alan],
      });
      expect(await access({ TARGET_TOKENS_FILE: write('tokens', list) })).toMatchObject({
        identities: known,
      });
    },
  );

  it('may be opaque, with the user told beside it or not at all', async () => {
    const list = [{ tenant: 'acme', user: 'ada', token: 'opaque-of-ada' }, 'opaque-of-alan'];
    const { identities } = await access({ TARGET_TOKENS: JSON.stringify(list) });
    expect(identities).toEqual([{ name: 'acme/ada', tenant: 'acme', user: 'ada' }, { name: 'identity-2' }]);
  });

  it.each([
    ['short', 'TARGET_TOKENS entry 1 is 5 characters long: expected a token of at least 8'],
    ['Bearer opaque-of-ada', 'TARGET_TOKENS entry 1 begins with "Bearer": expected the token alone'],
    ['opaque-öf-ada', 'TARGET_TOKENS entry 1 has characters that no bearer token has'],
    ['[]', 'TARGET_TOKENS is 2 characters long and not a list of tokens'],
    ['opaque-of-ada,opaque-of-ada', 'TARGET_TOKENS entries 1 and 2 belong to one user'],
    [`${ada},${alan},${ada}x`, 'TARGET_TOKENS entries 1 and 3 belong to one user'],
  ])('are refused: %#', async (list, expected) => {
    expect(await problem({ TARGET_TOKENS: list })).toContain(expected);
  });

  it('are refused when their file is missing or empty', async () => {
    expect(await problem({ TARGET_TOKENS_FILE: 'nowhere' })).toBe(
      'TARGET_TOKENS_FILE is 7 characters long: expected the path of a file that can be read (ENOENT)',
    );
    expect(await problem({ TARGET_TOKENS_FILE: write('empty', '\n') })).toContain('a file that is not empty');
  });
});

describe('a signing secret', () => {
  it('serves six made-up users of two tenants, of whom any three neighbours share one tenant in part', async () => {
    const { identities = [], credentials } = await access({ TARGET_JWT_SECRET: HMAC });
    expect(credentials).toMatchObject({ scheme: 'secret', issuer: 'https://issuer.reference.example.test' });
    expect(new Set(identities.map(({ name }) => name)).size).toBe(6);
    for (let first = 0; first < 4; first += 1)
      expect(new Set(identities.slice(first, first + 3).map(({ tenant }) => tenant)).size).toBe(2);
  });

  it('comes from a file, for the users and the issuer that are told', async () => {
    const { identities, credentials, secrets } = await access({
      TARGET_JWT_SECRET_FILE: write('secret', `${HMAC}\n`),
      TARGET_JWT_ISSUER: 'https://issuer.example.com',
      TARGET_USERS: 'acme/ada, globex/grace@example.com',
    });
    expect(identities?.map(({ name }) => name)).toEqual(['acme/ada', 'globex/grace@example.com']);
    expect(credentials).toMatchObject({ issuer: 'https://issuer.example.com' });
    expect(secrets).toEqual([HMAC]);
  });

  it('makes up as many users as are wanted', async () => {
    expect((await access({ TARGET_JWT_SECRET: HMAC, TARGET_USERS: '25' })).identities).toHaveLength(25);
  });

  it.each([
    [{ TARGET_JWT_SECRET: 'abc' }, 'TARGET_JWT_SECRET is 3 characters long: expected at least 8 characters'],
    [{ TARGET_JWT_SECRET: '-----BEGIN PRIVATE KEY-----' }, 'expected one shared secret (HS256)'],
    [{ TARGET_JWT_SECRET: HMAC, TARGET_USERS: 'ada' }, 'TARGET_USERS is "ada": expected a list of different'],
    [{ TARGET_JWT_SECRET: HMAC, TARGET_USERS: 'a/b,a/b' }, 'expected a list of different tenant/user'],
    [{ TARGET_JWT_SECRET: HMAC, TARGET_USERS: '0' }, 'TARGET_USERS is "0": expected from 1 to 1000 users'],
    [{ TARGET_JWT_SECRET: HMAC, TARGET_JWT_ISSUER: 'a b' }, 'TARGET_JWT_ISSUER is "a b"'],
  ])('is refused: %#', async (env, expected) => {
    expect(await problem(env as Record<string, string>)).toContain(expected);
  });
});

describe('a token endpoint', () => {
  it('takes one client for each user', async () => {
    const { identities, credentials, secrets } = await access({
      TARGET_TOKEN_URL: URL_OF_TOKENS,
      TARGET_TOKEN_SCOPE: 'run',
      TARGET_CLIENT_ID: 'ada,grace',
      TARGET_CLIENT_SECRET_FILE: write('clients', 'secret-of-ada\nsecret-of-grace\n'),
      TARGET_USERS: 'acme/ada,globex/grace',
    });
    expect(identities?.map(({ name }) => name)).toEqual(['acme/ada', 'globex/grace']);
    expect(credentials).toMatchObject({ grant: 'client_credentials', url: URL_OF_TOKENS, scope: 'run' });
    expect(secrets).toEqual(['secret-of-ada', 'secret-of-grace']);
  });

  it('takes users with one password, or one for each', async () => {
    const env = { TARGET_TOKEN_URL: URL_OF_TOKENS, TARGET_USERNAME: 'ada alan' };
    const shared = await access({ ...env, TARGET_PASSWORD: 'pass, with comma' });
    expect(shared.secrets).toEqual(['pass, with comma', 'pass, with comma']);
    expect(shared.identities).toEqual([{ name: 'ada' }, { name: 'alan' }]);
    expect(shared.credentials).toMatchObject({ grant: 'password' });
    const own = await access({
      ...env,
      TARGET_PASSWORD: '["password-1","password-2"]',
      TARGET_CLIENT_ID: 'cli',
    });
    expect(own.secrets).toEqual(['password-1', 'password-2']);
  });

  it.each([
    [{}, 'has 0 TARGET_CLIENT_ID and 0 TARGET_CLIENT_SECRET'],
    [{ TARGET_CLIENT_ID: 'ada', TARGET_CLIENT_SECRET: 'short' }, 'TARGET_CLIENT_SECRET is 5 characters long'],
    [{ TARGET_CLIENT_ID: 'ada,ada', TARGET_CLIENT_SECRET: 'long-enough' }, 'names one user twice'],
    [
      { TARGET_TOKEN_GRANT: 'implicit' },
      'TARGET_TOKEN_GRANT is "implicit": expected client_credentials or password',
    ],
    [{ TARGET_USERNAME: 'ada' }, 'has 1 TARGET_USERNAME, 0 TARGET_PASSWORD and 0 TARGET_CLIENT_ID'],
    [
      { TARGET_USERNAME: 'ada', TARGET_PASSWORD: 'long-enough', TARGET_USERS: 'acme/ada,acme/alan' },
      'TARGET_USERS names 2 users for 1 logins',
    ],
    [{ TARGET_TOKEN_URL: 'login' }, 'TARGET_TOKEN_URL is "login": expected a http:// or https:// URL'],
  ])('is refused: %#', async (env, expected) => {
    expect(await problem({ TARGET_TOKEN_URL: URL_OF_TOKENS, ...(env as Record<string, string>) })).toContain(
      expected,
    );
  });
});
