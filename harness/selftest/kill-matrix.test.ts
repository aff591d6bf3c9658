import pLimit from 'p-limit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEFECT_CATALOGUE } from '../../reference/defects/catalogue.ts';
import type { DefectFacts } from '../../reference/defects/defect.ts';
import { catalogue } from '../../suites/catalogue.ts';
import { readProcessEnvironment } from '../config/load.ts';
import type { CampaignReport } from '../report/model.ts';
import { openBench, type SelfTestBench, verdictOf } from './campaigns.ts';

/** Campaigns at once: more would slow each other beyond the scaled limits. */
const AT_ONCE = 3;

let bench: SelfTestBench;
const limit = pLimit(AT_ONCE);

beforeAll(async () => {
  bench = await openBench();
});
afterAll(() => bench.close());

/** Checks that some defect made fail, or leave open where that is how its requirement speaks. */
const caught = new Set<string>();

/**
 * Defects after which something is left undecided under a neighbour of what is broken instead of under it. What must
 * fail does and nothing else; only the pointer is not yet exact.
 */
const POINTS_BESIDE: ReadonlySet<string> = new Set([
  'D-AR-EMPTY-IS-NULL',
  'D-AR-READ-LATE',
  'D-AR-STREAM-ALL-OR-NONE',
  'D-AR-STREAM-HELD',
  'D-AR-STREAM-JUNK-KILLS',
  'D-AR-STREAM-NO-HISTORY',
  'D-NEIGHBOUR-HELD-UP',
  'M17',
  'M20',
  'M21',
]);

/** What the report says against the defect's own statement of what it breaks. */
function deviations(report: CampaignReport, defect: DefectFacts): readonly string[] {
  const { mustFail, mayFail, leavesOpen = [] } = defect;
  const judged = report.requirements.filter(({ verdict }) => verdict !== undefined);
  const known = new Set(judged.map(({ id }) => id));
  const missed = mustFail.filter((id) => known.has(id) && verdictOf(report, id) !== 'fail');
  const decided = leavesOpen.filter((id) => verdictOf(report, id) !== 'inconclusive');
  return [
    ...missed.map((id) => `${id} must fail, and is ${verdictOf(report, id)}`),
    ...decided.map((id) => `${id} must stay open, and is ${verdictOf(report, id)}`),
    ...judged
      .filter(({ id, verdict }) => verdict === 'fail' && !mustFail.includes(id) && !mayFail.includes(id))
      .map(({ id }) => `${id} fails, and may not: ${actualOf(report, id)}`),
    ...judged
      .filter(({ verdict }) => verdict === 'error')
      .map(({ id }) => `${id} is an error: ${actualOf(report, id)}`),
    ...judged
      .filter(
        ({ id, verdict, because }) =>
          verdict === 'inconclusive' &&
          !leavesOpen.includes(id) &&
          !POINTS_BESIDE.has(defect.id) &&
          !because.some((id) => verdictOf(report, id) !== 'pass'),
      )
      .map(
        ({ id, because }) =>
          `${id} is inconclusive because of "${because.join(', ')}", which is whole: ${actualOf(report, id)}`,
      ),
  ];
}

function actualOf(report: CampaignReport, requirement: string): string {
  const check = report.checks.find((one) => one.requirement === requirement && one.verdict !== 'pass');
  const finding = check?.findings[0];
  return `${check?.id} ${finding?.code}: ${finding?.actual}`;
}

/**
 * The suites that a defect concerns, and connectivity as the ground they stand on. A defect that only requirements
 * without a check would notice is driven through the chat suites: nothing in them may fail unannounced.
 */
function suitesFor({ mustFail, leavesOpen = [] }: DefectFacts): readonly string[] {
  const concerned = [...mustFail, ...leavesOpen].flatMap(
    (id) => catalogue.find(({ requirements }) => requirements.some((one) => one.id === id))?.id ?? [],
  );
  const chat = concerned.length === 0 || concerned.includes('connectivity') ? ['lifecycle'] : [];
  return [...new Set(['connectivity', ...chat, ...concerned])];
}

