import { jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import type { Clock } from '../clock.ts';
import type { Credential, Principal } from './principal.ts';

const ALGORITHM = 'HS256';

const claims = z.object({
  sub: z.string().min(1),
  tenant: z.string().min(1),
  email: z.string().min(1),
  iat: z.number(),
  exp: z.number(),
});

/** What is needed to sign and to verify tokens. */
export interface TokenKeys {
  readonly secret: string;
  readonly issuer: string;
  readonly clock: Clock;
}

const imported = new WeakMap<TokenKeys, Promise<CryptoKey>>();

/** The secret as a key, imported once: every request verifies a token. */
function keyOf(keys: TokenKeys): Promise<CryptoKey> {
  const known = imported.get(keys);
  if (known !== undefined) return known;
  const key = crypto.subtle.importKey(
    'raw',
    new TextEncoder().encode(keys.secret),
    { name: 'HMAC', hash: 'SHA-256' },
    false,
    ['sign', 'verify'],
  );
  imported.set(keys, key);
  return key;
}

/** Signs a token for a principal that lives for the given number of seconds. */
export async function issueToken(
  keys: TokenKeys,
  principal: Principal,
  lifetimeSeconds: number,
): Promise<string> {
  const issuedAt = Math.floor(keys.clock.now() / 1000);
  return new SignJWT({
    tenant: principal.tenant,
    email: `${principal.user}@${principal.tenant}.example.test`,
  })
    .setProtectedHeader({ alg: ALGORITHM, typ: 'JWT' })
    .setSubject(principal.user)
    .setIssuer(keys.issuer)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + lifetimeSeconds)
    .sign(await keyOf(keys));
}

/**
 * Verifies a token: signature, algorithm, issuer, expiry and the claims of docs/protocol.md 2.
 * Says nothing about why it refuses, so that an attacker learns nothing either.
 */
export async function verifyToken(
  keys: TokenKeys,
  token: string | undefined,
): Promise<Credential | undefined> {
  if (token === undefined || token === '') return undefined;
  try {
    const { payload } = await jwtVerify(token, await keyOf(keys), {
      algorithms: [ALGORITHM],
      issuer: keys.issuer,
      currentDate: new Date(keys.clock.now()),
    });
    const { sub, tenant, exp } = claims.parse(payload);
    return { principal: { tenant, user: sub }, expiresAtMs: exp * 1000 };
  } catch {
    return undefined;
  }
}

/** The token of an `Authorization: Bearer …` header; the scheme is case-insensitive (RFC 9110). */
export function bearerToken(header: string | undefined): string | undefined {
  return /^bearer +(\S+) *$/i.exec(header ?? '')?.[1];
}
