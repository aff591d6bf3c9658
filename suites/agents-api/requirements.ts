import { type Capability, defineRequirements, type Requirement } from '../../harness/core/requirement.ts';

type Row = readonly [id: string, source: string, text: string, over?: Partial<Requirement>];

const fixtures: readonly Capability[] = ['agents-api', 'fixtures'];
const stream: readonly Capability[] = ['agents-api', 'fixtures', 'run-stream'];

const rows = (common: Partial<Requirement>, table: readonly Row[]): readonly Requirement[] =>
  table.map(([id, where, text, over = {}]) => ({
    id,
    level: 'MUST',
    clause: 'docs/protocol.md 5',
    source: `agents API ${where}`,
    when: fixtures,
    text,
    ...common,
    ...over,
  }));

const errors = { clause: 'docs/protocol.md 2 and 5' };
const foreign = { clause: 'docs/protocol.md 2' };
const doors = { clause: 'docs/protocol.md 4.1 and 5' };
const should = { level: 'SHOULD' } as const;
const ownsNothing = { when: ['agents-api'] } as const;
const anyStream = { when: ['agents-api', 'run-stream'] } as const;

const lists = rows({}, [
  [
    'AR-1.1',
    '1.1',
    'The runs of a project MUST come as a page {items, nextCursor, total}, cut at the declared default size.',
  ],
  [
    'AR-1.1a',
    '1.1, derived',
    'Following nextCursor MUST show every run once, in one order, in pages of the size asked for; the last one is null.',
  ],
  [
    'AR-1.1b',
    '1.1, original project',
    'A limit outside 1 to 100, or none at all, SHOULD be refused or clamped as declared, and never yields a 5xx.',
    should,
  ],
  [
    'AR-1.1c',
    '1.1, derived',
    'A cursor that the deployment did not give MUST be refused, not taken for the first page.',
    errors,
  ],
  ['AR-1.1d', '1.1, derived', 'A project without runs MUST list none: no items, no cursor, total 0.'],
  [
    'AR-1.1e',
    '1.1, original project',
    'The runs of an unknown project MUST be answered with 404 or an empty page, as declared.',
    errors,
  ],
  [
    'AR-1.1f',
    '1.1, derived',
    'Runs made while somebody pages through the list MUST NOT make an earlier one come twice or go missing.',
  ],
  ['AR-1.2', '1.2', 'The status filter MUST select the runs of that status, all of them and no others.'],
  ['AR-1.2a', '1.2, derived', 'A status that does not exist MUST be refused or match nothing.', errors],
  [
    'AR-1.2b',
    '1.2, derived',
    'The lists of the five statuses MUST each hold only their own, and together as many as there are.',
  ],
  [
    'AR-1.3',
    '1.3',
    'The workflowId filter MUST select the runs of that workflow, all of them and no others.',
  ],
  ['AR-1.4', '1.4', 'Filters together MUST select what each of them selects alone.'],
  ['AR-1.4a', '1.4, derived', 'total MUST count what the filters select, and a cursor MUST keep them.'],
]);

