import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRedactor, type Redactor } from '../evidence/redaction.ts';
import { refuseSecrets } from './secret-scan.ts';

const SECRET = 'a-very-secret-token';
let dir: string;
let redactor: Redactor;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'agent-conformance-scan-'));
  mkdirSync(join(dir, 'evidence'));
  redactor = createRedactor();
  redactor.learn('token-1', SECRET);
  write('report.json', '{"nothing": "here"}');
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function write(name: string, text: string): void {
  mkdirSync(join(dir, name, '..'), { recursive: true });
  writeFileSync(join(dir, name), text);
}

const FORMS: Readonly<Record<string, string>> = {
  raw: SECRET,
  base64: Buffer.from(`x${SECRET}y`).toString('base64'),
  hex: Buffer.from(SECRET).toString('hex'),
};

describe('the scan for secrets', () => {
  it('leaves nothing of its own behind where there is no secret', () => {
    refuseSecrets(dir, redactor, 'a seal');
    expect(readdirSync(dir).sort()).toEqual(['evidence', 'report.json']);
    expect(readdirSync(join(dir, 'evidence'))).toEqual([]);
  });

  it.each(Object.entries(FORMS))('moves away what holds one, %s, wherever it lies', (form, text) => {
    for (const name of ['report.md', 'evidence/report.md', 'allure-results/deep/er.json'])
      write(name, `see ${text}`);
    expect(() => refuseSecrets(dir, redactor, 'a seal')).toThrow(
      new RegExp(`3 files: .*report\\.md: ⟦secret token-1 ${form}⟧`),
    );
    const kept = readdirSync(join(dir, 'quarantine')).sort();
    expect(kept).toEqual(['allure-results__deep__er.json', 'evidence__report.md', 'report.md']);
    expect(statSync(join(dir, 'quarantine')).mode & 0o077).toBe(0);
    expect(existsSync(join(dir, 'report.json'))).toBe(true);
  });

  it('says so where it does not see what was planted for it', () => {
    const blind = { ...redactor, find: () => [] };
    expect(() => refuseSecrets(dir, blind, 'a seal')).toThrow(/did not find the one that was planted/);
  });
});
