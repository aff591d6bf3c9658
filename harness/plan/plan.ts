import { z } from 'zod';
import { CAPABILITIES } from '../core/requirement.ts';
import { LEVELS } from '../core/verdict.ts';
import { VOCABULARY_SCHEMA } from '../core/vocabulary.ts';
import { baselineSchema } from './baseline.ts';
import { comparedSchema } from './compared.ts';

export const PLAN_FORMAT = 'agent-conformance/plan@1';

const ms = z.number().positive();

const plannedActor = z.object({
  name: z.string(),
  /** Index among the target's identities. */
  identity: z.number().int().min(0),
  tenant: z.string().optional(),
  user: z.string().optional(),
});

const plannedTrial = z.object({
  id: z.string().regex(/^[a-z0-9-]+$/),
  scenario: z.string(),
  number: z.number().int().min(1),
  seed: z.number().int(),
  interference: z.enum(['quiet', 'load', 'disruptive']),
  moment: z.enum(['opening', 'any', 'closing']),
  /** Driven only while a claim needs its samples. */
  topUp: z.literal(true).optional(),
  actors: z.array(plannedActor),
});

const choice = { selected: z.boolean(), reason: z.string() };

/**
 * What a campaign is going to do, and why: written and sealed before the first request. Whoever judges the
 * evidence later needs this and the evidence, nothing else.
 */
export const planSchema = z.object({
  format: z.literal(PLAN_FORMAT),
  campaign: z.string(),
  createdAt: z.string(),
  harness: z.object({ name: z.string(), version: z.string(), node: z.string() }),
  seed: z.number().int(),
  target: z.object({
    name: z.string(),
    url: z.string(),
    wsUrl: z.string(),
    environment: z.string(),
    profile: z.string(),
    /** As it was named, so that it can be named again; absent where nobody named one. */
    profileFrom: z.string().optional(),
    dialect: z.string(),
    vocabulary: VOCABULARY_SCHEMA.optional(),
    endpoints: z.record(z.string(), z.string()),
  }),
  capabilities: z.record(z.enum(CAPABILITIES), z.object({ available: z.boolean(), reason: z.string() })),
  variationPoints: z.record(z.string(), z.string()),
  thresholds: z.object({
    connectMs: ms,
    greetingMs: ms,
    pongMs: ms,
    firstEventMs: ms,
    firstToolMs: ms,
    completionMs: ms,
    optimisationMs: ms,
    multiAgentMs: ms,
    silenceMs: ms,
    cancelMs: ms,
    httpMs: ms,
    healthMs: ms,
    graceMs: ms,
    heldBackMs: ms,
    toleranceMs: ms,
    tolerancePercent: z.number().nonnegative(),
    skewMs: ms,
    telemetryMs: ms,
    successRate: z.number(),
    resilienceRate: z.number(),
    answerQuality: z.number(),
  }),
  /** `name: value (default value)` for each threshold that is not the protocol's. */
  departures: z.array(z.string()),
  origins: z.object({ listed: z.string().optional(), unlisted: z.string() }),
  limits: z.object({
    concurrency: z.number().int().min(1),
    /** How many principals a crowd is. */
    users: z.number().int().min(1),
    startsPerSecond: z.number().positive(),
    /** Agent runs that topping up may bring the campaign to. */
    agentRuns: z.number().int().min(0),
    /** Tokens of all runs, counted from their usage, from which on nothing is topped up. */
    tokens: z.number().int().positive().optional(),
    frameBytes: z.number().int().positive(),
    entriesPerTrial: z.number().int().positive(),
    evidenceBytesPerTrial: z.number().int().positive(),
  }),
  /** As the target declares them; absent where it does not. */
  prices: z
    .object({
      version: z.string(),
      fallback: z.string().optional(),
      models: z.record(z.string(), z.object({ input_nusd: z.number(), output_nusd: z.number() })),
    })
    .optional(),
  selectors: z.array(z.string()),
  /** What the owners of the target admit. */
  baseline: baselineSchema.optional(),
  /** The earlier campaign that latencies are judged against. */
  comparedWith: comparedSchema.optional(),
  /** How many times as often everything is driven; absent for once. */
  repeat: z.number().int().min(1).optional(),
  requirements: z.array(
    z.object({
      id: z.string(),
      suite: z.string(),
      level: z.enum(LEVELS),
      text: z.string(),
      clause: z.string(),
      ...choice,
      checks: z.array(z.string()),
    }),
  ),
  checks: z.array(z.object({ id: z.string(), requirement: z.string(), title: z.string(), ...choice })),
  trials: z.array(plannedTrial),
  /** Absent where one machine drives everything. */
  shard: z
    .union([
      z.object({ part: z.number().int().min(1), of: z.number().int().min(1) }),
      z.object({ part: z.literal('alone') }),
    ])
    .optional(),
  /** Agent runs that are started in any case: the least that the campaign costs. */
  agentRuns: z.number().int().min(0),
  /** With all topping up that the budget allows. */
  agentRunsAtMost: z.number().int().min(0),
  /** SHA-256 of the rest, so that evidence cannot be judged by another plan than the one it was driven for. */
  seal: z.string(),
});

export type Plan = z.infer<typeof planSchema>;
export type PlannedTrial = Plan['trials'][number];
