import { defineCheck } from '../../harness/core/check.ts';
import { type Finding, fail, inconclusive, pass } from '../../harness/core/finding.ts';
import { isCompleted, terminalOf } from '../../harness/judge/run-facts.ts';
import type { RunView, TrialView } from '../../harness/judge/views.ts';
import { coordination, SUPERVISOR } from '../../scenarios/multi-agent.ts';
import { say } from '../statements.ts';
import { coordinated, heardSubRuns, hiddenEnd, isUnheard, isUnknown, refOf } from './family.ts';

const AT_LEAST = 2;

/** The other agents that worked, by the names they were announced or spoke under. */
function participantsOf(run: RunView): readonly string[] {
  const names = heardSubRuns(run).flatMap(({ handoffs, events }) => {
    const { toAgent } = handoffs[0]?.event ?? {};
    return toAgent ?? events[0]?.event.agent ?? [];
  });
  return [...new Set(names)].filter((name) => name !== run.agent);
}

export const severalTakePart = defineCheck<TrialView>({
  id: 'multi-agent/several-agents-take-part',
  requirement: 'MA-1',
  title: 'a supervisor has at least two other agents take part',
  scenarios: [coordination.id],
  restsOn: 'CN-9',
  judge: (view) => coordinated(view).flatMap((run) => judgeParticipants(run, view)),
});

function judgeParticipants(run: RunView, view: TrialView): readonly Finding[] {
  const expected = `at least ${AT_LEAST} agents besides ${SUPERVISOR}`;
  if (run.end === 'refused' && isUnknown(run))
    return [fail(say('no-supervisor', expected, `no agent of the name ${SUPERVISOR}`, run.endRef))];
  const names = participantsOf(run);
  const seqs = heardSubRuns(run).flatMap(({ events }) => events[0]?.seq ?? []);
  const statement = say('took-part', expected, names.join(', ') || 'none', refOf(run, view, ...seqs));
  if (names.length >= AT_LEAST) return [pass(statement)];
  if (terminalOf(run) === undefined) return hiddenEnd(run, expected);
  const code = 'too-few-agents';
  if (isUnheard(run)) return [inconclusive({ ...statement, code }, 'MA-2')];
  // One that says that it failed keeps its promise; how many may is a matter of rates.
  if (!isCompleted(run)) return [inconclusive({ ...statement, code: 'not-completed' }, 'CN-9')];
  return [fail({ ...statement, code })];
}

const DATA = 'unified_data_agent';
const OPTIMISATION = 'optimization_agent';

const ORDERS: Readonly<Record<string, readonly [string, string]>> = {
  'data-first': [DATA, OPTIMISATION],
  'optimisation-first': [OPTIMISATION, DATA],
};

/** Where an agent comes in: where it was announced, else where it was first heard. */
function entryOf(run: RunView, agent: string): number | undefined {
  const own = run.subRuns.filter((sub) => sub.agent === agent);
  const seqs = own.flatMap(({ handoffs, events }) => handoffs[0]?.seq ?? events[0]?.seq ?? []);
  return seqs.length === 0 ? undefined : Math.min(...seqs);
}

export const keepsTheOrder = defineCheck<TrialView>({
  id: 'multi-agent/keeps-the-declared-order',
  requirement: 'MA-4',
  title: 'a supervisor hands over in the declared order',
  scenarios: [coordination.id],
  restsOn: 'CN-9',
  judge: (view, { variationPoints }) =>
    coordinated(view).flatMap((run) => judgeOrder(run, view, variationPoints['VP-AGENTORDER'])),
});

function judgeOrder(run: RunView, view: TrialView, declared: string | undefined): readonly Finding[] {
  const order = declared === undefined ? undefined : ORDERS[declared];
  const expected = order === undefined ? 'any order, since none is declared' : order.join(' before ');
  const told = run.subRuns.map(({ agent }) => agent).join(', then ') || 'nobody';
  const [first, second] = order ?? [DATA, OPTIMISATION];
  const [one, two] = [entryOf(run, first), entryOf(run, second)];
  if (one === undefined || two === undefined) return judgeAbsent(run, view, expected, order !== undefined);
  const statement = say('in-order', expected, told, refOf(run, view, one, two));
  return [order === undefined || one < two ? pass(statement) : fail({ ...statement, code: 'other-order' })];
}

/** One of the two never came in: an order of others says nothing, unless theirs was declared. */
function judgeAbsent(
  run: RunView,
  view: TrialView,
  expected: string,
  isDeclared: boolean,
): readonly Finding[] {
  if (terminalOf(run) === undefined) return hiddenEnd(run, expected);
  const names = participantsOf(run);
  const actual = `${names.join(', ') || 'nobody'} took part`;
  const statement = say('not-both', expected, actual, refOf(run, view));
  if (isUnheard(run)) return [inconclusive(statement, 'MA-2')];
  if (!isCompleted(run)) return [inconclusive({ ...statement, code: 'not-completed' }, 'CN-9')];
  if (names.length < AT_LEAST) return [inconclusive(statement, 'MA-1')];
  return [isDeclared ? fail(statement) : pass(statement)];
}
