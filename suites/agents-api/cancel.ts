import { canonicalInstant } from '../../harness/core/canonical-json.ts';
import { type BoundCase, defineCase } from '../../harness/core/contract-case.ts';
import type { TrialView } from '../../harness/judge/views.ts';
import { cancelledForGood } from './cancel-running.ts';
import { ask, awaitStatus, TERMINAL_STATUSES, WORKFLOWS, type WorkflowBody, walk } from './drive.ts';
import { elsewhereCase } from './elsewhere.ts';
import { declared, error, expectAnswer, fieldOf, holds, labelled, shape, status } from './expect.ts';
import { askRun, LABELS, openRun } from './own-run.ts';
import { after, answered, readable, started, stood } from './reached.ts';
import { conclude, lastField, listOf } from './run-parts.ts';
import { AGENT_RUN, type RunStatus } from './run-shape.ts';

const needs = ['agents-api', 'fixtures'] as const;

const AGAIN = 'cancel again';
const AFTERWARDS = 'run afterwards';
const STEPS = 'steps afterwards';
const WORK_MS = 5_000;
/** Time for a cancellation to be there before the run begins. */
const PENDING_MS = 3_000;

/** How late after it was asked for a run was cancelled. */
function cancelledAfterMs(view: TrialView): number {
  const [start, cancel] = [LABELS.start, LABELS.cancel].map((label) => labelled(view, label)[0]);
  return (cancel?.response?.at ?? Number.POSITIVE_INFINITY) - (start?.request.at ?? 0);
}

const whilePending = defineCase<TrialView>({
  id: 'api-cancel-pending',
  purpose: 'cancels a run that has not begun, and waits until it would have',
  needs,
  agentRuns: 1,
  async drive(stage) {
    const run = await openRun(stage, WORKFLOWS.pending(PENDING_MS));
    if (run === undefined) return;
    await askRun(run, LABELS.cancel, 'POST', '/cancel');
    await stage.pause(PENDING_MS + stage.thresholds.graceMs);
    await ask(run.project, AFTERWARDS, 'GET', run.path);
    await walk(run.project, STEPS, `${run.path}/steps`);
  },
  checks: [
    {
      id: 'agents-api/cancels-a-pending-run',
      requirement: 'AR-8.2',
      title: 'a run that is cancelled while it is pending never executes a step',
      restsOn: 'AR-2.1',
      judge: after([started(), readable(STEPS, 'AR-4.1'), answered(AFTERWARDS, 200, 'AR-3.1')], (view) => {
        const afterMs = cancelledAfterMs(view);
        // Cancelled later than it began, because somebody was slow: nothing is said of a pending run.
        if (Number.isFinite(afterMs) && afterMs >= PENDING_MS) return [];
        const { items, refs } = listOf(view, STEPS);
        const steps = items.length === 0 ? undefined : `${items.length} steps`;
        return [
          ...expectAnswer(view, LABELS.cancel, status(200), shape(AGENT_RUN), isIn('CANCELLED')),
          ...expectAnswer(view, AFTERWARDS, status(200), isIn('CANCELLED')),
          ...conclude('executed', 'no steps', [steps], refs),
        ];
      }),
    },
  ],
});

const isIn = (wanted: RunStatus): ReturnType<typeof holds> =>
  holds(`a run that is ${wanted}`, (body) => {
    const actual = fieldOf(body, 'status');
    return actual === wanted ? undefined : `it is ${String(actual)}`;
  });

