/** What is driven to prove the checks: which campaigns, against which defect, with which suites. Pure, so that a run can be repeated. */
import type { DefectFacts } from '../../../reference/defects/defect.ts';
import type { Suite } from '../../core/suite.ts';
import type { TrialView } from '../../judge/views.ts';

/** One campaign against a deployment of its own. */
export interface Job {
  readonly id: string;
  /** The defect that the deployment commits; none in a clean campaign. */
  readonly defect?: string | undefined;
  /** Seed of the benign noise that the deployment makes; quiet without one. */
  readonly noise?: number | undefined;
  readonly seed: number;
  readonly selectors: readonly string[];
  /** The budget of agent runs; claims are left out where there is none. */
  readonly agentRuns: number;
  /** Nothing else may be driven meanwhile: it holds what a busy machine cannot decide. */
  readonly alone: boolean;
  /** About how long it takes on an idle machine. */
  readonly seconds: number;
}

/** How much is driven. */
export type Extent = 'part' | 'default' | 'full';

/** What the jobs are made from. */
export interface JobWish {
  readonly suites: readonly Suite<TrialView>[];
  readonly defects: readonly DefectFacts[];
  readonly extent: Extent;
  /** Turns what is chosen, so that what one run leaves out another one drives. */
  readonly rotation: number;
  readonly cleanCampaigns: number;
}

/** Seconds of a campaign with connectivity and one suite, of which connectivity is three. */
const SECONDS: Readonly<Record<string, number>> = {
  connectivity: 3,
  lifecycle: 1,
  'agents-api': 7,
  telemetry: 3,
  isolation: 4,
  resilience: 9,
  value: 3,
};
const CLAIMS_SECONDS = 40;
/** What each further suite adds beside the longest one: suites are driven side by side. */
const BESIDE = 0.5;

/** Of how many defects one is driven against the whole suites that it concerns and a third of the others. */
export const WHOLE_EVERY = 16;
const THIRDS = 3;
/** Of how many defects one is driven where a part has to do. */
export const PART_EVERY = 32;

/** Samples enough to decide every claim. */
const ENOUGH_RUNS = 1_200;

/**
 * Requirements about time under load, which a machine that runs several campaigns at once cannot decide: only a
 * defect that breaks them is driven against them, and the clean campaign that has the machine to itself.
 */
const LOAD_BOUND: readonly string[] = ['IS-9', 'AR-E1'];

/**
 * Requirements that take hundreds of requests each (3,600 of the 15,700 entries of a campaign): driven where a defect
 * breaks them and in a full run; beside that in every so many campaigns.
 */
export const LABORIOUS: readonly string[] = ['TR-11.3', 'RS-13', 'LT-8'];

const isOfLatency = (id: string): boolean => id.startsWith('LT-');

const concerns = ({ mustFail, leavesOpen = [] }: DefectFacts): readonly string[] => [
  ...mustFail,
  ...leavesOpen,
];

/**
 * Whether only claims notice it. What is slow by more than every limit is slow for every suite: it is driven against its
 * own claims alone, which take hundreds of samples.
 */
const isSlowness = ({ mustFail }: DefectFacts): boolean => mustFail.length > 0 && mustFail.every(isOfLatency);

/** What does not show each time needs more chances to than one requirement gives it. */
const SELDOM: readonly DefectFacts['family'][] = ['intermittent', 'only after a failure', 'only under load'];
const isSeldom = ({ family }: DefectFacts): boolean => SELDOM.includes(family);

/**
 * The suites that a defect concerns, and connectivity as the ground they stand on. A defect that only requirements
 * without a check would notice is driven through the chat suites: nothing in them may fail unannounced.
 */
export function suitesFor(defect: DefectFacts, suites: readonly Suite<TrialView>[]): readonly string[] {
  const concerned = concerns(defect).flatMap(
    (id) => suites.find(({ requirements }) => requirements.some((one) => one.id === id))?.id ?? [],
  );
  const chat = concerned.length === 0 || concerned.includes('connectivity') ? ['lifecycle'] : [];
  return [...new Set(['connectivity', ...chat, ...concerned])];
}

/** Suites as selectors, or their requirements where some of them are not wanted. */
function selectorsOf(
  ids: readonly string[],
  suites: readonly Suite<TrialView>[],
  wanted: readonly string[],
): readonly string[] {
  const unwanted = [...LOAD_BOUND, ...LABORIOUS].filter((id) => !wanted.includes(id));
  return ids.flatMap((id) => {
    const stated = suites.find((suite) => suite.id === id)?.requirements.map((one) => one.id) ?? [];
    return stated.some((one) => unwanted.includes(one))
      ? stated.filter((one) => !unwanted.includes(one))
      : [id];
  });
}

