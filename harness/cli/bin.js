#!/usr/bin/env node
// `npx agent-conformance` is the same command in a checkout, where the sources are, and in an installed package, where
// what was built from them is.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const HARNESS_ERROR = 5;
const source = new URL('./main.ts', import.meta.url);
try {
  if (existsSync(source)) {
    const { register } = await import('tsx/esm/api');
    // Whatever folder it is called from.
    register({ tsconfig: fileURLToPath(new URL('../../tsconfig.json', import.meta.url)) });
    await import(source.href);
  } else {
    await import(new URL('../../dist/harness/cli/main.js', import.meta.url).href);
  }
} catch (cause) {
  // Not even loaded: whatever is wrong here, it is no breach of the target's.
  process.stderr.write(`agent-conformance could not be started: ${cause}\n`);
  process.exitCode = HARNESS_ERROR;
}
