/**
 * Who may import whom, and what the pure layers may touch: `npm run layers`, and the test beside it.
 *
 * The rules of imports are in .dependency-cruiser.mjs. A cruise that sees nothing finds nothing, so the modules
 * it saw are counted against the files that are there: with a compiler it cannot drive, dependency-cruiser sees
 * no TypeScript at all and reports that all is well.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { cruise, type ICruiseResult } from 'dependency-cruiser';
import extractConfig from 'dependency-cruiser/config-utl/extract-depcruise-config';
import extractTsConfig from 'dependency-cruiser/config-utl/extract-ts-config';
import ts from 'typescript';

/** The folders of the project that hold code. */
const ROOTS = ['harness', 'suites', 'scenarios', 'reports', 'reference', 'bench'] as const;

/** Layers that must give the same answer for ever. */
const PURE =
  /^(harness\/(evidence\/(?!file-sink\.ts$)|core\/|protocol\/|stats\/|plan\/|judge\/|report\/)|reports\/|suites\/|scenarios\/)/;
const NOT_JUDGED = /(\.test\.ts|\.suite\.ts|\/test-support\/.*)$/;

const IMPURE_NAMES = new Set([
  ...['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'performance', 'process', 'fetch'],
  ...['WebSocket', 'EventSource', 'randomUUID', 'randomBytes', 'randomInt', 'getRandomValues', 'globalThis'],
]);
const IMPURE_MEMBERS = new Set(['Date.now', 'Math.random', 'AbortSignal.timeout']);

export interface Layering {
  /** Files that are in the tree and were not cruised. */
  readonly unseen: readonly string[];
  readonly seen: number;
  /** `rule: from → to`, with the reason of the rule. */
  readonly broken: readonly string[];
  /** `file:line name`, for each clock, dice, timer or door to the outside in a pure layer. */
  readonly impure: readonly string[];
}

/** A rule, and the sentence for who breaks it. */
export interface Rule {
  readonly name: string;
  readonly comment: string;
}

/** Judges the tree under `root`. */
export async function judgeLayers(root: string): Promise<Layering> {
  const files = typeScriptFiles(root);
  const result = await cruiseTree(root);
  const reasons = new Map((await rulesOf(root)).map(({ name, comment }) => [name, comment]));
  const seen = new Set(result.modules.map(({ source }) => source));
  return {
    unseen: files.filter((file) => !seen.has(file)),
    seen: files.filter((file) => seen.has(file)).length,
    broken: result.summary.violations.map(
      ({ rule, from, to }) => `${rule.name}: ${from} → ${to}\n  ${reasons.get(rule.name) ?? ''}`,
    ),
    impure: files
      .filter((file) => PURE.test(file) && !NOT_JUDGED.test(file))
      .flatMap((file) => impuritiesOf(root, file)),
  };
}

/** What is wrong, in words; empty when nothing is. */
export function complaintsOf({ unseen, seen, broken, impure }: Layering): readonly string[] {
  return [
    ...(seen === 0 ? ['no module was cruised: nothing is known of the layers'] : []),
    ...(unseen.length === 0 ? [] : [`${unseen.length} files were not cruised: ${unseen.join(', ')}`]),
    ...broken,
    ...impure.map((place) => `pure-layers: ${place}\n  Take clock and randomness as an argument.`),
  ];
}

/** The rules of imports as declared in the tree, each with its reason. */
export async function rulesOf(root: string): Promise<readonly Rule[]> {
  const { forbidden = [] } = await extractConfig(join(root, '.dependency-cruiser.mjs'));
  return forbidden.map(({ name = '', comment = '' }) => ({ name, comment }));
}

async function cruiseTree(root: string): Promise<ICruiseResult> {
  const config = await extractConfig(join(root, '.dependency-cruiser.mjs'));
  const { enhancedResolveOptions = {}, tsConfig: _, ...options } = config.options ?? {};
  const present = ROOTS.filter((name) => readdirSync(root).includes(name));
  const { output } = await cruise(
    present,
    { ...options, baseDir: root, validate: true, ruleSet: { forbidden: config.forbidden ?? [] } },
    enhancedResolveOptions,
    { tsConfig: extractTsConfig(join(root, 'tsconfig.json')) },
  );
  if (typeof output === 'string') throw new TypeError(`dependency-cruiser answered with text: ${output}`);
  return output;
}

function typeScriptFiles(root: string): readonly string[] {
  return ROOTS.filter((name) => readdirSync(root).includes(name))
    .flatMap((name) => readdirSync(join(root, name), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort();
}

function impuritiesOf(root: string, file: string): readonly string[] {
  const source = ts.createSourceFile(
    file,
    readFileSync(join(root, file), 'utf8'),
    ts.ScriptTarget.ES2023,
    true,
  );
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    const name = impureName(node);
    if (name !== undefined) {
      const { line } = source.getLineAndCharacterOfPosition(node.getStart());
      found.push(`${file}:${line + 1} ${name}`);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function impureName(node: ts.Node): string | undefined {
  if (ts.isPropertyAccessExpression(node)) {
    const text = node.getText();
    return IMPURE_MEMBERS.has(text) ? text : undefined;
  }
  if (ts.isNewExpression(node) && node.expression.getText() === 'Date' && (node.arguments?.length ?? 0) === 0)
    return 'new Date()';
  return ts.isIdentifier(node) && IMPURE_NAMES.has(node.text) && isReference(node) ? node.text : undefined;
}

/** Whether the name stands for the thing, rather than naming a property, a parameter or a member. */
function isReference(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node;
  if (ts.isCallExpression(parent) || ts.isNewExpression(parent)) return true;
  if (ts.isImportSpecifier(parent)) return true;
  return ts.isVariableDeclaration(parent) && parent.initializer === node;
}

/** The command behind `npm run layers`: tells what is wrong and says how much was looked at. */
async function main(): Promise<void> {
  const layering = await judgeLayers(process.cwd());
  const complaints = complaintsOf(layering);
  for (const complaint of complaints) process.stderr.write(`${complaint}\n\n`);
  process.stdout.write(`${layering.seen} modules, ${complaints.length} complaints\n`);
  if (complaints.length > 0) process.exitCode = 1;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main();
