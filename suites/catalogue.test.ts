import { describe, expect, it } from 'vitest';
import { CAPABILITIES } from '../harness/core/requirement.ts';
import { LEVELS } from '../harness/core/verdict.ts';
import { agentsApi } from './agents-api/suite.ts';
import { catalogue } from './catalogue.ts';
import { connectivity } from './connectivity/suite.ts';
import { crossSurface } from './cross-surface/suite.ts';
import { lifecycle } from './lifecycle/suite.ts';
import { multiAgent } from './multi-agent/suite.ts';
import { telemetry } from './telemetry/suite.ts';
import { value } from './value/suite.ts';

const numbered = (prefix: string, count: number, between = '-'): readonly string[] =>
  Array.from({ length: count }, (_, index) => `${prefix}${between}${index + 1}`);
/** The agents API counts by endpoint: AR-1.2 has the variants AR-1.2a and AR-1.2b; edge cases are E1 to E8. */
const agentsApiIds = (): string[] =>
  Object.entries({
    '1.1': 'abcdef',
    '1.2': 'ab',
    '1.3': '',
    '1.4': 'a',
    '2.1': 'abcde',
    '2.2': 'a',
    '2.3': '',
    '2.4': 'a',
    '2.5': 'a',
    '3.1': 'a',
    '3.2': 'a',
    '3.3': '',
    '3.4': '',
    '4.1': 'a',
    '4.2': 'a',
    '4.3': '',
    '4.4': '',
    '5.1': 'a',
    '5.2': 'a',
    '5.3': '',
    '6.1': '',
    '6.2': 'a',
    '6.3': '',
    '6.4': '',
    '7.1': 'ab',
    '7.2': 'a',
    '7.3': '',
    '7.4': 'a',
    '7.5': 'a',
    '7.6': '',
    '8.1': 'ab',
    '8.2': '',
    '8.3': 'a',
    '8.4': '',
    '8.5': '',
    '8.6': '',
    '9.1': 'a',
    '9.2': '',
    '9.3': '',
    '10.1': 'abcdefghijk',
    '10.2': 'abc',
    '10.3': '',
    E1: '',
    E2: '',
    E3: '',
    E4: '',
    E5: '',
    E6: '',
    E7: '',
    E8: '',
  }).flatMap(([id, variants]) => ['', ...variants].map((variant) => `AR-${id}${variant}`));
/** The telemetry counts by endpoint too. */
const telemetryIds = (): readonly string[] =>
  [18, 4, 5, 11, 7, 4, 3, 3, 5, 3, 3].flatMap((count, index) => numbered(`TR-${index + 1}`, count, '.'));
const isUnique = (values: readonly string[]): boolean => new Set(values).size === values.length;
const requirements = catalogue.flatMap((suite) => suite.requirements);
const checks = catalogue.flatMap((suite) => suite.checks);

