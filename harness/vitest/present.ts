import { AssertionError } from 'node:assert';
import type { Presented } from './presented.ts';

/** What the runner lets a test say about itself. */
export interface TestVoice {
  readonly skip: (reason: string) => void;
  readonly annotate: (message: string, type: string) => unknown;
}

/**
 * Shows a verdict as a test result: a MUST that fails is a failed assertion, one that is undecided or an
 * error of ours breaks the test, a SHOULD that fails is a warning, what was not selected is skipped.
 */
export function present(presented: Presented | undefined, voice: TestVoice): void {
  if (presented === undefined) {
    voice.skip('nothing was driven');
    return;
  }
  const { level, verdict, text } = presented;
  if (verdict === undefined) voice.skip(text);
  else if (verdict === 'error') throw new Error(`error of the harness, or nobody looked\n${text}`);
  else if (level === 'MUST' && verdict === 'inconclusive') throw new Error(`inconclusive\n${text}`);
  else if (level === 'MUST' && verdict === 'fail') throw new AssertionError({ message: text });
  else if (verdict !== 'pass') voice.annotate(`${level} ${verdict}\n${text}`, 'warning');
}
