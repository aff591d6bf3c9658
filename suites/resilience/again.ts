/** Requests that are made again: after an error, and although nothing was wrong with them. */
import { defineCheck, type Terms } from '../../harness/core/check.ts';
import { type Finding, fail, inconclusive, pass } from '../../harness/core/finding.ts';
import { isCompleted, terminalOf } from '../../harness/judge/run-facts.ts';
import type { RunView, SocketView, TrialView } from '../../harness/judge/views.ts';
import { badMessages, MESSAGES, requestTwice, TWICE } from '../../scenarios/resilience-messages.ts';
import { DEPENDENCIES, dependencyOutages, OUTAGE } from '../../scenarios/resilience-outages.ts';
import { say } from '../statements.ts';
import { completes, runsNamed, socketsNamed, withoutControl } from './apart.ts';
import { surplusOf } from './executions.ts';

export const succeedsWhenAskedAgain = defineCheck<TrialView>({
  id: 'resilience/succeeds-when-asked-again',
  requirement: 'RS-14',
  title: 'a request that was refused succeeds when it is made again',
  scenarios: [badMessages.id, dependencyOutages.id],
  restsOn: 'CN-2',
  judge(view) {
    if (view.scenario === badMessages.id) return judgeAfterError(view);
    if (view.scenario === dependencyOutages.id)
      return DEPENDENCIES.flatMap((dependency) => judgeAfterOutage(view, dependency));
    return [];
  },
});

function judgeAfterError(view: TrialView): readonly Finding[] {
  const expected = 'the same request with an agent that exists completes';
  if (socketsNamed(view, MESSAGES.unknown).length === 0) return [];
  const hidden = withoutControl(view, MESSAGES.control, expected);
  if (hidden !== undefined) return [hidden];
  const [again] = runsNamed(view, MESSAGES.afterUnknown);
  const isCut = view.transcript.seal === undefined;
  if (again === undefined && !isCut)
    return [inconclusive(say('not-reached', expected, 'the socket was not open', view.ref()), 'RS-1')];
  return [completes(view, MESSAGES.afterUnknown, expected)];
}

function judgeAfterOutage(view: TrialView, dependency: string): readonly Finding[] {
  if (runsNamed(view, OUTAGE.again(dependency)).length === 0) return [];
  const isBack = view.transcript.entries.some(
    (entry) => entry.kind === 'fault' && entry.fault === `without ${dependency}` && entry.phase === 'over',
  );
  const expected = `what was refused without ${dependency} completes when it is asked for again`;
  if (isBack) return [completes(view, OUTAGE.again(dependency), expected)];
  return [inconclusive(say('not-back', expected, `${dependency} is not back`, view.ref()), 'CN-10')];
}

/** Ids of the runs that came of a request on these sockets; a run that was handed a part is none of them. */
export function runIdsOf(sockets: readonly SocketView[], requestId: string): readonly string[] {
  const ids = sockets.flatMap(({ inbound }) =>
    inbound.flatMap(({ decoded }) =>
      decoded.flatMap((one) => {
        if (one.kind !== 'event' || one.event.requestId !== requestId) return [];
        return one.event.parentRunId === undefined ? (one.event.runId ?? []) : [];
      }),
    ),
  );
  return [...new Set(ids)];
}

export const runsTheSameRequestOnce = defineCheck<TrialView>({
  id: 'resilience/runs-the-same-request-once',
  requirement: 'RS-11',
  title: 'the same request twice is one run, or an error, as declared',
  scenarios: [requestTwice.id],
  restsOn: 'CN-2',
  judge(view, terms) {
    if (view.scenario !== requestTwice.id) return [];
    const [socket] = socketsNamed(view, TWICE.run);
    const [run] = runsNamed(view, TWICE.run);
    return socket === undefined || run === undefined ? [] : [judgeTwice(view, socket, run, terms)];
  },
});

const DECLARED: Readonly<Record<string, string>> = { 'same-run': 'the same run', error: 'an error' };

function judgeTwice(view: TrialView, socket: SocketView, run: RunView, terms: Terms): Finding {
  const choice = terms.variationPoints['VP-DUPREQUEST'];
  const expected = `${run.requestId} twice: ${DECLARED[choice ?? ''] ?? 'the same run or an error'}`;
  const [again] = socket.probes;
  if (again === undefined)
    return inconclusive(say('not-asked-again', expected, 'it was not asked for twice', run.endRef), 'CN-4');
  const ids = runIdsOf([socket], run.requestId);
  const ref = view.ref(run.askedSeq, again.seq);
  if (ids.length > 1) return fail(say('second-run', expected, `runs ${ids.join(' and ')}`, ref));
  const surplus = surplusOf(view, [run]);
  if (surplus !== undefined) return fail(say('silent-run', expected, surplus.told, ref, surplus.ref));
  const refusal = run.replies.find(({ seq, decoded }) => seq > again.seq && decoded.kind === 'refusal');
  if (refusal === undefined)
    return judgeSameRun(view, socket, run, { expected, choice, askedAgain: again.seq });
  // A run that is over cannot be gone on with, whatever was declared.
  const wasOver = (terminalOf(run)?.seq ?? Number.POSITIVE_INFINITY) < refusal.seq;
  const statement = say('refused', expected, 'an error', ref, view.ref(refusal.seq));
  return choice === 'same-run' && !wasOver ? fail(statement) : pass(statement);
}

function judgeSameRun(
  view: TrialView,
  socket: SocketView,
  run: RunView,
  about: { readonly expected: string; readonly choice: string | undefined; readonly askedAgain: number },
): Finding {
  const { expected, choice, askedAgain } = about;
  const ref = view.ref(run.askedSeq, askedAgain);
  const witness = socket.pings.find(({ seq, pong }) => seq > askedAgain && pong !== undefined);
  if (witness === undefined)
    return inconclusive(say('not-heard', expected, 'no pong shows that the socket was heard', ref), 'CN-3');
  if (choice === 'error') return fail(say('not-refused', expected, 'no error', ref, view.ref(witness.seq)));
  if (isCompleted(run)) return pass(say('same-run', expected, 'one run, which completed', ref, run.endRef));
  const statement = say('not-completed', expected, `the run ended "${run.end}"`, run.endRef);
  return inconclusive(statement, run.end === 'terminal' ? 'CN-9' : 'LC-3');
}
