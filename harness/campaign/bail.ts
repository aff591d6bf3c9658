import type { Suite } from '../core/suite.ts';
import type { PlayEvent } from '../driver/play.ts';
import { viewTrial } from '../judge/build-views.ts';
import type { TrialView } from '../judge/views.ts';
import type { Plan } from '../plan/plan.ts';
import { dialectOf } from '../protocol/dialects/registry.ts';
import { loadTranscript } from './folder.ts';

/**
 * Watches for the first breach of a MUST that one trial shows alone, and says so once. What only the whole campaign shows
 * comes too late to save anything. It decides nothing: the report is judged anew from the same evidence.
 */
export function watchForBreach(
  plan: Plan,
  suites: readonly Suite<TrialView>[],
  dir: string,
  onBreach: (check: string) => void,
): (event: PlayEvent) => void {
  const dialect = dialectOf(plan.target);
  const musts = new Set(plan.requirements.flatMap(({ id, level }) => (level === 'MUST' ? [id] : [])));
  const selected = new Set(plan.checks.flatMap(({ id, selected: is }) => (is ? [id] : [])));
  const checks = suites
    .flatMap((suite) => suite.checks)
    .filter(({ id, requirement }) => selected.has(id) && musts.has(requirement));
  let found = false;
  const breaches = (view: TrialView, check: (typeof checks)[number]): boolean => {
    if (check.kind !== 'trial') return false;
    try {
      return check.judge(view, plan).some(({ verdict }) => verdict === 'fail');
    } catch {
      // A check that breaks is told by the judgement that counts.
      return false;
    }
  };
  return (event) => {
    if (found || event.kind !== 'trial-ended' || dialect === undefined) return;
    const transcript = loadTranscript(dir, event.trial.id)?.transcript;
    if (transcript === undefined) return;
    const view = viewTrial(transcript, dialect);
    const breached = checks.find((check) => breaches(view, check));
    if (breached === undefined) return;
    found = true;
    onBreach(breached.id);
  };
}