/** Cancelling a run that has ended by itself: refused, and it has ended as before. */
function whenOver(
  ended: 'COMPLETED' | 'FAILED',
  requirement: string,
  workflow: WorkflowBody,
): BoundCase<TrialView> {
  const word = ended.toLowerCase();
  return defineCase<TrialView>({
    id: `api-cancel-${word}`,
    purpose: `cancels a ${word} run`,
    needs,
    agentRuns: 1,
    async drive(stage) {
      const run = await openRun(stage, workflow);
      if (run === undefined) return;
      await awaitStatus(stage, run.project, run.path, TERMINAL_STATUSES, LABELS.end);
      await askRun(run, LABELS.cancel, 'POST', '/cancel');
      await ask(run.project, AFTERWARDS, 'GET', run.path);
    },
    checks: [
      {
        id: `agents-api/refuses-to-cancel-a-${word}-run`,
        requirement,
        title: `a ${word} run cannot be cancelled, and stays ${word}`,
        restsOn: 'AR-2.1',
        judge: after(
          [started(), stood(LABELS.end, [ended]), answered(AFTERWARDS, 200, 'AR-3.1')],
          (view, { variationPoints }) => {
            const allowed = declared(variationPoints['VP-STATECONFLICT'], { '409': 409, '400': 400 });
            const was = lastField(view, LABELS.end, 'finishedAt');
            return [
              ...expectAnswer(view, LABELS.cancel, status(...allowed), error()),
              ...expectAnswer(view, AFTERWARDS, status(200), isIn(ended), finishedAt(was)),
            ];
          },
        ),
      },
    ],
  });
}

const finishedAt = (was: unknown): ReturnType<typeof holds> =>
  holds(`finishedAt ${String(was)}`, (body) => {
    const is = fieldOf(body, 'finishedAt');
    return canonicalInstant(is) === canonicalInstant(was) ? undefined : `finishedAt ${String(is)}`;
  });

const RECANCEL = { '200': 200, '400': 400, '409': 409 } as const;
/** Apart enough for a second finishedAt to be another one. */
const BETWEEN_MS = 50;

const twice = defineCase<TrialView>({
  id: 'api-cancel-twice',
  purpose: 'cancels a run, and then once more',
  needs,
  agentRuns: 1,
  async drive(stage) {
    const run = await openRun(stage, WORKFLOWS.slow(WORK_MS));
    if (run === undefined) return;
    const { project, path } = run;
    await awaitStatus(stage, project, path, ['RUNNING', ...TERMINAL_STATUSES], LABELS.running);
    await askRun(run, LABELS.cancel, 'POST', '/cancel');
    await awaitStatus(stage, project, path, TERMINAL_STATUSES, LABELS.end);
    await stage.pause(BETWEEN_MS);
    await askRun(run, AGAIN, 'POST', '/cancel');
    await ask(project, AFTERWARDS, 'GET', path);
  },
  checks: [
    {
      id: 'agents-api/cancels-once-only',
      requirement: 'AR-8.4',
      title: 'a second cancellation is answered as declared and changes nothing',
      restsOn: 'AR-2.1',
      judge: after(
        [
          started(),
          answered(LABELS.cancel, 200, 'AR-8.1'),
          stood(LABELS.end, ['CANCELLED'], 'AR-8.1'),
          answered(AFTERWARDS, 200, 'AR-3.1'),
        ],
        (view, { variationPoints }) => {
          const was = lastField(view, LABELS.cancel, 'finishedAt');
          const allowed = declared(variationPoints['VP-RECANCEL'], RECANCEL);
          const isTaken = labelled(view, AGAIN)[0]?.response?.status === 200;
          const content = isTaken ? [isIn('CANCELLED'), finishedAt(was)] : [error()];
          return [
            ...expectAnswer(view, AGAIN, status(...allowed), ...content),
            ...expectAnswer(view, AFTERWARDS, status(200), isIn('CANCELLED'), finishedAt(was)),
          ];
        },
      ),
    },
  ],
});

export const cancelCases: readonly BoundCase<TrialView>[] = [
  cancelledForGood,
  whilePending,
  whenOver('COMPLETED', 'AR-8.3', WORKFLOWS.quick),
  whenOver('FAILED', 'AR-8.3a', WORKFLOWS.failing),
  twice,
  elsewhereCase('cancel', { unknown: 'AR-8.5', otherProject: 'AR-8.6' }),
];
