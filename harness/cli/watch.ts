import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { catalogue } from '../../suites/catalogue.ts';
import { loadPlan } from '../campaign/folder.ts';
import { judgeSoFar } from '../campaign/judge-so-far.ts';
import { HarnessError } from '../core/errors.ts';
import { EXIT } from '../core/exit-code.ts';
import type { CampaignReport } from '../report/model.ts';
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

/** Serves one page until the process is told to end. */
async function serveReport(dir: string, port: number): Promise<void> {
  // Whoever does not watch need not load it.
  const { renderHtml } = await import('../../reports/html/render.tsx');
  const server = createServer((_request, response) => {
    const { body, headers } = pageOf(dir, renderHtml);
    response.writeHead(200, headers).end(body);
  });
  return new Promise((resolve, reject) => {
    server.once('error', (cause) => {
      const hint = 'name another --port';
      reject(
        new HarnessError('CONFIG_INVALID', `port ${port} cannot be listened on: ${cause.message}`, { hint }),
      );
    });
    server.listen(port, '127.0.0.1', () => {
      const { port: taken } = server.address() as AddressInfo;
      process.stderr.write(`watch it at http://127.0.0.1:${taken}/\n`);
    });
    for (const signal of ['SIGINT', 'SIGTERM'] as const)
      process.once(signal, () => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
  });
}

/** The final report once there is one; until then what can be judged so far, asked for again by the browser. */
function pageOf(
  dir: string,
  render: (report: CampaignReport) => string,
): { readonly body: string; readonly headers: Readonly<Record<string, string>> } {
  const final = join(dir, 'report.html');
  if (existsSync(final)) return { body: readFileSync(final, 'utf8'), headers: HTML };
  return {
    body: render(judgeSoFar(dir, catalogue)),
    headers: { ...HTML, refresh: String(EVERY_SECONDS) },
  };
}
