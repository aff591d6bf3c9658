/** A run that is cancelled in the midst of its work, and watched for longer than it would have taken. */
import { canonicalInstant } from '../../harness/core/canonical-json.ts';
import { type BoundCase, defineCase } from '../../harness/core/contract-case.ts';
import type { TrialView } from '../../harness/judge/views.ts';
import { ask, awaitStatus, TERMINAL_STATUSES, type WorkflowBody, walk } from './drive.ts';
import { expectAnswer, fieldOf, holds, isInstant, shape, status } from './expect.ts';
import { askRun, follow, hearOut, LABELS, openRun } from './own-run.ts';
import { after, answered, heard, readable, running, started } from './reached.ts';
import { conclude, lastField, lastRefs, listOf } from './run-parts.ts';
import { AGENT_RUN } from './run-shape.ts';
import { type StreamFrame, streamNamed } from './stream-view.ts';

const needs = ['agents-api', 'fixtures'] as const;

/** Each longer than the grace that a step gets to notice, so that one that starts anyway is seen to. */
const STEP_MS = 1_500;
const WORKING: WorkflowBody = {
  nodes: [
    { id: 'first', stepType: 'tool', tool: 'profile_dataset', delayMs: STEP_MS },
    { id: 'second', stepType: 'tool', tool: 'aggregate', after: ['first'], delayMs: STEP_MS },
    { id: 'answer', stepType: 'respond', after: ['second'] },
  ],
};
/** Twice as long as it would have taken. */
const WATCHED_MS = 2 * 2 * STEP_MS;

const SOON = { run: 'run soon after', steps: 'steps soon after' } as const;
const LATE = { run: 'run late', steps: 'steps late' } as const;

const isCancelled = holds('a run that is CANCELLED and has finished', (body) => {
  const [state, end] = [fieldOf(body, 'status'), fieldOf(body, 'finishedAt')];
  return state === 'CANCELLED' && isInstant(end) ? undefined : `${String(state)}, finishedAt ${String(end)}`;
});

/** Steps that started although the run was over. */
function startedLate(steps: readonly unknown[], finishedAt: unknown, graceMs: number): string | undefined {
  const limit = Date.parse(String(finishedAt)) + graceMs;
  const late = steps.filter((step) => {
    const at = fieldOf(step, 'startedAt');
    return isInstant(at) && Date.parse(at) > limit;
  });
  return late.length === 0 ? undefined : `${late.length} steps started after it`;
}

/** How a stream may show a cancellation; the type that is counted, and types that must not be there as well. */
const ENDINGS = {
  'agent.run.cancelled': ['agent.run.completed', 'agent.run.failed'],
  'agent.run.updated': ['agent.run.completed', 'agent.run.failed', 'agent.run.cancelled'],
} as const;
type Ending = keyof typeof ENDINGS;

function endingFaults(frames: readonly StreamFrame[], ending: Ending): readonly (string | undefined)[] {
  const ends = frames.filter(
    ({ type, body }) => type === ending && fieldOf(fieldOf(body, 'run'), 'status') === 'CANCELLED',
  );
  const others = frames.filter(({ type }) => ENDINGS[ending].some((one) => one === type));
  return [
    ends.length === 1 ? undefined : `${ends.length} frames ${ending} of a run that is CANCELLED`,
    others.length === 0 ? undefined : `${others.map(({ type }) => type).join(', ')} as well`,
  ];
}

/** The way that is declared; undeclared, the way that is taken. */
function endingOf(frames: readonly StreamFrame[], declared: string | undefined): Ending {
  if (declared === 'agent.run.cancelled' || declared === 'agent.run.updated') return declared;
  const isNamed = frames.some(({ type }) => type === 'agent.run.cancelled');
  return isNamed ? 'agent.run.cancelled' : 'agent.run.updated';
}

/** Exactly one terminal frame, of a run that was cancelled. */
export function judgeEnding(view: TrialView, declared: string | undefined): ReturnType<typeof conclude> {
  const stream = streamNamed(view, LABELS.stream);
  const frames = stream?.frames ?? [];
  const ending = endingOf(frames, declared);
  const expected = `exactly one terminal frame, ${ending}`;
  return conclude('wrong-ending', expected, endingFaults(frames, ending), [stream?.ref ?? view.ref()]);
}

