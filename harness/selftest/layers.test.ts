import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { complaintsOf, judgeLayers, type Layering, rulesOf } from './layers.ts';

const ROOT = join(import.meta.dirname, '../..');
const rules = await rulesOf(ROOT);
const COPIED = [
  'harness',
  'suites',
  'scenarios',
  'reports',
  'reference',
  'bench',
  'tsconfig.json',
  'package.json',
];

/** For each rule a file that breaks it, and what it imports. */
const PLANTED: readonly (readonly [rule: string, file: string, imports: string])[] = [
  ['evidence-imports', 'harness/evidence/planted.ts', '../core/verdict.ts'],
  ['core-imports', 'harness/core/planted.ts', '../judge/views.ts'],
  ['protocol-imports', 'harness/protocol/planted.ts', '../driver/gate.ts'],
  ['stats-imports', 'harness/stats/planted.ts', '../core/verdict.ts'],
  ['config-imports', 'harness/config/planted.ts', '../plan/plan.ts'],
  ['plan-imports', 'harness/plan/planted.ts', '../config/load.ts'],
  ['driver-imports', 'harness/driver/planted.ts', '../judge/views.ts'],
  ['judge-imports', 'harness/judge/planted.ts', '../config/target.ts'],
  ['report-imports', 'harness/report/planted.ts', '../driver/play.ts'],
  ['compare-imports', 'harness/compare/planted.ts', '../driver/play.ts'],
  ['history-imports', 'harness/history/planted.ts', '../judge/views.ts'],
  ['campaign-imports', 'harness/campaign/planted.ts', '../../suites/catalogue.ts'],
  ['cli-imports', 'harness/cli/planted.ts', '../vitest/titles.ts'],
  ['command-line-is-the-top', 'harness/campaign/planted-up.ts', '../cli/output.ts'],
  ['vitest-imports', 'harness/vitest/planted.ts', '../../scenarios/chat-runs.ts'],
  ['only-suites-meet-the-runner', 'suites/lifecycle/planted-runner.ts', '../../harness/vitest/titles.ts'],
  ['reports-imports', 'reports/planted.ts', '../harness/judge/views.ts'],
  ['suites-imports', 'suites/lifecycle/planted.ts', '../../harness/driver/gate.ts'],
  ['suite-bindings-imports', 'suites/lifecycle/planted.suite.ts', '../../harness/judge/views.ts'],
  ['scenarios-imports', 'scenarios/planted.ts', '../harness/driver/gate.ts'],
  ['reference-imports', 'reference/planted.ts', '../harness/core/verdict.ts'],
  ['reference-stands-alone', 'harness/campaign/planted-reference.ts', '../../reference/clock.ts'],
  ['nobody-imports-selftest-or-bench', 'harness/cli/planted-selftest.ts', '../selftest/layers.ts'],
  ['doors-are-for-others', 'suites/lifecycle/planted-door.ts', '../../harness/doors/core.ts'],
  ['doors-imports', 'harness/doors/planted.ts', '../driver/gate.ts'],
  ['network-libraries', 'harness/campaign/planted-undici.ts', 'undici'],
  ['store-and-server-libraries', 'harness/campaign/planted-hono.ts', 'hono'],
  ['command-line-libraries', 'harness/campaign/planted-commander.ts', 'commander'],
  ['runner-libraries', 'harness/campaign/planted-vitest.ts', 'vitest'],
  ['generating-library', 'suites/lifecycle/planted-generator.ts', 'fast-check'],
  ['tracer-stands-alone', 'reference/sdk/planted.ts', '../clock.ts'],
  ['pure-layers', 'harness/judge/planted-disk.ts', 'node:fs'],
  ['no-test-code-in-production', 'harness/config/planted-test.ts', './test-support/loading.ts'],
  ['resolvable', 'harness/config/planted-nowhere.ts', './nowhere.ts'],
  ['declared-libraries', 'harness/cli/planted-undeclared.ts', 'typescript'],
];

const IMPURE = [
  'export const now = (): number => Date.now();',
  'export const dice = (): number => Math.random();',
  'export const today = (): Date => new Date();',
  'export const later = (): unknown => setTimeout(() => undefined, 1);',
  "import { randomUUID } from 'node:crypto';",
  '// Date.now() in a comment, and "Math.random()" in a text, harm nobody.',
  'export const text = "setTimeout(1)"; export const then = new Date(0);',
];

describe('layers', () => {
  test('every arrow and every pure layer of this tree is as drawn', async () => {
    const layering = await judgeLayers(ROOT);
    expect(complaintsOf(layering)).toEqual([]);
    expect(layering.seen).toBeGreaterThan(200);
  });

  test('a file that was not cruised is a complaint, and so is an empty cruise', () => {
    const nothing: Layering = { unseen: ['harness/a.ts'], seen: 0, broken: [], impure: [] };
    expect(complaintsOf(nothing)).toHaveLength(2);
  });

  test('each rule carries the sentence that a developer reads', () => {
    for (const { name, comment } of rules) expect(comment, name).toMatch(/^[A-Z].{20,}\.$/);
  });
});

describe('a planted breach', () => {
  let root: string;
  let layering: Layering;

  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'layers-'));
    for (const name of [...COPIED.filter((one) => existsSync(join(ROOT, one))), '.dependency-cruiser.mjs'])
      cpSync(join(ROOT, name), join(root, name), { recursive: true, force: true });
    symlinkSync(join(ROOT, 'node_modules'), join(root, 'node_modules'));
    for (const [, file, imports] of PLANTED)
      plant(file, `import type * as planted from '${imports}';\nexport type P = typeof planted;\n`);
    plant(
      'harness/plan/planted-circle-a.ts',
      "import { b } from './planted-circle-b.ts';\nexport const a = (): unknown => b;\n",
    );
    plant(
      'harness/plan/planted-circle-b.ts',
      "import { a } from './planted-circle-a.ts';\nexport const b = (): unknown => a;\n",
    );
    plant('suites/lifecycle/planted-impure.ts', IMPURE.join('\n'));
    layering = await judgeLayers(root);
  });

  afterAll(() => rmSync(root, { recursive: true, force: true }));

  const plant = (file: string, text: string): void => {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
  };

  test.each(PLANTED)('%s is seen in %s', (rule, file) => {
    const reason = rules.find(({ name }) => name === rule)?.comment;
    expect(reason).toBeDefined();
    expect(layering.broken.filter((line) => line.startsWith(`${rule}: ${file}`))).toEqual([
      expect.stringContaining(reason ?? ''),
    ]);
  });

  test('a circle is seen', () => {
    expect(layering.broken.some((line) => line.startsWith('no-cycles: harness/plan/planted-circle-'))).toBe(
      true,
    );
  });

  test('every rule is planted', () => {
    expect([...new Set([...PLANTED.map(([rule]) => rule), 'no-cycles'])].sort()).toEqual(
      rules.map(({ name }) => name).sort(),
    );
  });

  test('clock, dice and timers are seen in a pure layer, and their names in texts are not', () => {
    const place = 'suites/lifecycle/planted-impure.ts';
    expect(layering.impure).toEqual([
      `${place}:1 Date.now`,
      `${place}:2 Math.random`,
      `${place}:3 new Date()`,
      `${place}:4 setTimeout`,
      `${place}:5 randomUUID`,
    ]);
  });
});
