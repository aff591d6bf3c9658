/** What all the campaigns of a run prove together: one document, from which everything that is shown is made. */
import { z } from 'zod';
import type { DefectFacts } from '../../../reference/defects/defect.ts';
import type { Suite } from '../../core/suite.ts';
import type { TrialView } from '../../judge/views.ts';
import { exactShare } from '../../stats/proportion.ts';
import { UNBREAKABLE } from '../unbreakable.ts';
import type { Look } from './look.ts';
import { type Mutations, mutations } from './mutations.ts';

const PROOF_FORMAT = 'agent-conformance/proof@1';

/** A share of which one bound is told: exact, and one-sided at 95 %. */
const share = z.object({ count: z.number().int(), of: z.number().int(), bound: z.number() });

const defect = z.object({
  id: z.string(),
  title: z.string(),
  breaks: z.string(),
  mustFail: z.array(z.string()),
  mayFail: z.array(z.string()),
  leavesOpen: z.array(z.string()),
  seed: z.number().int(),
  judged: z.number().int(),
  failed: z.array(z.string()),
  open: z.array(z.object({ requirement: z.string(), because: z.array(z.string()) })),
  /** The checks that noticed it. */
  caught: z.array(z.string()),
  deviations: z.array(z.string()),
});

/** The document of a run. */
export const proof = z.object({
  format: z.literal(PROOF_FORMAT),
  /** What was driven: more than one where the run was taken up again. */
  commits: z.array(z.string()),
  extent: z.enum(['part', 'default', 'full']),
  rotation: z.number().int(),
  processes: z.number().int(),
  atOnce: z.number().int(),
  /** By what the limits were multiplied. */
  patience: z.number(),
  /** By the clock, since the run was begun or taken up. */
  seconds: z.number().int(),
  campaigns: z.number().int(),
  /** What all of them took, one beside the other. */
  campaignSeconds: z.number().int(),
  defects: z.array(defect),
  checks: z.array(
    z.object({
      id: z.string(),
      requirement: z.string(),
      defects: z.array(z.string()),
      why: z.string().optional(),
    }),
  ),
  clean: z.object({
    /** Campaigns in which something failed, at the last look; the bound is the upper one. */
    falseAlarms: share,
    /** The same at the first look, when other campaigns were driven beside. */
    atFirstLook: share,
    undecided: z.number().int(),
    deviations: z.array(z.object({ job: z.string(), what: z.array(z.string()) })),
  }),
  /** Verdicts on what was whole, that were no failure; the bound is the lower one. */
  specificity: share,
  /** What deviated beside other campaigns and was looked at again alone. */
  secondLooks: z.array(z.object({ job: z.string(), first: z.array(z.string()), alone: z.array(z.string()) })),
  /** Absent where none were wanted, or the process that makes them died. */
  mutations: mutations.optional(),
  /** What the run found wrong; it is green when there is none. */
  failures: z.array(z.string()),
});

/** The document of a run. */
export type Proof = z.infer<typeof proof>;

/** One-sided bounds at 95 % are those of the two-sided interval at 90 %. */
const TWO_SIDED = 0.9;

const upper = (count: number, of: number): Proof['specificity'] => ({
  count,
  of,
  bound: of === 0 ? 1 : (exactShare({ good: count, n: of }, TWO_SIDED).high ?? 1),
});
const lower = (count: number, of: number): Proof['specificity'] => ({
  count,
  of,
  bound: of === 0 ? 0 : (exactShare({ good: count, n: of }, TWO_SIDED).low ?? 0),
});

/** What a run knows besides its looks. */
export interface ProofBasis
  extends Pick<Proof, 'extent' | 'rotation' | 'processes' | 'atOnce' | 'patience' | 'seconds'> {
  readonly suites: readonly Suite<TrialView>[];
  readonly defects: readonly DefectFacts[];
  readonly mutations: Mutations | undefined;
  readonly wantsMutations: boolean;
  /** Whether every defect was driven, so that a check without one is a finding. */
  readonly isWhole: boolean;
}

/** The last look at each job: alone, where it was repeated. */
export function lastLooks(looks: readonly Look[]): readonly Look[] {
  const last = new Map<string, Look>();
  for (const look of looks) last.set(look.job.id, look);
  return [...last.values()];
}

const isClean = ({ job }: Look): boolean => job.defect === undefined;

