import { expect, it } from 'vitest';
import { assembleReport } from '../harness/report/assemble.ts';
import type { CampaignReport } from '../harness/report/model.ts';
import { greenCampaign, redCampaign } from '../harness/report/sample-campaign.ts';
import { renderJson } from './json.ts';
import { renderMarkdown } from './markdown.ts';
import { brokenReport, hostileReport } from './test-support/reports.ts';

it('tells a red campaign in at most 60 lines', () => {
  const markdown = renderMarkdown(assembleReport(redCampaign()));
  expect(markdown).toMatchInlineSnapshot(`
    "# staging.example.com breaks 2 of 4 selected MUST requirements: LC-3, LC-9.

    **FAIL** (exit code 1: at least one selected requirement is breached). 5 of 7 requirements selected: 1 pass, 3 fail, 1 inconclusive, 0 error.
    Target \`https://staging.example.com\` (staging, profile default). Campaign \`c-20260105\`, seed 7, 2 trials, 9 agent runs, 2026-01-05T10:00:01.000Z to 2026-01-05T10:04:09.000Z. Driven in 248 s, 1.13 times its critical path. agent-conformance 0.1.0.

    ## Why
    - LC-3 (MUST) fails: The target MUST keep LC-3.
    - LC-9 (MUST) fails: The target MUST keep LC-9.

    ## Unexpected failures
    ### LC-3 MUST LC-3 is kept
    - expected \`no event after the terminal one\`
    - actual \`2 late events, first: message\` (and 1 more finding)
    - clause 4.3; evidence \`two-tenants-1  entries 41, 42, 44\`; reproduce with \`npx agent-conformance run lifecycle/lc-3 --seed 7 --target https://staging.example.com\`
    \`\`\`text
    41  8.12 s  <- ada ws.frame "type":"agent_completed" "seq":9
    42  8.12 s  <- ada ws.frame "type":"agent_thinking" "seq":10
    \`\`\`
    ### LC-9 MUST LC-9 is kept
    - expected \`seq counts from 1\`
    - actual \`seq 0\`
    - clause 4.3; evidence \`two-tenants-1  entries 41, 42, 44\`; reproduce with \`npx agent-conformance run lifecycle/lc-9 --seed 7 --target https://staging.example.com\`
    ### LC-15 SHOULD LC-15 is kept
    - expected \`a usage of tokens\`
    - actual \`none\`
    - clause 4.3; evidence \`two-tenants-1  entries 41, 42, 44\`; reproduce with \`npx agent-conformance run lifecycle/lc-15 --seed 7 --target https://staging.example.com\`

    ## Inconclusive
    - LC-4 MUST LC-4 is kept; seen \`the stream was broken before\`; to decide: \`mend LC-3, which hides it, then drive again\`

    ## Latency
    | of | n | failed | median | p95 | 90 % interval of p95 | max | cold | own error | limit for 95 of 100 |
    |---|---:|---:|---:|---:|---|---:|---:|---:|---|
    | ping | 80 | 0 | 12.3 ms | 12.3 ms | 11.0 ms to 14.0 ms | 20.0 ms |  | 1.40 ms |  |
    | completion | 9 | 0 | 8.42 s | 11.8 s | at least 8.50 s | 12.1 s |  | 1.40 ms |  |

    ## Connectivity
    - host \`staging.example.com\`, version \`1.4.2\`
    - ping: median 12.3 ms, max 20.0 ms (n=80); its clock minus ours: -30.0 ms to 45.0 ms (n=12)
    - dials: \`header\` greeted (n=4), \`bad token: garbage\` refused with 401 (n=1)
    - not verified: That tokens of these kinds are refused: none, wrong-signature, alg-none, expired, wrong-issuer (no selected scenario dials with them). Other ways to the target: it was dialled from one machine, through the proxies that its environment names.

    ## Not selected
    - CN-6: needs mint-tokens: no signing key is configured
    - LC-30: internal state, not visible from outside

    <details><summary>1 check passed</summary>

    - lifecycle: LC-1 MUST LC-1 is kept
    </details>

    ## What this campaign did not prove
    - 1 requirement undecided (LC-4); to decide: mend LC-3, which hides it, then drive again.
    - p95 of completion rests on n=9 runs: no upper bound at 95 %.
    - 1 requirement not judged (CN-6): needs mint-tokens: no signing key is configured.
    - 1 requirement verified by no check (LC-30): internal state, not visible from outside.
    - Behaviour under load: no trial put the target under load.
    - Recovery from faults: no trial disturbed the target.
    - Rare faults: one that strikes less than 28.4 % of runs can stay unseen in 9 completed runs (95 %).
    - Other times, places and loads: one campaign saw the target from one machine from 2026-01-05T10:00:01.000Z to 2026-01-05T10:04:09.000Z.
    "
  `);
  expect(markdown.trimEnd().split('\n').length).toBeLessThanOrEqual(60);
});

