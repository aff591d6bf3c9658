/** A time as RFC 3339 in UTC, and the spelling it had if that is not the usual one: seconds with a fraction. */
export interface ReadTime {
  readonly stamp: string;
  readonly drift?: string;
}

/** Later than this many seconds since the epoch no deployment stamps anything; milliseconds are. */
const LAST_SECOND = 100_000_000_000;
const LAST_MS = LAST_SECOND * 80;

/** Reads a time in any of the spellings met; nothing where it is none. */
export function readTime(value: unknown): ReadTime | undefined {
  if (typeof value === 'number') return readNumber(value);
  if (typeof value !== 'string') return undefined;
  const [, day = '', time = '', zone = ''] =
    /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d(?:\.\d{1,9})?)(Z|[+-]\d\d:\d\d)?$/.exec(value) ?? [];
  if (day === '') return undefined;
  const at = Date.parse(`${day}T${time}${zone === '' ? 'Z' : zone}`);
  if (Number.isNaN(at)) return undefined;
  const isUtc = zone === '' || zone === 'Z' || zone === '+00:00';
  const stamp = isUtc ? `${day}T${time}Z` : new Date(at).toISOString();
  return { stamp, drift: zone === '' ? 'time:iso-without-zone' : 'time:iso' };
}

function readNumber(value: number): ReadTime | undefined {
  if (!Number.isFinite(value) || value <= 0 || value >= LAST_MS) return undefined;
  if (value >= LAST_SECOND) return { stamp: new Date(value).toISOString(), drift: 'time:unix-ms' };
  // Microseconds, as far as a double has them.
  const micros = Math.round(value * 1_000_000);
  const second = new Date(Math.floor(micros / 1_000_000) * 1000).toISOString().slice(0, 19);
  return { stamp: `${second}.${String(micros % 1_000_000).padStart(6, '0')}Z` };
}
