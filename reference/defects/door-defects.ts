import { setTimeout } from 'node:timers/promises';
import { decodeJwt, decodeProtectedHeader, type JWTPayload, jwtVerify } from 'jose';
import type { Credential } from '../auth/principal.ts';
import type { Boundaries } from '../boundaries.ts';
import { KeysUnavailableError } from '../faults.ts';
import { agentsApi } from './answers.ts';
import type { Defect, DefectContext } from './defect.ts';
import { sandbox } from './sandbox-answers.ts';
import { telemetry } from './telemetry-answers.ts';

const FAR_MS = 24 * 3_600_000;

const NOBODY_GETS_IN = [
  ...['CN-3', 'CN-4', 'CN-9', 'CN-12', 'LC-1', 'X-2'],
  ...['LC-16', 'LC-17', 'LC-19', 'LC-21', 'LC-22', 'RS-4'],
];

function credentialOf({ sub = '', tenant }: JWTPayload): Credential {
  return { principal: { tenant: String(tenant), user: sub }, expiresAtMs: Date.now() + FAR_MS };
}

/** No door is open, over HTTP neither. */
const NOTHING_IS_SERVED = [
  ...NOBODY_GETS_IN,
  ...agentsApi(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12),
  ...sandbox(1, 2, 3, 4, 5, 6, 7, 8),
  ...telemetry(1, 2, 3, 4, 5, 6, 7, 8),
  ...['RS-12', 'X-1', 'LT-1', 'LT-2'],
];

/** Lets in a token that was refused, if the careless look at it succeeds. */
function alsoAccepting(look: (token: string) => Promise<JWTPayload> | JWTPayload): Partial<Boundaries> {
  return {
    tokens: (honest) => async (token) => {
      const credential = await honest(token);
      if (credential !== undefined || token === undefined) return credential;
      try {
        return credentialOf(await look(token));
      } catch {
        return undefined;
      }
    },
  };
}

function secretOf({ keys }: DefectContext): Uint8Array {
  return new TextEncoder().encode(keys.secret);
}

function refuseUnless(condition: boolean): void {
  if (!condition) throw new Error('not this kind of token');
}

