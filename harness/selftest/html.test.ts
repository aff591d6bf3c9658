/** The HTML report in a real browser: from the disk, by its keyboard, on paper, on a narrow screen, from a hostile target. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import { renderHtml } from '../../reports/html/render.tsx';
import { hostileReport } from '../../reports/html/test-support/hostile-report.ts';
import { sampleHistory } from '../../reports/html/test-support/sample-history.ts';
import { assembleReport } from '../report/assemble.ts';
import { redCampaign } from '../report/sample-campaign.ts';
import { findBrowser, NO_BROWSER, openBrowser } from './browser.ts';
import { ASSETS, htmlAssets } from './html-assets.ts';

const SHOTS = fileURLToPath(new URL('../../results/html/', import.meta.url));
const sample = (name: string): string => new URL(`../../docs/samples/${name}.html`, import.meta.url).href;

it('the script and the style are those of their sources; `npm run html` writes them again', async () => {
  expect(readFileSync(ASSETS, 'utf8')).toBe(await htmlAssets());
});

interface Visit {
  readonly page: Page;
  /** Errors, and requests for anything but the page; there should be none. */
  readonly trouble: readonly string[];
}

interface Way {
  readonly width?: number;
  readonly colorScheme?: 'light' | 'dark';
  readonly javaScriptEnabled?: boolean;
}

