/**
 * Spreads a plan over machines and puts their parts together again. Every part carries the whole plan, so that the
 * union of their evidence can be judged as if one machine had driven it.
 */
import { HarnessError } from '../core/errors.ts';
import { type Shard, shardWord } from '../core/shard.ts';
import { inOrder } from './order.ts';
import type { Plan, PlannedTrial } from './plan.ts';
import { sealPlan } from './seal.ts';

/** The plan of one part. */
export function shardPlan({ seal: _seal, ...plan }: Plan, shard: Shard): Plan {
  return sealPlan({ ...plan, shard });
}

/** The trials that this plan's machine drives: all of them where it is no part. */
export function trialsHere({ shard, trials }: Plan): readonly PlannedTrial[] {
  if (shard === undefined) return trials;
  // What closes a campaign has to come after everything else, which is the part that is driven last.
  const mayOverlap = (group: readonly PlannedTrial[]): boolean =>
    group.every(({ interference, moment }) => interference === 'quiet' && moment !== 'closing');
  const groups = inOrder(trials).map((group) => group.trials);
  if (shard.part === 'alone') return groups.filter((group) => !mayOverlap(group)).flat();
  const { part, of } = shard;
  return groups
    .filter(mayOverlap)
    .flatMap((group) => group.filter((_trial, index) => index % of === part - 1));
}

/** How hard this plan's machine may work, so that all of them together stay within what the target bears. */
export function paceHere({ shard, limits }: Plan): Pick<Plan['limits'], 'concurrency' | 'startsPerSecond'> {
  const { concurrency, startsPerSecond } = limits;
  if (shard === undefined || shard.part === 'alone') return { concurrency, startsPerSecond };
  return {
    concurrency: Math.max(1, Math.floor(concurrency / shard.of)),
    startsPerSecond: startsPerSecond / shard.of,
  };
}

export interface United {
  /** The plan that all parts were cut from. */
  readonly plan: Plan;
  /** Parts that there is no folder of, as the command line names them. */
  readonly missing: readonly string[];
}

/**
 * The plan that these are the parts of.
 * @throws HarnessError `EVIDENCE_INVALID` where they are not parts of one campaign, or one is there twice.
 */
export function unitePlans(parts: readonly Plan[]): United {
  const [first] = parts;
  if (first === undefined) throw apart('there is no part to merge');
  const words = parts.map(({ campaign, shard }) => {
    if (shard === undefined)
      throw apart(`campaign ${campaign} is whole: only parts driven by --shard are merged`);
    return shardWord(shard);
  });
  const twice = words.find((word, index) => words.indexOf(word) !== index);
  if (twice !== undefined) throw apart(`part ${twice} is there twice`);
  for (const part of parts) refuseOther(first, part);
  const { seal: _seal, shard: _shard, ...whole } = first;
  const createdAt = parts.map((part) => part.createdAt).sort()[0] ?? first.createdAt;
  return { plan: sealPlan({ ...whole, createdAt }), missing: missingParts(first, parts, words) };
}

/** What the parts of one campaign may differ in: when and on what each was made. */
function comparable({ seal: _seal, shard: _shard, createdAt: _at, harness, ...rest }: Plan): string {
  return JSON.stringify({ ...rest, harness: harness.version });
}

function refuseOther(first: Plan, other: Plan): void {
  if (comparable(first) === comparable(other)) return;
  const differs = (Object.keys(first) as (keyof Plan)[]).filter(
    (key) =>
      !['seal', 'shard', 'createdAt', 'harness'].includes(key) &&
      JSON.stringify(first[key]) !== JSON.stringify(other[key]),
  );
  throw apart(
    `the parts are not of one campaign: ${differs.join(', ') || 'the version of the harness'} differs`,
  );
}

const apart = (message: string): HarnessError =>
  new HarnessError('EVIDENCE_INVALID', message, {
    hint: 'drive every part with the same --campaign, seed, selection, profile and version',
  });

/** The parts that something was planned for and that are not here. */
function missingParts(first: Plan, parts: readonly Plan[], words: readonly string[]): readonly string[] {
  const sizes = new Set(
    parts.flatMap(({ shard }) => (shard === undefined || shard.part === 'alone' ? [] : shard.of)),
  );
  if (sizes.size > 1) throw apart(`the parts are of different numbers of parts: ${[...sizes].join(' and ')}`);
  const of = [...sizes][0] ?? 1;
  const all: readonly Shard[] = [
    ...Array.from({ length: of }, (_, index) => ({ part: index + 1, of })),
    { part: 'alone' },
  ];
  return all
    .filter((shard) => !words.includes(shardWord(shard)) && trialsHere({ ...first, shard }).length > 0)
    .map(shardWord);
}
