import { createRequire } from 'node:module';
import { Ajv } from 'ajv';
import { expect, it } from 'vitest';
import { harOf } from './har.ts';
import { type Entry, TRANSCRIPT_FORMAT, type Transcript } from './transcript.ts';

/** Both are data, and have no types. */
const require = createRequire(import.meta.url);
const draft06 = require('ajv/dist/refs/json-schema-draft-06.json');
const harSchema: Readonly<Record<string, object>> = require('har-schema');

const CREATOR = { name: 'agent-conformance', version: '0.1.0' };

function transcriptOf(entries: readonly object[], trial = 'api-list-1'): Transcript {
  const header = { campaign: 'c', scenario: 'api-list', trial, seed: 1, harness: '0.1.0', actors: [] };
  return {
    header: { ...header, format: TRANSCRIPT_FORMAT, startedAt: '2026-01-05T10:00:00.000Z' },
    entries: entries.map((entry, index) => ({
      seq: index + 1,
      at: index * 10,
      actor: 'ada',
      ...entry,
    })) as Entry[],
  };
}

const ask = (exchange: number, over: object = {}): object => ({
  kind: 'http.request',
  exchange,
  label: 'list',
  method: 'GET',
  url: 'https://staging.example.com/api/projects?limit=5&cursor=%E2%82%AC',
  headers: { authorization: '⟦secret TARGET_TOKEN raw⟧' },
  ...over,
});
const answer = (exchange: number, over: object = {}): object => ({
  kind: 'http.response',
  exchange,
  status: 200,
  headers: { 'Content-Type': 'application/json' },
  body: '{}',
  encoding: 'utf8',
  bytes: 2,
  ...over,
});

const SEEN = transcriptOf([
  ask(1),
  answer(1),
  ask(2, { method: 'POST', body: '{"a":1}', headers: { 'content-type': 'application/json' } }),
  { kind: 'http.aborted', exchange: 2, reason: 'connection reset' },
  ask(3, { url: 'not a url' }),
  answer(99),
]);

const validator = new Ajv({
  strict: false,
  formats: { 'date-time': true, uri: true, ipv4: true, ipv6: true },
});
validator.addMetaSchema(draft06);
for (const schema of Object.values(harSchema)) validator.addSchema(schema);

function logOf(transcripts: readonly Transcript[]) {
  const har = JSON.parse(harOf(transcripts, CREATOR));
  validator.validate('har.json', har);
  expect(validator.errors ?? []).toEqual([]);
  return har.log;
}

it('is an archive as the schema of HAR 1.2 has it', () => {
  const { entries, pages } = logOf([SEEN]);
  expect(pages).toEqual([
    { id: 'api-list-1', title: 'api-list-1', startedDateTime: '2026-01-05T10:00:00.000Z', pageTimings: {} },
  ]);
  expect(entries).toHaveLength(3);
  expect(entries[0]).toMatchObject({
    startedDateTime: '2026-01-05T10:00:00.000Z',
    time: 10,
    request: {
      queryString: [
        { name: 'limit', value: '5' },
        { name: 'cursor', value: '€' },
      ],
    },
    response: { status: 200, content: { mimeType: 'application/json', text: '{}' } },
  });
});

it('tells what came to nothing', () => {
  const { entries } = logOf([SEEN]);
  expect(entries.slice(1).map((one: { comment: string }) => one.comment)).toEqual([
    'list: connection reset',
    'list: no answer was seen',
  ]);
});

it('holds what the transcript holds, redacted as there', () => {
  const { entries } = logOf([SEEN]);
  expect(entries[0].request.headers).toEqual([{ name: 'authorization', value: '⟦secret TARGET_TOKEN raw⟧' }]);
});

it('is bounded, and counts what it leaves out', () => {
  const long = transcriptOf(
    Array.from({ length: 5_002 }, (_, index) => ask(index)),
    'flood-1',
  );
  const log = logOf([long, transcriptOf([ask(1), answer(1, { body: 'x'.repeat(100_000), bytes: 100_000 })])]);
  expect(log.entries).toHaveLength(5_000);
  expect(log.comment).toBe('3 more exchanges are in the transcripts');
  const [entry] = logOf([
    transcriptOf([ask(1), answer(1, { body: 'x'.repeat(100_000), bytes: 100_000 })]),
  ]).entries;
  expect(entry.response.content.text).toHaveLength(32_768);
  expect(entry.response.content.comment).toBe('cut from 100000 characters');
});

it('the schema is looked at', () => {
  expect(validator.validate('har.json', { log: { version: '1.2', entries: [{}] } })).toBe(false);
});
