/** Messages that a run does not take: it is closed, or they say nothing. */
import { type BoundCase, defineCase } from '../../harness/core/contract-case.ts';
import type { Finding } from '../../harness/core/finding.ts';
import type { Stage } from '../../harness/core/scenario.ts';
import type { TrialView } from '../../harness/judge/views.ts';
import { awaitStatus, TERMINAL_STATUSES, WORKFLOWS, walk } from './drive.ts';
import { declared, error, expectAnswer, fieldOf, labelled, status } from './expect.ts';
import { madeId } from './made.ts';
import { APPEND } from './message-answer.ts';
import { askRun, LABELS, type OwnRun, openRun, tidyUp } from './own-run.ts';
import { after, completed, readable, started, stood } from './reached.ts';
import { conclude, listOf } from './run-parts.ts';

const needs = ['agents-api', 'fixtures'] as const;

const BEFORE = 'messages before';
const AFTER = 'messages after';
const STATE_CONFLICT = { '409': 409, '400': 400 } as const;
const WORK_MS = 5_000;

/** No message of the user came to the list, and none of any kind left it. */
function nothingAppended(view: TrialView, before: string, then: string): readonly Finding[] {
  const [was, is] = [listOf(view, before), listOf(view, then)];
  const added = is.items.filter(
    (item) => fieldOf(item, 'role') === 'user' && !was.ids.includes(String(fieldOf(item, 'id'))),
  );
  const lost = was.ids.filter((id) => !is.ids.includes(id));
  const faults = [
    added.length > 0 ? `${added.length} appended` : undefined,
    lost.length > 0 ? `${lost.length} gone` : undefined,
  ];
  return conclude('changed', 'the messages that there were', faults, [...was.refs, ...is.refs]);
}

async function appendBetween(stage: Stage, run: OwnRun): Promise<void> {
  const { project, path } = run;
  await walk(project, BEFORE, `${path}/messages`);
  await askRun(run, APPEND, 'POST', '/messages', { content: `too late, ${stage.nonce('message')}` });
  await walk(project, AFTER, `${path}/messages`);
}

const toCancelled = defineCase<TrialView>({
  id: 'api-append-when-cancelled',
  purpose: 'appends a message to a cancelled run',
  needs,
  agentRuns: 1,
  async drive(stage) {
    const run = await openRun(stage, WORKFLOWS.slow(WORK_MS));
    if (run === undefined) return;
    const { project, path } = run;
    await awaitStatus(stage, project, path, ['RUNNING', ...TERMINAL_STATUSES], LABELS.running);
    await askRun(run, LABELS.cancel, 'POST', '/cancel');
    await awaitStatus(stage, project, path, TERMINAL_STATUSES, LABELS.end);
    await appendBetween(stage, run);
  },
  checks: [
    {
      id: 'agents-api/refuses-a-message-when-cancelled',
      requirement: 'AR-7.4',
      title: 'a message to a cancelled run is refused, and nothing is appended',
      restsOn: 'AR-2.1',
      judge: after(
        [
          started(),
          stood(LABELS.end, ['CANCELLED'], 'AR-8.1'),
          readable(BEFORE, 'AR-6.1'),
          readable(AFTER, 'AR-6.1'),
        ],
        (view, { variationPoints }) => {
          const allowed = declared(variationPoints['VP-STATECONFLICT'], STATE_CONFLICT);
          const answer = expectAnswer(view, APPEND, status(...allowed), error('RUN_CLOSED'));
          return [...answer, ...nothingAppended(view, BEFORE, AFTER)];
        },
      ),
    },
  ],
});

/** Accepted, and then also listed. */
function accepted(view: TrialView): readonly Finding[] {
  const id = madeId(labelled(view, APPEND)[0]);
  const list = listOf(view, AFTER);
  const fault = id !== undefined && list.ids.includes(id) ? undefined : 'not listed';
  return [
    ...expectAnswer(view, APPEND, status(201)),
    ...conclude('lost', 'the message in the list', [fault], list.refs),
  ];
}

