import { z } from 'zod';
import { ERROR_CODES } from '../core/errors.ts';
import { DISPOSITIONS, LEVELS, VERDICTS } from '../core/verdict.ts';
import { STEP_DIRECTIONS } from '../judge/excerpt.ts';
import { TIMELINE_ENDS, TIMELINE_REASONS } from '../judge/timelines.ts';
import { ANSWERS } from '../stats/decide.ts';
import { ADMISSION_STATES } from './admissions.ts';
import { estimateSchema, measureNameSchema } from './schemas.ts';

export const REPORT_FORMAT = 'agent-conformance/report@1';

const evidenceRef = z.object({ trial: z.string(), entries: z.array(z.number().int()) });
const excerptLine = z.object({
  trial: z.string(),
  seq: z.number().int(),
  at: z.number(),
  /** Arrow, kind and at most 80 characters of what was on the wire. */
  text: z.string(),
  /** The same in parts, for a diagram. */
  step: z
    .object({
      actor: z.string(),
      /** The socket, exchange or hook, by which lines belong together. */
      channel: z.string(),
      direction: z.enum(STEP_DIRECTIONS),
      kind: z.string(),
      wire: z.string(),
      /** Whether the finding points at it; otherwise it is a neighbour. */
      isMeant: z.boolean(),
    })
    .optional(),
});

const finding = z.object({
  verdict: z.enum(VERDICTS),
  code: z.string(),
  expected: z.string(),
  actual: z.string(),
  because: z.string().optional(),
  /** What would settle an inconclusive one, where that is known. */
  decide: z.string().optional(),
  refs: z.array(evidenceRef),
});

const check = z.object({
  id: z.string(),
  requirement: z.string(),
  title: z.string(),
  verdict: z.enum(VERDICTS),
  counts: z.object({
    pass: z.number().int(),
    inconclusive: z.number().int(),
    fail: z.number().int(),
    error: z.number().int(),
  }),
  findings: z.array(finding),
  /** The lines of the transcripts that the first finding points at. */
  excerpt: z.array(excerptLine),
  /** A command that drives and judges just this again. */
  reproduce: z.string(),
});

const requirement = z.object({
  id: z.string(),
  suite: z.string(),
  level: z.enum(LEVELS),
  text: z.string(),
  clause: z.string(),
  selected: z.boolean(),
  reason: z.string(),
  /** Absent when it was not selected: that is no verdict. */
  verdict: z.enum(VERDICTS).optional(),
  disposition: z.enum(DISPOSITIONS).optional(),
  /** The requirements whose breach hides this one. */
  because: z.array(z.string()),
  checks: z.array(z.string()),
});

const measure = z.object({
  measure: measureNameSchema,
  /** The agent, or the endpoint; absent for all of them. */
  of: z.string().optional(),
  meaning: z.string(),
  n: z.number().int(),
  minMs: z.number(),
  meanMs: z.number(),
  medianMs: estimateSchema,
  p95Ms: estimateSchema,
  p99Ms: estimateSchema,
  maxMs: z.number(),
  /** The first sample, which is in no other figure. */
  coldMs: z.number().optional(),
  /** Asked for and never come. */
  failed: z.number().int(),
  observerErrorMs: z.number(),
});

const samples = z.object({
  measure: measureNameSchema,
  of: z.string().optional(),
  /** Quiet trials only, the first sample apart; at most 2,000, then evenly thinned. */
  ms: z.array(z.number()),
  /** How many there were. */
  n: z.number().int(),
  /** Our own event-loop delay, typically: finer than that we cannot see. */
  observerErrorMs: z.number(),
});

/** A latency limit and how it was decided on the samples of the campaign. */
const claim = z.object({
  check: z.string(),
  requirement: z.string(),
  measure: measureNameSchema,
  of: z.string().optional(),
  limitMs: z.number(),
  answer: z.enum(ANSWERS),
  /** Samples in the decision; of these within the limit; of these possibly late by our own doing. */
  n: z.number().int(),
  good: z.number().int(),
  spoilt: z.number().int(),
  failed: z.number().int(),
  p95Ms: estimateSchema.optional(),
  coldMs: z.number().optional(),
});

const table = z.object({
  id: z.string(),
  title: z.string(),
  rows: z.string(),
  columns: z.string(),
  cells: z.array(
    z.object({
      row: z.string(),
      column: z.string(),
      aspect: z.string(),
      looked: z.number().int(),
      found: z.number().int(),
    }),
  ),
  /** Respects in which nothing could be looked at. */
  notLooked: z.array(z.string()),
});