const creation = rows({}, [
  [
    'AR-2.1',
    '2.1',
    'A new run MUST be answered with 201 and the run: an id, its project and workflow, the declared first status, started, not finished, no summary.',
  ],
  [
    'AR-2.1a',
    '2.1, derived',
    'A body without a required field, of a wrong type, or no object MUST be refused as declared, and the error names the field.',
    errors,
  ],
  [
    'AR-2.1b',
    '2.1, derived',
    'A body that is not JSON, or does not say so, MUST be refused with 400, 415 or 422.',
    errors,
  ],
  ['AR-2.1c', '2.1, derived', 'The same request made twice MUST start two runs.'],
  ['AR-2.1d', '2.1, derived', 'A run MUST be readable as soon as it was answered.'],
  [
    'AR-2.1e',
    '2.1, derived; execution events, thresholds',
    'Within a turn a run MUST go from PENDING over RUNNING to a terminal status within the limit, never backwards, and not finish before it started.',
  ],
  [
    'AR-2.2',
    '2.2',
    'The context items of a run MUST be kept in their order, in the answer and when it is read.',
  ],
  ['AR-2.2a', '2.2, original project', 'A run without context items MUST show an empty list of them.'],
  [
    'AR-2.3',
    '2.3',
    'A run of an unknown workflow MUST be refused as declared with WORKFLOW_NOT_FOUND, and none is created.',
    errors,
  ],
  [
    'AR-2.4',
    '2.4',
    'A run with an unknown context item MUST be refused with 400 and CONTEXT_ITEM_INVALID, and none is created.',
    errors,
  ],
  [
    'AR-2.4a',
    '2.4, derived',
    'A context item of another project MUST be refused just as an unknown one.',
    foreign,
  ],
  ['AR-2.5', '2.5', 'An empty query MUST be refused with 400 and QUERY_REQUIRED, or accepted, as declared.'],
  ['AR-2.5a', '2.5, derived', 'A query of white space MUST be answered as an empty one.'],
]);

const reading = rows({}, [
  ['AR-3.1', '3.1', 'A run that is read MUST have all its members, those without a value as null.'],
  [
    'AR-3.1a',
    '3.1, derived',
    'The members of a run MUST be of their types, times in RFC 3339 UTC, and finishedAt set if and only if the run is over.',
  ],
  ['AR-3.2', '3.2', 'An unknown run MUST be answered with 404 and the text "Agent run not found".', errors],
  [
    'AR-3.2a',
    '3.2, derived',
    'An id that is long, odd or tries to leave its folder MUST be answered as unknown or refused, never with a 5xx.',
    errors,
  ],
  ['AR-3.3', '3.3', 'A run read under another project MUST look like an unknown one.', foreign],
  ['AR-3.4', '3.4', 'A completed run MUST have an outputSummary and finishedAt.'],
]);

const steps = rows({}, [
  [
    'AR-4.1',
    '4.1',
    'The steps of a run MUST come as a page, ordered by stepNumber, which is the order in which they started.',
  ],
  [
    'AR-4.1a',
    '4.1, derived',
    'A step MUST have a known status, an error only when it failed, and a durationMs that agrees with its times.',
  ],
  ['AR-4.2', '4.2', 'The steps of an unknown run MUST be answered with 404.', errors],
  [
    'AR-4.2a',
    '4.2, derived',
    'The steps of a run under another project MUST look like those of an unknown one.',
    foreign,
  ],
  ['AR-4.3', '4.3', 'A run that has not started MUST show no steps.'],
  [
    'AR-4.4',
    '4.4',
    'Steps asked for in small pages MUST come in pages of that size, whose cursors lead to the end.',
  ],
  [
    'AR-E1',
    'edge case 1',
    'A run of a thousand steps MUST be readable page by page, whole and in order, each page within the limit, and its stream drops nothing.',
  ],
  [
    'AR-E7',
    'edge case 7',
    'stepNumber MUST count from 1 without gaps, and lists and stream MUST show the steps in the same order.',
    { when: stream },
  ],
]);

const nodeStates = rows({}, [
  ['AR-5.1', '5.1', 'The node states of a run MUST come as {items} with one entry for each node.'],
  [
    'AR-5.1a',
    '5.1, derived',
    'progress MUST lie between 0 and 1, and a completed node has progress 1 and completedAt.',
  ],
  ['AR-5.2', '5.2', 'The node states of an unknown run MUST be answered with 404.', errors],
  [
    'AR-5.2a',
    '5.2, derived',
    'The node states of a run under another project MUST look like those of an unknown one.',
    foreign,
  ],
  ['AR-5.3', '5.3', 'A run that has not started MUST show no node states.'],
]);

