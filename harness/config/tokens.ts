import { z } from 'zod';
import { parseJson } from '../core/json.ts';
import { type Identity, identitiesOf, type Principal } from './identity.ts';
import { claimsOf } from './jwt.ts';
import { lengthOf, placeOf, type Reader } from './reader.ts';
import { Secret } from './secret.ts';
import { type Given, given, SHORTEST_SECRET } from './secret-text.ts';

const ENTRY = z.union([
  z.string().transform((token) => ({ token })),
  z.strictObject({
    token: z.string(),
    tenant: z.string().min(1).optional(),
    user: z.string().min(1).optional(),
  }),
]);

interface Entry extends Principal {
  readonly token: string;
}

/** What may stand after `Bearer ` (RFC 6750, section 2.1). */
const BEARER_TOKEN = /^[\w.~+/-]+=*$/;

const EXPECTED =
  'tokens separated by commas or white space, or a JSON array of tokens or of {"tenant", "user", "token"}, ' +
  'for example ["<token of ada>", {"tenant": "acme", "user": "alan", "token": "<token of alan>"}]';

export interface ReadyTokens {
  readonly tokens: readonly Secret[];
  readonly identities: readonly Identity[];
}

/** Ready tokens, one for each of as many users. */
export function readTokens(reader: Reader): ReadyTokens | undefined {
  const found = given(reader, 'TARGET_TOKENS', 'TARGET_TOKENS_FILE');
  if (found === undefined) return undefined;
  const place = placeOf(reader, found.from);
  const entries = entriesOf(found);
  if (entries === undefined || entries.length === 0) {
    reader.report(`${place} is ${lengthOf(found.value)} and not a list of tokens: expected ${EXPECTED}`);
    return undefined;
  }
  const problems = [...entries.flatMap(malformed), ...repeated(entries)];
  for (const problem of problems) reader.report(`${place} ${problem}`);
  if (problems.length > 0) return undefined;
  return {
    tokens: entries.map(({ token }, index) => new Secret(`TARGET_TOKENS-${index + 1}`, token)),
    identities: identitiesOf(entries.map(principalOf)),
  };
}

function entriesOf({ value }: Given): readonly Entry[] | undefined {
  if (!/^[[{]/.test(value))
    return value.split(/[\s,]+/).flatMap((token) => (token === '' ? [] : [{ token }]));
  const parsed = z.array(ENTRY).safeParse(parseJson(value));
  return parsed.success ? parsed.data : undefined;
}

function malformed({ token }: Entry, index: number): readonly string[] {
  const entry = `entry ${index + 1}`;
  if (/^bearer\b/i.test(token)) return [`${entry} begins with "Bearer": expected the token alone`];
  if (token.length < SHORTEST_SECRET)
    return [`${entry} is ${lengthOf(token)}: expected a token of at least ${SHORTEST_SECRET}`];
  if (!BEARER_TOKEN.test(token))
    return [`${entry} has characters that no bearer token has: expected letters, digits and -._~+/=`];
  return [];
}

/** Two actors with one principal would make every isolation check pass or fail for the wrong reason. */
function repeated(entries: readonly Entry[]): readonly string[] {
  const seen = new Map<string, number>();
  return entries.flatMap((entry, index) => {
    const { tenant, user } = principalOf(entry);
    const keys = [entry.token, ...(user === undefined ? [] : [JSON.stringify([tenant ?? '', user])])];
    const earlier = keys.map((key) => seen.get(key)).find((place) => place !== undefined);
    for (const key of keys) if (!seen.has(key)) seen.set(key, index + 1);
    return earlier === undefined
      ? []
      : [`entries ${earlier} and ${index + 1} belong to one user: expected a different user for each token`];
  });
}

function principalOf({ token, tenant, user }: Entry): Principal {
  const claims = claimsOf(token);
  return { tenant: tenant ?? claims?.tenant, user: user ?? claims?.sub };
}
