import { bearerToken } from '../auth/tokens.ts';
import type { TokenVerifier, UpgradeDecision, UpgradeGate, UpgradeOffer } from '../boundaries.ts';
import { KeysUnavailableError } from '../faults.ts';

/** The sub-protocol of the chat socket. */
const CHAT_PROTOCOL = 'agent-events.v1';

const TOKEN_PREFIX = 'jwt.';

/** The token of an offer: by header, or as a sub-protocol beside the real one. */
function offeredToken(offer: UpgradeOffer): string | undefined {
  if (offer.authorization !== undefined) return bearerToken(offer.authorization);
  if (!offer.protocols.includes(CHAT_PROTOCOL)) return undefined;
  return offer.protocols.find((name) => name.startsWith(TOKEN_PREFIX))?.slice(TOKEN_PREFIX.length);
}

const UNAUTHENTICATED: UpgradeDecision = {
  kind: 'refuse',
  status: 401,
  code: 'UNAUTHENTICATED',
  detail: 'a valid bearer token is needed',
};

const FOREIGN_ORIGIN: UpgradeDecision = {
  kind: 'refuse',
  status: 403,
  code: 'ORIGIN_REFUSED',
  detail: 'this origin may not open sockets',
};

const UNAVAILABLE: UpgradeDecision = {
  kind: 'refuse',
  status: 503,
  code: 'UNAVAILABLE',
  detail: 'tokens cannot be verified at present; try again later',
};

async function admit(verify: TokenVerifier, offer: UpgradeOffer): Promise<UpgradeDecision> {
  try {
    const credential = await verify(offeredToken(offer));
    if (credential === undefined) return UNAUTHENTICATED;
    const protocol = offer.protocols.includes(CHAT_PROTOCOL) ? CHAT_PROTOCOL : undefined;
    return { kind: 'open', credential, protocol };
  } catch (error) {
    if (error instanceof KeysUnavailableError) return UNAVAILABLE;
    throw error;
  }
}

/** Decides about sockets: known origin or none, valid token, and only the real protocol selected. */
export function upgradeGate(allowedOrigins: readonly string[], verify: TokenVerifier): UpgradeGate {
  return async (offer) =>
    offer.origin !== undefined && !allowedOrigins.includes(offer.origin)
      ? FOREIGN_ORIGIN
      : admit(verify, offer);
}
