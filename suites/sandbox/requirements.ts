import { type Capability, defineRequirements, type Requirement } from '../../harness/core/requirement.ts';

type Row = readonly [id: string, source: string, text: string, over?: Partial<Requirement>];

const fixtures: readonly Capability[] = ['sandbox', 'fixtures'];

const rows = (clause: string, table: readonly Row[]): readonly Requirement[] =>
  table.map(([id, source, text, over = {}]) => ({
    id,
    level: 'MUST',
    clause: `docs/protocol.md ${clause}`,
    source: `agent sandbox, ${source}`,
    when: fixtures,
    text,
    ...over,
  }));

/** What needs no agent of one's own. */
const anywhere = { when: ['sandbox'] } as const;
const should = { level: 'SHOULD' } as const;
const twoTenants = { when: [...fixtures, 'two-tenants'] } as const;

const tests = rows('6.2', [
  [
    'SB-1.1',
    'POST /test',
    'A test of an active agent or a draft MUST be answered with the declared status and the whole result, without errors.',
  ],
  [
    'SB-1.2',
    'original project',
    'A test that does not say what sets the agent off SHOULD be that of a webhook.',
    should,
  ],
  [
    'SB-1.3',
    'original project',
    'A test that is set off by the schedule SHOULD be answered as any other, and be as dry.',
    should,
  ],
  [
    'SB-1.4',
    'validation',
    'A body without a payload, with one that is no object, or with a simulate_webhook that is no boolean MUST be refused as declared, the field named, and nothing is stored.',
  ],
  ['SB-1.5', 'derived', 'An empty payload MUST be accepted.'],
  ['SB-1.6', 'derived', 'A test of an unknown agent MUST be refused as declared.', anywhere],
  [
    'SB-1.7',
    'original project',
    'An agent id that is no UUID SHOULD be answered as unknown or refused.',
    { ...should, ...anywhere },
  ],
  [
    'SB-1.8',
    'troubleshooting',
    'A test of an inactive agent MUST be refused as declared, and nothing is stored.',
  ],
  [
    'SB-1.9',
    'original project',
    'A test of an agent whose model is not in the price table SHOULD be made, at the price of the fallback model or none.',
    should,
  ],
]);

const traces = rows('6.1 and 6.3', [
  [
    'SB-2.1',
    'tracing',
    'The steps of a trace MUST count from 1 without gaps, each a tool_call with a tool or an llm_request with a model, and those of a workflow MUST be its nodes.',
  ],
  [
    'SB-2.2',
    'tracing',
    'A step MUST have an input that is an object, an output, a start that is a time, and a duration; starts never go backwards, the first within 2 s of created_at, and the first llm_request contains what the agent was told.',
  ],
  ['SB-2.2a', 'tracing', 'The start of a step SHOULD be told in microseconds or finer.', should],
  [
    'SB-2.3',
    'derived',
    'total_duration_ms MUST be the sum of the steps, within 1 ms, and the same in both places.',
  ],
  [
    'SB-2.4',
    'timing',
    'execution_time MUST list the steps of the trace, in its order, with the same durations.',
  ],
  [
    'SB-2.5',
    'derived',
    'The status of the trace MUST be that of the test: failed if and only if there are errors.',
  ],
  [
    'SB-2.6',
    'sample',
    'A tool on tickets MUST be given the ticket_id of the payload, and its simulated answer MUST echo it as declared.',
  ],
]);

const tokens = rows('6.3 and 6.4', [
  ['SB-3.1', 'token usage', 'Token counts MUST be whole numbers, not negative, and total_tokens their sum.'],
  [
    'SB-3.2',
    'token usage',
    'estimated_cost_usd MUST be what the declared price table gives, within 1e-9.',
    { when: [...fixtures, 'price-table'] },
  ],
  [
    'SB-3.2a',
    'token usage',
    'estimated_cost_usd SHOULD be what the published list prices give, within the larger of 2 % and 1e-6.',
    should,
  ],
  [
    'SB-3.3',
    'token usage',
    'Each llm_request MUST carry its token_usage, a tool_call none, and the whole MUST be their sum.',
  ],
  ['SB-3.4', 'derived', 'A test without an llm_request MUST report no tokens and no cost.'],
]);