/** Doors that open to everybody, to nobody, or in the wrong way. */
export const doorDefects: readonly Defect[] = [
  {
    id: 'I053',
    family: 'over-refusal',
    title: 'issuer and platform disagree on the secret: every token is refused',
    breaks: '2',
    mustFail: ['CN-2'],
    mayFail: NOTHING_IS_SERVED,
    build: () => ({ tokens: () => async () => undefined }),
  },
  {
    id: 'I055',
    family: 'over-refusal',
    title: 'no sub-protocol is selected',
    breaks: '4',
    mustFail: ['CN-6'],
    mayFail: ['CN-2'],
    build: () => ({
      upgrades: (honest) => async (offer) => {
        const decision = await honest(offer);
        return decision.kind === 'open' ? { ...decision, protocol: undefined } : decision;
      },
    }),
  },
  {
    id: 'D-TOKEN-ECHO',
    family: 'auth bypass',
    title: 'the sub-protocol that carries the token is selected',
    breaks: '4',
    mustFail: ['CN-6'],
    mayFail: ['CN-2'],
    build: () => ({
      upgrades: (honest) => async (offer) => {
        const decision = await honest(offer);
        const token = offer.protocols.find((name) => name.startsWith('jwt.'));
        return decision.kind === 'open' && token !== undefined ? { ...decision, protocol: token } : decision;
      },
    }),
  },
  {
    id: 'I075',
    family: 'wrong status',
    title: 'a refused token closes with 1011 instead of the declared refusal',
    breaks: '4',
    mustFail: ['CN-5'],
    mayFail: ['AR-10.2b'],
    build: () => ({
      upgrades: (honest) => async (offer) => {
        const decision = await honest(offer);
        const isRefused = decision.kind === 'refuse' && decision.status === 401;
        return isRefused ? { kind: 'close', closeCode: 1011, reason: 'internal error' } : decision;
      },
    }),
  },
  {
    id: 'I080',
    family: 'slow at one stage',
    title: 'connecting takes far too long',
    breaks: '4',
    mustFail: ['CN-2'],
    mayFail: [
      'CN-3',
      'CN-4',
      'CN-5',
      'CN-6',
      'CN-9',
      'LC-1',
      'LT-1',
      'RS-5',
      'RS-10',
      'AR-10.1',
      'AR-10.2',
      'RS-4',
      'RS-12',
      'AR-7.1',
      'AR-7.1a',
      'X-4',
      'LT-2',
    ],
    build: ({ delayMs }) => ({
      upgrades: (honest) => async (offer) => {
        await setTimeout(delayMs, undefined, { ref: false });
        return honest(offer);
      },
    }),
  },
  {
    id: 'I032',
    family: 'wrong user',
    title: 'without a token everybody is one demo user',
    breaks: '2',
    mustFail: ['CN-5'],
    mayFail: ['X-2', 'AR-10.2b'],
    build: () => ({
      tokens: (honest) => async (token) =>
        token === undefined ? credentialOf({ sub: 'demo', tenant: 'demo' }) : honest(token),
    }),
  },
  {
    id: 'D-ALG-NONE',
    family: 'auth bypass',
    title: 'unsigned tokens are accepted',
    breaks: '2',
    mustFail: ['CN-5'],
    mayFail: ['X-2', 'AR-10.2b'],
    build: () =>
      alsoAccepting((token) => {
        refuseUnless(decodeProtectedHeader(token).alg === 'none');
        return decodeJwt(token);
      }),
  },
  {
    id: 'D-WRONG-SIGNATURE',
    family: 'auth bypass',
    title: 'the signature of a token is never checked',
    breaks: '2',
    mustFail: ['CN-5'],
    mayFail: ['X-2', 'AR-10.2b'],
    build: ({ keys }) =>
      alsoAccepting((token) => {
        const claims = decodeJwt(token);
        const isFresh = (claims.exp ?? 0) * 1000 > keys.clock.now();
        refuseUnless(decodeProtectedHeader(token).alg === 'HS256' && claims.iss === keys.issuer && isFresh);
        return claims;
      }),
  },
  {
    id: 'D-EXPIRED',
    family: 'auth bypass',
    title: 'expired tokens are accepted',
    breaks: '2',
    mustFail: ['CN-5'],
    mayFail: ['RS-8', 'X-2', 'AR-10.2b'],
    build: (context) =>
      alsoAccepting(async (token) => {
        const currentDate = new Date(((decodeJwt(token).exp ?? 0) - 1) * 1000);
        const { payload } = await jwtVerify(token, secretOf(context), {
          issuer: context.keys.issuer,
          currentDate,
        });
        return payload;
      }),
  },
  {
    id: 'D-WRONG-ISSUER',
    family: 'auth bypass',
    title: 'tokens of any issuer are accepted',
    breaks: '2',
    mustFail: ['CN-5'],
    mayFail: ['X-2', 'AR-10.2b'],
    build: (context) => alsoAccepting(async (token) => (await jwtVerify(token, secretOf(context))).payload),
  },
  {
    id: 'D-ORIGIN-OPEN',
    family: 'auth bypass',
    title: 'sockets are opened for every origin',
    breaks: '2',
    mustFail: ['CN-12'],
    mayFail: [],
    build: () => ({ upgrades: (honest) => (offer) => honest({ ...offer, origin: undefined }) }),
  },
  {
    id: 'I062',
    family: 'auth bypass',
    title: 'when tokens cannot be verified everybody is let in',
    breaks: '9',
    mustFail: ['CN-10'],
    mayFail: ['X-2'],
    build: () => ({
      tokens: (honest) => async (token) => {
        try {
          return await honest(token);
        } catch {
          return credentialOf({ sub: 'anybody', tenant: 'anybody' });
        }
      },
    }),
  },
  {
    id: 'I099',
    family: 'constant health',
    title: "a dependency's credentials are wrong: 503 everywhere but health",
    breaks: '9',
    mustFail: ['CN-2', 'CN-10'],
    mayFail: [...NOTHING_IS_SERVED, 'RS-7', 'RS-13'],
    build: () => ({
      tokens: () => async () => {
        throw new KeysUnavailableError();
      },
    }),
  },
];