it('tells a green campaign', () => {
  expect(renderMarkdown(assembleReport(greenCampaign()))).toMatchInlineSnapshot(`
    "# staging.example.com conforms: all 2 selected MUST requirements hold.

    **PASS** (exit code 0: every selected requirement holds, with evidence). 2 of 2 requirements selected: 2 pass, 0 fail, 0 inconclusive, 0 error.
    Target \`https://staging.example.com\` (staging, profile default). Campaign \`c-20260105\`, seed 7, 2 trials, 9 agent runs, 2026-01-05T10:00:01.000Z to 2026-01-05T10:04:09.000Z. Driven in 248 s, 1.13 times its critical path. agent-conformance 0.1.0.

    ## Latency
    | of | n | failed | median | p95 | 90 % interval of p95 | max | cold | own error | limit for 95 of 100 |
    |---|---:|---:|---:|---:|---|---:|---:|---:|---|
    | ping | 80 | 0 | 12.3 ms | 12.3 ms | 11.0 ms to 14.0 ms | 20.0 ms |  | 1.40 ms |  |
    | completion | 9 | 0 | 8.42 s | 11.8 s | at least 8.50 s | 12.1 s |  | 1.40 ms |  |

    ## Connectivity
    - host \`staging.example.com\`, version \`1.4.2\`
    - ping: median 12.3 ms, max 20.0 ms (n=80); its clock minus ours: -30.0 ms to 45.0 ms (n=12)
    - dials: \`header\` greeted (n=4), \`bad token: garbage\` refused with 401 (n=1)
    - not verified: That tokens of these kinds are refused: none, wrong-signature, alg-none, expired, wrong-issuer (no selected scenario dials with them). Other ways to the target: it was dialled from one machine, through the proxies that its environment names.

    <details><summary>2 checks passed</summary>

    - lifecycle: LC-1 MUST LC-1 is kept; LC-3 MUST LC-3 is kept
    </details>

    ## What this campaign did not prove
    - p95 of completion rests on n=9 runs: no upper bound at 95 %.
    - Behaviour under load: no trial put the target under load.
    - Recovery from faults: no trial disturbed the target.
    - Rare faults: one that strikes less than 28.4 % of runs can stay unseen in 9 completed runs (95 %).
    - Other times, places and loads: one campaign saw the target from one machine from 2026-01-05T10:00:01.000Z to 2026-01-05T10:04:09.000Z.
    "
  `);
});

