/** Odd values and bad bodies, to be sent to any endpoint: what the protocol refuses, by construction. */
import fc from 'fast-check';
import type { HttpAsk } from '../../harness/core/scenario.ts';

/** A request that must be refused. */
export interface BadInput {
  /** `POST /api/projects/{p}/agent-runs`, as a reader knows the endpoint. */
  readonly endpoint: string;
  readonly request: Wrong;
}

export type Wrong = fc.Arbitrary<Pick<HttpAsk, 'method' | 'path' | 'body' | 'headers' | 'surface'>>;

const SURROGATES = { from: 0xd800, count: 0x800 } as const;

/** Any code point but half of a pair. The library's own unit for this takes a second to set up, once in each process. */
const codePoint = fc
  .nat(0x10ffff - SURROGATES.count)
  .map((at) => String.fromCodePoint(at < SURROGATES.from ? at : at + SURROGATES.count));

/** Characters that have broken parsers, databases and logs. */
export const awkward = fc.oneof(
  fc.string({ unit: codePoint, maxLength: 40 }),
  fc.constantFrom(
    '\u0000',
    'a\u0000b',
    '\ud83d\ude00'.repeat(50),
    "'; drop table runs; --",
    '../../etc',
    '\u202e',
    'é'.repeat(2000),
  ),
);

/** An id that nothing has, however odd; encoded so that it stays one segment of the path. */
export const noId = fc
  .oneof(awkward, fc.uuid(), fc.constantFrom('null', 'undefined', '-1', '..', '%', ' ', 'x'.repeat(5000)))
  .filter((id) => id.length > 0 && id.isWellFormed() && id !== '.' && id !== '..')
  .map((id) => encodeURIComponent(`no-such-${id}`));

/** Anything but text: for fields that must be text. */
export const noText = fc.oneof(
  fc.integer(),
  fc.double(),
  fc.boolean(),
  fc.constant(null),
  fc.array(fc.anything({ withNullPrototype: false }), { maxLength: 3 }),
  fc.dictionary(fc.string({ maxLength: 5 }), fc.integer(), { maxKeys: 3 }),
);

/** Anything but a JSON object: for bodies that must be one. */
export const noObject = fc.oneof(
  fc.constantFrom('', '{', '{"a":', 'nonsense', '[]', '[1,2]', '"text"', '17', 'null', 'true', '{"a":1}}'),
  fc.constant(`${'['.repeat(2000)}${']'.repeat(2000)}`),
);

/** A value as it is sent. */
export const json = (value: unknown): string => JSON.stringify(value) ?? 'null';

/** One of these bodies, posted. */
export const posted = (path: string, body: fc.Arbitrary<string>): Wrong =>
  body.map((text) => ({ method: 'POST', path, body: text }));

/** The same, asked of that side of the telemetry. */
export const at = (surface: 'ingest' | 'query', requests: Wrong): Wrong =>
  requests.map((request) => ({ ...request, surface }));

/** No JSON at all, and declared as something else too. */
export const notJson = (path: string): Wrong =>
  fc
    .constantFrom('text/plain', 'application/xml', 'multipart/form-data', 'application/x-www-form-urlencoded')
    .map((type) => ({ method: 'POST', path, body: 'a=1&b=2', headers: { 'content-type': type } }) as const);

/** One of these paths, asked for. */
export const getting = (path: fc.Arbitrary<string>): Wrong =>
  path.map((one) => ({ method: 'GET', path: one }));
