import { closeSync, openSync, writeSync } from 'node:fs';
import type { LineSink } from './recorder.ts';

/** A new file that only its owner may read; refuses to write over an existing one. */
export function fileSink(path: string): LineSink {
  const descriptor = openSync(path, 'wx', 0o600);
  return {
    write: (text) => {
      writeSync(descriptor, text);
    },
    close: () => closeSync(descriptor),
  };
}
