import { type BoundCase, defineCase } from '../../harness/core/contract-case.ts';
import type { TrialView } from '../../harness/judge/views.ts';
import { awaitStatus, openProject, TERMINAL_STATUSES, WORKFLOWS, walk } from './drive.ts';
import { elsewhereCase } from './elsewhere.ts';
import { expectAnswer, fieldOf, isInstant, status } from './expect.ts';
import { LABELS, runIn } from './own-run.ts';
import { expectWalk } from './pages.ts';
import { after, completed, readable, started, stood } from './reached.ts';
import {
  AGENT_STEP,
  backwardsAt,
  conclude,
  issueOf,
  listFault,
  listOf,
  type Reading,
  readList,
} from './run-parts.ts';
import { stepOrderCases } from './step-order.ts';

const needs = ['agents-api', 'fixtures'] as const;

const STEPS = 15;
const PAGE_SIZE = 5;
const STEPS_LABEL = 'steps';
const PAGES_LABEL = 'steps in small pages';
const FAILING = {
  start: 'start failing run',
  end: 'await failure',
  steps: 'steps of the failing run',
} as const;

/** How far apart a duration and the times that it lies between may be, besides the resolution of the times. */
const DURATION_TOLERANCE_MS = 50;

/** The smallest unit that a time is given in, at most a second. */
const unitMs = (time: string): number => 10 ** (3 - Math.min(3, /\.(\d+)/.exec(time)?.[1]?.length ?? 0));

/** A completed step tells how long it took, and its times say the same. */
function durationFault(step: unknown): string | undefined {
  const [from, to] = [fieldOf(step, 'startedAt'), fieldOf(step, 'completedAt')];
  const took = fieldOf(step, 'durationMs');
  if (fieldOf(step, 'status') !== 'COMPLETED') return undefined;
  if (!isInstant(from) || !isInstant(to) || typeof took !== 'number')
    return 'completed, without its times and its duration';
  const between = Date.parse(to) - Date.parse(from);
  const tolerance = DURATION_TOLERANCE_MS + Math.max(unitMs(from), unitMs(to));
  return Math.abs(between - took) > tolerance
    ? `durationMs ${took}, its times are ${between} ms apart`
    : undefined;
}

function errorFault(step: unknown): string | undefined {
  const [state, error] = [fieldOf(step, 'status'), fieldOf(step, 'error')];
  const hasError = error !== null && error !== undefined;
  return hasError && state !== 'FAILED' ? `${String(state)} with an error` : undefined;
}

const stepFaults = ({ items }: Reading): readonly string[] =>
  items.flatMap((step, index) => {
    const fault = issueOf(AGENT_STEP, step) ?? errorFault(step) ?? durationFault(step);
    return fault === undefined ? [] : [`step ${index + 1}: ${fault}`];
  });

function orderFault({ items }: Reading): string | undefined {
  const numbers = items.map((step) => fieldOf(step, 'stepNumber'));
  const place = numbers.findIndex(
    (number, index) => index > 0 && !(Number(number) > Number(numbers[index - 1])),
  );
  return place < 0 ? undefined : `stepNumber ${numbers[place]} after ${numbers[place - 1]}`;
}

const fifteenSteps = defineCase<TrialView>({
  id: 'api-steps-list',
  purpose: `reads the ${STEPS} steps of a completed run, at once and in small pages`,
  needs,
  agentRuns: 2,
  async drive(stage) {
    const project = await openProject(stage);
    if (project === undefined) return;
    const run = await runIn(project, WORKFLOWS.steps(STEPS));
    const failing = await runIn(project, WORKFLOWS.failing, FAILING.start);
    if (run !== undefined) {
      await awaitStatus(stage, project, run.path, TERMINAL_STATUSES, LABELS.end);
      await walk(project, STEPS_LABEL, `${run.path}/steps`);
      await walk(project, PAGES_LABEL, `${run.path}/steps?limit=${PAGE_SIZE}`);
    }
    if (failing === undefined) return;
    await awaitStatus(stage, project, failing.path, TERMINAL_STATUSES, FAILING.end);
    await walk(project, FAILING.steps, `${failing.path}/steps`);
  },
  checks: [
    {
      id: 'agents-api/lists-steps-in-order',
      requirement: 'AR-4.1',
      title: `the ${STEPS} steps of a run come as pages, in the order in which they started`,
      restsOn: 'AR-2.1',
      judge: after([started(), completed], (view) => {
        const expected = `a page with ${STEPS} steps, ascending by stepNumber and by startedAt`;
        const list = readList(view, STEPS_LABEL);
        if (list === undefined) {
          const refused = expectAnswer(view, STEPS_LABEL, status(200)).filter(
            ({ verdict }) => verdict === 'fail',
          );
          const unread = conclude('no-pages', expected, ['no pages to an end'], [view.ref()]);
          return refused.length > 0 ? refused : unread;
        }
        const count = list.items.length < STEPS ? `${list.items.length} steps` : undefined;
        const faults = [count, listFault(list), orderFault(list), backwardsAt(list.items, 'startedAt')];
        return conclude('wrong-list', expected, faults, list.refs);
      }),
    },
    {
      id: 'agents-api/steps-are-well-formed',
      requirement: 'AR-4.1a',
      title: 'a step has its members, an error only when it failed, and a duration that its times confirm',
      restsOn: 'AR-2.1',
      judge: after(
        [started(), completed, readable(STEPS_LABEL, 'AR-4.1'), stood(FAILING.end, ['FAILED'])],
        (view) =>
          [STEPS_LABEL, FAILING.steps].flatMap((label) => {
            const list = listOf(view, label);
            return conclude('wrong-step', 'steps as docs/protocol.md has them', stepFaults(list), list.refs);
          }),
      ),
    },
    {
      id: 'agents-api/steps-come-in-small-pages',
      requirement: 'AR-4.4',
      title: `${STEPS} steps in pages of ${PAGE_SIZE}: each once, in the same order, to an end`,
      restsOn: 'AR-2.1',
      judge: after([started(), completed, readable(STEPS_LABEL, 'AR-4.1')], (view) => {
        const { ids } = listOf(view, STEPS_LABEL);
        const pages = expectWalk(view, PAGES_LABEL, { size: PAGE_SIZE, ids, isAll: true });
        if (pages.some(({ verdict }) => verdict === 'fail')) return pages;
        const paged = listOf(view, PAGES_LABEL);
        const place = ids.findIndex((id, index) => id !== paged.ids[index]);
        const fault = place < 0 ? undefined : `step ${place + 1} differs`;
        return [...pages, ...conclude('other-order', 'the order of the whole list', [fault], paged.refs)];
      }),
    },
  ],
});

export const stepCases: readonly BoundCase<TrialView>[] = [
  fifteenSteps,
  elsewhereCase('steps', { unknown: 'AR-4.2', otherProject: 'AR-4.2a' }),
  ...stepOrderCases,
];
