import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ARTEFACT_NAMES, ARTEFACTS, readArtefacts, USUAL_ARTEFACTS } from '../core/artefacts.ts';
import { sendTrace } from '../driver/send-trace.ts';
import { assembleReport } from '../report/assemble.ts';
import { redCampaign } from '../report/sample-campaign.ts';
import { writeReports } from './output.ts';
import { tellPipeline } from './pipeline.ts';

const report = assembleReport(redCampaign());
let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'output-'));
  mkdirSync(join(dir, 'evidence'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

describe('the artefacts of a campaign', () => {
  it('are the usual ones where nothing else is asked for, for their owner alone', async () => {
    const written = await writeReports(report, dir);
    expect(written).toEqual(USUAL_ARTEFACTS.map((name) => ARTEFACTS[name].file));
    expect(readdirSync(dir).sort()).toEqual([...written, 'evidence'].sort());
    for (const file of written) expect(statSync(join(dir, file)).mode & 0o077, file).toBe(0);
  });

  it('are the same bytes when they are written again', async () => {
    await writeReports(report, dir, { reporters: ARTEFACT_NAMES, traces: undefined });
    const bytes = (): readonly string[] =>
      (readdirSync(dir, { recursive: true }) as string[])
        .filter((name) => statSync(join(dir, name)).isFile())
        .map((name) => `${name} ${readFileSync(join(dir, name), 'utf8')}`);
    const before = bytes();
    writeFileSync(join(dir, 'allure-results', 'of-an-earlier-result.json'), '{}');
    await writeReports(report, dir, { reporters: ARTEFACT_NAMES, traces: undefined });
    expect(bytes()).toEqual(before);
  });

  it('that cannot be written are left out, and the others are not', async () => {
    mkdirSync(join(dir, 'junit.xml'));
    writeFileSync(join(dir, 'junit.xml', 'in-the-way'), '');
    const written = await writeReports(report, dir, {
      reporters: ['json', 'junit', 'badge'],
      traces: undefined,
    });
    expect(written).toEqual(['report.json', 'badge.json']);
  });

  it.each([
    ['junit', ['json', 'junit']],
    [' har , junit,junit,', ['json', 'junit', 'har']],
    ['usual,allure', [...USUAL_ARTEFACTS, 'allure']],
    ['junit,xunit', { unknown: 'xunit' }],
  ])('are read from the list %s', (list, names) => {
    expect(readArtefacts(list)).toEqual(names);
  });
});

describe('what a pipeline is told', () => {
  it('is appended to the files that it names', () => {
    const [summary, output] = [join(dir, 'summary'), join(dir, 'outputs')];
    writeFileSync(summary, 'before\n');
    tellPipeline(report, { GITHUB_STEP_SUMMARY: summary, GITHUB_OUTPUT: output });
    expect(readFileSync(summary, 'utf8')).toMatch(/^before\n# staging\.example\.com breaks 2 of 4/);
    expect(readFileSync(output, 'utf8')).toBe('verdict=FAIL\nexit=1\n');
  });

  it('is nothing where nothing is named, and no failure where a file cannot be written', () => {
    tellPipeline(report, { GITHUB_OUTPUT: '' });
    tellPipeline(report, { GITHUB_OUTPUT: join(dir, 'no', 'such', 'folder') });
    expect(readdirSync(dir)).toEqual(['evidence']);
  });
});

describe('the trace', () => {
  let server: Server;
  const heard: { url?: string | undefined; key?: unknown; body: string }[] = [];

  beforeEach(async () => {
    heard.length = 0;
    server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk) => {
        body += chunk;
      });
      request.on('end', () => {
        heard.push({ url: request.url, key: request.headers['x-api-key'], body });
        response.writeHead(request.url === '/v1/traces' ? 200 : 404).end('{}');
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterEach(() => new Promise<unknown>((resolve) => server.close(resolve)));

  const urlOf = (path: string): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;

  it('is sent as it is written', async () => {
    const traces = { url: urlOf('/v1/traces'), headers: { 'x-api-key': 'k' } };
    await writeReports(report, dir, { reporters: ['otlp'], traces });
    expect(heard).toEqual([
      { url: '/v1/traces', key: 'k', body: readFileSync(join(dir, 'otlp.json'), 'utf8') },
    ]);
  });

  it.each([
    ['it answered 404', () => urlOf('/other')],
    ['it could not be reached (ECONNREFUSED)', () => 'http://127.0.0.1:1/v1/traces'],
    ['it could not be reached (ERR_INVALID_URL)', () => 'localhost/v1/traces'],
  ])('that is not taken is told: %s', async (why, url) => {
    expect(await sendTrace({ url: url(), headers: {} }, '{}')).toBe(why);
  });
});