const messages = rows({}, [
  [
    'AR-6.1',
    '6.1',
    'The messages of a run MUST come as a page, oldest first, those of the user and of the agent.',
  ],
  ['AR-6.2', '6.2', 'The messages of an unknown run MUST be answered with 404.', errors],
  [
    'AR-6.2a',
    '6.2, derived',
    'The messages of a run under another project MUST look like those of an unknown one.',
    foreign,
  ],
  ['AR-6.3', '6.3', 'The role filter MUST select the messages of that role, where it is supported.'],
  ['AR-6.4', '6.4', 'type MUST select as role does, where it is supported.'],
  [
    'AR-7.1',
    '7.1',
    'A message to a running or completed run MUST be answered with 201 and the message, of role user, with its content.',
  ],
  [
    'AR-7.1a',
    '7.1, derived',
    'An appended message MUST be listed once, last among those of the user, and shown once on the stream.',
    { when: stream },
  ],
  [
    'AR-7.1b',
    '7.1, derived',
    'A message to a completed run MUST open its next turn, as declared, which ends in an answer.',
  ],
  ['AR-7.2', '7.2', 'The context items of a message MUST be kept in the answer and in the list.'],
  [
    'AR-7.2a',
    '7.2, derived',
    'A message with an unknown context item MUST be refused with 400, and nothing is appended.',
    errors,
  ],
  ['AR-7.3', '7.3', 'A message to an unknown run MUST be answered with 404.', errors],
  [
    'AR-7.4',
    '7.4',
    'A message to a cancelled run MUST be refused as declared with RUN_CLOSED, and nothing is appended.',
    errors,
  ],
  ['AR-7.4a', '7.4, derived', 'A message to a failed run MUST be refused or accepted, as declared.', errors],
  [
    'AR-7.5',
    '7.5',
    'An empty message MUST be refused with 400 and CONTENT_REQUIRED, and nothing is appended.',
    errors,
  ],
  [
    'AR-7.5a',
    '7.5, derived',
    'A message whose content is missing, null, a number or white space MUST be refused with 400 or 422.',
    errors,
  ],
  [
    'AR-7.6',
    '7.3, derived',
    'A message to a run under another project MUST be answered as to an unknown one, and nothing is appended.',
    foreign,
  ],
  [
    'AR-E2',
    'edge case 2',
    'A large message MUST be kept to the byte, or refused as too large as declared; never cut, never a 5xx.',
    errors,
  ],
  [
    'AR-E6',
    'edge case 6',
    'Messages sent at once MUST all be kept, in one order, which lists and stream share.',
    { when: stream },
  ],
]);

const cancellation = rows({}, [
  [
    'AR-8.1',
    '8.1',
    'Cancelling a running run MUST be answered with 200 and the cancelled run, and its work stops.',
  ],
  ['AR-8.1a', '8.1, derived', 'A cancelled run MUST stay so, and no step starts after it finished.'],
  [
    'AR-8.1b',
    '8.1, original project',
    'A cancellation MUST be shown on the stream as exactly one terminal frame, as declared.',
    { when: stream },
  ],
  ['AR-8.2', '8.2', 'A run cancelled while it was pending MUST never execute a step.'],
  [
    'AR-8.3',
    '8.3',
    'Cancelling a completed run MUST be refused as declared, and it stays completed.',
    errors,
  ],
  [
    'AR-8.3a',
    '8.3, derived',
    'Cancelling a failed run MUST be refused as declared, and it stays failed.',
    errors,
  ],
  [
    'AR-8.4',
    '8.4',
    'Cancelling a cancelled run MUST be answered as declared, and it finished when it was first cancelled.',
  ],
  ['AR-8.5', '8.5', 'Cancelling an unknown run MUST be answered with 404.', errors],
  [
    'AR-8.6',
    '8.5, derived',
    'Cancelling a run under another project MUST be answered as for an unknown one, and the run goes on.',
    foreign,
  ],
  [
    'AR-E3',
    'edge case 3',
    'Cancellations at once MUST change the state once: one terminal frame, at least one 200, no other refusal than of a state.',
    { when: stream },
  ],
  [
    'AR-E4',
    'edge case 4',
    'A run cancelled as it starts MUST end in one terminal status, and never completes after the cancellation was accepted.',
  ],
  [
    'AR-E5',
    'edge case 5',
    'A run whose workflow was deleted MUST stay readable and name it; nothing about it yields a 5xx.',
    errors,
  ],
]);

