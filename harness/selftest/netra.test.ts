import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startDeployment } from '../../reference/deployment.ts';
import { type EmbeddedServer, startEmbeddedServer } from '../../reference/store/embedded.ts';
import type { Wire } from '../../reference/wire/netra.ts';
import { runCommandLine } from './command.ts';

let server: EmbeddedServer;
const results = mkdtempSync(join(tmpdir(), 'netra-'));

beforeAll(async () => {
  server = await startEmbeddedServer();
});
afterAll(async () => {
  await server.stop();
  rmSync(results, { recursive: true, force: true });
});

const CAPABILITIES = { cancellation: true, fixtures: true, 'agents-api': true, 'run-stream': true };

/** The lifecycle suite against the reference in these words. */
async function lifecycle(wire: Wire, vocabulary: object, capabilities: object = CAPABILITIES) {
  const storeUrl = await server.createDatabase();
  const deployment = await startDeployment({ storeUrl, port: 0, thinkingMs: 120, wire });
  const profile = join(results, `${wire}.json`);
  writeFileSync(
    profile,
    JSON.stringify({ extends: 'netra', environment: 'reference', capabilities, vocabulary }),
  );
  try {
    return await runCommandLine(['run', 'lifecycle', '--profile', profile], {
      TARGET_URL: deployment.url,
      TARGET_JWT_SECRET: deployment.jwtSecret,
      TARGET_JWT_ISSUER: deployment.issuer,
      TARGET_USERS: deployment.tokens.map(({ tenant, user }) => `${tenant}/${user}`).join(','),
      HARNESS_RESULTS_DIR: join(results, wire),
    });
  } finally {
    await deployment.stop();
  }
}

describe('the lifecycle suite in the words of netra', () => {
  it('conforms with flat events', async () => {
    const { code, stdout } = await lifecycle('netra-flat', { spellings: ['envelope:system_message'] });
    expect([code, stdout]).toEqual([0, expect.stringMatching(/VERDICT=PASS .*should_failed=0/)]);
  });

  it('conforms after a handshake, with the token as a sub-protocol; what is not declared is told as drift', async () => {
    const vocabulary = { handshake: true, token: 'staging-auth', spellings: ['time:iso'] };
    const { code, stdout } = await lifecycle('netra-wrapped', vocabulary);
    expect([code, stdout]).toEqual([0, expect.stringMatching(/VERDICT=PASS .*should_failed=1/)]);
    expect(stdout).toContain('envelope:system_message');
  });
});
