import { describe, expect, it } from 'vitest';
import { CAPABILITIES } from '../harness/core/requirement.ts';
import { LEVELS } from '../harness/core/verdict.ts';
import { catalogue } from './catalogue.ts';
import { connectivity } from './connectivity/suite.ts';
import { lifecycle } from './lifecycle/suite.ts';

const numbered = (prefix: string, count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `${prefix}-${index + 1}`);
const isUnique = (values: readonly string[]): boolean => new Set(values).size === values.length;
const requirements = catalogue.flatMap((suite) => suite.requirements);
const checks = catalogue.flatMap((suite) => suite.checks);

describe('ids', () => {
  it('of the requirements are those of the protocol, all of them', () => {
    expect(connectivity.requirements.map(({ id }) => id)).toEqual(numbered('CN', 12));
    expect(lifecycle.requirements.map(({ id }) => id)).toEqual(numbered('LC', 22));
  });

  it('are unique across the suites', () => {
    expect(isUnique(requirements.map(({ id }) => id))).toBe(true);
    expect(isUnique(checks.map(({ id }) => id))).toBe(true);
    expect(isUnique(catalogue.map(({ id }) => id))).toBe(true);
  });

  it('of a scenario mean one scenario, whichever suite names it', () => {
    const scenarios = catalogue.flatMap((suite) => suite.scenarios);
    const objects = new Set(scenarios);
    expect(new Set(scenarios.map(({ id }) => id)).size).toBe(objects.size);
  });

  it('of checks begin with their suite', () => {
    for (const suite of catalogue)
      for (const { id } of suite.checks) expect(id).toMatch(new RegExp(`^${suite.id}/[a-z0-9-]+$`));
  });
});

// Permanent: a changed line here is a changed meaning of every report ever written.
describe('frozen', () => {
  it('requirements of connectivity', () => {
    expect(
      connectivity.requirements.map(({ id, level, text }) => `${id} ${level} ${text}`),
    ).toMatchInlineSnapshot(`
      [
        "CN-1 MUST The health endpoint MUST answer 200 within its limit, with status healthy and a version.",
        "CN-2 MUST A valid token MUST open the chat socket within the connect limit, and the socket MUST greet exactly once, naming its caller.",
        "CN-3 MUST A ping MUST be answered by a pong with the same request id.",
        "CN-4 MUST Each request for a run MUST be answered by its start or by an error for the same request, within the first-event limit.",
        "CN-5 MUST A connection with no token or a bad one MUST be refused in the declared way and MUST NOT get a session.",
        "CN-6 MUST A token MUST be accepted by header and by sub-protocol; exactly one offered sub-protocol is selected, and no token is ever sent back.",
        "CN-7 MUST The reported version MUST be the same at the beginning and at the end; a deployment in between leaves the campaign undecided.",
        "CN-8 MUST The Date header MUST tell the time, so that the skew of the clocks can be stated with its uncertainty.",
        "CN-9 MUST A deployment that reports to be healthy MUST complete agent runs.",
        "CN-10 MUST While the store is unavailable the health endpoint MUST answer 503 within its limit, and be healthy again afterwards.",
        "CN-11 MUST The report MUST state host, version, connect and ping distributions with n, the auth matrix, the clock skew, and what was not verified.",
        "CN-12 SHOULD A listed browser origin SHOULD get its CORS headers and Vary: Origin; the preflight and the socket of any other SHOULD be refused as declared.",
      ]
    `);
  });
  it('requirements of the lifecycle', () => {
    expect(
      lifecycle.requirements.map(({ id, level, text }) => `${id} ${level} ${text}`),
    ).toMatchInlineSnapshot(`
      [
        "LC-1 MUST A run that uses tools and completes MUST show all five lifecycle events to its user.",
        "LC-2 MUST The first event of a run MUST be agent_started, and it starts once.",
        "LC-3 MUST A run MUST have exactly one terminal event per turn, and nothing of that turn follows it.",
        "LC-4 MUST A run that completes MUST have shown at least one agent_thinking before.",
        "LC-5 MUST Each tool_executing MUST be closed by exactly one later tool_completed with its tool_call_id; calls may overlap.",
        "LC-6 MUST No tool call MUST be open when a terminal event arrives; calls cut short are closed as errors.",
        "LC-7 MUST Each event MUST match the schema of its type, and its required values MUST be real, not placeholders.",
        "LC-8 MUST run_id, thread_id, user_id, request_id and agent MUST be constant over a run and be what was asked for.",
        "LC-9 MUST seq MUST count from 1 without gap or repeat, and event_id MUST be unique.",
        "LC-10 MUST Timestamps MUST NOT go backwards, and MUST lie within the observed window, the skew of the clocks allowed for.",
        "LC-11 MUST Events MUST leave as they happen: none is held back, and their timestamps agree with the durations.",
        "LC-12 MUST No silence between the events of a run MUST be longer than the limit.",
        "LC-13 MUST The duration_ms of runs and tools MUST agree with the observed times within the tolerance.",
        "LC-14 MUST tools_used MUST equal the tools seen, and the usage MUST add up.",
        "LC-15 SHOULD A target SHOULD NOT send event types or fields that the protocol does not know.",
        "LC-16 MUST Runs at once on one socket MAY interleave, and each MUST be valid on its own.",
        "LC-17 MUST Events MUST go to the declared sockets of their user, and an older socket MUST keep its own.",
        "LC-18 MUST A run MUST go on when its socket is dropped, and its stream MUST replay it without gap or repeat.",
        "LC-19 MUST A cancellation MUST be accepted, then end the run with agent_cancelled as its one terminal event and no step afterwards.",
        "LC-20 MUST A failing tool MUST be shown as failed, and the run MUST recover or fail with a classified error, never complete as if nothing was.",
        "LC-21 MUST What a user said in a thread MUST be known in its next turn.",
        "LC-22 MUST Frames of any size below the limit MUST be answered; none is dropped in silence.",
      ]
    `);
  });
  it('checks', () => {
    expect(
      [...connectivity.checks, ...lifecycle.checks].map(({ id, requirement }) => `${requirement} ${id}`),
    ).toMatchInlineSnapshot(`
      [
        "CN-1 connectivity/answers-healthy",
        "CN-2 connectivity/greets-once",
        "CN-3 connectivity/pongs-answer-pings",
        "CN-4 connectivity/answers-each-request",
        "CN-5 connectivity/refuses-token-none",
        "CN-5 connectivity/refuses-token-garbage",
        "CN-5 connectivity/refuses-token-wrong-signature",
        "CN-5 connectivity/refuses-token-alg-none",
        "CN-5 connectivity/refuses-token-expired",
        "CN-5 connectivity/refuses-token-wrong-issuer",
        "CN-6 connectivity/accepts-both-ways-in",
        "CN-6 connectivity/keeps-tokens-to-itself",
        "CN-7 connectivity/keeps-its-version",
        "CN-8 connectivity/dates-tell-the-time",
        "CN-9 connectivity/health-tells-the-truth",
        "CN-11 connectivity/states-connectivity",
        "CN-12 connectivity/serves-listed-origins",
        "CN-12 connectivity/treats-unlisted-origins-as-declared",
        "LC-1 lifecycle/shows-all-five-events",
        "LC-2 lifecycle/starts-first",
        "LC-3 lifecycle/ends-once",
        "LC-4 lifecycle/thinks-before-completing",
        "LC-5 lifecycle/closes-each-tool-call-once",
        "LC-6 lifecycle/leaves-no-tool-call-open",
        "LC-7 lifecycle/events-are-well-formed",
        "LC-8 lifecycle/events-name-their-run",
        "LC-8 lifecycle/no-stray-events",
        "LC-9 lifecycle/events-are-numbered",
        "LC-10 lifecycle/timestamps-tell-the-time",
        "LC-11 lifecycle/events-leave-as-they-happen",
        "LC-12 lifecycle/never-goes-silent",
        "LC-13 lifecycle/durations-are-true",
        "LC-14 lifecycle/accounts-add-up",
        "LC-15 lifecycle/no-drift",
        "LC-16 lifecycle/runs-interleave",
        "LC-17 lifecycle/keeps-to-its-sockets",
        "LC-19 lifecycle/cancels-runs",
        "LC-21 lifecycle/remembers-its-thread",
        "LC-22 lifecycle/takes-large-frames",
        "LC-18 lifecycle/outlives-its-socket",
        "LC-20 lifecycle/shows-failing-tools",
      ]
    `);
  });
});

