/** JSON Web Tokens as text: read, made, and broken in one respect. Nothing here verifies any. */
import { base64url, decodeJwt, SignJWT } from 'jose';
import type { Principal } from './identity.ts';
import type { Secret } from './secret.ts';

/** What a token says about itself, unverified. */
export interface TokenClaims {
  readonly sub: string | undefined;
  readonly tenant: string | undefined;
  /** Seconds since the epoch. */
  readonly iat: number | undefined;
  readonly exp: number | undefined;
}

/** The claims of a token; undefined when it is opaque. */
export function claimsOf(token: string): TokenClaims | undefined {
  try {
    const { sub, tenant, iat, exp } = decodeJwt(token);
    return { sub: textOf(sub), tenant: textOf(tenant), iat: numberOf(iat), exp: numberOf(exp) };
  } catch {
    return undefined;
  }
}

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

const numberOf = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) ? value : undefined;

/** Whose token it is, as one key; an opaque token stands for itself. */
export function principalOf(token: string): string {
  const { sub, tenant } = claimsOf(token) ?? {};
  return sub === undefined ? token : JSON.stringify([tenant ?? '', sub]);
}

interface Signing {
  readonly secret: Secret;
  readonly issuer: string;
}

const LIFE_S = 3_600;
/** The target's clock may be behind ours; a token from its future would be refused and blamed on it. */
const BACKDATED_S = 10;

/**
 * A token with the claims of docs/protocol.md section 2, signed with the shared secret, good or with one
 * flaw; good for `lifeS` from now where that is given; undefined when the identity has no tenant or user.
 */
export async function mintToken(
  { secret, issuer }: Signing,
  { tenant, user }: Principal,
  wallMs: number,
  flaw?: 'expired' | 'wrong-issuer',
  lifeS?: number,
): Promise<string | undefined> {
  if (tenant === undefined || user === undefined) return undefined;
  // An hour past its end, well outside any leeway that a target grants for clocks that differ.
  const issuedAt = Math.floor(wallMs / 1000) - BACKDATED_S - (flaw === 'expired' ? 2 * LIFE_S : 0);
  // example.com and .invalid are reserved (RFC 2606): whatever is sent there reaches nobody.
  const email = `${user.replace(/@.*/, '')}@${tenant.replaceAll('@', '-')}.example.com`;
  return new SignJWT({ tenant, email })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setSubject(user)
    .setIssuer(flaw === 'wrong-issuer' ? 'https://another-issuer.conformance.invalid' : issuer)
    .setIssuedAt(issuedAt)
    .setExpirationTime(lifeS === undefined ? issuedAt + LIFE_S : Math.floor(wallMs / 1000) + lifeS)
    .sign(new TextEncoder().encode(secret.reveal()));
}

/** The same token with another signature; undefined when it has none. */
export function withChangedSignature(token: string): string | undefined {
  const [header, payload, signature = '', ...surplus] = token.split('.');
  if (claimsOf(token) === undefined || signature.length < 3 || surplus.length > 0) return undefined;
  // The last character carries unused bits, so changing it may change nothing; one in the middle always counts.
  const middle = Math.floor(signature.length / 2);
  const other = signature[middle] === 'A' ? 'B' : 'A';
  return `${header}.${payload}.${signature.slice(0, middle)}${other}${signature.slice(middle + 1)}`;
}

/** The same claims under `alg: none` and without a signature; undefined when the token is opaque. */
export function withoutAlgorithm(token: string): string | undefined {
  const [, payload] = token.split('.');
  if (claimsOf(token) === undefined || payload === undefined) return undefined;
  return `${base64url.encode(JSON.stringify({ alg: 'none', typ: 'JWT' }))}.${payload}.`;
}