const toFailed = defineCase<TrialView>({
  id: 'api-append-when-failed',
  purpose: 'appends a message to a failed run',
  needs,
  agentRuns: 1,
  async drive(stage) {
    const run = await openRun(stage, WORKFLOWS.failing);
    if (run === undefined) return;
    await awaitStatus(stage, run.project, run.path, TERMINAL_STATUSES, LABELS.end);
    await appendBetween(stage, run);
    await tidyUp(run);
  },
  checks: [
    {
      id: 'agents-api/message-when-failed-as-declared',
      requirement: 'AR-7.4a',
      title: 'a message to a failed run is refused without effect, or accepted, as declared',
      restsOn: 'AR-2.1',
      judge: after(
        [started(), stood(LABELS.end, ['FAILED']), readable(BEFORE, 'AR-6.1'), readable(AFTER, 'AR-6.1')],
        (view, { variationPoints }) => {
          const choice = variationPoints['VP-FAILEDAPPEND'];
          const isAccepted = labelled(view, APPEND)[0]?.response?.status === 201;
          if (choice === 'accept' || (choice === undefined && isAccepted)) return accepted(view);
          const allowed = declared(variationPoints['VP-STATECONFLICT'], STATE_CONFLICT);
          const answer = expectAnswer(view, APPEND, status(...allowed), error('RUN_CLOSED'));
          return [...answer, ...nothingAppended(view, BEFORE, AFTER)];
        },
      ),
    },
  ],
});

const EMPTY = 'append nothing';
const BETWEEN = 'messages between';
const USELESS = {
  'append without content': {},
  'append null': { content: null },
  'append a number': { content: 7 },
  'append white space': { content: ' \t\n ' },
} as const;

const withoutContent = defineCase<TrialView>({
  id: 'api-append-no-content',
  purpose: 'appends messages that say nothing to a completed run',
  needs,
  agentRuns: 1,
  async drive(stage) {
    const run = await openRun(stage, WORKFLOWS.quick);
    if (run === undefined) return;
    const { project, path } = run;
    await awaitStatus(stage, project, path, TERMINAL_STATUSES, LABELS.end);
    await walk(project, BEFORE, `${path}/messages`);
    await askRun(run, EMPTY, 'POST', '/messages', { content: '' });
    await walk(project, BETWEEN, `${path}/messages`);
    for (const [label, body] of Object.entries(USELESS)) await askRun(run, label, 'POST', '/messages', body);
    await walk(project, AFTER, `${path}/messages`);
    await tidyUp(run);
  },
  checks: [
    {
      id: 'agents-api/refuses-an-empty-message',
      requirement: 'AR-7.5',
      title: 'an empty message: 400, and nothing is appended',
      restsOn: 'AR-2.1',
      judge: after(
        [started(), completed, readable(BEFORE, 'AR-6.1'), readable(BETWEEN, 'AR-6.1')],
        (view) => [
          ...expectAnswer(view, EMPTY, status(400), error('CONTENT_REQUIRED')),
          ...nothingAppended(view, BEFORE, BETWEEN),
        ],
      ),
    },
    {
      id: 'agents-api/refuses-useless-messages',
      requirement: 'AR-7.5a',
      title: 'a message without content, with null, a number or white space: 400 or 422, without effect',
      restsOn: 'AR-2.1',
      judge: after([started(), completed, readable(BETWEEN, 'AR-6.1'), readable(AFTER, 'AR-6.1')], (view) => [
        ...Object.keys(USELESS).flatMap((label) =>
          expectAnswer(view, label, status(400, 422), error('CONTENT_REQUIRED', 'VALIDATION')),
        ),
        ...nothingAppended(view, BETWEEN, AFTER),
      ]),
    },
  ],
});

export const refusedAppendCases: readonly BoundCase<TrialView>[] = [toCancelled, toFailed, withoutContent];