function secondsOf(suites: readonly string[], agentRuns: number): number {
  const each = suites.map((id) => SECONDS[id] ?? 1).sort((a, b) => b - a);
  const [longest = 0, ...others] = each;
  const beside = others.reduce((sum, seconds) => sum + seconds * BESIDE, 0);
  return longest + beside + (agentRuns > 0 ? CLAIMS_SECONDS : 0);
}

/** What takes long is driven in one of so many campaigns, and in the next rotation in others. */
const laborious = (turn: number): readonly string[] => (turn % WHOLE_EVERY === 0 ? LABORIOUS : []);

/** The third of these suites whose turn it is. */
const thirdOf = (ids: readonly string[], turn: number): readonly string[] =>
  ids.filter((_id, at) => at % THIRDS === turn % THIRDS);

/**
 * What this defect is driven against in this rotation: every suite in a full run, its own in a part; otherwise its
 * own and a third of the others where it is its turn, and else only what must notice it, or its own where it is seldom.
 */
function reachOf(
  defect: DefectFacts,
  turn: number,
  { suites, extent }: JobWish,
): { readonly suites: readonly string[]; readonly only: readonly string[] } {
  const own = suitesFor(defect, suites);
  const others = suites.map(({ id }) => id).filter((id) => !own.includes(id));
  const noticing = [...defect.mustFail, ...(defect.leavesOpen ?? [])];
  if (extent === 'full') return { suites: [...own, ...others], only: [] };
  if (extent === 'part' || noticing.length === 0 || isSeldom(defect)) return { suites: own, only: [] };
  if (turn % WHOLE_EVERY === 0)
    return { suites: [...own, ...thirdOf(others, Math.floor(turn / WHOLE_EVERY))], only: [] };
  return { suites: [], only: noticing };
}

function jobOf(defect: DefectFacts, index: number, wish: JobWish): Job {
  const { suites, rotation, extent } = wish;
  const agentRuns = concerns(defect).some(isOfLatency) ? ENOUGH_RUNS : 0;
  const common = { id: defect.id, defect: defect.id, seed: rotation + 1, agentRuns, alone: false };
  if (isSlowness(defect)) return { ...common, selectors: defect.mustFail, seconds: secondsOf([], agentRuns) };
  const turn = rotation + index;
  const reach = reachOf(defect, turn, wish);
  // With a budget every claim of the suite would be decided, which takes minutes: only its own are.
  const claimed = agentRuns > 0 ? concerns(defect).filter(isOfLatency) : [];
  const drivenWhole = reach.suites.filter((id) => agentRuns === 0 || id !== 'latency');
  const wanted = [...concerns(defect), ...(extent === 'full' ? LABORIOUS : laborious(turn))];
  return {
    ...common,
    selectors: [...new Set([...selectorsOf(drivenWhole, suites, wanted), ...reach.only, ...claimed])],
    seconds: secondsOf(reach.suites, agentRuns) + reach.only.length,
  };
}

/** Of the clean campaigns of a run this one has the machine to itself, every suite, load and all claims. */
const WITH_EVERYTHING = 0;

/** The others drive connectivity and a third of the suites each, so that three of them are as much as one of all. */
function cleanJob(index: number, { suites, rotation, extent, cleanCampaigns }: JobWish): Job {
  const number = extent === 'full' ? index + 1 : rotation * cleanCampaigns + index + 1;
  const alone = index === WITH_EVERYTHING && extent !== 'part';
  const agentRuns = alone ? ENOUGH_RUNS : 0;
  const [ground = '', ...others] = suites.map(({ id }) => id);
  const ids = [ground, ...thirdOf(others, number)];
  return {
    id: `clean-${number}`,
    seed: number,
    noise: number,
    selectors: alone ? [] : selectorsOf(ids, suites, laborious(number)),
    agentRuns,
    alone,
    seconds: secondsOf(ids, agentRuns),
  };
}

/**
 * The longest first, so that none is left over when the others are done, and claims in turn with the rest: they wait
 * more than they work, and leave the machine to what is driven beside.
 */
function inOrder(jobs: readonly Job[]): readonly Job[] {
  const sorted = [...jobs].sort((left, right) => right.seconds - left.seconds);
  const claims = sorted.filter(({ agentRuns }) => agentRuns > 0);
  const others = sorted.filter(({ agentRuns }) => agentRuns === 0);
  const paired = claims.flatMap((claim, index) => [claim, ...others.slice(index, index + 1)]);
  return [...paired, ...others.slice(claims.length)];
}

/** All jobs of a run, in the order in which they are driven. */
export function planJobs(wish: JobWish): readonly Job[] {
  const { defects, extent, rotation, cleanCampaigns } = wish;
  const isDriven = (index: number): boolean =>
    extent !== 'part' || index % PART_EVERY === rotation % PART_EVERY;
  const broken = defects.flatMap((defect, index) => (isDriven(index) ? [jobOf(defect, index, wish)] : []));
  const clean = Array.from({ length: cleanCampaigns }, (_, index) => cleanJob(index, wish));
  return inOrder([...broken, ...clean]);
}
