import { describe, expect, it } from 'vitest';
import { plainText } from '../harness/report/plain-text.ts';
import { renderJson } from './json.ts';
import { renderMarkdown } from './markdown.ts';
import { block, code, prose } from './markdown-text.ts';
import { renderTerminal } from './terminal.ts';
import { brokenReport, hostileReport } from './test-support/reports.ts';

const ESC = String.fromCharCode(27);
const RLO = String.fromCharCode(0x202e);
const SEPARATOR = String.fromCharCode(0x2028);
const WAY = { colour: false, unicode: true, path: 'results/c/report.json' };

/** Markdown without its code spans and blocks: where markup would be markup. */
const outsideCode = (markdown: string): string =>
  markdown.replace(/^(`{3,})text\n[\s\S]*?\n\1$/gm, '').replace(/(?<!`)(`+)(?!`)[^\n]*?(?<!`)\1(?!`)/g, '');

describe('text from the target', () => {
  it('loses what cannot be seen, and its length', () => {
    expect(plainText(`a${ESC}[31m${RLO}\r\nb${SEPARATOR}c`)).toBe('a [31m b c');
    expect(plainText('x'.repeat(10_000))).toHaveLength(300);
    expect(plainText(`${'x'.repeat(8)}\u{1F600}yy`, 10)).toBe(`${'x'.repeat(8)}…`);
  });

  it('is inert in a sentence', () => {
    expect(prose('a|b <b> [x](http://e.example) `c` *d* @me www.e.example #1')).toBe(
      'a&#124;b &#60;b&#62; \\[x\\](http&#58;//e.example) \\`c\\` \\*d\\* &#64;&#8288;me www&#46;e.example \\#1',
    );
    expect(prose('- item')).toBe('&#45; item');
    expect(prose('12. item')).toBe('&#49;2. item');
  });

  it('cannot end a code span or a block', () => {
    expect(code('a`b')).toBe('`` a`b ``');
    expect(code('')).toBe('(nothing)');
    expect(block(['```', '<b>'])).toEqual(['````text', '```', '<b>', '````']);
  });

  it('leaves Markdown without foreign markup', () => {
    const markdown = renderMarkdown(hostileReport());
    expect(markdown).not.toMatch(/[^\P{C}\n]/u);
    const outside = outsideCode(markdown);
    expect(outside).not.toMatch(/<img|(?<!\\)\]\(|@team|http:\/\/evil|www\.evil/);
    expect(markdown.split('\n').filter((line) => line.startsWith('# '))).toHaveLength(1);
  });

  it('leaves the terminal without control characters', () => {
    const text = renderTerminal(hostileReport(), WAY);
    expect(text).not.toMatch(/[^\P{C}\n]/u);
    expect(text.split('\n').filter((line) => line.startsWith('VERDICT='))).toHaveLength(1);
  });

  it('survives JSON unchanged', () => {
    const report = hostileReport();
    expect(JSON.parse(renderJson(report))).toEqual(JSON.parse(JSON.stringify(report)));
  });
});

describe('a target that breaks everything', () => {
  it.each(['fail', 'inconclusive'] as const)('does not fill the page with %s', (verdict) => {
    const markdown = renderMarkdown(brokenReport(verdict));
    expect(markdown.split('\n').length).toBeLessThan(130);
    expect(markdown).toMatch(/and 3\d\d more/);
    const text = renderTerminal(brokenReport(verdict), WAY);
    expect(text.split('\n').length).toBeLessThan(120);
    expect(text).toContain('and 390 more, in the report');
  });
});
