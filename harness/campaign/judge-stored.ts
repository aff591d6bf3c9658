import { HarnessError } from '../core/errors.ts';
import type { Suite } from '../core/suite.ts';
import { viewTrial } from '../judge/build-views.ts';
import { type ExcerptLine, excerptOf } from '../judge/excerpt.ts';
import { gate } from '../judge/gate.ts';
import { createJudge, type Judgement } from '../judge/judge.ts';
import { type RunTimeline, timelinesAt } from '../judge/timelines.ts';
import type { TrialView } from '../judge/views.ts';
import type { Plan } from '../plan/plan.ts';
import type { Dialect } from '../protocol/agent-event.ts';
import { dialectOf } from '../protocol/dialects/registry.ts';
import { blockersOf } from '../report/admissions.ts';
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
  ending: Pick<ReportInput, 'stopped' | 'interrupted' | 'going'> = {},
): CampaignReport {
  const dialect = dialectOf(plan.target);
  if (dialect === undefined)
    throw new HarnessError(
      'EVIDENCE_INVALID',
      `plan.json names dialect ${plan.target.dialect}, which is unknown here`,
    );
  const judge = createJudge(plan, suites, dialect);
  for (const { id } of plan.trials) judge.take(id, loadTranscript(dir, id));
  const judgement = judge.conclude();
  const shown = readAgain(dir, judgement, dialect);
  const decision = gate(gateInputs(plan, judgement), blockersOf(plan, judgement));
  return assembleReport({ plan, judgement, ...shown, gate: decision, ...ending });
}

/** The lines around the worst finding of each check that did not pass, and the runs that failures point at. */
function readAgain(
  dir: string,
  { checks }: Judgement,
  dialect: Dialect,
): Pick<ReportInput, 'excerpts'> & { readonly timelines: readonly RunTimeline[] } {
  const excerpts = new Map<string, readonly ExcerptLine[]>();
  const timelines: RunTimeline[] = [];
  for (const { check, verdict, findings } of checks) {
    const refs = findings[0]?.refs ?? [];
    const [first] = refs;
    if (verdict === 'pass' || first === undefined) continue;
    const read = loadTranscript(dir, first.trial);
    if (read?.transcript === undefined) continue;
    excerpts.set(check, excerptOf(refs, read.transcript));
    if (verdict === 'fail')
      timelines.push(...timelinesAt(viewTrial(read.transcript, dialect), first.entries));
  }
  return { excerpts, timelines };
}