const profiles = rows(ownsNothing, [
  [
    'AR-9.1',
    '9.1',
    'The profiles MUST come as a bare array, not empty, each with id, name, description and capabilities, no id twice.',
  ],
  [
    'AR-9.1a',
    '9.1, original project',
    'The capabilities of a profile SHOULD be texts, its description a text or null.',
    should,
  ],
  ['AR-9.2', '9.2', 'A profile read alone MUST equal its entry in the list.'],
  ['AR-9.3', '9.3', 'An unknown profile MUST be answered with 404 and the text "Agent not found".', errors],
]);

const streams = rows({ when: stream }, [
  [
    'AR-10.1',
    '10.1',
    'The stream of a run MUST show it created, updated, each step, each message, and completed.',
  ],
  [
    'AR-10.1a',
    '10.1, derived',
    'The first frame of a stream MUST be agent.run.created, the last one terminal, the only one, and nothing follows it.',
  ],
  [
    'AR-10.1b',
    '10.1, original project',
    'A frame MUST be an object with its type, exactly the resource of that type, and a timestamp that does not go backwards.',
  ],
  [
    'AR-10.1c',
    '10.1, derived',
    'The steps and messages of a stream MUST be those of the lists, with the same ids and last statuses.',
  ],
  [
    'AR-10.1d',
    '10.1, original project',
    'The stream of a run that fails MUST end with agent.run.failed and an errorMessage, and the run read says the same.',
  ],
  [
    'AR-10.1e',
    '10.1, original project',
    'All subscribers of a run MUST see the same frames in the same order.',
  ],
  ['AR-10.1f', '10.1, derived', 'A stream MUST show nothing of another run.'],
  [
    'AR-10.1g',
    '10.1, original project',
    'After the terminal frame the stream SHOULD be closed with 1000 or stay open, as declared.',
    should,
  ],
  [
    'AR-10.1h',
    '10.1, original project',
    'A subscriber SHOULD be pinged at the declared interval, and be closed when it misses two.',
    { ...should, ...doors },
  ],
  [
    'AR-10.1i',
    '10.1, original project',
    'Node states on the stream SHOULD agree with those that are read.',
    should,
  ],
  [
    'AR-10.1j',
    '10.1, derived',
    'Who subscribes late MUST be brought to the state that is read, as declared.',
  ],
  [
    'AR-10.1k',
    '10.1, derived; execution events, thresholds',
    'The first frame MUST come within the limit after the run was asked for, and no frame is held back.',
  ],
  [
    'AR-10.2',
    '10.2',
    'The stream of an unknown run MUST be refused as declared: an error frame with the id, then close 1008, or on the upgrade.',
    anyStream,
  ],
  [
    'AR-10.2a',
    '10.2, derived',
    'The stream of a foreign run MUST look like that of an unknown one.',
    foreign,
  ],
  [
    'AR-10.2b',
    '10.2, original project',
    'A stream asked for without a token, or with a bad one, MUST be refused as declared.',
    { ...doors, ...anyStream },
  ],
  [
    'AR-10.2c',
    '10.2, derived',
    'What a subscriber sends, junk, binary or too large, MUST NOT disturb the others: it is ignored or closed with 1003, 1007 or 1009.',
    doors,
  ],
  [
    'AR-10.3',
    '10.3',
    'The stream of a completed run MUST open and show its final state, and no other news than its history.',
  ],
  [
    'AR-E8',
    'edge case 8',
    'A subscriber that vanishes MUST NOT disturb the run or the others, and MUST be let in again to the current state.',
  ],
]);

/** What the runs of a project are over HTTP and on their streams. */
export const requirements = defineRequirements([
  ...lists,
  ...creation,
  ...reading,
  ...steps,
  ...nodeStates,
  ...messages,
  ...cancellation,
  ...profiles,
  ...streams,
]);
