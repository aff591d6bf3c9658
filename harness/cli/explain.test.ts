import { describe, expect, it } from 'vitest';
import { catalogue } from '../../suites/catalogue.ts';
import { HarnessError } from '../core/errors.ts';
import { everyWord, explain } from './explain.ts';

describe('explain', () => {
  it('tells of a requirement what it says, who verifies it and what proves that', () => {
    const text = explain('lc-2').join('\n');
    expect(text).toMatch(/^LC-2 MUST {2}The first event/);
    expect(text).toContain('docs/protocol.md');
    expect(text).toContain('lifecycle/starts-first: ');
    expect(text).toContain('single-analysis: ');
    expect(text).toContain('D-STARTED-NOT-FIRST');
  });

  it('tells of a check what it verifies', () => {
    expect(explain('lifecycle/starts-first').join('\n')).toMatch(/verifies +LC-2 MUST/);
  });

  it('tells of a defect what it breaks', () => {
    expect(explain('D-STARTED-NOT-FIRST').join('\n')).toMatch(/breaks +LC-2/);
  });

  it.each([
    ['3', 'VERDICT=INCONCLUSIVE'],
    ['TARGET_UNREACHABLE', 'exit code 4'],
    ['no-transcript', 'no evidence'],
  ])('tells of the code %s', (code, words) => {
    expect(explain(code).join('\n')).toContain(words);
  });

  it('can explain every word that it suggests', () => {
    const words = everyWord();
    expect(words.length).toBeGreaterThan(2 * catalogue.flatMap(({ requirements }) => requirements).length);
    for (const word of words) expect(explain(word)[0], word).toContain(word);
  });

  it('suggests what was meant', () => {
    expect(() => explain('lifecycle/start-first')).toThrow(HarnessError);
    try {
      explain('lifecycle/start-first');
    } catch (cause) {
      expect((cause as HarnessError).hint).toBe('did you mean "lifecycle/starts-first"?');
    }
  });
});
