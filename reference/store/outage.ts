/** Failures of the network below the store. */
const NETWORK_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOENT',
  'EHOSTUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
]);

/** PostgreSQL SQLSTATEs: connection, resources, intervention, login and missing database. */
const OUTAGE_STATES = /^(08|53|57P|28|3D)/;

/** What the driver says, without a code, when a connection was lost or never made. */
const OUTAGE_MESSAGES =
  /connection terminated|timeout exceeded|query read timeout|not queryable|cannot use a pool/i;

/** The store was taken away on purpose. */
export class StoreOutageError extends Error {
  readonly code = 'ECONNREFUSED';

  constructor() {
    super('the store is unavailable');
    this.name = 'StoreOutageError';
  }
}

/** Tells whether an error means that the store is down, rather than that we asked it nonsense. */
export function isStoreOutage(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof AggregateError) return error.errors.some(isStoreOutage);
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return NETWORK_CODES.has(code) || OUTAGE_STATES.test(code) || OUTAGE_MESSAGES.test(error.message);
}
