/** What becomes of a client whose way to the target was disturbed: attempts, and their rate. */
import { defineCampaignCheck } from '../../harness/core/check.ts';
import { type Finding, fail, inconclusive, pass } from '../../harness/core/finding.ts';
import type { EvidenceRef } from '../../harness/evidence/transcript.ts';
import { isCompleted, terminalOf } from '../../harness/judge/run-facts.ts';
import type { RunView, SocketView, TrialView } from '../../harness/judge/views.ts';
import { claimOf } from '../../harness/stats/claim.ts';
import { type Decision, decide } from '../../harness/stats/decide.ts';
import { ATTEMPT, NETWORK_FAULTS, networkFaults } from '../../scenarios/resilience-network.ts';
import { wasAbandoned } from '../connectivity/sessions.ts';
import { inMs, say } from '../statements.ts';
import { runIdsOf } from './again.ts';
import { socketsNamed } from './apart.ts';
import { type Surplus, surplusOf } from './executions.ts';

/** One attempt: what befell it, and whether a good run completed afterwards. */
interface AttemptFact {
  readonly fault: string;
  readonly recovered: boolean;
  /** From the break to the completion. */
  readonly tookMs?: number;
  /** Runs that came of the one request; more than one where it was executed twice. */
  readonly runIds: readonly string[];
  /** Runs of it that no event tells of. */
  readonly surplus?: Surplus;
  readonly ref: EvidenceRef;
}

/** Whether the harness itself broke this off, so that nothing was shown. */
const isOpenEnded = (runs: readonly RunView[], sockets: readonly SocketView[]): boolean =>
  runs.length === 0 ? sockets.every(wasAbandoned) : runs.every(({ end }) => end === 'not-awaited');

function attemptsOn(view: TrialView, fault: string): readonly AttemptFact[] {
  const [way] = socketsNamed(view, ATTEMPT.way(fault));
  if (way === undefined) return [];
  const [run] = way.runs;
  const isBroken = NETWORK_FAULTS[fault]?.breaks !== undefined;
  const struck = view.transcript.entries.find(
    (entry) => entry.kind === 'fault' && entry.socket === way.id && entry.phase === 'begun',
  );
  const again = socketsNamed(view, ATTEMPT.again(fault));
  const runs = isBroken ? again.flatMap((socket) => socket.runs) : way.runs;
  const recovered = runs.some(isCompleted);
  // A way that was never open is an attempt too; one that was never broken, or not waited for, is none.
  const isUnseen = isBroken && run !== undefined && struck === undefined;
  if (!recovered && (isUnseen || isOpenEnded(runs, isBroken && run !== undefined ? again : [way]))) return [];
  const runIds = run === undefined ? [] : runIdsOf([way, ...again], run.requestId);
  const seen = [way, ...again].map(({ dial }) => dial.seq);
  const surplus = silentRuns(view, [way, ...again]);
  return [
    { fault, recovered, runIds, ...surplus, ref: view.ref(...seen), ...timeToRecover(runs, struck?.at) },
  ];
}

function silentRuns(view: TrialView, sockets: readonly SocketView[]): Pick<AttemptFact, 'surplus'> {
  const others = view.apart.filter((socket) => !sockets.includes(socket));
  const [own, theirs] = [sockets, others].map((all) => all.flatMap(({ runs }) => runs));
  const surplus = surplusOf(view, own ?? [], theirs);
  return surplus === undefined ? {} : { surplus };
}

function timeToRecover(runs: readonly RunView[], from: number | undefined): Pick<AttemptFact, 'tookMs'> {
  const done = runs.find(isCompleted);
  const end = done === undefined ? undefined : terminalOf(done);
  return end === undefined || from === undefined ? {} : { tookMs: end.at - from };
}

const networkAttempts = (view: TrialView): readonly AttemptFact[] =>
  view.scenario === networkFaults.id
    ? Object.keys(NETWORK_FAULTS).flatMap((fault) => attemptsOn(view, fault))
    : [];

export const recoversFromNetworkFaults = defineCampaignCheck<TrialView, AttemptFact>({
  id: 'resilience/recovers-from-network-faults',
  requirement: 'RS-12',
  title: 'a client whose connection was disturbed gets its run, and it is executed once',
  scenarios: [networkFaults.id],
  restsOn: 'CN-2',
  collect: networkAttempts,
  conclude(facts) {
    const expected = 'the run of a disturbed client completes, and is one run';
    if (facts.length === 0)
      return [inconclusive(say('no-attempts', expected, 'no connection could be disturbed'), 'CN-2')];
    const twice = facts.filter(({ runIds }) => runIds.length > 1);
    const faults = [...new Set(facts.map(({ fault }) => fault))];
    return [
      ...twice.map(({ fault, runIds, ref }) =>
        fail(say('executed-twice', expected, `after "${fault}": runs ${runIds.join(' and ')}`, ref)),
      ),
      ...facts.flatMap(({ fault, surplus, ref }) =>
        surplus === undefined
          ? []
          : [fail(say('silent-run', expected, `after "${fault}": ${surplus.told}`, ref, surplus.ref))],
      ),
      ...faults.map((fault) => judgeFault(fault, facts, expected)),
    ];
  },
});

/** How often is a matter of RS-4; never at all is one of this. */
function judgeFault(fault: string, facts: readonly AttemptFact[], expected: string): Finding {
  const own = facts.filter((fact) => fact.fault === fault);
  const good = own.filter(({ recovered }) => recovered).length;
  const refs = own.map(({ ref }) => ref);
  const longest = Math.max(...own.map(({ tookMs = 0 }) => tookMs));
  const time = longest > 0 ? `, within ${inMs(longest)} of the break` : '';
  const told = `${good} of ${own.length} after "${fault}"${time}`;
  const statement = say('recovered', expected, told, ...refs);
  return good > 0 ? pass(statement) : fail({ ...statement, code: 'never-recovered' });
}

export const recoversOftenEnough = defineCampaignCheck<TrialView, AttemptFact>({
  id: 'resilience/recovers-often-enough',
  requirement: 'RS-4',
  title: 'after a fault a good run completes often enough',
  scenarios: [networkFaults.id],
  restsOn: 'CN-2',
  collect: networkAttempts,
  conclude(attempts, { thresholds }) {
    const bar = `at least ${thresholds.resilienceRate} of all attempts recover, with 95 % confidence`;
    if (attempts.length === 0) return [inconclusive(say('no-attempts', bar, 'there was none'), 'CN-2')];
    const counts = { good: attempts.filter(({ recovered }) => recovered).length, n: attempts.length };
    return [judgeRate(decide(counts, claimOf(thresholds.resilienceRate)), counts, bar, attempts)];
  },
});

function judgeRate(
  { answer, more }: Decision,
  { good, n }: { readonly good: number; readonly n: number },
  bar: string,
  attempts: readonly AttemptFact[],
): Finding {
  const seen = `${good} of ${n} recovered`;
  const bad = attempts.filter((attempt) => !attempt.recovered);
  const refs = (bad.length > 0 ? bad : attempts).slice(0, 5).map(({ ref }) => ref);
  if (answer === 'holds') return pass(say('often-enough', bar, seen, ...refs));
  if (answer === 'does-not-hold') return fail(say('too-seldom', bar, seen, ...refs));
  const told = `${seen}; ${more?.atBest ?? 0} more that all recover would decide it, ${more?.planned ?? 0} are planned`;
  return inconclusive(say('undecided', bar, told, ...refs));
}
