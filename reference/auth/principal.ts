/** Who is asking: a user within a tenant (docs/protocol.md 1). */
export interface Principal {
  readonly tenant: string;
  readonly user: string;
}

/** A verified token: its principal and when it ends. */
export interface Credential {
  readonly principal: Principal;
  readonly expiresAtMs: number;
}

/** One key for everything that is counted or kept per principal; no tenant can forge another's. */
export function principalKey(principal: Principal): string {
  return JSON.stringify([principal.tenant, principal.user]);
}
