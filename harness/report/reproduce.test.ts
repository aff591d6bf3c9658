import { expect, it } from 'vitest';
import type { Plan } from '../plan/plan.ts';
import { reproduceCommand } from './reproduce.ts';

const command = (target: Partial<Plan['target']>): string =>
  reproduceCommand(
    { seed: 7, target: { environment: 'staging', ...target } as Plan['target'] },
    'area/check',
  );

it('names what was aimed at, so that it can be run elsewhere', () => {
  expect(command({ url: 'https://staging.example.com/api', profileFrom: "profiles/it's.json" })).toBe(
    "npx agent-conformance run area/check --seed 7 --target https://staging.example.com/api --profile 'profiles/it'\\''s.json'",
  );
  expect(command({ environment: 'reference', url: 'http://127.0.0.1:1' })).toBe(
    'npx agent-conformance run area/check --seed 7',
  );
});
