/** Several requests at the same moment, of which only some can be first. */
import { canonicalInstant } from '../../harness/core/canonical-json.ts';
import { type BoundCase, defineCase } from '../../harness/core/contract-case.ts';
import type { Stage } from '../../harness/core/scenario.ts';
import type { TrialView } from '../../harness/judge/views.ts';
import { judgeEnding } from './cancel-running.ts';
import { deletedWorkflow } from './deleted-workflow.ts';
import {
  ask,
  awaitStatus,
  makeWorkflow,
  type OwnProject,
  openProject,
  startRun,
  TERMINAL_STATUSES,
  WORKFLOWS,
  walk,
} from './drive.ts';
import { bodyOf, fieldOf, labelled, missing, refOf } from './expect.ts';
import { foreignRun } from './foreign-run.ts';
import { madeIds } from './made.ts';
import { APPEND, MESSAGES } from './message-answer.ts';
import { askRun, follow, hearOut, LABELS, openRun } from './own-run.ts';
import { after, answered, heard, readable, running, started } from './reached.ts';
import { backwardsAt, conclude, lastField, lastRefs, listFault, listOf, type Reading } from './run-parts.ts';
import { isTerminal } from './run-shape.ts';
import { type StreamFrame, streamNamed } from './stream-view.ts';

const needs = ['agents-api', 'fixtures'] as const;

const AT_ONCE = 10;
const LONG_MS = 5_000;
const AFTERWARDS = 'run afterwards';

const atOnce = (count: number, each: (index: number) => Promise<unknown>): Promise<unknown> =>
  Promise.all(Array.from({ length: count }, (_, index) => each(index)));

/** Ten answers to the same cancellation. */
function answersFaults(view: TrialView): readonly (string | undefined)[] {
  const answers = labelled(view, LABELS.cancel);
  const statuses = answers.map(({ response }) => response?.status ?? 0);
  const odd = statuses.filter((one) => ![200, 400, 409].includes(one));
  const ends = answers
    .filter(({ response }) => response?.status === 200)
    .map((exchange) => String(canonicalInstant(fieldOf(bodyOf(exchange), 'finishedAt'))));
  return [
    odd.length === 0 ? undefined : `answered ${odd.map((one) => one || 'not at all').join(', ')}`,
    ends.length > 0 ? undefined : 'none was answered with 200',
    new Set(ends).size < 2 ? undefined : `finishedAt ${[...new Set(ends)].join(' and ')}`,
  ];
}

const manyCancels = defineCase<TrialView>({
  id: 'api-cancel-at-once',
  purpose: `sends ${AT_ONCE} cancellations of one run at the same moment`,
  needs,
  agentRuns: 1,
  async drive(stage) {
    const run = await openRun(stage, WORKFLOWS.slow(LONG_MS));
    if (run === undefined) return;
    const { project, path } = run;
    const socket = await follow(run);
    await awaitStatus(stage, project, path, ['RUNNING', ...TERMINAL_STATUSES], LABELS.running);
    await atOnce(AT_ONCE, () => askRun(run, LABELS.cancel, 'POST', '/cancel'));
    await hearOut(stage, socket);
    await ask(project, AFTERWARDS, 'GET', path);
  },
  checks: [
    {
      id: 'agents-api/cancels-at-once-change-once',
      requirement: 'AR-E3',
      title: `of ${AT_ONCE} cancellations at once, the run is cancelled once`,
      when: ['run-stream'],
      restsOn: 'AR-2.1',
      judge: after(
        [started(), running, answered(AFTERWARDS, 200, 'AR-3.1'), heard()],
        (view, { variationPoints }) => {
          const state = lastField(view, AFTERWARDS, 'status');
          const faults = [
            ...answersFaults(view),
            state === 'CANCELLED' ? undefined : `it is ${String(state)} afterwards`,
          ];
          const refs = [
            ...labelled(view, LABELS.cancel).map((one) => refOf(view, one)),
            ...lastRefs(view, AFTERWARDS),
          ];
          const expected = '200, 400 or 409 each, at least one 200, one finishedAt, CANCELLED';
          return [
            ...conclude('not-once', expected, faults, refs),
            ...judgeEnding(view, variationPoints['VP-CANCELEVENT']),
          ];
        },
      ),
    },
  ],
});

const RACES = 6;
/** How much later each race is cancelled than the one before, around the time that a run takes. */
const STAGGER_MS = 15;
const RACE_WORK_MS = 40;

const raceLabel = (what: 'start' | 'cancel' | 'end' | 'late', race: number): string => `${what} ${race + 1}`;

async function raceOnce(stage: Stage, project: OwnProject, workflowId: string, race: number): Promise<void> {
  const path = await startRun(project, workflowId, raceLabel('start', race));
  if (path === undefined) return;
  if (race > 0) await stage.pause(race * STAGGER_MS);
  await ask(project, raceLabel('cancel', race), 'POST', `${path}/cancel`);
  await awaitStatus(stage, project, path, TERMINAL_STATUSES, raceLabel('end', race));
  await stage.pause(stage.thresholds.graceMs);
  await ask(project, raceLabel('late', race), 'GET', path);
}