describe('ids', () => {
  it('of the requirements are those of the protocol, all of them', () => {
    expect(connectivity.requirements.map(({ id }) => id)).toEqual(numbered('CN', 12));
    expect(lifecycle.requirements.map(({ id }) => id)).toEqual(numbered('LC', 22));
    expect(multiAgent.requirements.map(({ id }) => id)).toEqual(numbered('MA', 5));
    expect(value.requirements.map(({ id }) => id)).toEqual(numbered('VL', 9));
    expect(agentsApi.requirements.map(({ id }) => id).sort()).toEqual(agentsApiIds().sort());
    expect(telemetry.requirements.map(({ id }) => id)).toEqual(telemetryIds());
    expect(crossSurface.requirements.map(({ id }) => id)).toEqual(numbered('X', 8));
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
        "CN-10 MUST While a dependency is unavailable the health endpoint MUST answer 503 within its limit, requests MUST be answered, and no bad token MUST be let in; afterwards it MUST be healthy again.",
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
  it('requirements of the agents API', () => {
    expect(
      agentsApi.requirements.map(({ id, level, text }) => `${id} ${level} ${text}`),
    ).toMatchInlineSnapshot(`
      [
        "AR-1.1 MUST The runs of a project MUST come as a page {items, nextCursor, total}, cut at the declared default size.",
        "AR-1.1a MUST Following nextCursor MUST show every run once, in one order, in pages of the size asked for; the last one is null.",
        "AR-1.1b SHOULD A limit outside 1 to 100, or none at all, SHOULD be refused or clamped as declared, and never yields a 5xx.",
        "AR-1.1c MUST A cursor that the deployment did not give MUST be refused, not taken for the first page.",
        "AR-1.1d MUST A project without runs MUST list none: no items, no cursor, total 0.",
        "AR-1.1e MUST The runs of an unknown project MUST be answered with 404 or an empty page, as declared.",
        "AR-1.1f MUST Runs made while somebody pages through the list MUST NOT make an earlier one come twice or go missing.",
        "AR-1.2 MUST The status filter MUST select the runs of that status, all of them and no others.",
        "AR-1.2a MUST A status that does not exist MUST be refused or match nothing.",
        "AR-1.2b MUST The lists of the five statuses MUST each hold only their own, and together as many as there are.",
        "AR-1.3 MUST The workflowId filter MUST select the runs of that workflow, all of them and no others.",
        "AR-1.4 MUST Filters together MUST select what each of them selects alone.",
        "AR-1.4a MUST total MUST count what the filters select, and a cursor MUST keep them.",
        "AR-2.1 MUST A new run MUST be answered with 201 and the run: an id, its project and workflow, the declared first status, started, not finished, no summary.",
        "AR-2.1a MUST A body without a required field, of a wrong type, or no object MUST be refused as declared, and the error names the field.",
        "AR-2.1b MUST A body that is not JSON, or does not say so, MUST be refused with 400, 415 or 422.",
        "AR-2.1c MUST The same request made twice MUST start two runs.",
        "AR-2.1d MUST A run MUST be readable as soon as it was answered.",
        "AR-2.1e MUST Within a turn a run MUST go from PENDING over RUNNING to a terminal status within the limit, never backwards, and not finish before it started.",
        "AR-2.2 MUST The context items of a run MUST be kept in their order, in the answer and when it is read.",
        "AR-2.2a MUST A run without context items MUST show an empty list of them.",
        "AR-2.3 MUST A run of an unknown workflow MUST be refused as declared with WORKFLOW_NOT_FOUND, and none is created.",
        "AR-2.4 MUST A run with an unknown context item MUST be refused with 400 and CONTEXT_ITEM_INVALID, and none is created.",
        "AR-2.4a MUST A context item of another project MUST be refused just as an unknown one.",
        "AR-2.5 MUST An empty query MUST be refused with 400 and QUERY_REQUIRED, or accepted, as declared.",
        "AR-2.5a MUST A query of white space MUST be answered as an empty one.",
        "AR-3.1 MUST A run that is read MUST have all its members, those without a value as null.",
        "AR-3.1a MUST The members of a run MUST be of their types, times in RFC 3339 UTC, and finishedAt set if and only if the run is over.",
        "AR-3.2 MUST An unknown run MUST be answered with 404 and the text "Agent run not found".",
        "AR-3.2a MUST An id that is long, odd or tries to leave its folder MUST be answered as unknown or refused, never with a 5xx.",
        "AR-3.3 MUST A run read under another project MUST look like an unknown one.",
        "AR-3.4 MUST A completed run MUST have an outputSummary and finishedAt.",
        "AR-4.1 MUST The steps of a run MUST come as a page, ordered by stepNumber, which is the order in which they started.",
        "AR-4.1a MUST A step MUST have a known status, an error only when it failed, and a durationMs that agrees with its times.",
        "AR-4.2 MUST The steps of an unknown run MUST be answered with 404.",
        "AR-4.2a MUST The steps of a run under another project MUST look like those of an unknown one.",
        "AR-4.3 MUST A run that has not started MUST show no steps.",
        "AR-4.4 MUST Steps asked for in small pages MUST come in pages of that size, whose cursors lead to the end.",
        "AR-E1 MUST A run of a thousand steps MUST be readable page by page, whole and in order, each page within the limit, and its stream drops nothing.",
        "AR-E7 MUST stepNumber MUST count from 1 without gaps, and lists and stream MUST show the steps in the same order.",
        "AR-5.1 MUST The node states of a run MUST come as {items} with one entry for each node.",
        "AR-5.1a MUST progress MUST lie between 0 and 1, and a completed node has progress 1 and completedAt.",
        "AR-5.2 MUST The node states of an unknown run MUST be answered with 404.",
        "AR-5.2a MUST The node states of a run under another project MUST look like those of an unknown one.",
        "AR-5.3 MUST A run that has not started MUST show no node states.",
        "AR-6.1 MUST The messages of a run MUST come as a page, oldest first, those of the user and of the agent.",
        "AR-6.2 MUST The messages of an unknown run MUST be answered with 404.",
        "AR-6.2a MUST The messages of a run under another project MUST look like those of an unknown one.",
        "AR-6.3 MUST The role filter MUST select the messages of that role, where it is supported.",
        "AR-6.4 MUST type MUST select as role does, where it is supported.",
        "AR-7.1 MUST A message to a running or completed run MUST be answered with 201 and the message, of role user, with its content.",
        "AR-7.1a MUST An appended message MUST be listed once, last among those of the user, and shown once on the stream.",
        "AR-7.1b MUST A message to a completed run MUST open its next turn, as declared, which ends in an answer.",
        "AR-7.2 MUST The context items of a message MUST be kept in the answer and in the list.",
        "AR-7.2a MUST A message with an unknown context item MUST be refused with 400, and nothing is appended.",
        "AR-7.3 MUST A message to an unknown run MUST be answered with 404.",
        "AR-7.4 MUST A message to a cancelled run MUST be refused as declared with RUN_CLOSED, and nothing is appended.",
        "AR-7.4a MUST A message to a failed run MUST be refused or accepted, as declared.",
        "AR-7.5 MUST An empty message MUST be refused with 400 and CONTENT_REQUIRED, and nothing is appended.",
        "AR-7.5a MUST A message whose content is missing, null, a number or white space MUST be refused with 400 or 422.",
        "AR-7.6 MUST A message to a run under another project MUST be answered as to an unknown one, and nothing is appended.",
        "AR-E2 MUST A large message MUST be kept to the byte, or refused as too large as declared; never cut, never a 5xx.",
        "AR-E6 MUST Messages sent at once MUST all be kept, in one order, which lists and stream share.",
        "AR-8.1 MUST Cancelling a running run MUST be answered with 200 and the cancelled run, and its work stops.",
        "AR-8.1a MUST A cancelled run MUST stay so, and no step starts after it finished.",
        "AR-8.1b MUST A cancellation MUST be shown on the stream as exactly one terminal frame, as declared.",
        "AR-8.2 MUST A run cancelled while it was pending MUST never execute a step.",
        "AR-8.3 MUST Cancelling a completed run MUST be refused as declared, and it stays completed.",
        "AR-8.3a MUST Cancelling a failed run MUST be refused as declared, and it stays failed.",
        "AR-8.4 MUST Cancelling a cancelled run MUST be answered as declared, and it finished when it was first cancelled.",
        "AR-8.5 MUST Cancelling an unknown run MUST be answered with 404.",
        "AR-8.6 MUST Cancelling a run under another project MUST be answered as for an unknown one, and the run goes on.",
        "AR-E3 MUST Cancellations at once MUST change the state once: one terminal frame, at least one 200, no other refusal than of a state.",
        "AR-E4 MUST A run cancelled as it starts MUST end in one terminal status, and never completes after the cancellation was accepted.",
        "AR-E5 MUST A run whose workflow was deleted MUST stay readable and name it; nothing about it yields a 5xx.",
        "AR-9.1 MUST The profiles MUST come as a bare array, not empty, each with id, name, description and capabilities, no id twice.",
        "AR-9.1a SHOULD The capabilities of a profile SHOULD be texts, its description a text or null.",
        "AR-9.2 MUST A profile read alone MUST equal its entry in the list.",
        "AR-9.3 MUST An unknown profile MUST be answered with 404 and the text "Agent not found".",
        "AR-10.1 MUST The stream of a run MUST show it created, updated, each step, each message, and completed.",
        "AR-10.1a MUST The first frame of a stream MUST be agent.run.created, the last one terminal, the only one, and nothing follows it.",
        "AR-10.1b MUST A frame MUST be an object with its type, exactly the resource of that type, and a timestamp that does not go backwards.",
        "AR-10.1c MUST The steps and messages of a stream MUST be those of the lists, with the same ids and last statuses.",
        "AR-10.1d MUST The stream of a run that fails MUST end with agent.run.failed and an errorMessage, and the run read says the same.",
        "AR-10.1e MUST All subscribers of a run MUST see the same frames in the same order.",
        "AR-10.1f MUST A stream MUST show nothing of another run.",
        "AR-10.1g SHOULD After the terminal frame the stream SHOULD be closed with 1000 or stay open, as declared.",
        "AR-10.1h SHOULD A subscriber SHOULD be pinged at the declared interval, and be closed when it misses two.",
        "AR-10.1i SHOULD Node states on the stream SHOULD agree with those that are read.",
        "AR-10.1j MUST Who subscribes late MUST be brought to the state that is read, as declared.",
        "AR-10.1k MUST The first frame MUST come within the limit after the run was asked for, and no frame is held back.",
        "AR-10.2 MUST The stream of an unknown run MUST be refused as declared: an error frame with the id, then close 1008, or on the upgrade.",
        "AR-10.2a MUST The stream of a foreign run MUST look like that of an unknown one.",
        "AR-10.2b MUST A stream asked for without a token, or with a bad one, MUST be refused as declared.",
        "AR-10.2c MUST What a subscriber sends, junk, binary or too large, MUST NOT disturb the others: it is ignored or closed with 1003, 1007 or 1009.",
        "AR-10.3 MUST The stream of a completed run MUST open and show its final state, and no other news than its history.",
        "AR-E8 MUST A subscriber that vanishes MUST NOT disturb the run or the others, and MUST be let in again to the current state.",
      ]
    `);
  });
  it('requirements and checks of the telemetry', () => {
    expect(
      telemetry.requirements.map(({ id, level, text }) => `${id} ${level} ${text}`),
    ).toMatchInlineSnapshot(`
      [
        "TR-1.1 MUST A valid run MUST be answered with 201 and the run as it is stored: its id, its steps, its failures, and when it was stored.",
        "TR-1.2 MUST A run MUST be taken with each of the statuses success, partial and failure, and keep it.",
        "TR-1.3 MUST A run with any other status MUST be refused, and nothing of it is stored.",
        "TR-1.4 MUST A step MUST be taken with each of the five types, and keep it.",
        "TR-1.5 MUST A step of any other type MUST be refused, and nothing of its run is stored.",
        "TR-1.6 MUST A failure MUST be taken with each of the four types, and keep it.",
        "TR-1.7 MUST A failure of any other type MUST be refused, and nothing of its run is stored.",
        "TR-1.8 MUST A failure code MUST be any text of 1 to 100 characters; an empty or a longer one MUST be refused.",
        "TR-1.9 MUST A run that failed MUST bring its failure: left out or null, it is refused.",
        "TR-1.10 SHOULD A run without a run_id SHOULD be given one, a UUID.",
        "TR-1.11 MUST A run without agent_id, agent_version, status or started_at MUST be refused, and the error names the field.",
        "TR-1.12 MUST An agent_id, agent_version or environment outside its length MUST be refused.",
        "TR-1.13 SHOULD A run without an environment SHOULD be stored under production.",
        "TR-1.14 MUST A run or a step that ends before it begins MUST be refused.",
        "TR-1.15 SHOULD A run that has not ended SHOULD be taken, and show no ended_at.",
        "TR-1.16 MUST A latency that is negative or no integer, and a negative seq, MUST be refused.",
        "TR-1.17 SHOULD A body that is empty, cut off or not JSON SHOULD be refused with 400, 415 or 422, never with a 5xx.",
        "TR-1.18 SHOULD A run without steps SHOULD be taken.",
        "TR-2.1 MUST Steps that come in the order of seq MUST come back in that order.",
        "TR-2.2 MUST Steps that come in another order MUST come back in the order of seq.",
        "TR-2.3 MUST Steps whose seq leaves one out, repeats one, or does not begin with 0 MUST be refused.",
        "TR-2.4 MUST Each attempt of something that is tried again MUST stay a step of its own, with its latency and its metadata.",
        "TR-3.1 MUST The same run again MUST be answered as declared with the stored run, and be stored once.",
        "TR-3.2 MUST Another body under a stored run_id MUST be answered as declared, and the stored run stays as it is.",
        "TR-3.3 MUST Of many posts of one run at once exactly one MUST be stored, and each is answered with 200, 201 or 409.",
        "TR-3.4 MUST A step_id that another run of the tenant has MUST be refused with 409 or 422 and nothing stored; another tenant MAY use it.",
        "TR-3.5 MUST A failure whose step_id is none of the run MUST be refused, and nothing is stored.",
        "TR-4.1 MUST A prompt in the metadata MUST be refused with 422, and nothing is stored.",
        "TR-4.2 MUST Answers, inputs and texts in the metadata MUST be refused with 422, also where the forbidden word is only the last of the key.",
        "TR-4.3 MUST A chain of thought in the metadata MUST be refused with 422, whatever it is called.",
        "TR-4.4 MUST Retrieved documents, and any text beyond the declared length, MUST be refused with 422.",
        "TR-4.5 MUST Personal data in the values of the metadata MUST be refused or stored redacted, as declared; what only looks alike MUST pass.",
        "TR-4.6 MUST Secrets and personal data in failure.message MUST be refused or stored redacted, as declared.",
        "TR-4.7 MUST A forbidden key MUST be refused at any depth, in lists, in any case and after any prefix.",
        "TR-4.8 MUST A member that the protocol does not name MUST be refused, on the run, a step or a failure, and nothing is stored.",
        "TR-4.9 MUST Names, codes, counts, numbers and labels in the metadata MUST be taken and come back exactly as sent.",
        "TR-4.10 MUST Keys that only contain a forbidden word, such as response_length, MUST be taken and come back exactly as sent.",
        "TR-4.11 MUST Nothing of a refused body MUST be readable afterwards: in no run, list, step, failure, statistic, error or metric.",
        "TR-5.1 MUST The list of runs MUST have the declared shape and show the newest started_at first.",
        "TR-5.2 MUST The filters agent_id, agent_version, status and environment MUST select exactly what they name, alone and together.",
        "TR-5.3 SHOULD start_time and end_time SHOULD select by started_at, bounds included.",
        "TR-5.4 SHOULD Pages SHOULD be of the size asked for, show each run once, and be empty after the last.",
        "TR-5.5 SHOULD A page or page_size out of range SHOULD be refused or clamped as declared, never with a 5xx.",
        "TR-5.6 SHOULD A status that does not exist SHOULD be refused or match nothing, and a time that is none SHOULD be refused.",
        "TR-5.7 MUST The list of an agent without runs MUST be empty.",
        "TR-6.1 MUST A run that is read MUST be whole: its members, its steps in order, its failures.",
        "TR-6.2 MUST An unknown run MUST be answered with 404.",
        "TR-6.3 SHOULD An id that is no UUID SHOULD be answered with 404 or 422.",
        "TR-6.4 MUST What was answered with 201 MUST be readable within a second.",
        "TR-7.1 MUST The steps of a run MUST come as a list in the order of seq, each with all its members and its run_id.",
        "TR-7.2 MUST The steps of an unknown run MUST be answered with 404.",
        "TR-7.3 MUST The steps of a run without any MUST be answered as declared.",
        "TR-8.1 MUST The failures of a run that failed MUST show the one there is, with all its members and the step it names.",
        "TR-8.2 MUST The failures of a run that did not fail MUST be empty.",
        "TR-8.3 MUST The failures of an unknown run MUST be answered as declared.",
        "TR-9.1 MUST The statistics MUST count runs and failures, and give the share of the others in percent.",
        "TR-9.2 MUST avg_latency_ms MUST be the mean over steps.",
        "TR-9.3 SHOULD failure_breakdown and step_type_breakdown SHOULD count every failure and every step.",
        "TR-9.4 MUST The statistics of an agent without runs MUST be zeros and empty maps.",
        "TR-9.5 SHOULD The statistics SHOULD follow the filters of the list.",
        "TR-10.1 MUST Each telemetry service MUST say that it is healthy, which service it is, and its version.",
        "TR-10.2 MUST While the store is unavailable the telemetry services MUST answer health with 503.",
        "TR-10.3 MUST The counters of ingested and of repeated runs MUST count what was ingested, and none goes down.",
        "TR-11.1 MUST A stored run MUST NOT be changeable, removable or replayable: such requests get 404 or 405.",
        "TR-11.2 MUST The telemetry of another tenant MUST look like none at all, where it has tenants.",
        "TR-11.3 SHOULD Of ingests, lists and statistics 95 % SHOULD be answered within 200, 500 and 1000 ms.",
      ]
    `);
    expect(telemetry.checks.map(({ id, requirement }) => `${requirement} ${id}`)).toMatchInlineSnapshot(`
      [
        "TR-1.1 telemetry/takes-a-run",
        "TR-1.2 telemetry/keeps-each-status",
        "TR-1.4 telemetry/keeps-each-step-type",
        "TR-1.6 telemetry/keeps-each-failure-type",
        "TR-1.8 telemetry/takes-any-failure-code",
        "TR-1.10 telemetry/makes-run-ids",
        "TR-1.13 telemetry/defaults-to-production",
        "TR-1.15 telemetry/takes-runs-in-flight",
        "TR-1.18 telemetry/takes-runs-without-steps",
        "TR-2.1 telemetry/keeps-the-order-of-steps",
        "TR-2.2 telemetry/sorts-steps",
        "TR-2.4 telemetry/keeps-each-attempt",
        "TR-4.9 telemetry/keeps-what-is-allowed",
        "TR-4.10 telemetry/takes-harmless-keys",
        "TR-4.5 telemetry/takes-harmless-values",
        "TR-6.1 telemetry/reads-whole-runs",
        "TR-7.1 telemetry/lists-steps",
        "TR-8.1 telemetry/lists-failures",
        "TR-8.2 telemetry/lists-no-failures",
        "TR-6.4 telemetry/shows-runs-in-time",
        "TR-7.3 telemetry/lists-no-steps",
        "TR-1.3 telemetry/refuses-unknown-statuses",
        "TR-1.5 telemetry/refuses-unknown-step-types",
        "TR-1.7 telemetry/refuses-unknown-failure-types",
        "TR-1.8 telemetry/refuses-odd-failure-codes",
        "TR-1.9 telemetry/refuses-failures-without-failure",
        "TR-1.11 telemetry/refuses-runs-without-a-field",
        "TR-1.12 telemetry/refuses-lengths",
        "TR-1.14 telemetry/refuses-ends-before-beginnings",
        "TR-1.16 telemetry/refuses-odd-numbers",
        "TR-2.3 telemetry/refuses-seq-with-holes",
        "TR-1.17 telemetry/refuses-what-is-no-json",
        "TR-3.1 telemetry/answers-repeats-as-declared",
        "TR-3.2 telemetry/keeps-the-first-of-two-bodies",
        "TR-3.3 telemetry/stores-one-of-many-at-once",
        "TR-3.4 telemetry/refuses-used-step-ids",
        "TR-3.5 telemetry/refuses-failures-of-no-step",
        "TR-4.1 telemetry/refuses-prompts",
        "TR-4.2 telemetry/refuses-answers",
        "TR-4.3 telemetry/refuses-chains-of-thought",
        "TR-4.4 telemetry/refuses-documents",
        "TR-4.5 telemetry/keeps-no-personal-data",
        "TR-4.6 telemetry/keeps-no-secrets",
        "TR-4.7 telemetry/refuses-keys-at-any-depth",
        "TR-4.8 telemetry/refuses-unknown-members",
        "TR-4.11 telemetry/shows-nothing-that-was-refused",
        "TR-5.1 telemetry/lists-runs",
        "TR-5.2 telemetry/filters-runs",
        "TR-5.3 telemetry/filters-by-time",
        "TR-5.4 telemetry/pages-through-runs",
        "TR-5.5 telemetry/treats-odd-pages-as-declared",
        "TR-5.6 telemetry/refuses-odd-filters",
        "TR-5.7 telemetry/lists-nothing-of-a-fresh-agent",
        "TR-6.2 telemetry/refuses-unknown-runs",
        "TR-6.3 telemetry/refuses-odd-ids",
        "TR-7.2 telemetry/refuses-steps-of-unknown-runs",
        "TR-8.3 telemetry/treats-failures-of-unknown-runs-as-declared",
        "TR-11.1 telemetry/keeps-runs-as-they-are",
        "TR-9.1 telemetry/counts-runs-and-failures",
        "TR-9.2 telemetry/averages-over-steps",
        "TR-9.3 telemetry/breaks-down-failures-and-steps",
        "TR-9.4 telemetry/counts-nothing-of-a-fresh-agent",
        "TR-9.5 telemetry/statistics-follow-filters",
        "TR-10.1 telemetry/says-that-it-is-healthy",
        "TR-10.3 telemetry/counts-what-it-takes",
        "TR-11.2 telemetry/hides-foreign-runs",
        "TR-3.4 telemetry/ids-belong-to-their-tenant",
        "TR-11.3 telemetry/answers-in-time",
        "TR-10.2 telemetry/health-follows-the-store",
        "TR-1.1 telemetry/every-run-taken-is-shown",
        "TR-5.1 telemetry/every-list-has-its-shape",
        "TR-6.1 telemetry/every-reading-shows-the-run",
        "TR-7.1 telemetry/every-list-of-steps-is-an-array",
        "TR-8.1 telemetry/every-list-of-failures-is-an-array",
        "TR-9.1 telemetry/every-statistic-has-its-members",
      ]
    `);
  });
  it('requirements and checks across surfaces', () => {
    expect(
      crossSurface.requirements.map(({ id, level, text }) => `${id} ${level} ${text}`),
    ).toMatchInlineSnapshot(`
      [
        "X-1 MUST Errors of every API MUST be JSON of the declared shape, with a code of the protocol, and repeat nothing that was sent.",
        "X-2 MUST Every API MUST answer a request without a token, or with a bad one, with 401 and WWW-Authenticate: Bearer, and change nothing.",
        "X-3 MUST Chat socket, stream, agents API and telemetry MUST tell the same story of a run: ids, steps, order, outcome and durations; the telemetry MUST show it in time and hold none of its content.",
        "X-4 MUST A dry run MUST NOT show on any socket, on any stream or in any list of runs.",
        "X-5 MUST Paths that look like those of another API MUST NOT reach its handler: profiles is no agent, and test-history no profile.",
        "X-6 MUST A run that uses a tool MUST show the five lifecycle events in order, each tool_executing paired with its tool_completed.",
        "X-7 MUST Users at once MUST each receive what is theirs and nothing else, in events and in readings.",
        "X-8 MUST Invalid requests and reconnects MUST NOT disturb later runs, and bad input MUST NOT yield a 5xx.",
      ]
    `);
    expect(crossSurface.checks.map(({ id, requirement }) => `${requirement} ${id}`)).toMatchInlineSnapshot(`
      [
        "X-1 cross-surface/agents-api-errors-have-one-shape",
        "X-1 cross-surface/sandbox-errors-have-one-shape",
        "X-1 cross-surface/telemetry-errors-have-one-shape",
        "X-2 cross-surface/agents-api-needs-tokens",
        "X-2 cross-surface/sandbox-needs-tokens",
        "X-2 cross-surface/telemetry-needs-tokens",
        "X-3 cross-surface/steps-agree",
        "X-3 cross-surface/outcomes-agree",
        "X-3 cross-surface/streams-agree",
        "X-3 cross-surface/messages-agree",
        "X-3 cross-surface/nodes-agree",
        "X-3 cross-surface/durations-agree",
        "X-3 cross-surface/telemetry-shows-runs-in-time",
        "X-3 cross-surface/telemetry-agrees-on-steps",
        "X-3 cross-surface/telemetry-agrees-on-outcome",
        "X-3 cross-surface/telemetry-agrees-on-durations",
        "X-3 cross-surface/telemetry-holds-no-content",
        "X-6 cross-surface/shows-the-five-in-order",
        "X-3 cross-surface/other-steps-agree",
        "X-3 cross-surface/other-outcomes-agree",
        "X-3 cross-surface/other-streams-agree",
        "X-3 cross-surface/other-messages-agree",
        "X-3 cross-surface/other-nodes-agree",
        "X-3 cross-surface/other-durations-agree",
        "X-3 cross-surface/other-telemetry-shows-runs-in-time",
        "X-3 cross-surface/other-telemetry-agrees-on-steps",
        "X-3 cross-surface/other-telemetry-agrees-on-outcome",
        "X-3 cross-surface/other-telemetry-agrees-on-durations",
        "X-3 cross-surface/other-telemetry-holds-no-content",
        "X-3 cross-surface/other-telemetry-shows-runs-once",
        "X-4 cross-surface/dry-runs-do-not-show",
        "X-5 cross-surface/keeps-routes-apart",
        "X-1 cross-surface/every-refusal-has-one-shape",
      ]
    `);
  });
  it('checks of the agents API', () => {
    expect(agentsApi.checks.map(({ id, requirement }) => `${requirement} ${id}`)).toMatchInlineSnapshot(`
      [
        "AR-1.1 agents-api/lists-runs",
        "AR-1.1a agents-api/pages-through-runs",
        "AR-1.1f agents-api/pages-stay-whole-while-runs-are-made",
        "AR-1.1b agents-api/treats-odd-limits-as-declared",
        "AR-1.1c agents-api/refuses-cursors-it-did-not-give",
        "AR-1.1d agents-api/lists-nothing-of-an-empty-project",
        "AR-1.1e agents-api/lists-unknown-projects-as-declared",
        "AR-1.2 agents-api/filters-runs-by-status",
        "AR-1.2a agents-api/refuses-unknown-statuses",
        "AR-1.2b agents-api/status-lists-add-up",
        "AR-1.3 agents-api/filters-runs-by-workflow",
        "AR-1.4 agents-api/filters-combine",
        "AR-1.4a agents-api/cursors-keep-filters",
        "AR-2.1 agents-api/starts-runs",
        "AR-2.1c agents-api/starts-two-runs-for-two-requests",
        "AR-2.1d agents-api/shows-new-runs-at-once",
        "AR-2.1e agents-api/runs-go-forwards",
        "AR-2.2 agents-api/keeps-context-items-of-runs",
        "AR-2.2a agents-api/shows-no-context-items-as-an-empty-list",
        "AR-2.3 agents-api/refuses-unknown-workflow",
        "AR-2.4 agents-api/refuses-unknown-context-items",
        "AR-2.4a agents-api/refuses-foreign-context-items-as-unknown",
        "AR-2.5 agents-api/treats-empty-queries-as-declared",
        "AR-2.5a agents-api/treats-blank-queries-as-empty",
        "AR-2.1a agents-api/refuses-misshapen-runs",
        "AR-2.1b agents-api/refuses-what-is-no-json",
        "AR-3.1 agents-api/reads-runs-whole",
        "AR-3.1a agents-api/runs-are-well-formed",
        "AR-3.4 agents-api/completed-runs-have-a-summary",
        "AR-3.2 agents-api/knows-no-unknown-runs",
        "AR-3.2a agents-api/takes-odd-ids-for-unknown",
        "AR-3.3 agents-api/hides-runs-of-other-projects",
        "AR-4.1 agents-api/lists-steps-in-order",
        "AR-4.1a agents-api/steps-are-well-formed",
        "AR-4.4 agents-api/steps-come-in-small-pages",
        "AR-4.2 agents-api/steps-of-an-unknown-run",
        "AR-4.2a agents-api/steps-under-another-project",
        "AR-E7 agents-api/steps-have-one-order",
        "AR-E1 agents-api/thousand-steps-page-by-page",
        "AR-E1 agents-api/stream-drops-no-step",
        "AR-5.1 agents-api/lists-node-states",
        "AR-5.1a agents-api/node-progress-is-sound",
        "AR-4.3 agents-api/no-steps-before-the-start",
        "AR-5.3 agents-api/no-node-states-before-the-start",
        "AR-5.2 agents-api/node-states-of-an-unknown-run",
        "AR-5.2a agents-api/node-states-under-another-project",
        "AR-6.1 agents-api/lists-messages-in-order",
        "AR-6.3 agents-api/filters-messages-by-role",
        "AR-6.4 agents-api/filters-messages-by-type",
        "AR-6.2 agents-api/messages-of-an-unknown-run",
        "AR-6.2a agents-api/messages-under-another-project",
        "AR-7.1 agents-api/takes-a-message-while-running",
        "AR-7.1a agents-api/shows-a-message-once",
        "AR-7.1 agents-api/takes-a-message-when-completed",
        "AR-7.1b agents-api/reopens-for-a-message",
        "AR-7.2 agents-api/keeps-the-items-of-a-message",
        "AR-7.2a agents-api/refuses-unknown-items-of-a-message",
        "AR-7.3 agents-api/append-of-an-unknown-run",
        "AR-7.6 agents-api/append-under-another-project",
        "AR-7.4 agents-api/refuses-a-message-when-cancelled",
        "AR-7.4a agents-api/message-when-failed-as-declared",
        "AR-7.5 agents-api/refuses-an-empty-message",
        "AR-7.5a agents-api/refuses-useless-messages",
        "AR-E2 agents-api/keeps-a-large-message",
        "AR-E2 agents-api/shows-a-large-message",
        "AR-8.1 agents-api/cancels-a-running-run",
        "AR-8.1a agents-api/cancelled-is-final",
        "AR-8.1b agents-api/streams-a-cancellation",
        "AR-8.2 agents-api/cancels-a-pending-run",
        "AR-8.3 agents-api/refuses-to-cancel-a-completed-run",
        "AR-8.3a agents-api/refuses-to-cancel-a-failed-run",
        "AR-8.4 agents-api/cancels-once-only",
        "AR-8.5 agents-api/cancel-of-an-unknown-run",
        "AR-8.6 agents-api/cancel-under-another-project",
        "AR-E3 agents-api/cancels-at-once-change-once",
        "AR-E4 agents-api/start-against-cancel-has-one-end",
        "AR-E6 agents-api/messages-at-once-keep-one-order",
        "AR-E5 agents-api/runs-outlive-their-workflow",
        "AR-4.2a agents-api/steps-of-a-foreign-run",
        "AR-5.2a agents-api/node-states-of-a-foreign-run",
        "AR-6.2a agents-api/messages-of-a-foreign-run",
        "AR-7.6 agents-api/append-of-a-foreign-run",
        "AR-8.6 agents-api/cancel-of-a-foreign-run",
        "AR-9.1 agents-api/lists-profiles",
        "AR-9.1a agents-api/profiles-are-typed",
        "AR-9.2 agents-api/profile-equals-its-entry",
        "AR-9.3 agents-api/refuses-unknown-profile",
        "AR-10.1 agents-api/stream-tells-the-whole-run",
        "AR-10.1a agents-api/stream-begins-and-ends",
        "AR-10.1b agents-api/stream-frames-are-well-formed",
        "AR-10.1c agents-api/stream-agrees-with-the-lists",
        "AR-10.1e agents-api/stream-tells-all-the-same",
        "AR-10.1f agents-api/stream-keeps-to-its-run",
        "AR-10.1g agents-api/stream-ends-as-declared",
        "AR-10.1i agents-api/stream-node-states-agree",
        "AR-10.1j agents-api/stream-brings-latecomers-up-to-date",
        "AR-10.1k agents-api/stream-comes-in-time",
        "AR-10.3 agents-api/stream-shows-finished-runs",
        "AR-E8 agents-api/stream-outlives-vanished-subscribers",
        "AR-10.1d agents-api/stream-tells-failure",
        "AR-10.2 agents-api/stream-refuses-unknown-runs",
        "AR-10.2a agents-api/stream-hides-foreign-runs",
        "AR-10.2b agents-api/stream-refuses-bad-tokens",
        "AR-10.2c agents-api/stream-outlives-rough-clients",
        "AR-10.1h agents-api/stream-pings-idle-subscribers",
        "AR-1.1 agents-api/every-list-of-runs-is-a-page",
        "AR-2.1 agents-api/every-new-run-is-shown",
        "AR-3.1 agents-api/every-reading-shows-the-run",
        "AR-4.1 agents-api/every-list-of-steps-is-a-page",
        "AR-5.1 agents-api/every-list-of-node-states-is-one",
        "AR-6.1 agents-api/every-list-of-messages-is-a-page",
        "AR-7.1 agents-api/every-message-taken-is-shown",
        "AR-8.1 agents-api/every-cancellation-shows-the-run",
        "AR-9.1 agents-api/every-list-of-profiles-is-an-array",
        "AR-9.2 agents-api/every-reading-shows-the-profile",
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
        "CN-10 connectivity/follows-its-dependencies",
        "CN-11 connectivity/states-connectivity",
        "CN-12 connectivity/serves-listed-origins",
        "CN-12 connectivity/treats-unlisted-origins-as-declared",
        "CN-1 connectivity/every-health-says-so",
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