function cleanPart(first: readonly Look[], last: readonly Look[]): Proof['clean'] {
  const hasAlarm = ({ falseAlarms }: Look): boolean => falseAlarms.length > 0;
  return {
    falseAlarms: upper(last.filter(hasAlarm).length, last.length),
    atFirstLook: upper(first.filter(hasAlarm).length, first.length),
    undecided: last.filter(({ open }) => open.length > 0).length,
    deviations: last
      .filter(({ deviations }) => deviations.length > 0)
      .map(({ job, deviations }) => ({ job: job.id, what: deviations })),
  };
}

function defectPart(facts: DefectFacts, looks: readonly Look[]): Proof['defects'] {
  const own = looks.filter(({ job }) => job.defect === facts.id);
  const [one] = own;
  if (one === undefined) return [];
  const { id, title, breaks, mustFail, mayFail, leavesOpen = [] } = facts;
  const all = <T>(of: (look: Look) => readonly T[]): T[] => [...new Set(own.flatMap(of))];
  return [
    {
      ...{ id, title, breaks, seed: one.job.seed },
      mustFail: [...mustFail],
      mayFail: [...mayFail],
      leavesOpen: [...leavesOpen],
      judged: Math.max(...own.map(({ judged }) => judged)),
      failed: all(({ failed }) => failed),
      open: all(({ open }) => open),
      caught: all(({ caught }) => caught),
      deviations: all(({ deviations }) => deviations),
    },
  ];
}

function checkPart(suites: ProofBasis['suites'], defects: Proof['defects']): Proof['checks'] {
  return suites.flatMap(({ checks }) =>
    checks.map(({ id, requirement }) => {
      const why = UNBREAKABLE[id];
      const by = defects.filter(({ caught }) => caught.includes(id)).map((one) => one.id);
      return { id, requirement, defects: by, ...(why === undefined ? {} : { why }) };
    }),
  );
}

function secondLooksOf(looks: readonly Look[], last: readonly Look[]): Proof['secondLooks'] {
  return looks
    .filter((look) => !last.includes(look))
    .map(({ job, deviations }) => ({
      job: job.id,
      first: deviations,
      alone: last.find((look) => look.job.id === job.id)?.deviations ?? [],
    }));
}

/** A change that stays within the protocol and changes a verdict is a false alarm. */
function harmlessNoticed(mutated: Mutations | undefined): readonly string[] {
  if (mutated === undefined || mutated.harmless.asDeclared === mutated.harmless.mutants) return [];
  const { asDeclared, mutants } = mutated.harmless;
  return [`${mutants - asDeclared} of ${mutants} harmless mutants changed a verdict`];
}

/** A change that leaves the protocol and that no check notices is a gap, unless it is known why it is none. */
const unexplained = (mutated: Mutations | undefined): readonly string[] =>
  (mutated?.survivors ?? []).flatMap(({ operator, where, count, reason }) =>
    reason === undefined ? [`${operator} survived in ${count} places, and nobody knows why: ${where}`] : [],
  );

/** Puts the document together. */
export function prove(looks: readonly Look[], basis: ProofBasis): Proof {
  const { suites, defects: catalogue, isWhole, mutations: mutated, wantsMutations, ...told } = basis;
  const last = lastLooks(looks);
  const first = last
    .map(({ job }) => looks.find((look) => look.job.id === job.id))
    .filter((look) => look !== undefined);
  const defects = catalogue.flatMap((facts) => defectPart(facts, last));
  const checks = checkPart(suites, defects);
  const whole = last.reduce((sum, look) => sum + look.whole, 0);
  const alarms = last.reduce((sum, look) => sum + look.falseAlarms.length, 0);
  const idle = checks.filter(({ defects: by, why }) => by.length === 0 && why === undefined);
  return {
    format: PROOF_FORMAT,
    ...told,
    commits: [...new Set(last.map(({ commit }) => commit))],
    campaigns: looks.length,
    campaignSeconds: Math.round(looks.reduce((sum, { tookMs }) => sum + tookMs, 0) / 1000),
    defects,
    checks,
    clean: cleanPart(first.filter(isClean), last.filter(isClean)),
    specificity: lower(whole - alarms, whole),
    secondLooks: secondLooksOf(looks, last),
    ...(mutated === undefined ? {} : { mutations: mutated }),
    failures: [
      ...(wantsMutations && mutated === undefined ? ['the recordings were not mutated'] : []),
      ...harmlessNoticed(mutated),
      ...unexplained(mutated),
      ...last.flatMap(({ job, deviations }) => deviations.map((what) => `${job.id}: ${what}`)),
      ...(isWhole ? idle.map(({ id }) => `${id} catches no defect`) : []),
    ],
  };
}
