import { describe, expect, it } from 'vitest';
import { assembleReport } from '../harness/report/assemble.ts';
import type { CampaignReport } from '../harness/report/model.ts';
import { plainText } from '../harness/report/plain-text.ts';
import {
  redCampaign,
  sampleFinding,
  sampleJudgement,
  samplePlan,
  sampleRequirement,
  sampleVerdict,
} from '../harness/report/sample-campaign.ts';
import { renderJson } from './json.ts';
import { renderMarkdown } from './markdown.ts';
import { block, code, prose } from './markdown-text.ts';
import { renderTerminal } from './terminal.ts';

const ESC = String.fromCharCode(27);
const RLO = String.fromCharCode(0x202e);
const SEPARATOR = String.fromCharCode(0x2028);
const HOSTILE = `a|b \`c\` \`\`\` <img src=x> [x](http://evil.example) @team www.evil.example ${ESC}[2J\r\n# h ${RLO}${SEPARATOR}z`;
const WAY = { colour: false, unicode: true, path: 'results/c/report.json' };

function hostileReport(): CampaignReport {
  const input = redCampaign();
  const finding = sampleFinding('fail', {
    expected: HOSTILE,
    actual: HOSTILE,
    refs: [{ trial: HOSTILE, entries: [1] }],
  });
  const judgement = sampleJudgement([
    sampleVerdict('LC-3', [finding]),
    sampleVerdict('LC-4', [{ ...finding, verdict: 'inconclusive' }]),
    sampleVerdict('LC-9', [{ ...finding, verdict: 'error' }]),
  ]);
  const auth = [{ label: HOSTILE, answer: HOSTILE, n: 1 }];
  const connectivity = { ...judgement.facts.connectivity, versions: [HOSTILE], auth };
  const excerpts = new Map([['lifecycle/lc-3', [{ trial: 't', seq: 1, at: 1, text: HOSTILE }]]]);
  return assembleReport({
    ...input,
    excerpts,
    judgement: { ...judgement, facts: { ...judgement.facts, connectivity } },
  });
}

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
  const ids = Array.from({ length: 400 }, (_, index) => `LC-${index + 1}`);
  const many = (verdict: 'fail' | 'inconclusive'): CampaignReport =>
    assembleReport({
      plan: samplePlan(ids.map((id) => sampleRequirement(id))),
      judgement: sampleJudgement(
        ids.map((id) =>
          sampleVerdict(
            id,
            Array.from({ length: 10 }, () => sampleFinding(verdict)),
          ),
        ),
      ),
      excerpts: new Map(),
      gate: { exitCode: 1, because: ids },
    });

  it.each(['fail', 'inconclusive'] as const)('does not fill the page with %s', (verdict) => {
    const markdown = renderMarkdown(many(verdict));
    expect(markdown.split('\n').length).toBeLessThan(130);
    expect(markdown).toMatch(/and 3\d\d more/);
    const text = renderTerminal(many(verdict), WAY);
    expect(text.split('\n').length).toBeLessThan(120);
    expect(text).toContain('and 390 more, in the report');
  });
});
