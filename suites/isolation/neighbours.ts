/** One user's trouble and one user's load, and what another notices of them. */
import { type BoundCase, defineCase } from '../../harness/core/contract-case.ts';
import { type Finding, fail, inconclusive, pass } from '../../harness/core/finding.ts';
import type { Socket, Stage } from '../../harness/core/scenario.ts';
import { stalledMs } from '../../harness/judge/observer.ts';
import { isCompleted, terminalOf } from '../../harness/judge/run-facts.ts';
import type { RunView, TrialView } from '../../harness/judge/views.ts';
import { compareAll } from '../../harness/stats/compare.ts';
import { costTable, fenced } from '../../scenarios/data-sets.ts';
import { awaitEnd } from '../../scenarios/listening.ts';
import { makeWorkflow, type OwnProject, openProject, WORKFLOWS } from '../agents-api/drive.ts';
import { inMs, say } from '../statements.ts';
import { hiddenBy } from './served.ts';

const DATA_AGENT = 'unified_data_agent';
const ROWS = 24;

const LABELS = {
  before: 'run before the trouble of another user',
  during: 'run beside the trouble of another user',
  trouble: 'run that fails',
  alone: 'run without a load',
  beside: 'run beside a load',
  load: 'run of the load',
} as const;

const question = (stage: Stage): string =>
  `Analyse this cost report: what is the total cost?\n\n${fenced(costTable(stage.random, ROWS))}`;

/** A greeted session, or nothing. */
async function sessionOf(stage: Stage, index: number): Promise<Socket | undefined> {
  const socket = await stage.actor(index).connect({ label: 'session' });
  return (await socket.greeted()) ? socket : undefined;
}

const runsOf = (stage: Stage, socket: Socket, label: string, count: number, agent = DATA_AGENT) =>
  Array.from({ length: count }, () => socket.start({ label, agent, message: question(stage) }));

async function failingAgent(stage: Stage, project: OwnProject): Promise<string | undefined> {
  const workflowId = await makeWorkflow(project, WORKFLOWS.failing);
  if (workflowId === undefined) return undefined;
  const name = `conformance-${stage.nonce('failing agent')}`;
  const agent = { label: 'create agent', path: `${project.path}/agents`, body: { name, workflowId } };
  return (await project.actor.create(agent)) === undefined ? undefined : name;
}

async function driveTrouble(stage: Stage): Promise<void> {
  const project = await openProject(stage);
  const agent = project === undefined ? undefined : await failingAgent(stage, project);
  const [troubled, other] = [await sessionOf(stage, 0), await sessionOf(stage, 1)];
  if (agent === undefined || troubled === undefined || other === undefined) return;
  await Promise.all(runsOf(stage, other, LABELS.before, 1).map((run) => run.ended()));
  await Promise.all(runsOf(stage, troubled, LABELS.trouble, 3, agent).map((run) => run.ended()));
  const beside = runsOf(stage, other, LABELS.during, 1);
  await Promise.all(runsOf(stage, troubled, LABELS.trouble, 2, agent).map((run) => run.ended()));
  await awaitEnd(stage, other, beside);
  await Promise.all([troubled.close(), other.close()]);
}

function judgeTrouble(view: TrialView): readonly Finding[] {
  const expected = "another user's run completes beside failing ones as it did before them";
  const named = (label: string): readonly RunView[] => view.runs.filter((run) => run.label === label);
  const [before, during] = [named(LABELS.before)[0], named(LABELS.during)[0]];
  const failed = named(LABELS.trouble).filter((run) => terminalOf(run)?.event.kind === 'run.failed');
  if (before === undefined || during === undefined || before.end === 'not-awaited')
    return [inconclusive(say('not-reached', expected, 'it was not asked for', view.ref()), 'CN-2')];
  if (!isCompleted(before)) {
    const actual = 'it did not complete before either';
    return [inconclusive(say('hidden', expected, actual, before.endRef), hiddenBy(before))];
  }
  if (failed.length === 0) {
    const unended = named(LABELS.trouble).find(({ end }) => end !== 'terminal');
    const actual = 'no run of the other user failed';
    const because = unended === undefined ? 'LC-20' : hiddenBy(unended);
    return [inconclusive(say('no-trouble', expected, actual, view.ref()), because)];
  }
  if (during.end === 'not-awaited') return [];
  const statement = say('unaffected', expected, `${failed.length} runs failed beside it`, during.endRef);
  return [
    isCompleted(during)
      ? pass(statement)
      : fail({
          ...statement,
          code: 'affected',
          actual: `it ended "${terminalOf(during)?.event.type ?? during.end}"`,
        }),
  ];
}

