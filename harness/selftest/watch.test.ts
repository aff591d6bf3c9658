/** What is told of a campaign while it is still being driven. */
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EmbeddedServer, startEmbeddedServer } from '../../reference/store/embedded.ts';
import { catalogue } from '../../suites/catalogue.ts';
import { loadPlan } from '../campaign/folder.ts';
import { judgeSoFar } from '../campaign/judge-so-far.ts';
import { campaignAt } from './campaigns.ts';
import { startCommand } from './command.ts';

let folder: string;
let server: EmbeddedServer;
/** A campaign of which a part of the transcripts is there, as in the middle of the driving. */
let going: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'agent-conformance-watch-'));
  server = await startEmbeddedServer();
  const { dir } = await campaignAt(await server.createDatabase(), folder, {
    defects: ['D-STARTED-NOT-FIRST'],
    selectors: ['connectivity', 'lifecycle'],
  });
  going = join(folder, 'going');
  cpSync(dir, going, { recursive: true });
  rmSync(join(going, 'report.json'));
  for (const name of readdirSync(join(going, 'evidence')))
    if (/outage|cancel|bracket-2/.test(name)) rmSync(join(going, 'evidence', name));
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe('a campaign that is still being driven', () => {
  it('is judged as far as its trials are over, and never concluded', () => {
    const report = judgeSoFar(going, catalogue);
    const planned = loadPlan(going).trials.length;
    const over = readdirSync(join(going, 'evidence')).length;
    expect(over).toBeLessThan(planned);
    expect(report.conclusion).toContain(`is still being driven: ${over} of ${planned} trials are over`);
    expect(report.conclusion).toContain('LC-2');
    expect(report.exitCode).toBe(3);
    expect(report.totals.error).toBe(0);
    const waiting = report.requirements.filter(({ reason }) => reason === 'not driven yet');
    expect(waiting.map(({ id }) => id)).toContain('LC-19');
    expect(waiting.every(({ verdict }) => verdict === undefined)).toBe(true);
  });

  it('is served on this machine, to be asked for again', async () => {
    const { child, ended, said } = startCommand(['watch', going], {});
    let heard = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      heard += chunk.toString('utf8');
    });
    await said(/watch it at http/);
    const response = await fetch(/http:\S+/.exec(heard)?.[0] ?? 'http://nowhere.invalid');
    expect(response.headers.get('refresh')).toBe('5');
    expect(await response.text()).toContain('is still being driven');
    child.kill('SIGTERM');
    expect((await ended).code).toBe(0);
  });
});
