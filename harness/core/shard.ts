/**
 * The part of a campaign that one machine drives: a share of what may overlap, or what must have the target to itself.
 * The latter is a part of its own because machines that know nothing of each other cannot keep out of its way.
 */
export type Shard = { readonly part: number; readonly of: number } | { readonly part: 'alone' };

/** More machines than this would not find a trial each. */
const MOST_SHARDS = 64;

/** `2/4` or `alone`; undefined for anything else. */
export function parseShard(text: string): Shard | undefined {
  if (text === 'alone') return { part: 'alone' };
  const [, part = '', of = ''] = /^(\d{1,2})\/(\d{1,2})$/.exec(text) ?? [];
  const shard = { part: Number(part), of: Number(of) };
  const isOne = shard.part >= 1 && shard.part <= shard.of && shard.of <= MOST_SHARDS;
  return isOne ? shard : undefined;
}

/** As it is written on the command line. */
export const shardWord = (shard: Shard): string =>
  shard.part === 'alone' ? 'alone' : `${shard.part}/${shard.of}`;
