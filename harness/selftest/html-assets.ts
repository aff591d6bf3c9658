/**
 * The script and the style of the HTML report, bundled into a module: `npm run html` writes it, and a test sees to it
 * that it is the one of the sources. A renderer reads no files, so what it embeds has to be code.
 */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const sourceAt = (path: string): string =>
  fileURLToPath(new URL(`../../reports/html/${path}`, import.meta.url));

/** Where the module belongs. */
export const ASSETS = sourceAt('assets.ts');

/** The text of the module, from the sources as they are. */
export async function htmlAssets(): Promise<string> {
  const [script, style] = [await bundle('client/main.ts'), await bundle('client/style.css')];
  return [
    '/** Written by `npm run html` from reports/html/client; not by hand. */',
    `export const SCRIPT = ${literal(script)};`,
    `export const STYLE = ${literal(style)};`,
    '',
  ].join('\n');
}

async function bundle(path: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [sourceAt(path)],
    bundle: true,
    minify: true,
    write: false,
    format: 'iife',
    target: 'esnext',
    charset: 'ascii',
    logLevel: 'silent',
  });
  return outputFiles[0]?.text.trim() ?? '';
}

const literal = (text: string): string => JSON.stringify(text);

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(ASSETS, await htmlAssets());
