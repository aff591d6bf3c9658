/**
 * Reports are kept for years and read by programs that know nothing of this version. While the format is
 * called @1, members and words may be added, and nothing that was there may go or become something else.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Fields } from '../core/json.ts';
import { REPORT_FORMAT, reportSchema } from './model.ts';
import { reportJsonSchema } from './schema.ts';

const released = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`./released/${name}`, import.meta.url), 'utf8'));

const isNode = (value: unknown): value is Fields => typeof value === 'object' && value !== null;
const nodeOf = (value: unknown): Fields => (isNode(value) ? value : {});
const wordsOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** What the newer schema does to the older one that a reader or a stored report could not bear. */
function breaches(older: Fields, newer: Fields, path = 'report'): readonly string[] {
  const before = nodeOf(older['properties']);
  const after = nodeOf(newer['properties']);
  const said = (list: readonly unknown[], what: string): readonly string[] =>
    list.map((name) => `${path}.${String(name)} ${what}`);
  const [required, requires] = [wordsOf(older['required']), wordsOf(newer['required'])];
  const [words, speaks] = [wordsOf(older['enum']), wordsOf(newer['enum'])];
  return [
    ...(['type', 'const'] as const)
      .filter((key) => older[key] !== newer[key])
      .map((key) => `${path} has another ${key}`),
    ...said(
      requires.filter((name) => !required.includes(name)),
      'is newly required',
    ),
    ...said(
      required.filter((name) => !requires.includes(name)),
      'is no longer promised',
    ),
    ...said(
      words.filter((word) => !speaks.includes(word)),
      'is a word no longer',
    ),
    ...Object.keys(before).flatMap((name) =>
      after[name] === undefined
        ? [`${path}.${name} is gone`]
        : breaches(nodeOf(before[name]), nodeOf(after[name]), `${path}.${name}`),
    ),
    ...(['items', 'additionalProperties'] as const)
      .filter((key) => isNode(older[key]))
      .flatMap((key) => breaches(nodeOf(older[key]), nodeOf(newer[key]), `${path}[]`)),
  ];
}

describe.runIf(REPORT_FORMAT === 'agent-conformance/report@1')('the released format', () => {
  it('is still read: a stored report parses, and keeps every member', () => {
    const stored = released('report-1.json');
    expect(reportSchema.parse(stored)).toMatchObject(nodeOf(stored));
  });

  it('was only added to', () => {
    const now = nodeOf(JSON.parse(reportJsonSchema()));
    expect(breaches(nodeOf(released('report-1.schema.json')), now)).toEqual([]);
  });
});

it('what breaks readers or stored reports is noticed', () => {
  const row = { type: 'object', properties: { n: { type: 'integer' } }, required: ['n'] };
  const older = {
    type: 'object',
    properties: {
      rows: { type: 'array', items: row },
      level: { enum: ['MUST', 'MAY'] },
      url: { type: 'string' },
    },
    required: ['rows'],
  };
  const newer = {
    type: 'object',
    properties: {
      rows: {
        type: 'array',
        items: { type: 'object', properties: { n: { type: 'string' }, m: {} }, required: ['m'] },
      },
      level: { enum: ['MUST', 'SHOULD'] },
    },
    required: ['rows'],
  };
  expect(breaches(older, newer)).toEqual([
    'report.rows[].m is newly required',
    'report.rows[].n is no longer promised',
    'report.rows[].n has another type',
    'report.level.MAY is a word no longer',
    'report.url is gone',
  ]);
  expect(breaches(older, older)).toEqual([]);
});
