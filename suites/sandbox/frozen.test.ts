import { describe, expect, it } from 'vitest';
import { sandbox } from './suite.ts';

/** The sandbox counts by endpoint; SHOULD beside a MUST has a letter. */
const COUNTS = [9, 6, 4, 9, 4, 8, 3, 4, 4, 1];
const idsOf = COUNTS.flatMap((count, area) =>
  Array.from({ length: count }, (_, index) => `SB-${area + 1}.${index + 1}`),
);

it('has the requirements of the protocol, all of them', () => {
  const ids = [...idsOf, 'SB-2.2a', 'SB-3.2a'];
  expect(sandbox.requirements.map(({ id }) => id).sort()).toEqual(ids.sort());
});

// Permanent: a changed line here is a changed meaning of every report ever written.
describe('frozen', () => {
  it('requirements of the sandbox', () => {
    expect(
      sandbox.requirements.map(({ id, level, text }) => `${id} ${level} ${text}`),
    ).toMatchInlineSnapshot(`
      [
        "SB-1.1 MUST A test of an active agent or a draft MUST be answered with the declared status and the whole result, without errors.",
        "SB-1.2 SHOULD A test that does not say what sets the agent off SHOULD be that of a webhook.",
        "SB-1.3 SHOULD A test that is set off by the schedule SHOULD be answered as any other, and be as dry.",
        "SB-1.4 MUST A body without a payload, with one that is no object, or with a simulate_webhook that is no boolean MUST be refused as declared, the field named, and nothing is stored.",
        "SB-1.5 MUST An empty payload MUST be accepted.",
        "SB-1.6 MUST A test of an unknown agent MUST be refused as declared.",
        "SB-1.7 SHOULD An agent id that is no UUID SHOULD be answered as unknown or refused.",
        "SB-1.8 MUST A test of an inactive agent MUST be refused as declared, and nothing is stored.",
        "SB-1.9 SHOULD A test of an agent whose model is not in the price table SHOULD be made, at the price of the fallback model or none.",
        "SB-2.1 MUST The steps of a trace MUST count from 1 without gaps, each a tool_call with a tool or an llm_request with a model, and those of a workflow MUST be its nodes.",
        "SB-2.2 MUST A step MUST have an input that is an object, an output, a start that is a time, and a duration; starts never go backwards, the first within 2 s of created_at, and the first llm_request contains what the agent was told.",
        "SB-2.2a SHOULD The start of a step SHOULD be told in microseconds or finer.",
        "SB-2.3 MUST total_duration_ms MUST be the sum of the steps, within 1 ms, and the same in both places.",
        "SB-2.4 MUST execution_time MUST list the steps of the trace, in its order, with the same durations.",
        "SB-2.5 MUST The status of the trace MUST be that of the test: failed if and only if there are errors.",
        "SB-2.6 MUST A tool on tickets MUST be given the ticket_id of the payload, and its simulated answer MUST echo it as declared.",
        "SB-3.1 MUST Token counts MUST be whole numbers, not negative, and total_tokens their sum.",
        "SB-3.2 MUST estimated_cost_usd MUST be what the declared price table gives, within 1e-9.",
        "SB-3.2a SHOULD estimated_cost_usd SHOULD be what the published list prices give, within the larger of 2 % and 1e-6.",
        "SB-3.3 MUST Each llm_request MUST carry its token_usage, a tool_call none, and the whole MUST be their sum.",
        "SB-3.4 MUST A test without an llm_request MUST report no tokens and no cost.",
        "SB-4.1 MUST The history MUST be {tests, total, limit, offset}, newest first, 50 from the first by default.",
        "SB-4.2 MUST The history MUST hold at most limit tests, and tell the limit.",
        "SB-4.3 MUST A limit that is no number from 1 to 500 MUST be refused or clamped as declared.",
        "SB-4.4 MUST An offset that is no number from 0 MUST be refused or clamped as declared.",
        "SB-4.5 MUST Beyond the last test the history MUST be empty, with the same total.",
        "SB-4.6 MUST The pages of a history MUST together hold every test once.",
        "SB-4.7 MUST The history of an agent without tests MUST be empty, with the total 0.",
        "SB-4.8 MUST The history of an unknown agent MUST be refused as declared.",
        "SB-4.9 MUST An item of the history MUST have test_id, agent_id, status, token_usage and created_at.",
        "SB-5.1 MUST A test that is read MUST be as it was answered.",
        "SB-5.2 MUST An unknown test MUST be answered with 404 and TEST_NOT_FOUND.",
        "SB-5.3 MUST A test of another agent MUST look like an unknown one.",
        "SB-5.4 MUST A test id that is no UUID MUST be answered as unknown or refused.",
        "SB-6.1 MUST A comparison MUST name both tests and whether the status changed, and its deltas MUST be the second minus the first.",
        "SB-6.2 MUST A test compared with itself MUST show no difference.",
        "SB-6.3 MUST The other way round the deltas of a comparison MUST be negated.",
        "SB-6.4 MUST A success compared with a failure MUST have a changed status.",
        "SB-6.5 MUST Where the numbers of steps differ, trace_differences MUST say "Step count changed: 4 → 5", and only there.",
        "SB-6.6 MUST A comparison with an unknown test MUST be refused as declared.",
        "SB-6.7 MUST A comparison with a test of another agent or another tenant MUST be refused as one with an unknown test.",
        "SB-6.8 MUST A comparison without both ids, or with one that is no UUID, MUST be refused as declared.",
        "SB-7.1 MUST A test of an agent with a webhook MUST NOT send it, and MUST list it as held back.",
        "SB-7.2 MUST A test MUST leave runs, steps, messages, items and agents as they are, and add itself to the history, once.",
        "SB-7.3 MUST The output of each tool MUST be marked as simulated, also of one that nobody knows.",
        "SB-8.1 MUST A test whose agent fails MUST be answered like any other, with status failed, the error, and the trace up to it as declared.",
        "SB-8.2 MUST error_type MUST tell failures of tools, of the model and of the system apart, as declared.",
        "SB-8.3 MUST A failed test MUST be readable and listed as failed.",
        "SB-8.4 MUST A stack trace MUST NOT show secrets and, where redaction is declared, absolute paths.",
        "SB-9.1 MUST An agent of another tenant, and its tests of a built-in one, MUST look unknown in every request.",
        "SB-9.2 SHOULD A request without a tenant header SHOULD be treated as declared.",
        "SB-9.3 MUST The histories of two tenants MUST have no test in common.",
        "SB-9.4 MUST A tenant header that contradicts the token MUST be refused with 403 and TENANT_MISMATCH, without effect; a tenant_id in the body decides nothing.",
        "SB-10.1 MUST Tests of several users at once MUST each answer their own payload, and each add one to the history of its tenant.",
      ]
    `);
  });
  it('checks of the sandbox', () => {
    expect(sandbox.checks.map(({ id, requirement }) => `${requirement} ${id}`)).toMatchInlineSnapshot(`
      [
        "SB-1.1 sandbox/answers-tests",
        "SB-1.2 sandbox/is-set-off-by-a-webhook-by-default",
        "SB-1.3 sandbox/can-be-set-off-by-the-schedule",
        "SB-1.5 sandbox/takes-an-empty-payload",
        "SB-1.9 sandbox/tests-agents-of-unlisted-models",
        "SB-2.1 sandbox/numbers-its-steps",
        "SB-2.2 sandbox/tells-each-step",
        "SB-2.2a sandbox/tells-time-in-microseconds",
        "SB-2.3 sandbox/durations-add-up",
        "SB-2.4 sandbox/lists-the-time-of-each-step",
        "SB-2.5 sandbox/statuses-agree",
        "SB-2.6 sandbox/echoes-tickets",
        "SB-7.3 sandbox/marks-what-is-simulated",
        "SB-3.1 sandbox/counts-tokens",
        "SB-3.2 sandbox/costs-are-exact",
        "SB-3.2a sandbox/costs-are-usual",
        "SB-3.3 sandbox/usage-adds-up",
        "SB-3.4 sandbox/no-model-no-cost",
        "SB-5.1 sandbox/reads-as-answered",
        "SB-8.1 sandbox/answers-tests-that-fail",
        "SB-8.2 sandbox/classifies-errors",
        "SB-8.3 sandbox/stores-tests-that-fail",
        "SB-8.4 sandbox/stack-traces-are-clean",
        "SB-1.4 sandbox/refuses-misshapen-tests",
        "SB-1.6 sandbox/tests-no-unknown-agent",
        "SB-1.7 sandbox/takes-no-odd-agent-ids",
        "SB-4.8 sandbox/no-history-of-unknown-agents",
        "SB-1.8 sandbox/tests-no-inactive-agent",
        "SB-4.1 sandbox/lists-tests",
        "SB-4.2 sandbox/keeps-to-the-limit",
        "SB-4.3 sandbox/limits-are-from-1-to-500",
        "SB-4.4 sandbox/offsets-are-from-0",
        "SB-4.5 sandbox/nothing-beyond-the-end",
        "SB-4.6 sandbox/pages-hold-every-test-once",
        "SB-4.7 sandbox/empty-history",
        "SB-4.9 sandbox/items-of-the-history",
        "SB-5.2 sandbox/reads-no-unknown-test",
        "SB-5.3 sandbox/reads-no-test-of-another-agent",
        "SB-5.4 sandbox/takes-no-odd-test-ids",
        "SB-6.1 sandbox/compares-tests",
        "SB-6.2 sandbox/compares-a-test-with-itself",
        "SB-6.3 sandbox/compares-the-other-way-round",
        "SB-6.4 sandbox/compares-success-with-failure",
        "SB-6.5 sandbox/tells-changed-step-counts",
        "SB-6.6 sandbox/compares-no-unknown-test",
        "SB-6.7 sandbox/compares-no-test-of-another-agent",
        "SB-6.8 sandbox/refuses-misshapen-comparisons",
        "SB-7.2 sandbox/changes-nothing",
        "SB-7.1 sandbox/sends-no-webhook",
        "SB-7.1 sandbox/lists-what-it-holds-back",
        "SB-9.1 sandbox/agents-of-another-tenant-look-unknown",
        "SB-9.1 sandbox/tests-of-another-tenant-look-unknown",
        "SB-6.7 sandbox/compares-no-test-of-another-tenant",
        "SB-9.3 sandbox/histories-of-tenants-are-apart",
        "SB-9.4 sandbox/refuses-a-contradicting-tenant-header",
        "SB-9.4 sandbox/ignores-a-tenant-in-the-body",
        "SB-9.2 sandbox/needs-no-tenant-header",
        "SB-10.1 sandbox/tests-at-once-keep-apart",
        "SB-1.1 sandbox/every-test-shows-its-result",
        "SB-4.1 sandbox/every-history-is-a-page",
        "SB-5.1 sandbox/every-reading-shows-the-test",
        "SB-6.1 sandbox/every-comparison-is-one",
      ]
    `);
  });
});
