/**
 * Whether samples of one kind tend to be larger than those of another. Assumes independent samples; nothing about their
 * distribution.
 *
 * Mann & Whitney, "On a Test of Whether One of Two Random Variables is Stochastically Larger than the Other", 1947.
 * Small samples: the exact permutation distribution of the mid-ranks, which is right with ties too (Lehmann,
 * "Nonparametrics", 1975, section 1.4). Large ones: normal, with the correction for ties and for continuity.
 */
import { pnorm } from 'lib-r-math.js';

export interface RankTest {
  /** Pairs in which the first is larger, a tie counting one half. */
  readonly u: number;
  /** The probability of so large a `u`, or a larger one, if both came from one distribution. */
  readonly pGreater: number;
  readonly pLess: number;
  readonly isExact: boolean;
}

/** Samples in all up to which the distribution is counted out; it takes milliseconds. */
const EXACT_SAMPLES = 50;

/**
 * Compares two sets of samples.
 * @throws RangeError where one of them is empty.
 */
export function rankTest(first: readonly number[], second: readonly number[]): RankTest {
  if (first.length === 0 || second.length === 0)
    throw new RangeError('a rank test needs samples on both sides');
  const ranks = midRanks([...first, ...second]);
  const own = ranks.slice(0, first.length).reduce((sum, rank) => sum + rank, 0);
  const u = own - (first.length * (first.length + 1)) / 2;
  const isExact = ranks.length <= EXACT_SAMPLES;
  const tails = isExact
    ? exactTails(ranks, first.length, own)
    : normalTails(ranks, first.length, second.length, u);
  return { u, ...tails, isExact };
}

/** Ranks from 1 in the order given; equal values share the mean of theirs. */
function midRanks(values: readonly number[]): readonly number[] {
  const order = values.map((value, index) => ({ value, index })).sort((a, b) => a.value - b.value);
  const ranks = new Array<number>(values.length).fill(0);
  let from = 0;
  while (from < order.length) {
    let to = from;
    while (to + 1 < order.length && order[to + 1]?.value === order[from]?.value) to += 1;
    for (const { index } of order.slice(from, to + 1)) ranks[index] = (from + to) / 2 + 1;
    from = to + 1;
  }
  return ranks;
}

type Tails = Pick<RankTest, 'pGreater' | 'pLess'>;

/** Counts, over all ways of choosing the first set, the sums of ranks at least and at most the one seen. */
function exactTails(ranks: readonly number[], size: number, own: number): Tails {
  // Mid-ranks are halves, so twice a rank is whole.
  const doubled = ranks.map((rank) => Math.round(rank * 2));
  const total = doubled.reduce((sum, rank) => sum + rank, 0);
  const ways = Array.from({ length: size + 1 }, () => new Float64Array(total + 1));
  const [none] = ways;
  if (none !== undefined) none[0] = 1;
  for (const rank of doubled) addTo(ways, rank);
  const sums = ways[size] ?? new Float64Array();
  const all = sums.reduce((sum, count) => sum + count, 0);
  const seen = Math.round(own * 2);
  const share = (counts: Float64Array): number => counts.reduce((sum, count) => sum + count, 0) / all;
  return { pGreater: share(sums.subarray(seen)), pLess: share(sums.subarray(0, seen + 1)) };
}

/** One more rank that each choice may take or leave. */
function addTo(ways: readonly Float64Array[], rank: number): void {
  for (let chosen = ways.length - 1; chosen > 0; chosen -= 1) {
    const into = ways[chosen];
    const from = ways[chosen - 1];
    if (into === undefined || from === undefined) continue;
    for (let sum = into.length - 1; sum >= rank; sum -= 1)
      into[sum] = (into[sum] ?? 0) + (from[sum - rank] ?? 0);
  }
}

function normalTails(ranks: readonly number[], first: number, second: number, u: number): Tails {
  const n = first + second;
  const groups = new Map<number, number>();
  for (const rank of ranks) groups.set(rank, (groups.get(rank) ?? 0) + 1);
  const ties = [...groups.values()].reduce((sum, size) => sum + (size ** 3 - size), 0);
  const variance = ((first * second) / 12) * (n + 1 - ties / (n * (n - 1)));
  // All samples alike: nothing speaks for either side.
  if (variance === 0) return { pGreater: 1, pLess: 1 };
  const mean = (first * second) / 2;
  const spread = Math.sqrt(variance);
  return { pGreater: pnorm((u - 0.5 - mean) / spread, 0, 1, false), pLess: pnorm((u + 0.5 - mean) / spread) };
}
