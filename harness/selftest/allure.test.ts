/** What we write for Allure, as Allure's own report shows it in a real browser. */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { allureResults } from '../../reports/allure.ts';
import { assembleReport } from '../report/assemble.ts';
import { redCampaign } from '../report/sample-campaign.ts';
import { findBrowser, NO_BROWSER, openBrowser } from './browser.ts';

const CONFIG = `export default {
  output: './report',
  plugins: { awesome: { options: { singleFile: true, reportLanguage: 'en' } } },
};
`;

const require = createRequire(import.meta.url);
const allure = join(dirname(require.resolve('allure')), '../cli.js');
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'allure-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('the failed checks are shown by name, with what was seen', async (context) => {
  const path = findBrowser();
  if (path === undefined) context.skip(NO_BROWSER);
  mkdirSync(join(folder, 'allure-results'));
  for (const { name, text } of allureResults(assembleReport(redCampaign())))
    writeFileSync(join(folder, 'allure-results', name), text);
  writeFileSync(join(folder, 'allurerc.mjs'), CONFIG);
  await promisify(execFile)(process.execPath, [allure, 'generate', 'allure-results'], { cwd: folder });

  const browser = await openBrowser(path ?? '');
  try {
    const page = await browser.newPage();
    await page.goto(pathToFileURL(join(folder, 'report', 'index.html')).href);
    const failed = page.getByText('LC-3 LC-3 is kept').first();
    await failed.waitFor({ timeout: 60_000 });
    for (const name of ['LC-9 LC-9 is kept', 'LC-4 LC-4 is kept'])
      expect(await page.getByText(name).count()).toBeGreaterThan(0);
    await failed.click();
    await page.getByText('2 late events, first: message').first().waitFor({ timeout: 60_000 });
  } finally {
    await browser.close();
  }
});
