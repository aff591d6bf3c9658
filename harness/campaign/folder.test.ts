import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { pruneEvidence } from './folder.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'agent-conformance-folder-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const NOW = Date.UTC(2026, 10, 21);

function evidenceAged(name: string, days: number): string {
  const evidence = join(dir, name, 'evidence');
  mkdirSync(evidence, { recursive: true });
  writeFileSync(join(dir, name, 'report.json'), '{}');
  if (!name.startsWith('somebody')) writeFileSync(join(dir, name, 'plan.json'), '{}');
  const then = new Date(NOW - days * 86_400_000);
  utimesSync(evidence, then, then);
  return evidence;
}

describe('evidence', () => {
  it('is removed when it is too old, and the report stays', () => {
    const old = evidenceAged('20261001-000000-abc123', 31);
    const young = evidenceAged('20261101-000000-abc123', 29);
    const foreign = evidenceAged('somebody-elses', 400);
    pruneEvidence(dir, NOW, 30);
    expect([old, young, foreign].map((path) => existsSync(path))).toEqual([false, true, true]);
    expect(existsSync(join(dir, '20261001-000000-abc123', 'report.json'))).toBe(true);
  });

  it('is no matter in a folder that is not there', () => {
    expect(() => pruneEvidence(join(dir, 'nowhere'), NOW, 30)).not.toThrow();
  });
});
