/** A message to a completed run, and the turn that it opens. */
import { canonicalInstant } from '../../harness/core/canonical-json.ts';
import { type BoundCase, defineCase } from '../../harness/core/contract-case.ts';
import type { TrialView } from '../../harness/judge/views.ts';
import { awaitStatus, TERMINAL_STATUSES, WORKFLOWS, walk } from './drive.ts';
import { bodyOf, fieldOf, labelled } from './expect.ts';
import { madeId } from './made.ts';
import { APPEND, judgeAnswer, MESSAGES } from './message-answer.ts';
import { askRun, LABELS, openRun } from './own-run.ts';
import { after, answered, completed, readable, started, stood } from './reached.ts';
import { conclude, lastBody, lastRefs, listOf } from './run-parts.ts';

const BEFORE = 'messages before';
const REOPENING = 'await reopening';
const SECOND_END = 'await second end';
const WORK_MS = 400;

/** What the run says of itself at one moment. */
interface Standing {
  readonly status: unknown;
  readonly turn: unknown;
  readonly finishedAt: unknown;
}

const standingOf = (run: unknown): Standing => ({
  status: fieldOf(run, 'status'),
  turn: fieldOf(run, 'turn'),
  finishedAt: canonicalInstant(fieldOf(run, 'finishedAt')),
});

const isUnderWay = ({ status }: Standing): boolean => status === 'PENDING' || status === 'RUNNING';

/** How the run stood from the message on, in the order of the readings. */
const readingsOf = (view: TrialView): readonly Standing[] =>
  [REOPENING, SECOND_END].flatMap((label) =>
    labelled(view, label)
      .filter(({ response }) => response?.status === 200)
      .map((exchange) => standingOf(bodyOf(exchange))),
  );

const wasReopened = (first: Standing, readings: readonly Standing[]): boolean =>
  readings.some((one) => isUnderWay(one) || one.turn !== first.turn || one.finishedAt !== first.finishedAt);

/** Whether the assistant said something new after the message. */
function hasAnswer(view: TrialView): boolean {
  const before = new Set(listOf(view, BEFORE).ids);
  const { items, ids } = listOf(view, MESSAGES);
  const place = ids.indexOf(madeId(labelled(view, APPEND)[0]) ?? '');
  return items
    .slice(place + 1)
    .some((item) => fieldOf(item, 'role') === 'assistant' && !before.has(String(fieldOf(item, 'id'))));
}

/** The second turn: not finished while it is under way, and ended with an answer. */
function turnFaults(
  first: Standing,
  readings: readonly Standing[],
  isAnswered: boolean,
): readonly (string | undefined)[] {
  const last = readings.at(-1);
  const early = readings.find((one) => isUnderWay(one) && one.finishedAt !== null);
  return [
    early === undefined ? undefined : `${String(early.status)} with finishedAt ${String(early.finishedAt)}`,
    last?.status === 'COMPLETED' ? undefined : `it ends ${String(last?.status)}`,
    last?.turn === Number(first.turn) + 1
      ? undefined
      : `turn ${String(first.turn)} became ${String(last?.turn)}`,
    isAnswered ? undefined : 'no new message of the assistant after it',
  ];
}

export const reopening: BoundCase<TrialView> = defineCase<TrialView>({
  id: 'api-append-when-completed',
  purpose: 'appends a message to a completed run and waits for the turn that it opens',
  needs: ['agents-api', 'fixtures'],
  agentRuns: 1,
  async drive(stage) {
    const run = await openRun(stage, WORKFLOWS.slow(WORK_MS));
    if (run === undefined) return;
    const { project, path } = run;
    await awaitStatus(stage, project, path, TERMINAL_STATUSES, LABELS.end);
    await walk(project, BEFORE, `${path}/messages`);
    const content = `once more, ${stage.nonce('message')}`;
    await askRun(run, APPEND, 'POST', '/messages', { content, contextItemIds: [] });
    // Where a completed run stays so, nothing comes of waiting; a second is enough to see that.
    await awaitStatus(stage, project, path, ['PENDING', 'RUNNING'], REOPENING, stage.thresholds.graceMs);
    await awaitStatus(stage, project, path, TERMINAL_STATUSES, SECOND_END);
    await walk(project, MESSAGES, `${path}/messages`);
  },
  checks: [
    {
      id: 'agents-api/takes-a-message-when-completed',
      requirement: 'AR-7.1',
      title: 'a message to a completed run: 201 and the message',
      restsOn: 'AR-2.1',
      judge: after([started(), completed], judgeAnswer),
    },
    {
      id: 'agents-api/reopens-for-a-message',
      requirement: 'AR-7.1b',
      title: 'a message to a completed run opens its next turn, or leaves it completed, as declared',
      restsOn: 'AR-2.1',
      judge: after(
        [
          started(),
          completed,
          answered(APPEND, 201, 'AR-7.1'),
          stood(SECOND_END, [...TERMINAL_STATUSES, 'PENDING', 'RUNNING'], 'AR-3.1'),
          readable(BEFORE, 'AR-6.1'),
          readable(MESSAGES, 'AR-6.1'),
        ],
        (view, { variationPoints }) => {
          const choice = variationPoints['VP-REOPEN'];
          const first = standingOf(lastBody(view, LABELS.end));
          const readings = readingsOf(view);
          const isReopened = wasReopened(first, readings);
          const refs = lastRefs(view, LABELS.end, APPEND, REOPENING, SECOND_END, MESSAGES);
          if (choice !== undefined && isReopened !== (choice === 'reopens'))
            return conclude('not-as-declared', choice, [isReopened ? 'it reopens' : 'it stays'], refs);
          const faults = isReopened ? turnFaults(first, readings, hasAnswer(view)) : [];
          return conclude('wrong-turn', 'the next turn, which ends in an answer', faults, refs);
        },
      ),
    },
  ],
});
