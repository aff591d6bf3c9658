import { HarnessError } from '../core/errors.ts';
import type { Suite } from '../core/suite.ts';
import { type ExcerptLine, excerptOf } from '../judge/excerpt.ts';
import { gate } from '../judge/gate.ts';
import { createJudge, type Judgement } from '../judge/judge.ts';
import type { TrialView } from '../judge/views.ts';
import type { Plan } from '../plan/plan.ts';
import { dialectOf } from '../protocol/dialects/registry.ts';
import { assembleReport, type ReportInput } from '../report/assemble.ts';
import type { CampaignReport } from '../report/model.ts';
import { gateInputs } from '../report/requirements.ts';
import { loadTranscript } from './folder.ts';

/**
 * Judges what lies in a campaign's folder, one transcript at a time, and puts the report together. The same
 * folder gives the same report, whether it was just driven or lies there for a year.
 */
export function judgeStored(
  dir: string,
  plan: Plan,
  suites: readonly Suite<TrialView>[],
  ending: Pick<ReportInput, 'stopped' | 'interrupted'> = {},
): CampaignReport {
  const dialect = dialectOf(plan.target.dialect);
  if (dialect === undefined)
    throw new HarnessError(
      'EVIDENCE_INVALID',
      `plan.json names dialect ${plan.target.dialect}, which is unknown here`,
    );
  const judge = createJudge(plan, suites, dialect);
  for (const { id } of plan.trials) judge.take(id, loadTranscript(dir, id));
  const judgement = judge.conclude();
  const excerpts = excerptsOf(dir, judgement);
  return assembleReport({ plan, judgement, excerpts, gate: gate(gateInputs(plan, judgement)), ...ending });
}

/** The lines around the worst finding of each check that did not pass; reads a transcript again for them. */
function excerptsOf(dir: string, judgement: Judgement): ReadonlyMap<string, readonly ExcerptLine[]> {
  const excerpts = new Map<string, readonly ExcerptLine[]>();
  for (const { check, verdict, findings } of judgement.checks) {
    const refs = findings[0]?.refs ?? [];
    const trial = refs[0]?.trial;
    if (verdict === 'pass' || trial === undefined) continue;
    const read = loadTranscript(dir, trial);
    if (read?.transcript !== undefined) excerpts.set(check, excerptOf(refs, read.transcript));
  }
  return excerpts;
}
