import { type BoundCase, defineCase } from '../../harness/core/contract-case.ts';
import type { Finding } from '../../harness/core/finding.ts';
import type { Stage } from '../../harness/core/scenario.ts';
import type { ExchangeView, TrialView } from '../../harness/judge/views.ts';
import {
  ask,
  awaitStatus,
  makeWorkflow,
  type OwnProject,
  openProject,
  startRun,
  WORKFLOWS,
} from './drive.ts';
import { bodyOf, expectOf, fieldOf, holds, labelled, missing, shape, status } from './expect.ts';
import { unknownRunCases } from './get-run-unknown.ts';
import { madeId, notSetUp, sentWith } from './made.ts';
import { AGENT_RUN, isTerminal } from './run-shape.ts';

const needs = ['agents-api', 'fixtures'] as const;
const HOLD_MS = 20_000;
const START = 'start run';
const READ = 'read';
const COMPLETED = 'read completed';

/** Workflows whose runs stay in a status, or reach it. */
const KINDS = [
  ['PENDING', WORKFLOWS.pending(HOLD_MS)],
  ['RUNNING', WORKFLOWS.slow(HOLD_MS)],
  ['COMPLETED', WORKFLOWS.quick],
  ['FAILED', WORKFLOWS.failing],
  ['CANCELLED', WORKFLOWS.slow(HOLD_MS)],
] as const;
type Kind = (typeof KINDS)[number];

/** Brings a run into a status and reads it twice there. */
async function readIn(stage: Stage, project: OwnProject, [target, workflow]: Kind): Promise<void> {
  const workflowId = await makeWorkflow(project, workflow);
  if (workflowId === undefined) return;
  const run = await startRun(project, workflowId, START);
  if (run === undefined) return;
  if (target === 'CANCELLED') {
    await awaitStatus(stage, project, run, ['RUNNING']);
    await ask(project, 'cancel', 'POST', `${run}/cancel`);
  }
  await awaitStatus(stage, project, run, [target]);
  const label = target === 'COMPLETED' ? COMPLETED : READ;
  await ask(project, label, 'GET', run);
  await ask(project, label, 'GET', run);
}

const readings = (view: TrialView): readonly ExchangeView[] => [
  ...labelled(view, READ),
  ...labelled(view, COMPLETED),
];

/** What a run was asked for with, by its id. */
function askedFor(view: TrialView): ReadonlyMap<string, unknown> {
  return new Map(
    labelled(view, START).flatMap((exchange) => {
      const id = madeId(exchange);
      return id === undefined ? [] : [[id, sentWith(exchange)]];
    }),
  );
}

const MEMBERS = [
  'id',
  'projectId',
  'workflowId',
  'status',
  'inputQuery',
  'outputSummary',
  'startedAt',
  'finishedAt',
];

/** What the run that was read lacks, or has of another one. */
function memberFault(run: unknown, id: string, project: string, asked: unknown): string | undefined {
  const absent = [...MEMBERS, 'contextItemIds', 'turn'].filter((name) => fieldOf(run, name) === undefined);
  if (absent.length > 0) return `no ${absent.join(', ')}`;
  const wanted: Readonly<Record<string, unknown>> = {
    id,
    projectId: project,
    workflowId: fieldOf(asked, 'workflowId'),
    inputQuery: fieldOf(asked, 'inputQuery'),
  };
  const other = Object.keys(wanted).find((name) => fieldOf(run, name) !== wanted[name]);
  return other === undefined ? undefined : `${other} ${JSON.stringify(fieldOf(run, other))}`;
}

function judgeMembers(view: TrialView): readonly Finding[] {
  const asked = askedFor(view);
  return readings(view).flatMap((exchange) => {
    const [, , , project = '', , run = ''] = exchange.request.url.split('/').map(decodeURIComponent);
    const fault = (body: unknown) => memberFault(body, run, project, asked.get(run));
    return expectOf(
      view,
      exchange,
      status(200),
      holds('the run that was asked for, with all members', fault),
    );
  });
}

const endsIffTerminal = holds('finishedAt if and only if the run is over', (run) => {
  const [word, end] = [fieldOf(run, 'status'), fieldOf(run, 'finishedAt')];
  return isTerminal(word) === (end !== null) ? undefined : `${String(word)}, finishedAt ${String(end)}`;
});

const readsRuns = defineCase<TrialView>({
  id: 'api-get-run',
  purpose: 'reads runs of all statuses',
  needs,
  agentRuns: KINDS.length,
  async drive(stage) {
    const project = await openProject(stage);
    if (project === undefined) return;
    await Promise.all(KINDS.map((kind) => readIn(stage, project, kind)));
  },
  checks: [
    {
      id: 'agents-api/reads-runs-whole',
      requirement: 'AR-3.1',
      title: 'a run that is read has all its members, those without a value as null',
      restsOn: 'AR-2.1',
      judge: (view) => notSetUp(view, START) ?? judgeMembers(view),
    },
    {
      id: 'agents-api/runs-are-well-formed',
      requirement: 'AR-3.1a',
      title: 'the members of a run are of their types, and finishedAt is set if and only if it is over',
      restsOn: 'AR-3.1',
      judge: (view) =>
        notSetUp(view, START) ??
        (judgeMembers(view).some(({ verdict }) => verdict === 'fail')
          ? missing(view, 'whole runs', 'AR-3.1')
          : readings(view).flatMap((one) => expectOf(view, one, shape(AGENT_RUN), endsIffTerminal))),
    },
    {
      id: 'agents-api/completed-runs-have-a-summary',
      requirement: 'AR-3.4',
      title: 'a completed run has an outputSummary and finishedAt',
      restsOn: 'AR-2.1e',
      judge(view) {
        const hidden = notSetUp(view, START);
        if (hidden !== undefined) return hidden;
        const [reading] = labelled(view, COMPLETED);
        if (reading?.response?.status !== 200) return missing(view, 'a reading of the run', 'AR-3.1');
        if (fieldOf(bodyOf(reading), 'status') !== 'COMPLETED')
          return missing(view, 'a completed run', 'AR-2.1e');
        return expectOf(view, reading, holds('an outputSummary and finishedAt', summaryFault));
      },
    },
  ],
});

function summaryFault(run: unknown): string | undefined {
  const [summary, end] = [fieldOf(run, 'outputSummary'), fieldOf(run, 'finishedAt')];
  const isThere = typeof summary === 'string' && summary.trim() !== '' && typeof end === 'string';
  return isThere ? undefined : `outputSummary ${JSON.stringify(summary)}, finishedAt ${JSON.stringify(end)}`;
}

export const getRunCases: readonly BoundCase<TrialView>[] = [readsRuns, ...unknownRunCases];