/** What a run says of itself over time, from the first terminal status on. */
function raceFault(view: TrialView, race: number): string | undefined {
  const cancel = labelled(view, raceLabel('cancel', race))[0];
  const readings = [...labelled(view, raceLabel('end', race)), ...labelled(view, raceLabel('late', race))];
  const statuses = readings.map((one) => fieldOf(bodyOf(one), 'status'));
  const ends = [...new Set(statuses.filter(isTerminal))];
  const last = String(statuses.at(-1));
  const name = `run ${race + 1}`;
  const answer = cancel?.response?.status ?? 0;
  if (![200, 400, 409].includes(answer))
    return `${name}: the cancellation was answered ${answer || 'not at all'}`;
  if (ends.length !== 1 || !isTerminal(last))
    return `${name}: ${ends.join(' and then ') || 'no end'}, ${last} at last`;
  if (answer === 200 && last !== 'CANCELLED') return `${name}: cancelled with 200, and ${last}`;
  return answer !== 200 && last === 'CANCELLED'
    ? `${name}: refused with ${answer}, and CANCELLED`
    : undefined;
}

const startAgainstCancel = defineCase<TrialView>({
  id: 'api-cancel-as-it-starts',
  purpose: `starts ${RACES} runs and cancels each as it starts, works or ends`,
  needs,
  agentRuns: RACES,
  async drive(stage) {
    const project = await openProject(stage);
    if (project === undefined) return;
    const workflowId = await makeWorkflow(project, WORKFLOWS.slow(RACE_WORK_MS));
    if (workflowId === undefined) return;
    await atOnce(RACES, (race) => raceOnce(stage, project, workflowId, race));
  },
  checks: [
    {
      id: 'agents-api/start-against-cancel-has-one-end',
      requirement: 'AR-E4',
      title: 'a run that is cancelled as it starts has one end, and none but CANCELLED after a 200',
      restsOn: 'AR-2.1',
      judge: (view, terms) => {
        const races = Array.from({ length: RACES }, (_, race) => race).filter(
          (race) => madeIds(view, raceLabel('start', race)).length > 0,
        );
        const late = races.map((race) => answered(raceLabel('late', race), 200, 'AR-3.1'));
        const judgeRaces = after([started(raceLabel('start', races[0] ?? 0)), ...late], () => {
          const faults = races.map((race) => raceFault(view, race));
          const refs = races.flatMap((race) =>
            lastRefs(view, raceLabel('cancel', race), raceLabel('late', race)),
          );
          return conclude('two-ends', 'one terminal status, CANCELLED after a 200', faults, refs);
        });
        return judgeRaces(view, terms);
      },
    },
  ],
});

const WORK_MS = 1_500;

/** The ids of messages in the order in which the stream first shows them. */
function shownIds(frames: readonly StreamFrame[]): readonly string[] {
  const ids = frames
    .filter(({ type }) => type === 'agent.message.appended')
    .map(({ body }) => fieldOf(fieldOf(body, 'message'), 'id'));
  return [...new Set(ids.filter((id) => typeof id === 'string'))];
}

function lossFaults(
  sent: readonly string[],
  list: Reading,
  shown: readonly string[],
): readonly (string | undefined)[] {
  const unlisted = sent.filter((id) => !list.ids.includes(id)).length;
  const unseen = sent.filter((id) => !shown.includes(id)).length;
  const inBoth = shown.filter((id) => list.ids.includes(id));
  const place = list.ids.filter((id) => inBoth.includes(id)).findIndex((id, index) => id !== inBoth[index]);
  return [
    unlisted === 0 ? undefined : `${unlisted} of ${sent.length} not listed`,
    unseen === 0 ? undefined : `${unseen} of ${sent.length} not shown`,
    place < 0 ? undefined : `list and stream differ from place ${place + 1} on`,
  ];
}

const manyAppends = defineCase<TrialView>({
  id: 'api-append-at-once',
  purpose: `appends ${AT_ONCE} messages at the same moment to a run that is followed`,
  needs,
  agentRuns: 1,
  async drive(stage) {
    const run = await openRun(stage, WORKFLOWS.slow(WORK_MS));
    if (run === undefined) return;
    const socket = await follow(run);
    await awaitStatus(stage, run.project, run.path, ['RUNNING', ...TERMINAL_STATUSES], LABELS.running);
    await atOnce(AT_ONCE, (index) =>
      askRun(run, APPEND, 'POST', '/messages', { content: `at once ${index + 1}` }),
    );
    await hearOut(stage, socket);
    await awaitStatus(stage, run.project, run.path, TERMINAL_STATUSES, LABELS.end);
    await walk(run.project, MESSAGES, `${run.path}/messages`);
  },
  checks: [
    {
      id: 'agents-api/messages-at-once-keep-one-order',
      requirement: 'AR-E6',
      title: `${AT_ONCE} messages at once are all kept, in one order that list and stream share`,
      when: ['run-stream'],
      restsOn: 'AR-2.1',
      judge: after(
        [started(), running, answered(APPEND, 201, 'AR-7.1'), readable(MESSAGES, 'AR-6.1'), heard()],
        (view) => {
          const stream = streamNamed(view, LABELS.stream);
          const list = listOf(view, MESSAGES);
          if (stream === undefined) return missing(view, 'a subscriber', 'AR-10.1');
          const faults = [
            ...lossFaults(madeIds(view, APPEND), list, shownIds(stream.frames)),
            listFault(list),
            backwardsAt(list.items, 'createdAt'),
          ];
          const expected = 'all of them, by createdAt, as on the stream';
          return conclude('lost-or-disordered', expected, faults, [...list.refs, stream.ref]);
        },
      ),
    },
  ],
});

export const raceCases: readonly BoundCase<TrialView>[] = [
  manyCancels,
  startAgainstCancel,
  manyAppends,
  deletedWorkflow,
  foreignRun,
];
