import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EmbeddedServer, startEmbeddedServer } from '../../../reference/store/embedded.ts';
import { EXIT } from '../../core/exit-code.ts';
import { campaignAt } from '../campaigns.ts';
import { type Recording, readRecording } from './recording.ts';

/** What is selected for transcripts that are changed: whatever carries frames; and what is asked over HTTP. */
export const RECORDED = {
  chat: ['connectivity', 'lifecycle', 'multi-agent'],
  http: ['agents-api', 'X-1', 'X-2'],
} as const;

/** A good recording is wanted, not a figure: a machine that is busy with other things may take its time. */
const PATIENT = {
  TARGET_FIRST_EVENT_MS: '10s',
  TARGET_FIRST_TOOL_MS: '15s',
  TARGET_COMPLETION_MS: '40s',
  TARGET_OPTIMISATION_MS: '40s',
  TARGET_MULTI_AGENT_MS: '45s',
  TARGET_SILENCE_MS: '10s',
  TARGET_CANCEL_MS: '10s',
  TARGET_HTTP_MS: '10s',
  TARGET_HEALTH_MS: '10s',
} as const;

/** What is not red can be trusted, since only differences count; of a machine that stands still another one is made. */
const ATTEMPTS = 3;

async function recordGood(
  server: EmbeddedServer,
  results: string,
  selectors: readonly string[],
): Promise<Recording> {
  for (let attempt = 1; ; attempt += 1) {
    const { dir, report } = await campaignAt(await server.createDatabase(), results, {
      selectors,
      env: PATIENT,
    });
    if (report.exitCode === EXIT.conforms || report.exitCode === EXIT.inconclusive) return readRecording(dir);
    const open = report.checks.filter(({ verdict }) => verdict !== 'pass').map(({ id }) => id);
    if (attempt === ATTEMPTS)
      throw new Error(`no good recording in ${ATTEMPTS} campaigns: ${open.join(', ')} did not pass`);
  }
}

/** Drives each selection once against a clean reference, and keeps the transcripts in memory. */
export async function record(...selections: readonly (readonly string[])[]): Promise<readonly Recording[]> {
  const server = await startEmbeddedServer();
  const results = mkdtempSync(join(tmpdir(), 'agent-conformance-mutation-'));
  try {
    const recordings: Recording[] = [];
    for (const selectors of selections) recordings.push(await recordGood(server, results, selectors));
    return recordings;
  } finally {
    await server.stop();
    rmSync(results, { recursive: true, force: true });
  }
}
