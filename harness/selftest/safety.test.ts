import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Deployment, startDeployment } from '../../reference/deployment.ts';
import { type EmbeddedServer, startEmbeddedServer } from '../../reference/store/embedded.ts';
import { runCommandLine } from './command.ts';

let server: EmbeddedServer;
let deployment: Deployment;
const results = mkdtempSync(join(tmpdir(), 'safety-'));

beforeAll(async () => {
  server = await startEmbeddedServer();
  deployment = await startDeployment({ storeUrl: await server.createDatabase(), port: 0 });
});
afterAll(async () => {
  await deployment.stop();
  await server.stop();
  rmSync(results, { recursive: true, force: true });
});

const run = (environment: string | undefined, ...selectors: string[]) =>
  runCommandLine(['run', ...selectors], {
    ...(environment === undefined ? {} : { TARGET_ENVIRONMENT: environment }),
    TARGET_URL: deployment.url,
    TARGET_JWT_SECRET: deployment.jwtSecret,
    TARGET_JWT_ISSUER: deployment.issuer,
    TARGET_USERS: deployment.tokens.map(({ tenant, user }) => `${tenant}/${user}`).join(','),
    HARNESS_RESULTS_DIR: results,
  });

describe('a deployment that others depend on', () => {
  it.each(['production', undefined])('is not written to: %s', async (environment) => {
    const { code, stderr } = await run(environment, 'LC-1');
    expect(code).toBe(2);
    expect(stderr).toContain('single-analysis (own-data)');
    if (environment === undefined) expect(stderr).toContain('TARGET_ENVIRONMENT=staging');
  });

  it('is read', async () => {
    const { code, stdout } = await run('production', 'CN-1', 'CN-2', 'CN-5');
    expect([code, stdout]).toEqual([0, expect.stringContaining('VERDICT=PASS')]);
  });
});
