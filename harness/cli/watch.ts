import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { renderHtml } from '../../reports/html/render.tsx';
import { catalogue } from '../../suites/catalogue.ts';
import { loadPlan } from '../campaign/folder.ts';
import { judgeSoFar } from '../campaign/judge-so-far.ts';
import { EXIT } from '../core/exit-code.ts';
import type { Register } from './command.ts';
import { wholeNumber } from './values.ts';

/** How often the page asks again. Judging takes a second or more of one processor, that of another process. */
const EVERY_SECONDS = 5;
const HTML = { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' } as const;

/** Adds `watch`. */
export const registerWatch: Register = (root, finish) => {
  root
    .command('watch')
    .description('serve the report of a campaign on this machine while it is driven')
    .argument('<dir>', 'folder of the campaign')
    .option('--port <n>', 'port on 127.0.0.1; any free one without it', wholeNumber(1, 65_535))
    .action(async (dir: string, { port = 0 }: { port?: number }) => {
      loadPlan(dir);
      await serveReport(dir, port);
      finish(EXIT.conforms);
    });
};

/** Serves until the process is told to end. */
function serveReport(dir: string, port: number): Promise<void> {
  const app = new Hono();
  app.get('/', (context) => {
    const final = join(dir, 'report.html');
    if (existsSync(final)) return context.body(readFileSync(final, 'utf8'), 200, HTML);
    const page = renderHtml(judgeSoFar(dir, catalogue));
    return context.body(page, 200, { ...HTML, refresh: String(EVERY_SECONDS) });
  });
  return new Promise((resolve) => {
    const server = serve({ fetch: app.fetch, hostname: '127.0.0.1', port }, (info) => {
      process.stderr.write(`watch it at http://127.0.0.1:${info.port}/\n`);
    });
    for (const signal of ['SIGINT', 'SIGTERM'] as const)
      process.once(signal, () => {
        server.close();
        resolve();
      });
  });
}
