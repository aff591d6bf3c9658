import { stripVTControlCharacters } from 'node:util';
import { expect, it } from 'vitest';
import { assembleReport } from '../harness/report/assemble.ts';
import { greenCampaign, redCampaign } from '../harness/report/sample-campaign.ts';
import { renderTerminal } from './terminal.ts';

const WAY = { colour: false, unicode: true, path: 'results/c-20260105' };

it('tells a red campaign', () => {
  expect(renderTerminal(assembleReport(redCampaign()), WAY)).toMatchInlineSnapshot(`
    "LC-4 MUST  LC-4 is kept                                                           ? INCONCLUSIVE
      actual    the stream was broken before
      evidence  two-tenants-1  entries 41, 42, 44
      decide    mend LC-3, which hides it, then drive again

    LC-3 MUST  LC-3 is kept                                                                   ✗ FAIL
      expected  no event after the terminal one
      actual    2 late events, first: message
                and 1 more finding
      evidence  two-tenants-1  entries 41, 42, 44
                41  8.12 s  <- ada ws.frame "type":"agent_completed" "seq":9
                42  8.12 s  <- ada ws.frame "type":"agent_thinking" "seq":10
      clause    4.3
      repeat    npx agent-conformance run lifecycle/lc-3 --seed 7 --target https://staging.example.com

    LC-9 MUST  LC-9 is kept                                                                   ✗ FAIL
      expected  seq counts from 1
      actual    seq 0
      evidence  two-tenants-1  entries 41, 42, 44
      clause    4.3
      repeat    npx agent-conformance run lifecycle/lc-9 --seed 7 --target https://staging.example.com

    LC-15 SHOULD  LC-15 is kept                                                               ✗ FAIL
      expected  a usage of tokens
      actual    none
      evidence  two-tenants-1  entries 41, 42, 44
      clause    4.3
      repeat    npx agent-conformance run lifecycle/lc-15 --seed 7 --target https://staging.example.com

    staging.example.com breaks 2 of 4 selected MUST requirements: LC-3, LC-9.

    5 of 7 requirements selected: 1 pass, 3 fail, 1 inconclusive, 0 error; 2 trials, 9 of 9 agent runs completed
    exit code 1: at least one selected requirement is breached
    VERDICT=FAIL must_failed=2 should_failed=1 inconclusive=1 error=0 selected=5/7 exit=1 report=results/c-20260105
    "
  `);
});

it('tells a green campaign', () => {
  expect(renderTerminal(assembleReport(greenCampaign()), { ...WAY, unicode: false })).toMatchInlineSnapshot(`
    "staging.example.com conforms: all 2 selected MUST requirements hold.

    2 of 2 requirements selected: 2 pass, 0 fail, 0 inconclusive, 0 error; 2 trials, 9 of 9 agent runs completed
    exit code 0: every selected requirement holds, with evidence
    VERDICT=PASS must_failed=0 should_failed=0 inconclusive=0 error=0 selected=2/2 exit=0 report=results/c-20260105
    "
  `);
});

it('says the same without colour, and nothing but ASCII where that is all there is', () => {
  const report = assembleReport(redCampaign());
  const coloured = renderTerminal(report, { ...WAY, colour: true });
  expect(coloured).not.toBe(stripVTControlCharacters(coloured));
  expect(stripVTControlCharacters(coloured)).toBe(renderTerminal(report, WAY));
  expect(renderTerminal(report, { ...WAY, unicode: false })).toMatch(/^[\n -~]*$/);
});

it.each([
  [undefined, 'FAIL', 1],
  [130, 'INTERRUPTED', 130],
  [143, 'INTERRUPTED', 143],
] as const)('ends in the line that a pipeline greps (%s)', (interrupted, word, exit) => {
  const text = renderTerminal(assembleReport({ ...redCampaign(), interrupted }), WAY);
  expect(text.trimEnd().split('\n').at(-1)).toBe(
    `VERDICT=${word} must_failed=2 should_failed=1 inconclusive=1 error=0 selected=5/7 exit=${exit} report=results/c-20260105`,
  );
});
