import { describe, expect, it } from 'vitest';
import { benchPlan } from '../../bench/plan.ts';
import { parseShard, type Shard, shardWord } from '../core/shard.ts';
import { inOrder } from '../plan/order.ts';
import { sealPlan } from '../plan/seal.ts';
import { paceHere, shardPlan, trialsHere, unitePlans } from '../plan/shard.ts';

const whole = benchPlan('ws://127.0.0.1:1/ws');
const shards: readonly Shard[] = [1, 2, 3].map((part) => ({ part, of: 3 }));
const parts = [...shards, { part: 'alone' } as const].map((shard) => shardPlan(whole, shard));
const ids = (trials: readonly { readonly id: string }[]): readonly string[] => trials.map(({ id }) => id);

describe('a part of a campaign', () => {
  it('is written as n/m or as alone, and as nothing else', () => {
    expect(['1/4', '4/4', 'alone'].map(parseShard).map((shard) => shard && shardWord(shard))).toEqual([
      '1/4',
      '4/4',
      'alone',
    ]);
    expect(['0/4', '5/4', '1', '1/', '1/999', 'ALONE', ''].map(parseShard)).toEqual(Array(7).fill(undefined));
  });

  it('has each trial in exactly one part', () => {
    const driven = parts.flatMap((part) => ids(trialsHere(part)));
    expect([...driven].sort()).toEqual([...ids(whole.trials)].sort());
    expect(new Set(driven).size).toBe(driven.length);
  });

  it('leaves what must have the target to itself, and the closing, to one machine that comes last', () => {
    const alone = new Set(ids(trialsHere(shardPlan(whole, { part: 'alone' }))));
    const loud = whole.trials.filter(
      ({ interference, moment }) => interference !== 'quiet' || moment === 'closing',
    );
    expect(loud.length).toBeGreaterThan(0);
    expect([...alone].sort()).toEqual([...ids(loud)].sort());
  });

  it('drives its trials in the order of the plan', () => {
    const order = ids(inOrder(whole.trials).flatMap(({ trials }) => trials));
    for (const part of parts) {
      const own = new Set(ids(trialsHere(part)));
      expect(ids(inOrder(trialsHere(part)).flatMap(({ trials }) => trials))).toEqual(
        order.filter((id) => own.has(id)),
      );
    }
  });

  it('works at its share of the pace', () => {
    const plan = { ...whole, limits: { ...whole.limits, concurrency: 8, startsPerSecond: 30 } };
    expect(paceHere(shardPlan(plan, { part: 2, of: 3 }))).toEqual({ concurrency: 2, startsPerSecond: 10 });
    expect(paceHere(shardPlan(plan, { part: 'alone' }))).toEqual({ concurrency: 8, startsPerSecond: 30 });
  });
});

describe('the union of the parts', () => {
  it('is the plan they were cut from, whatever order they come in and whenever each was made', () => {
    const { seal: _seal, ...later } = parts[1] ?? whole;
    const mixed = [
      parts[3],
      sealPlan({ ...later, createdAt: '2999-01-01T00:00:00.000Z' }),
      parts[0],
      parts[2],
    ];
    expect(unitePlans(mixed.map((part) => part ?? whole))).toEqual({ plan: whole, missing: [] });
  });

  it('names the parts that are missing', () => {
    expect(unitePlans(parts.slice(1, 3)).missing).toEqual(['1/3', 'alone']);
  });

  it.each([
    ['nothing', [], /no part/],
    ['a whole campaign', [whole], /is whole/],
    ['one part twice', [parts[0], parts[0]], /1\/3 is there twice/],
    ['another seed', [parts[0], shardPlan({ ...whole, seed: 2 }, { part: 2, of: 3 })], /: seed differs/],
    ['another number of parts', [parts[0], shardPlan(whole, { part: 2, of: 4 })], /of different numbers/],
  ])('refuses %s', (_what, given, message) => {
    expect(() => unitePlans(given.flatMap((part) => part ?? []))).toThrow(message);
  });
});
