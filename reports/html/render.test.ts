import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { assembleReport } from '../../harness/report/assemble.ts';
import { reportSchema } from '../../harness/report/model.ts';
import { greenCampaign, redCampaign } from '../../harness/report/sample-campaign.ts';
import { SCRIPT, STYLE } from './assets.ts';
import { renderHtml } from './render.tsx';
import { hostileReport } from './test-support/hostile-report.ts';
import { sampleHistory } from './test-support/sample-history.ts';

const count = (text: string, pattern: RegExp): number => [...text.matchAll(pattern)].length;
/** Elements with the names of their attributes, as a browser takes them apart. */
const markupOf = (html: string): readonly { element: string; attributes: readonly string[] }[] =>
  [...html.matchAll(/<([a-z][\w-]*)((?:\s+[\w:-]+(?:="[^"]*")?)*)\s*\/?>/g)].map(
    ([, element = '', rest = '']) => ({
      element,
      attributes: [...rest.matchAll(/\s([\w:-]+)(?:="[^"]*")?/g)].map(([, name = '']) => name),
    }),
  );
const hash = (text: string): string => createHash('sha256').update(text).digest('base64');

describe('the page', () => {
  const red = renderHtml(assembleReport(redCampaign()));

  it('is the same for the same report', () => {
    expect(renderHtml(assembleReport(redCampaign()))).toBe(red);
  });

  it('says first what came out, what to look at and what was not proven', () => {
    const [, first = ''] = red.split('<main>');
    const order = [
      'breaks 2 of 4 selected MUST',
      'Look at first',
      'check=lifecycle/lc-3',
      'Not proven',
      'Findings',
    ];
    expect(order.map((words) => first.indexOf(words))).toEqual(
      [...order.map((words) => first.indexOf(words))].sort((a, b) => a - b),
    );
    expect(first.indexOf('breaks 2 of 4')).toBeGreaterThan(0);
  });

  it('has one place for every check, and no link that leads nowhere', () => {
    const places = [...red.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(places).size).toBe(places.length);
    const { checks } = assembleReport(redCampaign());
    expect(places).toEqual(expect.arrayContaining(checks.map(({ id }) => `check=${id}`)));
    const links = [...red.matchAll(/ href="#([^"]+)"/g)].map(([, to]) => to);
    expect(links.filter((to) => !places.includes(to))).toEqual([]);
  });

  it('admits its own script and style, by what they are, and nothing else', () => {
    expect(red).toContain(`script-src &#39;sha256-${hash(SCRIPT)}&#39;`.replaceAll('&#39;', "'"));
    expect(red).toContain(`style-src 'sha256-${hash(STYLE)}'`);
    expect(red).toContain("default-src 'none'");
    expect(count(red, /<script/g)).toBe(1);
    expect(count(red, /<style/g)).toBe(1);
    expect(red).toContain(`<script>${SCRIPT}</script>`);
    expect(`${SCRIPT}${STYLE}`).not.toMatch(/<\/(script|style)|<!--/i);
    expect(red).not.toMatch(/ style="| on[a-z]+="| src=|https?:\/\/(?!staging\.example\.com)/);
  });

  it('tells what earlier campaigns say, and what is new', () => {
    const html = renderHtml(assembleReport(redCampaign()), sampleHistory());
    expect(html).toContain('30 campaigns from 2026-01-01 03:00 to 2026-01-30 03:00');
    expect(html).toContain('median from 802 ms to 1.40 s since c-20');
    expect(html).toContain('no trend shown');
    expect(count(html, /<figure class="trend"/g)).toBe(3);
    expect(html).toContain('href="#requirement=LC-3"');
    expect(html).toContain('failed 1 of 30, so 5 % to fail again (4 % to 6 %)');
    const alone = { ...sampleHistory(), campaigns: sampleHistory().campaigns.slice(0, 1) };
    expect(renderHtml(assembleReport(redCampaign()), alone)).not.toContain('id="trend"');
  });

  it('leaves out what there is nothing to say of', () => {
    const green = renderHtml(assembleReport(greenCampaign()));
    expect(green).toContain('Every check that was judged passed.');
    expect(green).not.toMatch(/id="(runs|isolation|trend)"/);
  });
});

describe('a hostile target', () => {
  it('gets no markup into the page', () => {
    const html = renderHtml(hostileReport());
    const page = html.replace(SCRIPT, '').replace(STYLE, '');
    const markup = markupOf(page);
    // Whatever looks like an element was taken apart as one.
    expect(count(page, /<[a-z!?/]/gi) - count(page, /<\//g) - 1).toBe(markup.length);
    expect(markup.filter(({ attributes }) => attributes.some((name) => name.startsWith('on')))).toEqual([]);
    const once = ['html', 'head', 'body', 'script', 'style', 'link', 'form'];
    for (const name of once) expect(markup.filter(({ element }) => element === name)).toHaveLength(1);
    expect(markup.filter(({ element }) => element === 'meta')).toHaveLength(5);
    expect(markup.filter(({ element }) => /^(img|iframe|base|object|embed)$/.test(element))).toEqual([]);
    expect([...html.matchAll(/ href="([^"]*)"/g)].filter(([, to]) => !/^(#|data:,$)/.test(to ?? ''))).toEqual(
      [],
    );
    expect(/[^\P{C}\n]/u.test(html)).toBe(false);
  });

  it('cannot make it long', () => {
    const startedAt = performance.now();
    const html = renderHtml(hostileReport(true));
    expect(html.length).toBeLessThan(200_000);
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });
});

describe.each(['green', 'red'])('the sample %s', (name) => {
  it('is what its report looks like; `vitest -u` writes it again', async () => {
    const stored = readFileSync(new URL(`../samples/${name}.report.json`, import.meta.url), 'utf8');
    const html = renderHtml(reportSchema.parse(JSON.parse(stored)));
    await expect(html).toMatchFileSnapshot(
      new URL(`../../docs/samples/${name}.html`, import.meta.url).pathname,
    );
  });
});