/** How one run went: a bounded choice of runs, with times and kinds and no content. */
const timeline = z.object({
  /** A finding points at it, it was waited for in vain, or it is the first of its agent. */
  why: z.enum(TIMELINE_REASONS),
  trial: z.string(),
  label: z.string(),
  agent: z.string(),
  actor: z.string(),
  seq: z.number().int(),
  /** From the start of the trial. */
  askedMs: z.number().optional(),
  end: z.enum(TIMELINE_ENDS),
  tookMs: z.number(),
  events: z.array(
    z.object({
      seq: z.number().int(),
      atMs: z.number(),
      kind: z.string(),
      tool: z.string().optional(),
    }),
  ),
  omitted: z.number().int(),
});

const admission = z.object({
  /** A requirement or a check. */
  subject: z.string(),
  /** The requirement it concerns; absent where it names nothing. */
  requirement: z.string().optional(),
  because: z.string(),
  issue: z.string(),
  owner: z.string(),
  until: z.string(),
  /** What is stale, expired or unmatched blocks. */
  state: z.enum(ADMISSION_STATES),
});

/** The one document that every renderer reads. */
export const reportSchema = z.object({
  format: z.literal(REPORT_FORMAT),
  campaign: z.string(),
  exitCode: z.number().int(),
  conclusion: z.string(),
  /** Set when the campaign could not be judged at all. */
  stopped: z.object({ code: z.enum(ERROR_CODES), message: z.string() }).optional(),
  startedAt: z.string().optional(),
  endedAt: z.string().optional(),
  harness: z.object({ name: z.string(), version: z.string(), node: z.string() }),
  target: z.object({
    name: z.string(),
    url: z.string(),
    wsUrl: z.string(),
    environment: z.string(),
    profile: z.string(),
    versions: z.array(z.string()),
  }),
  plan: z.object({
    seal: z.string(),
    seed: z.number().int(),
    selectors: z.array(z.string()),
    trials: z.number().int(),
    /** Started in any case, and with all topping up that the budget allows. */
    agentRuns: z.number().int(),
    agentRunsAtMost: z.number().int(),
    departures: z.array(z.string()),
    capabilities: z.record(z.string(), z.object({ available: z.boolean(), reason: z.string() })),
    variationPoints: z.record(z.string(), z.string()),
  }),
  totals: z.object({
    requirements: z.number().int(),
    selected: z.number().int(),
    checks: z.number().int(),
    pass: z.number().int(),
    inconclusive: z.number().int(),
    fail: z.number().int(),
    error: z.number().int(),
    mustFailed: z.number().int(),
    shouldFailed: z.number().int(),
  }),
  gate: z.object({ because: z.array(z.string()) }),
  /** What the owners of the target admit, and what became of it; absent where there is no such list. */
  baseline: z
    .object({
      admissions: z.array(admission),
      /** What the target offered when the list was made, and does not any more: blocks. */
      lostCapabilities: z.array(z.object({ name: z.string(), reason: z.string() })),
    })
    .optional(),
  requirements: z.array(requirement),
  checks: z.array(check),
  measures: z.array(measure),
  /** The single samples of each stage, in the order of their beginning: what two reports are compared by. */
  samples: z.array(samples).default([]),
  tables: z.array(table),
  claims: z.array(claim),
  timelines: z.array(timeline).default([]),
  connectivity: z.object({
    host: z.string(),
    versions: z.array(z.string()),
    auth: z.array(z.object({ label: z.string(), answer: z.string(), n: z.number().int() })),
    skew: z
      .object({ n: z.number().int(), lowMs: z.number(), highMs: z.number(), isContradictory: z.boolean() })
      .optional(),
    notVerified: z.array(z.string()),
  }),
  evidence: z.object({
    /** Agent runs asked for on chat sockets, how many of them completed, and those made over HTTP. */
    runs: z.object({
      asked: z.number().int(),
      completed: z.number().int(),
      made: z.number().int(),
    }),
    /** How long the driving took, against the shortest time in which the plan could be driven. */
    pace: z.object({ wallMs: z.number(), criticalPathMs: z.number() }).optional(),
    /** What the campaign made on the target for its own use, and what of it is still there. */
    fixtures: z.object({
      created: z.number().int(),
      removed: z.number().int(),
      left: z.array(z.string()),
    }),
    /** Trials that topping up might have driven, and did not need to. */
    unneeded: z.number().int(),
    trials: z.array(
      z.object({
        trial: z.string(),
        state: z.enum(['sealed', 'unsealed', 'missing']),
        entries: z.number().int(),
        startedAt: z.string().optional(),
        tookMs: z.number().optional(),
        end: z.string().optional(),
        note: z.string().optional(),
      }),
    ),
  }),
  /** What this campaign did not show, in sentences. */
  notProven: z.array(z.string()),
});

export type CampaignReport = z.infer<typeof reportSchema>;
export type ReportedRequirement = CampaignReport['requirements'][number];
export type ReportedCheck = CampaignReport['checks'][number];
export type ReportedFinding = ReportedCheck['findings'][number];
export type ReportedClaim = CampaignReport['claims'][number];
export type ReportedTimeline = CampaignReport['timelines'][number];
export type ReportedMeasure = CampaignReport['measures'][number];
