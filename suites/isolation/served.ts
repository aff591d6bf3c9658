/** Whether each of many users is served: with the own answer, on the own socket, as often as promised. */
import { defineCampaignCheck } from '../../harness/core/check.ts';
import { type Finding, fail, inconclusive, pass } from '../../harness/core/finding.ts';
import type { EvidenceRef } from '../../harness/evidence/transcript.ts';
import { isCompleted, terminalOf } from '../../harness/judge/run-facts.ts';
import { intentOf, type RunView, type TrialView } from '../../harness/judge/views.ts';
import { claimOf, SUCCESS_CLAIM } from '../../harness/stats/claim.ts';
import { decide } from '../../harness/stats/decide.ts';
import {
  costOptimisation,
  memory,
  singleAnalysis,
  thoroughAnalysis,
  threeAtOnce,
  twoSockets,
} from '../../scenarios/chat-runs.ts';
import { usersAtOnce } from '../../scenarios/isolation.ts';
import { say } from '../statements.ts';
import { canariesOf } from './canaries.ts';
import { defineCrowdCheck } from './crowd-check.ts';

/** The requirement whose breach hides a run that did not come to its end. */
export function hiddenBy(run: RunView): string {
  if (run.end === 'refused') return 'CN-9';
  if (run.end === 'terminal') return 'IS-13';
  return run.events.length === 0 ? 'CN-4' : 'LC-3';
}

export const keepsOlderSocketsServed = defineCrowdCheck({
  id: 'isolation/keeps-older-sockets-served',
  requirement: 'IS-14',
  title: 'the newest connection does not take the events of older ones',
  judge: (view) => view.runs.map((run) => judgeServed(view, run)),
});

function judgeServed(view: TrialView, run: RunView): Finding {
  const expected = `${run.actor.name}: the events of the run come to the socket that asked for it`;
  const newer = view.sockets.filter(
    ({ id, open }) => id !== run.socket && open !== undefined && open.at <= run.askedAt,
  );
  const taken = newer.flatMap(({ actor, strays }) =>
    strays
      .filter(({ event }) => event.requestId === run.requestId)
      .map(({ seq }) => ({ actor: actor.name, seq })),
  );
  const [first] = taken;
  const isWhole = run.end === 'terminal';
  if (first !== undefined && !isWhole) {
    const actual = `${taken.length} of them came to a newer socket of ${first.actor}`;
    return fail(say('taken', expected, actual, view.ref(run.askedSeq, first.seq)));
  }
  if (!isWhole)
    return inconclusive(say('hidden', expected, `it ended "${run.end}"`, run.endRef), hiddenBy(run));
  const actual = `${run.events.length} events, with ${newer.length} newer sockets open`;
  return pass(say('served', expected, actual, run.endRef));
}

/** What a user asked about: the words that only the own data hold. */
interface OwnData {
  readonly owner: string;
  /** Names of services, by the canaries in them. */
  readonly names: readonly string[];
  /** The sum of all costs, as an answer would write it. */
  readonly total: string;
}

function ownDataOf(view: TrialView): readonly OwnData[] {
  const canaries = canariesOf(view);
  return view.runs.flatMap((run): OwnData[] => {
    const frame = view.transcript.entries.find(({ seq }) => seq === run.askedSeq);
    if (frame?.kind !== 'ws.frame' || intentOf(frame, 'start') === undefined) return [];
    const costs = [...frame.text.matchAll(/\d{4}-\d\d-\d\d,[^,]+,(\d+\.\d\d)/g)].map(([, cost]) =>
      Number(cost),
    );
    const total = costs.reduce((sum, cost) => sum + Math.round(cost * 100), 0) / 100;
    const names = canaries
      .filter(({ owner, word }) => owner === run.actor.name && frame.text.includes(`svc-${word}`))
      .map(({ word }) => word);
    return [{ owner: run.actor.name, names, total: total.toFixed(2) }];
  });
}