describe.each(catalogue)('suite $id', (suite) => {
  it('has a check for every requirement, or says why not', () => {
    for (const { id, excluded } of suite.requirements) {
      const own = suite.checks.filter(({ requirement }) => requirement === id);
      if (excluded === undefined) expect(own.length, id).toBeGreaterThan(0);
      else expect([own.length, excluded.length > 20], id).toEqual([0, true]);
    }
  });

  it('has no check without its requirement, its scenarios and its words', () => {
    const known = new Set(suite.scenarios.map(({ id }) => id));
    for (const check of suite.checks) {
      expect(suite.requirements.map(({ id }) => id)).toContain(check.requirement);
      expect(check.scenarios.length, check.id).toBeGreaterThan(0);
      for (const scenario of check.scenarios) expect(known, check.id).toContain(scenario);
      expect(check.title.length, check.id).toBeGreaterThan(10);
      expect(Object.isFrozen(check)).toBe(true);
    }
  });

  it('rests on requirements that exist', () => {
    const ids = requirements.map(({ id }) => id);
    for (const { restsOn } of suite.checks) if (restsOn !== undefined) expect(ids).toContain(restsOn);
  });

  it('needs capabilities that exist', () => {
    const needed = [
      ...suite.requirements.flatMap(({ when }) => when ?? []),
      ...suite.checks.flatMap(({ when }) => when ?? []),
      ...suite.scenarios.flatMap(({ needs }) => needs),
    ];
    for (const capability of needed) expect(CAPABILITIES).toContain(capability);
  });

  it('plays no scenario that no check needs', () => {
    const needed = new Set(checks.flatMap(({ scenarios }) => scenarios));
    for (const { id } of suite.scenarios) expect(needed).toContain(id);
  });

  it('states its clauses with a level, a word of RFC 2119, a place and a source', () => {
    for (const { level, text, clause, source } of suite.requirements) {
      expect(LEVELS).toContain(level);
      expect(text).toMatch(new RegExp(`\\b${level}\\b`));
      expect(clause).toMatch(/^docs\/protocol\.md \d/);
      expect(source.length).toBeGreaterThan(3);
    }
  });
});