export const cancelledForGood: BoundCase<TrialView> = defineCase<TrialView>({
  id: 'api-cancel-running',
  purpose: 'cancels a run in the midst of its work and watches it for twice as long as it would have taken',
  needs,
  agentRuns: 1,
  async drive(stage) {
    const run = await openRun(stage, WORKING);
    if (run === undefined) return;
    const { project, path } = run;
    const socket = await follow(run);
    await awaitStatus(stage, project, path, ['RUNNING', ...TERMINAL_STATUSES], LABELS.running);
    await askRun(run, LABELS.cancel, 'POST', '/cancel');
    await Promise.all([
      hearOut(stage, socket),
      stage.pause(stage.thresholds.graceMs).then(async () => {
        await ask(project, SOON.run, 'GET', path);
        await walk(project, SOON.steps, `${path}/steps`);
        await stage.pause(WATCHED_MS);
        await ask(project, LATE.run, 'GET', path);
        await walk(project, LATE.steps, `${path}/steps`);
      }),
    ]);
  },
  checks: [
    {
      id: 'agents-api/cancels-a-running-run',
      requirement: 'AR-8.1',
      title: 'a running run is cancelled: 200, CANCELLED and finished, and its work stops',
      restsOn: 'AR-2.1',
      judge: after([started(), running, answered(SOON.run, 200, 'AR-3.1')], (view, terms) => {
        const [soon, late] = [listOf(view, SOON.steps), listOf(view, LATE.steps)];
        const answer = [
          ...expectAnswer(view, LABELS.cancel, status(200), shape(AGENT_RUN), isCancelled),
          ...expectAnswer(view, SOON.run, status(200), isCancelled),
        ];
        const rest = after([readable(SOON.steps, 'AR-4.1'), readable(LATE.steps, 'AR-4.1')], () => {
          const more = late.ids.filter((id) => !soon.ids.includes(id));
          const fault = more.length === 0 ? undefined : `${more.length} more steps`;
          return conclude('goes-on', 'no more steps', [fault], [...soon.refs, ...late.refs]);
        });
        return [...answer, ...rest(view, terms)];
      }),
    },
    {
      id: 'agents-api/cancelled-is-final',
      requirement: 'AR-8.1a',
      title: 'a cancelled run stays so, and no step starts after it finished',
      restsOn: 'AR-2.1',
      judge: after(
        [
          started(),
          running,
          answered(LABELS.cancel, 200, 'AR-8.1'),
          answered(LATE.run, 200, 'AR-3.1'),
          readable(LATE.steps, 'AR-4.1'),
        ],
        (view, { thresholds }) => {
          const end = lastField(view, LABELS.cancel, 'finishedAt');
          const [state, late] = ['status', 'finishedAt'].map((field) => lastField(view, LATE.run, field));
          const steps = listOf(view, LATE.steps);
          const faults = [
            state === 'CANCELLED' ? undefined : `it became ${String(state)}`,
            canonicalInstant(late) === canonicalInstant(end)
              ? undefined
              : `finishedAt ${String(end)} became ${String(late)}`,
            startedLate(steps.items, end, thresholds.graceMs),
          ];
          const refs = [...lastRefs(view, LABELS.cancel, LATE.run), ...steps.refs];
          return conclude('not-final', 'CANCELLED, since then, without another step', faults, refs);
        },
      ),
    },
    {
      id: 'agents-api/streams-a-cancellation',
      requirement: 'AR-8.1b',
      title: 'a cancellation is exactly one terminal frame of the stream, as declared',
      when: ['run-stream'],
      restsOn: 'AR-2.1',
      judge: after(
        [started(), running, answered(LABELS.cancel, 200, 'AR-8.1'), heard()],
        (view, { variationPoints }) => judgeEnding(view, variationPoints['VP-CANCELEVENT']),
      ),
    },
  ],
});