/**
 * Requirements about time under load, which a machine that runs several campaigns at once cannot decide: only a
 * defect that breaks them is driven against them.
 */
const LOAD_BOUND = ['IS-9'];

/** What is slow is slow for every suite; such a defect is driven against its own claims, which take hundreds of samples. */
const isOfLatency = (id: string): boolean => id.startsWith('LT-');

const budgetFor = ({ mustFail }: DefectFacts): Readonly<Record<string, string>> =>
  mustFail.some(isOfLatency) ? { HARNESS_MAX_AGENT_RUNS: '1200' } : {};

/** What is selected for a defect: suites, or their requirements where one of them is bound to a load. */
function selectorsFor(defect: DefectFacts): readonly string[] {
  if (defect.mustFail.length > 0 && defect.mustFail.every(isOfLatency)) return defect.mustFail;
  const own = LOAD_BOUND.filter((id) => ![...defect.mustFail, ...(defect.leavesOpen ?? [])].includes(id));
  return suitesFor(defect).flatMap((id) => {
    const stated = catalogue.find((suite) => suite.id === id)?.requirements.map((one) => one.id) ?? [];
    return stated.some((one) => own.includes(one)) ? stated.filter((one) => !own.includes(one)) : [id];
  });
}

/** Every defect takes most of an hour; without PROVE=full a part of each suite's stands for the others. */
const isFull = readProcessEnvironment()['PROVE'] === 'full';
/** Of how many defects one is driven: more often where the five events are concerned, which is what matters most. */
const EVERY = { chat: 3, other: 9 } as const;

const isOfChat = (defect: DefectFacts): boolean => suitesFor(defect).includes('lifecycle');
const numbered = (defects: readonly DefectFacts[], every: number): readonly DefectFacts[] =>
  defects.filter((_defect, index) => isFull || index % every === 0);

const chosen = [
  ...numbered(DEFECT_CATALOGUE.filter(isOfChat), EVERY.chat),
  ...numbered(
    DEFECT_CATALOGUE.filter((defect) => !isOfChat(defect)),
    EVERY.other,
  ),
];

describe.concurrent('each defect of the reference', () => {
  it.each(chosen.map((defect) => [defect.id, defect.title, defect] as const))(
    '%s is caught: %s',
    async (id, _title, defect) => {
      const { report } = await limit(() =>
        bench.campaign({ defects: [id], selectors: selectorsFor(defect), env: budgetFor(defect) }),
      );
      const open = defect.leavesOpen ?? [];
      for (const { id: check, requirement, verdict } of report.checks)
        if (verdict === 'fail' || open.includes(requirement)) caught.add(check);
      expect(deviations(report, defect)).toEqual([]);
    },
  );
});

/** A statement about our own report: its parts are empty only where another requirement is broken. */
const OURS = 'connectivity/states-connectivity';

/** Checks that so far only their golden tests have seen fail: the reference has no defect for them yet. */
const WITHOUT_DEFECT = [
  'agents-api/pages-stay-whole-while-runs-are-made',
  'agents-api/treats-blank-queries-as-empty',
  'agents-api/takes-a-message-while-running',
  'agents-api/takes-a-message-when-completed',
  'agents-api/refuses-unknown-items-of-a-message',
  'agents-api/shows-a-large-message',
  'agents-api/profiles-are-typed',
  'agents-api/stream-refuses-bad-tokens',
  'agents-api/stream-outlives-rough-clients',
  'agents-api/stream-pings-idle-subscribers',
  'isolation/keeps-many-apart', // the judgement of keeps-words-apart, on 25 users and more
  'value/rubric-cannot-be-stuffed', // about our own rubric: no target can break it
];

// After all of the above: the runner keeps the order of the file. A part of the defects does not reach every check.
it.runIf(isFull)('catches something with every check', () => {
  const idle = catalogue
    .flatMap(({ checks }) => checks.map(({ id }) => id))
    .filter((id) => !caught.has(id) && id !== OURS && !WITHOUT_DEFECT.includes(id));
  expect(idle).toEqual([]);
});
