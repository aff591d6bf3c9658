import { type Finding, inconclusive } from '../../harness/core/finding.ts';
import type { EvidenceRef } from '../../harness/evidence/transcript.ts';
import { terminalOf } from '../../harness/judge/run-facts.ts';
import type { RunView, SubRunView, TrialView } from '../../harness/judge/views.ts';
import { COORDINATION } from '../../scenarios/multi-agent.ts';
import { say } from '../statements.ts';

/** The supervisor's run, where it was asked for. */
export const coordinated = (view: TrialView): readonly RunView[] =>
  view.runs.filter(({ label }) => label === COORDINATION);

/** The sub-runs of which something was heard. */
export const heardSubRuns = ({ subRuns }: RunView): readonly SubRunView[] =>
  subRuns.filter(({ events }) => events.length > 0);

/** Whether what was announced did not come: that is MA-2, and hides who took part. */
export const isUnheard = ({ subRuns }: RunView): boolean => subRuns.some(({ events }) => events.length === 0);

/** A pong that was asked for at least the grace period after the end of the run: what has not come by then will not. */
export function witnessAfterEnd(run: RunView, view: TrialView, graceMs: number): number | undefined {
  const terminal = terminalOf(run);
  const socket = view.sockets.find(({ id }) => id === run.socket);
  if (terminal === undefined || socket === undefined) return undefined;
  return socket.pings.find(({ at, pong }) => pong !== undefined && at >= terminal.at + graceMs)?.pong?.seq;
}

/** It is declared that there is a supervisor: one that nobody knows is a breach and no refusal like others. */
export const isUnknown = ({ replies }: RunView): boolean =>
  replies.some(({ decoded }) => decoded.kind === 'refusal' && decoded.code === 'AGENT_NOT_FOUND');

/** What hides a run that shows no end; nothing where nobody waited for it. */
export function hiddenEnd(run: RunView, expected: string): readonly Finding[] {
  if (run.end === 'not-awaited') return [];
  const statement = say('no-end', expected, `${run.label}: it ended "${run.end}"`, run.endRef);
  if (run.end === 'refused') return [inconclusive(statement, isUnknown(run) ? 'MA-1' : 'CN-9')];
  return [inconclusive(statement, run.events.length === 0 ? 'CN-4' : 'LC-3')];
}

/** The request and the end of a run, and entries in between. */
export const refOf = (run: RunView, view: TrialView, ...seqs: readonly number[]): EvidenceRef => {
  const terminal = terminalOf(run)?.seq;
  return view.ref(run.askedSeq, ...seqs, ...(terminal === undefined ? [] : [terminal]));
};
