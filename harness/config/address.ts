import { placeOf, type Reader, refuse, text } from './reader.ts';
import type { VariableName } from './variables.ts';

interface AddressRule {
  readonly schemes: readonly ['http:', 'https:'] | readonly ['ws:', 'wss:'];
  readonly example: string;
  /** Whether `?…` may stay: it may carry a credential, so only where it is needed. */
  readonly query?: true;
}

/** A URL of one of two schemes, without credentials in it and without a fragment. */
export function address(reader: Reader, name: VariableName, rule: AddressRule): URL | undefined {
  const value = text(reader, name);
  if (value === undefined) return undefined;
  const [first, second] = rule.schemes;
  const url = URL.canParse(value) ? new URL(value) : undefined;
  const known = url !== undefined && (url.protocol === first || url.protocol === second);
  if (!known || url.hostname === '') {
    refuse(reader, name, `a ${first}// or ${second}// URL`, rule.example);
    return undefined;
  }
  const surplus = surplusOf(url, rule.query === true);
  if (surplus === undefined) return url;
  reader.report(
    `${placeOf(reader, name)} carries ${surplus}: expected a URL without it, for example ${rule.example}`,
  );
  return undefined;
}

function surplusOf(url: URL, mayQuery: boolean): string | undefined {
  if (url.username !== '' || url.password !== '') return 'a user name or password';
  if (url.hash !== '') return 'a fragment';
  return url.search !== '' && !mayQuery ? 'a query' : undefined;
}

/** Scheme, host and port alone: what a browser sends as `Origin`. */
export function origin(reader: Reader, name: VariableName, example: string): string | undefined {
  const value = text(reader, name);
  if (value === undefined) return undefined;
  if (isOrigin(value)) return value;
  refuse(reader, name, 'an origin (scheme, host and port, nothing after it)', example);
  return undefined;
}

export const isOrigin = (value: string): boolean =>
  /^https?:\/\//.test(value) && URL.canParse(value) && new URL(value).origin === value;

/** Whether the text is an absolute path, or a URL that a path can follow. */
export function isPlace(value: string): boolean {
  if (value.startsWith('/')) return /^\/[^\s?#]*$/.test(value);
  if (!/^https?:\/\//.test(value) || !URL.canParse(value)) return false;
  return surplusOf(new URL(value), false) === undefined;
}

/** The text of a URL without the slash at its end, so that an absolute path can follow. */
export const base = (url: URL): string => url.href.replace(/\/+$/, '');

/** Whether the URL names this machine itself. */
export const isLoopback = ({ hostname }: URL): boolean =>
  hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);

/** Whether the text is the address of a proxy; unlike a target's, it may carry credentials. */
export const isProxy = (value: string): boolean =>
  URL.canParse(value) && /^https?:$/.test(new URL(value).protocol);