describe('in a browser', () => {
  const path = findBrowser();
  let browser: Browser | undefined;
  let folder: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'html-report-'));
    mkdirSync(SHOTS, { recursive: true });
    if (path !== undefined) browser = await openBrowser(path);
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function visit(context: TestContext, url: string, way: Way = {}): Promise<Visit> {
    if (browser === undefined) context.skip(NO_BROWSER);
    const { width = 1280, ...options } = way;
    const own = await browser.newContext({ viewport: { width, height: 900 }, ...options });
    context.onTestFinished(() => own.close());
    const page = await own.newPage();
    const trouble: string[] = [];
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) trouble.push(message.text());
    });
    page.on('pageerror', ({ message }) => trouble.push(message));
    page.on('dialog', (dialog) => {
      trouble.push(dialog.message());
      void dialog.dismiss();
    });
    const [document] = url.split('#');
    page.on('request', (request) => {
      if (request.url().split('#')[0] !== document && request.url() !== 'data:,') trouble.push(request.url());
    });
    await page.goto(url);
    if (way.javaScriptEnabled !== false)
      await page.waitForSelector('html[data-ready]', { state: 'attached' });
    return { page, trouble };
  }

  const overflow = (page: Page): Promise<unknown> =>
    page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');

  /** Rows and cards are alike: some of each tell as much as all, in a tenth of the time. */
  const FEWER = `
    document.querySelectorAll('tr:nth-child(n+6), .card:nth-of-type(n+5), .step:nth-child(n+7)').forEach((one) => one.remove());
    document.querySelectorAll('details').forEach((one) => { one.open = true; });
  `;

  const seriousOf = async (page: Page): Promise<readonly string[]> => {
    await page.evaluate(FEWER);
    const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 160)}`));
  };

  describe.each(['green', 'red'])('the sample %s', (name) => {
    it.for([
      ['light', 1280],
      ['dark', 1280],
      ['light', 360],
      ['dark', 360],
    ] as const)('opens from the disk, %s, %i wide, for everybody', async ([colorScheme, width], context) => {
      const { page, trouble } = await visit(context, sample(name), { colorScheme, width });
      expect(await overflow(page)).toBe(0);
      await page.screenshot({ path: join(SHOTS, `${name}-${colorScheme}-${width}.png`) });
      await page.screenshot({
        path: join(SHOTS, `${name}-${colorScheme}-${width}-whole.png`),
        fullPage: true,
      });
      await page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })");
      expect(await overflow(page)).toBe(0);
      // What is there is the same on every width, and the colours are not.
      if (width > 360) expect(await seriousOf(page)).toEqual([]);
      expect(trouble).toEqual([]);
    });

    it('can be printed', async (context) => {
      const { page, trouble } = await visit(context, sample(name));
      const pdf = await page.pdf({ path: join(SHOTS, `${name}.pdf`), format: 'A4' });
      expect(pdf.subarray(0, 5).toString('latin1')).toBe('%PDF-');
      expect(pdf.length).toBeGreaterThan(20_000);
      expect(trouble).toEqual([]);
    });
  });

  it('leads from the conclusion to a failure, and shows it', async (context) => {
    const { page, trouble } = await visit(context, sample('red'));
    const link = page.locator('.first a').nth(1);
    const fragment = (await link.getAttribute('href')) ?? '';
    const card = page.locator(`[id="${fragment.slice(1)}"]`);
    expect(await card.getAttribute('open')).toBeNull();
    await link.click();
    await card.locator('dt:text("expected")').first().waitFor({ state: 'visible' });
    await card.locator('.reproduce code').waitFor({ state: 'visible' });
    expect(await page.evaluate('document.activeElement.closest("details").id')).toBe(fragment.slice(1));
    expect(trouble).toEqual([]);
  });

  it('draws the place in the transcript, with what is meant', async (context) => {
    const { page } = await visit(context, sample('red'));
    const figure = page.locator('.sequence').first();
    await figure.scrollIntoViewIfNeeded();
    expect(await figure.locator('.meant').count()).toBeGreaterThan(0);
    await figure.screenshot({ path: join(SHOTS, 'red-sequence.png') });
    expect(await page.locator('.waterfall tbody tr').count()).toBeGreaterThan(2);
    expect(await page.locator('.heat td:is(.heat-1, .heat-2, .heat-3)').count()).toBeGreaterThan(0);
    expect(await page.locator('.figures .bars').count()).toBeGreaterThan(2);
  });

  it('opens what an address names, a check that passed too', async (context) => {
    const { page } = await visit(context, sample('red'));
    const passed = await page.locator('.checks span[id^="check="]').last().getAttribute('id');
    const second = await visit(context, `${sample('red')}#${passed}`);
    expect(await second.page.evaluate('document.activeElement.id')).toBe(passed);
    const failed = await page.locator('details.card.fail').last().getAttribute('id');
    const third = await visit(context, `${sample('red')}#${encodeURIComponent(failed ?? '')}`);
    expect(await third.page.locator(`[id="${failed}"]`).getAttribute('open')).not.toBeNull();
  });

  it('narrows by word, suite and verdict, by the keyboard alone', async (context) => {
    const { page } = await visit(context, sample('red'));
    const visible = (): Promise<number> => page.locator('[data-verdict]:visible').count();
    const before = await visible();
    await page.keyboard.press('/');
    await page.keyboard.type('cancel');
    const narrowed = await visible();
    expect(narrowed).toBeGreaterThan(0);
    expect(narrowed).toBeLessThan(before);
    expect(await page.locator('.tools output').textContent()).toMatch(/^\d+ of \d+ shown$/);
    await page.getByRole('button', { name: 'clear' }).press('Enter');
    expect(await visible()).toBe(before);
    await page.getByRole('checkbox', { name: 'fail' }).press('Space');
    expect(await page.locator('[data-verdict]:visible:not([data-verdict="fail"])').count()).toBe(0);
  });

  it('can be dark where the system is light, and stays so', async (context) => {
    const { page } = await visit(context, sample('green'));
    const paper = (): Promise<unknown> => page.evaluate('getComputedStyle(document.body).backgroundColor');
    const light = await paper();
    await page.getByRole('button', { name: /light and dark/ }).click();
    const dark = await paper();
    expect(dark).not.toBe(light);
    await page.reload();
    expect(await paper()).toBe(dark);
  });

  it('is all there without its script', async (context) => {
    const { page, trouble } = await visit(context, sample('red'), { javaScriptEnabled: false });
    expect(await page.locator('h1').textContent()).toContain('breaks');
    await page.locator('details.card').nth(1).locator('summary').first().click();
    await page.locator('details.card').nth(1).locator('.reproduce').waitFor({ state: 'visible' });
    expect(await page.locator('.tools').isVisible()).toBe(false);
    expect(trouble).toEqual([]);
  });

  it('shows how measures moved', async (context) => {
    const file = join(folder, 'trend.html');
    writeFileSync(file, renderHtml(assembleReport(redCampaign()), sampleHistory()));
    const { page, trouble } = await visit(context, pathToFileURL(file).href);
    await page.locator('#trend').screenshot({ path: join(SHOTS, 'trend.png') });
    await page.setViewportSize({ width: 360, height: 900 });
    expect(await overflow(page)).toBe(0);
    expect(await seriousOf(page)).toEqual([]);
    expect(trouble).toEqual([]);
  });

  it('is unharmed by a hostile target', async (context) => {
    const file = join(folder, 'hostile.html');
    writeFileSync(file, renderHtml(hostileReport()));
    const { page, trouble } = await visit(context, pathToFileURL(file).href, { width: 360 });
    await page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })");
    for (const box of await page.locator('bdi:visible').all()) await box.dispatchEvent('mouseover');
    expect(await page.evaluate('window.hurt')).toBeUndefined();
    expect(await page.evaluate('document.querySelectorAll("img, iframe, base, object").length')).toBe(0);
    expect(await overflow(page)).toBe(0);
    expect(page.url()).toBe(pathToFileURL(file).href);
    expect(trouble).toEqual([]);
    await page.screenshot({ path: join(SHOTS, 'hostile.png') });
  });
});