const history = rows('6.2', [
  [
    'SB-4.1',
    'GET /test-history',
    'The history MUST be {tests, total, limit, offset}, newest first, 50 from the first by default.',
  ],
  ['SB-4.2', 'GET /test-history', 'The history MUST hold at most limit tests, and tell the limit.'],
  [
    'SB-4.3',
    'GET /test-history',
    'A limit that is no number from 1 to 500 MUST be refused or clamped as declared.',
  ],
  [
    'SB-4.4',
    'original project',
    'An offset that is no number from 0 MUST be refused or clamped as declared.',
  ],
  ['SB-4.5', 'derived', 'Beyond the last test the history MUST be empty, with the same total.'],
  ['SB-4.6', 'derived', 'The pages of a history MUST together hold every test once.'],
  ['SB-4.7', 'derived', 'The history of an agent without tests MUST be empty, with the total 0.'],
  ['SB-4.8', 'derived', 'The history of an unknown agent MUST be refused as declared.', anywhere],
  [
    'SB-4.9',
    'usage',
    'An item of the history MUST have test_id, agent_id, status, token_usage and created_at.',
  ],
]);

const readings = rows('6.2', [
  ['SB-5.1', 'GET /test/{id}', 'A test that is read MUST be as it was answered.'],
  ['SB-5.2', 'GET /test/{id}', 'An unknown test MUST be answered with 404 and TEST_NOT_FOUND.'],
  ['SB-5.3', 'isolation', 'A test of another agent MUST look like an unknown one.'],
  ['SB-5.4', 'derived', 'A test id that is no UUID MUST be answered as unknown or refused.'],
]);

const comparisons = rows('6.2 and 6.3', [
  [
    'SB-6.1',
    'compare',
    'A comparison MUST name both tests and whether the status changed, and its deltas MUST be the second minus the first.',
  ],
  ['SB-6.2', 'derived', 'A test compared with itself MUST show no difference.'],
  ['SB-6.3', 'derived', 'The other way round the deltas of a comparison MUST be negated.'],
  ['SB-6.4', 'derived', 'A success compared with a failure MUST have a changed status.'],
  [
    'SB-6.5',
    'sample',
    'Where the numbers of steps differ, trace_differences MUST say "Step count changed: 4 → 5", and only there.',
  ],
  ['SB-6.6', 'derived', 'A comparison with an unknown test MUST be refused as declared.'],
  [
    'SB-6.7',
    'isolation',
    'A comparison with a test of another agent or another tenant MUST be refused as one with an unknown test.',
  ],
  [
    'SB-6.8',
    'derived',
    'A comparison without both ids, or with one that is no UUID, MUST be refused as declared.',
  ],
]);

const effects = rows('6.1', [
  [
    'SB-7.1',
    'dry run',
    'A test of an agent with a webhook MUST NOT send it, and MUST list it as held back.',
    { when: [...fixtures, 'chat', 'webhook-catcher'] },
  ],
  [
    'SB-7.2',
    'dry run',
    'A test MUST leave runs, steps, messages, items and agents as they are, and add itself to the history, once.',
    { when: [...fixtures, 'agents-api'] },
  ],
  [
    'SB-7.3',
    'dry run',
    'The output of each tool MUST be marked as simulated, also of one that nobody knows.',
  ],
]);

const errors = rows('6.1 and 6.3', [
  [
    'SB-8.1',
    'error handling',
    'A test whose agent fails MUST be answered like any other, with status failed, the error, and the trace up to it as declared.',
  ],
  [
    'SB-8.2',
    'error handling',
    'error_type MUST tell failures of tools, of the model and of the system apart, as declared.',
  ],
  ['SB-8.3', 'derived', 'A failed test MUST be readable and listed as failed.'],
  [
    'SB-8.4',
    'derived',
    'A stack trace MUST NOT show secrets and, where redaction is declared, absolute paths.',
  ],
]);

const tenancy = rows('6 and 6.2', [
  [
    'SB-9.1',
    'tenant isolation',
    'An agent of another tenant, and its tests of a built-in one, MUST look unknown in every request.',
    twoTenants,
  ],
  ['SB-9.2', 'original project', 'A request without a tenant header SHOULD be treated as declared.', should],
  ['SB-9.3', 'tenant isolation', 'The histories of two tenants MUST have no test in common.', twoTenants],
  [
    'SB-9.4',
    'security',
    'A tenant header that contradicts the token MUST be refused with 403 and TENANT_MISMATCH, without effect; a tenant_id in the body decides nothing.',
    twoTenants,
  ],
  [
    'SB-10.1',
    'execution events, isolation',
    'Tests of several users at once MUST each answer their own payload, and each add one to the history of its tenant.',
    { clause: 'docs/protocol.md 6' },
  ],
]);

export const requirements = defineRequirements([
  ...tests,
  ...traces,
  ...tokens,
  ...history,
  ...readings,
  ...comparisons,
  ...effects,
  ...errors,
  ...tenancy,
]);