export const answersFromOwnData = defineCrowdCheck({
  id: 'isolation/answers-from-own-data',
  requirement: 'IS-10',
  title: 'users who ask the same about different data each get the answer to their own',
  judge(view) {
    const all = ownDataOf(view);
    return view.runs.map((run) => judgeAnswer(view, run, all));
  },
});

function judgeAnswer(view: TrialView, run: RunView, all: readonly OwnData[]): Finding {
  const expected = `${run.actor.name}: the costliest service or the total of the own report`;
  const terminal = terminalOf(run);
  if (terminal === undefined || !isCompleted(run))
    return inconclusive(say('hidden', expected, `it ended "${run.end}"`, run.endRef), hiddenBy(run));
  const answer = (terminal.event.response ?? '').toLowerCase().replace(/(?<=\d),(?=\d{3})/g, '');
  const shows = ({ names, total }: OwnData): boolean =>
    names.some((name) => answer.includes(name)) || answer.includes(total);
  const ref = view.ref(run.askedSeq, terminal.seq);
  const foreign = all.find((data) => data.owner !== run.actor.name && shows(data));
  if (foreign !== undefined)
    return fail(say('foreign-answer', expected, `figures or names of ${foreign.owner}`, ref));
  const own = all.find(({ owner }) => owner === run.actor.name);
  if (own !== undefined && shows(own)) return pass(say('own-answer', expected, 'the own ones', ref));
  return inconclusive(say('shows-nothing', expected, 'neither', ref), 'VL-1');
}

interface Attempt {
  readonly isGood: boolean;
  /** The requirement that hides the end of one that was not good. */
  readonly because: string;
  readonly ref: EvidenceRef;
}

/** Undisturbed trials whose runs are all meant to complete: each of their sessions counts, whoever needed it. */
const SESSIONS = new Set(
  [usersAtOnce, singleAnalysis, thoroughAnalysis, costOptimisation, threeAtOnce, twoSockets, memory].map(
    ({ id }) => id,
  ),
);

/** A run that was to complete, and whether it did; one that we left is none. */
function attemptOf(run: RunView): Attempt | undefined {
  const isMeant = run.cancels.length === 0 && run.end !== 'not-awaited';
  return isMeant ? { isGood: isCompleted(run), because: hiddenBy(run), ref: run.endRef } : undefined;
}

export const succeedsOftenEnough = defineCampaignCheck<TrialView, Attempt>({
  id: 'isolation/succeeds-often-enough',
  requirement: 'IS-13',
  title: 'the share of sessions that succeed is as promised',
  scenarios: [usersAtOnce.id],
  collect: (view) => (SESSIONS.has(view.scenario) ? view.runs.flatMap((run) => attemptOf(run) ?? []) : []),
  conclude(attempts, { thresholds: { successRate } }) {
    const good = attempts.filter(({ isGood }) => isGood).length;
    const n = attempts.length;
    const expected = `at least ${successRate} of the sessions succeed`;
    if (n === 0) return [inconclusive(say('no-session', expected, 'none was seen'), 'CN-2')];
    const claim = successRate === SUCCESS_CLAIM.atLeast ? SUCCESS_CLAIM : claimOf(successRate);
    const { answer, estimate, more } = decide({ good, n }, claim);
    const low = ((estimate?.low ?? 0) * 100).toFixed(1);
    const high = ((estimate?.high ?? 1) * 100).toFixed(1);
    const seen = `${good} of ${n}, 90 % interval ${low} % to ${high} %`;
    const spoilt = attempts.filter(({ isGood }) => !isGood);
    const bad = spoilt.map(({ ref }) => ref);
    if (answer === 'holds') return [pass(say('often-enough', expected, seen, ...bad.slice(0, 5)))];
    if (answer === 'does-not-hold') return [fail(say('too-seldom', expected, seen, ...bad.slice(0, 10)))];
    const decides = `${more?.atBest ?? 0} more would settle it if all succeed`;
    return [
      inconclusive(say('too-few', expected, `${seen}; ${decides}`, ...bad.slice(0, 10)), spoilt[0]?.because),
    ];
  },
});
