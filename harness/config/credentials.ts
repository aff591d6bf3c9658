/**
 * How the harness gets its tokens: a list of ready ones, a signing secret, a token endpoint, or, said
 * explicitly, not at all (docs/protocol.md section 2). Exactly one way counts: the one set in the highest layer.
 */
import { type Identity, identitiesOf, readOrGenerateUsers } from './identity.ts';
import { pattern, placeOf, type Reader, word } from './reader.ts';
import type { Secret } from './secret.ts';
import { readSecrets } from './secret-text.ts';
import { readEndpoint, type TokenEndpoint } from './token-endpoint.ts';
import { readTokens } from './tokens.ts';
import type { VariableName } from './variables.ts';

/** Secrets are wrapped: whoever prints credentials prints names. */
export type Credentials =
  | { readonly scheme: 'none' }
  | { readonly scheme: 'tokens'; readonly tokens: readonly Secret[] }
  | { readonly scheme: 'secret'; readonly secret: Secret; readonly issuer: string }
  | TokenEndpoint;

export type AuthScheme = Credentials['scheme'];

/** Credentials with the users they are for, in the same order. */
export interface Access {
  readonly credentials: Credentials;
  readonly identities: readonly Identity[];
}

export const OPEN: Access = { credentials: { scheme: 'none' }, identities: identitiesOf([{}]) };

const SELECTORS = {
  tokens: ['TARGET_TOKENS', 'TARGET_TOKENS_FILE'],
  secret: ['TARGET_JWT_SECRET', 'TARGET_JWT_SECRET_FILE'],
  endpoint: ['TARGET_TOKEN_URL'],
  none: ['TARGET_AUTH'],
} as const satisfies Record<AuthScheme, readonly VariableName[]>;

/** Variables that only say more about one of the ways. */
const DETAILS = {
  tokens: [],
  secret: ['TARGET_JWT_ISSUER', 'TARGET_USERS'],
  endpoint: [
    'TARGET_TOKEN_GRANT',
    'TARGET_TOKEN_SCOPE',
    'TARGET_TOKEN_AUDIENCE',
    'TARGET_CLIENT_ID',
    'TARGET_CLIENT_SECRET',
    'TARGET_CLIENT_SECRET_FILE',
    'TARGET_USERNAME',
    'TARGET_PASSWORD',
    'TARGET_PASSWORD_FILE',
    'TARGET_USERS',
  ],
  none: [],
} as const satisfies Record<AuthScheme, readonly VariableName[]>;

const SCHEMES = Object.keys(SELECTORS) as readonly AuthScheme[];

const FOUR_WAYS =
  'expected one of TARGET_TOKENS (ready tokens), TARGET_JWT_SECRET (a signing secret), ' +
  'TARGET_TOKEN_URL (a token endpoint), or TARGET_AUTH=none (an open deployment), each explained in .env.example';

/** Reads the one way that is configured; undefined when there is none or it is refused, which is reported. */
export function readAccess(reader: Reader): Access | undefined {
  const set = SCHEMES.flatMap((scheme) =>
    SELECTORS[scheme].flatMap((name) => {
      const rank = reader.settings.get(name)?.rank;
      return rank === undefined ? [] : [{ scheme, name, rank }];
    }),
  );
  const highest = Math.min(...set.map(({ rank }) => rank));
  const chosen = set.filter(({ rank }) => rank === highest);
  const [first, ...others] = chosen;
  if (first === undefined) {
    reader.report(`TARGET_URL is set without credentials: ${FOUR_WAYS}`);
    return undefined;
  }
  const rival = others.find(({ scheme }) => scheme !== first.scheme);
  if (rival !== undefined) {
    reader.report(`${placeOf(reader, first.name)} and ${rival.name} are both set: ${FOUR_WAYS}`);
    return undefined;
  }
  reportStray(reader, first.scheme, highest);
  return READERS[first.scheme](reader);
}

/** A detail of another way, set as deliberately as the way itself, would silently do nothing. */
function reportStray(reader: Reader, scheme: AuthScheme, rank: number): void {
  const own: readonly VariableName[] = DETAILS[scheme];
  const others = new Set(SCHEMES.flatMap((other): readonly VariableName[] => DETAILS[other]));
  for (const name of others) {
    const setting = reader.settings.get(name);
    if (setting === undefined || setting.rank > rank || own.includes(name)) continue;
    reader.report(
      `${placeOf(reader, name)} has no effect together with ${SELECTORS[scheme][0]}: expected it unset`,
    );
  }
}

const READERS: Readonly<Record<AuthScheme, (reader: Reader) => Access | undefined>> = {
  tokens(reader) {
    const ready = readTokens(reader);
    return ready && { credentials: { scheme: 'tokens', tokens: ready.tokens }, identities: ready.identities };
  },
  secret: readSigningSecret,
  endpoint(reader) {
    const endpoint = readEndpoint(reader);
    return endpoint && { credentials: endpoint.endpoint, identities: endpoint.identities };
  },
  none: (reader) => (word(reader, 'TARGET_AUTH', ['none']) === undefined ? undefined : OPEN),
};

/** What the reference deployment writes and expects; any other deployment has its own. */
const REFERENCE_ISSUER = 'https://issuer.reference.example.test';

function readSigningSecret(reader: Reader): Access | undefined {
  const secrets = readSecrets(reader, 'TARGET_JWT_SECRET', 'TARGET_JWT_SECRET_FILE');
  const users = readOrGenerateUsers(reader);
  const issuer = pattern(reader, 'TARGET_JWT_ISSUER', /^\S+$/, 'a word or URL', 'https://issuer.example.com');
  const [secret, ...surplus] = secrets;
  if (surplus.length > 0 || secret?.reveal().startsWith('-----BEGIN')) {
    reader.report('TARGET_JWT_SECRET has several lines or is a key pair: expected one shared secret (HS256)');
    return undefined;
  }
  if (secret === undefined || users === undefined) return undefined;
  return {
    credentials: { scheme: 'secret', secret, issuer: issuer ?? REFERENCE_ISSUER },
    identities: identitiesOf(users),
  };
}

/** Every secret in the credentials: what must be kept out of all artefacts. */
export function secretsOf(credentials: Credentials): readonly Secret[] {
  switch (credentials.scheme) {
    case 'none':
      return [];
    case 'tokens':
      return credentials.tokens;
    case 'secret':
      return [credentials.secret];
    case 'endpoint':
      return credentials.logins.flatMap(({ clientSecret, password }) =>
        [clientSecret, password].filter((secret) => secret !== undefined),
      );
  }
}