export const troubledNeighbour: BoundCase<TrialView> = defineCase<TrialView>({
  id: 'troubled-neighbour',
  purpose: "has one user's agents fail while another user's work",
  needs: ['chat', 'agents-api', 'fixtures'],
  actors: 2,
  agentRuns: 7,
  drive: driveTrouble,
  checks: [
    {
      id: 'isolation/survives-failing-neighbours',
      requirement: 'IS-8',
      title: "another user's failing agents leave a run alone",
      restsOn: 'CN-2',
      judge: judgeTrouble,
    },
  ],
});

/** Runs that are timed, each time; with five and five the rank test can decide either way. */
const TIMED = 5;
const LOAD = 10;
/** As IS-9 has it. */
const FACTOR = 2;

async function driveLoad(stage: Stage): Promise<void> {
  const [loud, other] = [await sessionOf(stage, 0), await sessionOf(stage, 1)];
  if (loud === undefined || other === undefined) return;
  await Promise.all(runsOf(stage, other, LABELS.alone, TIMED).map((run) => run.ended()));
  const load = runsOf(stage, loud, LABELS.load, LOAD);
  await Promise.all(load.map((run) => run.answered()));
  await awaitEnd(stage, other, runsOf(stage, other, LABELS.beside, TIMED));
  await Promise.all(load.map((run) => run.ended()));
  await Promise.all([loud.close(), other.close()]);
}

const timesOf = (view: TrialView, label: string): readonly number[] =>
  view.runs.flatMap((run) => {
    const end = terminalOf(run);
    return run.label === label && end !== undefined && isCompleted(run) ? [end.at - run.askedAt] : [];
  });

const medianOf = (samples: readonly number[]): number =>
  [...samples].sort((a, b) => a - b)[Math.floor(samples.length / 2)] ?? 0;

function judgeLoad(view: TrialView): readonly Finding[] {
  const [alone, beside] = [timesOf(view, LABELS.alone), timesOf(view, LABELS.beside)];
  const expected = `runs take at most ${FACTOR} times as long beside ${LOAD} runs of another user`;
  const answered = view.runs.filter(({ label, events }) => label === LABELS.load && events.length > 0);
  const actual =
    `median ${inMs(medianOf(alone))} alone, ${inMs(medianOf(beside))} beside ${answered.length} others, ` +
    `n ${alone.length} and ${beside.length}`;
  const statement = say('compared', expected, actual, view.ref());
  if (alone.length < 2 || beside.length < 2) return [inconclusive(statement, 'IS-13')];
  if (answered.length < LOAD / 2) return [inconclusive({ ...statement, code: 'no-load' }, 'CN-4')];
  const baseline = alone.map((ms) => ms * FACTOR);
  const [asMeasured] = compareAll([{ baseline, current: beside, margin: 0 }]);
  if (asMeasured?.answer === 'not-worse') return [pass(statement)];
  // Our own stalls can only have made it seem slower.
  const [atBest] = compareAll([{ baseline, current: beside, margin: stalledMs(view) }]);
  return [atBest?.answer === 'worse' ? fail({ ...statement, code: 'slowed-down' }) : inconclusive(statement)];
}

export const loudNeighbour: BoundCase<TrialView> = defineCase<TrialView>({
  id: 'loud-neighbour',
  purpose: 'times runs of one user without and with many runs of another',
  needs: ['chat'],
  actors: 2,
  interference: 'load',
  agentRuns: TIMED * 2 + LOAD,
  drive: driveLoad,
  checks: [
    {
      id: 'isolation/bears-loud-neighbours',
      requirement: 'IS-9',
      title: 'runs take at most twice as long while another user has many',
      restsOn: 'CN-2',
      judge: judgeLoad,
    },
  ],
});
