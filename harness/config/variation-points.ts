/**
 * Where docs/protocol.md leaves a choice open, a profile declares which one the deployment made. A declared
 * choice is judged; an undeclared one (`null`) must only be allowed and stay the same.
 */

interface Choice {
  readonly about: string;
  readonly allowed: readonly string[] | { readonly from: number; readonly to: number; readonly unit: string };
  /** What the default profile declares. */
  readonly reference: string;
}

const choice = (about: string, allowed: readonly [string, ...string[]], reference = allowed[0]): Choice => ({
  about,
  allowed,
  reference,
});

const amount = (about: string, from: number, to: number, unit: string, reference: number): Choice => ({
  about,
  allowed: { from, to, unit },
  reference: String(reference),
});

/** Every variation point, its allowed values, and the reference's. */
export const VARIATION_POINTS: Readonly<Record<string, Choice>> = Object.freeze({
  'VP-WSREJECT': choice('a bad token on a socket', ['refuse-upgrade', 'accept-error-close']),
  'VP-FANOUT': choice('where the events of a run go', ['originating-socket', 'all-sockets']),
  'VP-EXPIRY': choice('a session whose token expires', ['closes-1008', 'outlives-token']),
  'VP-DUPREQUEST': choice('the same request_id again', ['same-run', 'error']),
  'VP-AGENTORDER': choice('the order in which a supervisor hands over', [
    'data-first',
    'optimisation-first',
    'any-order',
  ]),
  'VP-ORIGIN': choice('a browser origin that is not listed', ['refused', 'allowed']),
  'VP-PING': amount('interval of the server pings', 1, 30, 'seconds', 20),
  'VP-MAXMSG': amount('the largest message', 1024, 1_073_741_824, 'bytes', 1_048_576),
  'VP-PAGE': amount('page size when none is asked for', 1, 100, 'items', 50),
  'VP-CLAMP': choice('a list parameter out of range', ['reject-422', 'reject-400', 'clamp']),
  'VP-422': choice('a body out of shape or range', ['reject-422', 'reject-400']),
  'VP-INIT': choice('status of a new run', ['PENDING', 'RUNNING']),
  'VP-BADREF': choice('an unknown workflow', ['404', '400']),
  'VP-EMPTYQ': choice('an empty query', ['400', '201']),
  'VP-UNKNOWNPROJECT': choice('a list under an unknown project', ['404', 'empty-200']),
  'VP-ROLEFILTER': choice('the role filter of messages', ['supported', 'ignored']),
  'VP-TYPEFILTER': choice('type as an alias of role', ['supported', 'ignored']),
  'VP-REOPEN': choice('a message to a completed run', ['reopens', 'stays']),
  'VP-FAILEDAPPEND': choice('a message to a failed run', ['refuse', 'accept']),
  'VP-STATECONFLICT': choice('a request that the state forbids', ['409', '400']),
  'VP-RECANCEL': choice('cancelling a cancelled run', ['200', '400', '409']),
  'VP-CANCELEVENT': choice('the event of a cancellation', ['agent.run.cancelled', 'agent.run.updated']),
  'VP-REPLAY': choice('what a late subscriber gets', ['full-history', 'final-state']),
  'VP-WSCLOSE': choice('the stream after the terminal event', ['closes-1000', 'stays-open']),
  'VP-TEST201': choice('status of a sandbox test', ['200', '201']),
  'VP-AGENT404': choice('a sandbox test of an unknown agent', ['404', '400']),
  'VP-COMPARE404': choice('comparing with an unknown test', ['404', '400']),
  'VP-FAIL404': choice('failures of an unknown telemetry run', ['404', 'empty-200']),
  'VP-FORBID': choice('foreign sandbox resources', ['404', '403', '400']),
  'VP-DEFTENANT': choice('no tenant header', ['token-tenant', 'default-tenant', '400']),
  'VP-PARTIAL': choice('the trace of a failed test', ['kept', 'empty']),
  'VP-ERRTYPE': choice('how an error is typed', ['label', 'exception-class']),
  'VP-MOCKECHO': choice('a simulated tool and its input', ['echoes', 'constant']),
  'VP-REDACT': choice('stack traces', ['redacted', 'raw']),
  'VP-IDEMP': choice('the same telemetry run again', ['200', '201']),
  'VP-IDEMPCONFLICT': choice('the same run id with another body', ['409', 'original']),
  'VP-LISTSHAPE': choice('shape of telemetry lists', ['bare-array', 'page-object']),
  'VP-EMPTYSTEPS': choice('a telemetry run without steps', ['empty-200', '404']),
  'VP-PII': choice('personal data at the ingest', ['reject', 'store-redacted']),
  'VP-PRIVLEN': amount('the longest metadata string', 1, 100_000, 'characters', 100),
  'VP-TRTENANT': choice('tenants of the telemetry', ['by-token', 'none']),
  'VP-ERRSHAPE': choice('shape of errors', ['detail', 'error-status-path']),
});

export const VARIATION_POINT_IDS: readonly string[] = Object.keys(VARIATION_POINTS);

/** What the reference does at every point. */
export const REFERENCE_CHOICES: Readonly<Record<string, string>> = Object.freeze(
  Object.fromEntries(Object.entries(VARIATION_POINTS).map(([id, { reference }]) => [id, reference])),
);

/** What is wrong with a declared value, or nothing. */
export function refusalOf(id: string, value: string): string | undefined {
  const point = VARIATION_POINTS[id];
  if (point === undefined) return undefined;
  const { allowed } = point;
  if ('from' in allowed) {
    const fits = /^\d+$/.test(value) && Number(value) >= allowed.from && Number(value) <= allowed.to;
    return fits
      ? undefined
      : `is "${value}": expected a number of ${allowed.unit} from ${allowed.from} to ${allowed.to}, as text, or null when it is not declared`;
  }
  return allowed.includes(value)
    ? undefined
    : `is "${value}": expected ${allowed.join(' or ')}, or null when it is not declared`;
}
