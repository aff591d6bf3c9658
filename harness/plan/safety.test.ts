import { describe, expect, it } from 'vitest';
import { defineCheck } from '../core/check.ts';
import { HarnessError } from '../core/errors.ts';
import { defineScenario } from '../core/scenario.ts';
import type { Suite } from '../core/suite.ts';
import type { Plan } from './plan.ts';
import { refuseUnsafe } from './safety.ts';

const play = async (): Promise<void> => undefined;
const reads = defineScenario({ id: 'reads', purpose: '', safety: 'read-only', play });
const runs = defineScenario({ id: 'runs', purpose: '', play });
const breaks = defineScenario({ id: 'breaks', purpose: '', interference: 'disruptive', play });

const check = (id: string, requirement: string, ...scenarios: string[]) =>
  defineCheck<unknown>({ id, requirement, title: '', scenarios, judge: () => [] });
const suite: Suite<unknown> = {
  id: 'suite',
  title: '',
  requirements: [],
  scenarios: [reads, runs, breaks],
  checks: [check('a', 'R-1', 'reads'), check('b', 'R-2', 'reads', 'runs'), check('c', 'R-3', 'breaks')],
};

function refusal(environment: string, ...scenarios: string[]): string | undefined {
  const plan = {
    target: { url: 'https://target.example', environment },
    trials: scenarios.map((scenario) => ({ scenario })),
    checks: ['a', 'b', 'c'].map((id) => ({ id, selected: true })),
  };
  try {
    refuseUnsafe(plan as unknown as Plan, [suite]);
    return undefined;
  } catch (error) {
    if (!(error instanceof HarnessError)) throw error;
    expect(error.code).toBe('CONFIG_INVALID');
    return `${error.message} | ${error.hint}`;
  }
}

describe('what a target bears', () => {
  it('one for tests bears everything', () => {
    expect(refusal('staging', 'reads', 'runs', 'breaks')).toBeUndefined();
  });

  it.each(['production', 'unmarked'])('one that is %s is read', (environment) => {
    expect(refusal(environment, 'reads')).toBeUndefined();
    expect(refusal(environment, 'reads', 'runs')).toContain(
      'more than reading was asked for: runs (own-data)',
    );
    expect(refusal(environment, 'reads', 'breaks')).toContain('breaks (disruptive)');
  });

  it('says how to mark it, and what can be asked of it as it is', () => {
    expect(refusal('unmarked', 'reads', 'runs')).toMatch(
      /not marked as a deployment for tests.*TARGET_ENVIRONMENT=staging, or "environment": "staging" in its profile; what only reads: run R-1$/,
    );
  });

  it('does not say how to call production something else', () => {
    expect(refusal('prod-eu', 'runs')).toMatch(
      /is marked as production \("prod-eu"\).*\| what only reads: run R-1$/,
    );
  });

  it('takes a scenario that nobody knows for one that writes', () => {
    expect(refusal('production', 'gone')).toContain('gone (unknown)');
  });
});
