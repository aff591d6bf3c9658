import { type BoundCase, defineCase } from '../../harness/core/contract-case.ts';
import type { TrialView } from '../../harness/judge/views.ts';
import { refusedAppendCases } from './append-refused.ts';
import {
  awaitStatus,
  makeContextItem,
  openProject,
  TERMINAL_STATUSES,
  unknownId,
  WORKFLOWS,
  walk,
} from './drive.ts';
import { elsewhereCase } from './elsewhere.ts';
import { error, expectAnswer, fieldOf, holds, labelled, status } from './expect.ts';
import { largeMessage } from './large-message.ts';
import { madeId } from './made.ts';
import { APPEND, inTime, judgeAnswer, MESSAGES, sent } from './message-answer.ts';
import { askRun, follow, hearOut, LABELS, openRun, runIn } from './own-run.ts';
import { after, answered, heard, readable, running, started } from './reached.ts';
import { reopening } from './reopening.ts';
import { conclude, listOf } from './run-parts.ts';
import { streamNamed } from './stream-view.ts';

const needs = ['agents-api', 'fixtures'] as const;

const WORK_MS = 1_000;

const whileRunning = defineCase<TrialView>({
  id: 'api-append-while-running',
  purpose: 'appends a message to a run that is under way and followed',
  needs,
  agentRuns: 1,
  async drive(stage) {
    const run = await openRun(stage, WORKFLOWS.slow(WORK_MS));
    if (run === undefined) return;
    const socket = await follow(run);
    await awaitStatus(stage, run.project, run.path, ['RUNNING', ...TERMINAL_STATUSES], LABELS.running);
    const content = `and by service, ${stage.nonce('message')}`;
    await askRun(run, APPEND, 'POST', '/messages', { content, contextItemIds: [] });
    await hearOut(stage, socket);
    await awaitStatus(stage, run.project, run.path, TERMINAL_STATUSES, LABELS.end);
    await walk(run.project, MESSAGES, `${run.path}/messages`);
  },
  checks: [
    {
      id: 'agents-api/takes-a-message-while-running',
      requirement: 'AR-7.1',
      title: 'a message to a running run: 201 and the message',
      restsOn: 'AR-2.1',
      judge: after([started(), running], judgeAnswer),
    },
    {
      id: 'agents-api/shows-a-message-once',
      requirement: 'AR-7.1a',
      title: 'an appended message is listed once, last of the user, and shown once on the stream',
      when: ['run-stream'],
      restsOn: 'AR-2.1',
      judge: after(
        [started(), running, answered(APPEND, 201, 'AR-7.1'), readable(MESSAGES, 'AR-6.1'), heard(), inTime],
        (view) => {
          const id = madeId(labelled(view, APPEND)[0]);
          const list = listOf(view, MESSAGES);
          const listed = list.ids.filter((one) => one === id).length;
          const last = list.items.findLast((item) => fieldOf(item, 'role') === 'user');
          const stream = streamNamed(view, LABELS.stream);
          const shown = (stream?.frames ?? []).filter(
            ({ type, body }) =>
              type === 'agent.message.appended' && fieldOf(fieldOf(body, 'message'), 'id') === id,
          ).length;
          const faults = [
            listed === 1 ? undefined : `listed ${listed} times`,
            fieldOf(last, 'id') === id ? undefined : 'not the last of the user',
            shown === 1 ? undefined : `shown ${shown} times`,
          ];
          const refs = [...list.refs, ...(stream === undefined ? [] : [stream.ref])];
          return conclude('not-once', 'once in the list, last of the user; once on the stream', faults, refs);
        },
      ),
    },
  ],
});

const UNKNOWN_ITEM = 'append with an unknown item';
const STRAY = 'with an item that does not exist';

const withItems = defineCase<TrialView>({
  id: 'api-append-context-items',
  purpose: 'appends messages with context items, known and unknown',
  needs,
  agentRuns: 1,
  async drive(stage) {
    const project = await openProject(stage);
    if (project === undefined) return;
    const items = [await makeContextItem(project), await makeContextItem(project, 'c\n3\n')];
    const run = await runIn(project, WORKFLOWS.slow(WORK_MS));
    const known = items.filter((item) => item !== undefined);
    if (run === undefined) return;
    if (known.length === items.length)
      await askRun(run, APPEND, 'POST', '/messages', { content: 'with these', contextItemIds: known });
    const unknown = { content: STRAY, contextItemIds: [unknownId(stage)] };
    await askRun(run, UNKNOWN_ITEM, 'POST', '/messages', unknown);
    await awaitStatus(stage, project, run.path, TERMINAL_STATUSES, LABELS.end);
    await walk(project, MESSAGES, `${run.path}/messages`);
  },
  checks: [
    {
      id: 'agents-api/keeps-the-items-of-a-message',
      requirement: 'AR-7.2',
      title: 'the context items of a message are in the answer and in the list',
      restsOn: 'AR-2.2',
      judge: after([started(), readable(MESSAGES, 'AR-6.1')], (view) => {
        const [exchange] = labelled(view, APPEND);
        const items = sent(exchange, 'contextItemIds');
        const ids = Array.isArray(items) ? items : [];
        const id = madeId(exchange);
        const refusal = expectAnswer(
          view,
          APPEND,
          status(201),
          holds('the items that were sent', (body) => itemsFault(body, ids)),
        );
        if (id === undefined || refusal.length === 0) return refusal;
        const list = listOf(view, MESSAGES);
        const item = list.items.find((one) => fieldOf(one, 'id') === id);
        const fault = item === undefined ? 'not listed' : itemsFault(item, ids);
        return [...refusal, ...conclude('items-lost', 'the items in the list', [fault], list.refs)];
      }),
    },
    {
      id: 'agents-api/refuses-unknown-items-of-a-message',
      requirement: 'AR-7.2a',
      title: 'a message with an unknown context item: 400, and nothing is appended',
      restsOn: 'AR-2.1',
      judge: after([started(), readable(MESSAGES, 'AR-6.1')], (view) => {
        const list = listOf(view, MESSAGES);
        const isThere = list.items.some((item) => fieldOf(item, 'content') === STRAY);
        return [
          ...expectAnswer(view, UNKNOWN_ITEM, status(400), error('CONTEXT_ITEM_INVALID')),
          ...conclude('appended', 'nothing appended', [isThere ? 'it is listed' : undefined], list.refs),
        ];
      }),
    },
  ],
});

function itemsFault(message: unknown, sent: readonly unknown[]): string | undefined {
  const kept = fieldOf(message, 'contextItemIds');
  if (!Array.isArray(kept)) return 'no contextItemIds';
  const isKept = kept.length === sent.length && sent.every((id) => kept.includes(id));
  return isKept ? undefined : `${kept.length} items: ${kept.join(', ')}`;
}

export const appendCases: readonly BoundCase<TrialView>[] = [
  whileRunning,
  reopening,
  withItems,
  elsewhereCase('append', { unknown: 'AR-7.3', otherProject: 'AR-7.6' }),
  ...refusedAppendCases,
  largeMessage,
];
