import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { catalogue } from '../../suites/catalogue.ts';
import { VARIATION_POINTS } from '../config/variation-points.ts';
import { ERROR_CODES } from '../core/errors.ts';
import { EXIT_MEANING } from '../core/exit-code.ts';
import { EXIT_OF_ERROR } from '../report/exit.ts';

const ROOT = join(import.meta.dirname, '../..');
const read = (name: string): string => readFileSync(join(ROOT, name), 'utf8');

const PAGES = [
  ...readdirSync(ROOT).filter((name) => name.endsWith('.md')),
  ...readdirSync(join(ROOT, 'docs'), { recursive: true })
    .map((name) => `docs/${String(name)}`)
    .filter((name) => name.endsWith('.md')),
];

/** The cells of a page's table rows, by the first cell without its code marks. */
function rowsOf(page: string): ReadonlyMap<string, readonly string[]> {
  const rows = read(page)
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .map((line) => line.split('|').slice(1, -1))
    .map((cells) => cells.map((cell) => cell.trim()));
  return new Map(rows.map(([first = '', ...rest]) => [first.replaceAll('`', ''), rest]));
}

describe('docs/protocol.md', () => {
  const text = read('docs/protocol.md');
  const sections = new Set([...text.matchAll(/^##+ (\d+(?:\.\d+)?)\.? /gm)].map(([, number]) => number));

  test('has every section that a requirement cites', () => {
    for (const { clause, id } of catalogue.flatMap(({ requirements }) => requirements)) {
      const cited = [...clause.replace('docs/protocol.md', '').matchAll(/\d+(?:\.\d+)?/g)].map(
        ([number]) => number,
      );
      expect(cited, id).not.toEqual([]);
      for (const number of cited) expect(sections, `${id}: ${clause}`).toContain(number);
    }
  });

  test('names each variation point, its values, the reference first, and a section that exists', () => {
    const rows = rowsOf('docs/protocol.md');
    const told = [...rows.keys()].filter((id) => id.startsWith('VP-'));
    expect(told).toEqual(Object.keys(VARIATION_POINTS));
    for (const [id, { about, allowed, reference }] of Object.entries(VARIATION_POINTS)) {
      const [what, values = '', where = ''] = rows.get(id) ?? [];
      const expected =
        'from' in allowed ? [reference] : [reference, ...allowed.filter((value) => value !== reference)];
      expect(what, id).toBe(about);
      expect(
        [...values.matchAll(/`([^`]+)`/g)].map(([, value]) => value),
        id,
      ).toEqual(expected);
      if ('from' in allowed) expect(values).toContain(`${allowed.from} to ${allowed.to} ${allowed.unit}`);
      for (const number of where.split(', ')) expect(sections, id).toContain(number);
    }
  });

  test('names no variation point that does not exist', () => {
    for (const [id] of text.matchAll(/VP-[A-Z0-9]+/g)) expect(VARIATION_POINTS, id).toHaveProperty(id);
  });
});

describe('docs/troubleshooting.md', () => {
  const rows = rowsOf('docs/troubleshooting.md');

  test('explains each error code, with its exit code and what to do', () => {
    for (const code of ERROR_CODES) {
      const [exit, what = '', advice = ''] = rows.get(code) ?? [];
      expect(exit, code).toBe(String(EXIT_OF_ERROR[code]));
      expect(what.length * advice.length, code).toBeGreaterThan(0);
    }
  });

  test('quotes messages that there are', () => {
    const [, quoted = ''] = read('docs/troubleshooting.md').split('## By message');
    const phrases = [...(quoted.split('## ')[0] ?? '').matchAll(/^\| (?!words|---)([^|]+) \|/gm)];
    expect(phrases.length).toBeGreaterThan(5);
    const folder = join(ROOT, 'harness');
    const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => /(?<!\.test)\.[jt]sx?$/.test(name))
      .map((name) => readFileSync(join(folder, name), 'utf8'));
    for (const [, phrase = ''] of phrases)
      expect(
        sources.some((text) => text.includes(phrase)),
        phrase,
      ).toBe(true);
  });

  test('has every exit code', () => {
    for (const code of Object.keys(EXIT_MEANING)) {
      const [meaning = '', advice = ''] = rows.get(code) ?? [];
      expect(meaning.length * advice.length, code).toBeGreaterThan(0);
    }
  });
});

describe('README.md', () => {
  const text = read('README.md');

  test('is read in a few minutes', () => {
    expect(text.split('\n').length).toBeLessThanOrEqual(200);
  });

  test('has every area with the number of its requirements', () => {
    const rows = rowsOf('README.md');
    for (const { id, title, requirements } of catalogue)
      expect(rows.get(id), id).toEqual([title.replace(/^[^:]+: /, ''), String(requirements.length)]);
  });

  test('has every exit code', () => {
    const told = [...rowsOf('README.md').keys()].flatMap((cell) => cell.split(', '));
    for (const code of Object.keys(EXIT_MEANING)) expect(told).toContain(code);
  });
});

/** What a heading is called in a link. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');

const anchorsIn = (page: string): readonly string[] =>
  [...read(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => anchorOf(heading));

describe.each(PAGES)('%s', (page) => {
  const text = read(page);

  test('names only commands that exist', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Readonly<Record<string, string>> };
    for (const [, name = ''] of text.matchAll(/npm run ([a-z][\w:]*)/g))
      expect(scripts, page).toHaveProperty([name]);
  });

  test('links only to what exists', () => {
    for (const [, target = ''] of text.matchAll(/\]\((?!https?:|#)([^)#\s]+)/g))
      expect(existsSync(join(ROOT, dirname(page), target)), `${page}: ${target}`).toBe(true);
    for (const [, target = '', anchor] of text.matchAll(/\]\((?!https?:)([^)#\s]*\.md|)#([^)\s]+)\)/g))
      expect(anchorsIn(target === '' ? page : join(dirname(page), target)), `${page}: #${anchor}`).toContain(
        anchor,
      );
  });
});
