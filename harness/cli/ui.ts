import { spawn } from 'node:child_process';

/**
 * Serves the report of the campaign while it is driven, from a process of its own: judging would be in the way of
 * measuring.
 * @returns what ends it
 */
export function startUi(dir: string): () => void {
  const [, program = ''] = process.argv;
  const child = spawn(process.execPath, [...process.execArgv, program, 'watch', dir], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  // Without it the campaign goes on as well.
  child.once('error', () => undefined);
  return () => void child.kill();
}