it('tells why a campaign was stopped, and lists no errors of its own making', () => {
  const report = assembleReport({
    plan: greenCampaign().plan,
    excerpts: new Map(),
    gate: { exitCode: 5, because: [] },
    stopped: { code: 'TARGET_UNREACHABLE', message: 'target did not answer' },
  });
  expect(renderMarkdown(report)).toMatchInlineSnapshot(`
    "# staging.example.com could not be judged: target did not answer \\[TARGET\\_UNREACHABLE\\].

    **NOT_READY** (exit code 4: the target was not ready, nothing was judged). 2 of 2 requirements selected: 0 pass, 0 fail, 0 inconclusive, 2 error.
    Target \`https://staging.example.com\` (staging, profile default). Campaign \`c-20260105\`, seed 7, 2 trials, 0 agent runs. agent-conformance 0.1.0.

    ## Why
    - target did not answer (TARGET_UNREACHABLE)

    ## Connectivity
    - host \`staging.example.com\`, version not told
    - not verified: Anything about the socket: no dial was made.

    ## What this campaign did not prove
    - Anything: the campaign was stopped before it could be judged.
    "
  `);
});

it('gives the same bytes for the same document, whatever the order of its members', () => {
  const report = assembleReport(redCampaign());
  const shuffled = Object.fromEntries(Object.entries(report).reverse()) as typeof report;
  expect(renderJson(shuffled)).toBe(renderJson(report));
  expect(renderMarkdown(shuffled)).toBe(renderMarkdown(report));
  expect(renderJson(report).endsWith('}\n')).toBe(true);
});

/** As much of everything as there can be: failures, errors, open questions, tables, limits, reasons, suites. */
function everything(): CampaignReport {
  const report = brokenReport('fail');
  const verdicts = ['fail', 'inconclusive', 'error', 'pass'] as const;
  const excerpt = Array.from({ length: 12 }, (_, seq) => ({
    trial: 't-1',
    seq,
    at: seq,
    text: `<- frame ${seq}`,
  }));
  const checks = report.checks.map((check, index) => {
    const verdict = verdicts[index % 4] ?? 'fail';
    return { ...check, verdict, excerpt, findings: check.findings.map((one) => ({ ...one, verdict })) };
  });
  const requirements = report.requirements.map((one, index) => {
    const suite = `suite-${index % 11}`;
    return index < 300 ? { ...one, suite } : { ...one, suite, selected: false, reason: `reason ${index}` };
  });
  const cells = Array.from({ length: 64 }, (_, index) => ({
    row: `row ${index % 8}`,
    column: `column ${Math.floor(index / 8)}`,
    aspect: 'runs',
    looked: 1,
    found: 0,
  }));
  const table = { id: 't', title: 'Who sees whom', rows: 'who', columns: 'whose', cells, notLooked: [] };
  const measures = report.measures.flatMap((one) => [
    one,
    ...Array.from({ length: 40 }, (_, index) => ({ ...one, of: `agent ${index}` })),
  ]);
  const claims = measures.map(({ measure, of }) => ({
    ...{
      check: 'lifecycle/lc-1',
      requirement: 'LC-1',
      measure,
      of,
      limitMs: 1,
      answer: 'undecided' as const,
    },
    ...{ n: 1, good: 1, spoilt: 0, failed: 0 },
  }));
  const notProven = Array.from({ length: 60 }, (_, index) => `Thing ${index}.`);
  return { ...report, checks, requirements, tables: [table, table, table], measures, claims, notProven };
}

it.each([
  ['of everything', everything()],
  ['of failures', brokenReport('fail')],
  ['of open questions', brokenReport('inconclusive')],
  ['of a hostile target', hostileReport()],
])('has at most 60 lines, whole in themselves, %s', (_name, report) => {
  const lines = renderMarkdown(report).trimEnd().split('\n');
  expect(lines.length).toBeLessThanOrEqual(60);
  expect(lines.filter((line) => line.startsWith('```')).length % 2).toBe(0);
  const details = lines.filter((line) => /^<\/?details>/.test(line));
  expect(details.length % 2).toBe(0);
  // What follows a table without an empty line would be a row of it.
  for (const [index, line] of lines.entries())
    if (line.startsWith('|')) expect(lines[index + 1] ?? '').toMatch(/^(\||$)/);
  expect(lines).toContain('## What this campaign did not prove');
});
