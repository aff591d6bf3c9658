import { defineCheck } from '../../harness/core/check.ts';
import { type Finding, fail, inconclusive, pass } from '../../harness/core/finding.ts';
import { isLate } from '../../harness/judge/observer.ts';
import type { ExchangeView, RunView, TrialView } from '../../harness/judge/views.ts';
import {
  BURST,
  BURST_REQUESTS,
  BURST_RUNS,
  burst,
  NEXT_CONNECTS,
  SLOW,
  slowReader,
  VANISHING,
  vanishingClients,
} from '../../scenarios/resilience-crowds.ts';
import { inMs, say } from '../statements.ts';
import { completes, runsNamed, withoutControl } from './apart.ts';
import { judgeConnects } from './sessions.ts';

export const losesNothingInABurst = defineCheck<TrialView>({
  id: 'resilience/loses-nothing-in-a-burst',
  requirement: 'RS-7',
  title: 'each request of a burst is served or refused, none is lost in silence',
  scenarios: [burst.id],
  restsOn: 'CN-2',
  judge(view) {
    if (view.scenario !== burst.id) return [];
    const requests = view.exchanges.filter(({ label }) => label === BURST.request);
    const runs = runsNamed(view, BURST.run);
    if (requests.length + runs.length === 0) return [];
    const hidden = withoutControl(view, BURST.control, 'a run of the burst is begun or refused');
    return [judgeRequests(view, requests), hidden ?? judgeRuns(view, runs)];
  },
});

/** What is wrong with an answer in a burst; nothing where it was not awaited. */
function requestFault({ response, failure }: ExchangeView): string | undefined {
  if (response === undefined) return failure?.kind === 'transport.error' ? failure.code : 'no answer in time';
  if (response.status >= 500) return `status ${response.status}`;
  const isBare = response.status === 429 && response.headers['retry-after'] === undefined;
  return isBare ? '429 without Retry-After' : undefined;
}

function judgeRequests(view: TrialView, requests: readonly ExchangeView[]): Finding {
  const expected = `each of ${BURST_REQUESTS} requests served, or refused with 429`;
  const faulty = requests.flatMap((exchange) => {
    const fault = requestFault(exchange);
    return fault === undefined ? [] : [{ exchange, fault }];
  });
  const [first] = faulty;
  if (first !== undefined) {
    const told = `${faulty.length} of ${requests.length} were not; one: ${first.fault}`;
    return fail(say('request-lost', expected, told, view.ref(first.exchange.request.seq)));
  }
  const refs = view.ref(...requests.slice(0, 1).map(({ request }) => request.seq));
  const statement = say('requests-answered', expected, `${requests.length} were`, refs);
  return requests.length < BURST_REQUESTS ? inconclusive({ ...statement, code: 'too-few' }) : pass(statement);
}

/** Begun, or refused for what it is: too much at once. */
function runFault(run: RunView): string | undefined {
  if (run.events.length > 0 || run.end === 'not-awaited') return undefined;
  const refusal = run.replies.find(({ decoded }) => decoded.kind === 'refusal')?.decoded;
  if (refusal?.kind === 'refusal')
    return refusal.code === 'RATE_LIMITED' ? undefined : `error ${refusal.code ?? 'without a code'}`;
  return run.end === 'closed' ? 'the socket closed' : 'silence';
}

function judgeRuns(view: TrialView, runs: readonly RunView[]): Finding {
  const expected = `each of ${BURST_RUNS} requests for a run begun, or refused with RATE_LIMITED`;
  const faulty = runs.filter((run) => runFault(run) !== undefined);
  const [first] = faulty;
  if (first !== undefined) {
    const told = `${faulty.length} of ${runs.length} were not; one: ${runFault(first)}`;
    return fail(say('run-lost', expected, told, first.endRef));
  }
  const answered = runs.filter(({ end, events }) => end !== 'not-awaited' || events.length > 0).length;
  const statement = say('runs-answered', expected, `${answered} were`, view.ref(runs[0]?.askedSeq ?? 1));
  return answered < BURST_RUNS ? inconclusive({ ...statement, code: 'too-few' }) : pass(statement);
}

export const survivesVanishingClients = defineCheck<TrialView>({
  id: 'resilience/survives-vanishing-clients',
  requirement: 'RS-5',
  title: 'clients that vanish in mid-run affect nobody and leave no session behind',
  scenarios: [vanishingClients.id],
  restsOn: 'CN-2',
  judge(view, { thresholds }) {
    if (view.scenario !== vanishingClients.id || view.apart.length === 0) return [];
    const expected = 'a neighbour’s run completes while clients vanish';
    const hidden = withoutControl(view, VANISHING.control, expected);
    if (hidden !== undefined) return [hidden];
    const vanished = runsNamed(view, VANISHING.vanished).filter(({ events }) => events.length > 0);
    if (vanished.length === 0)
      return [inconclusive(say('nobody-vanished', expected, 'no run of theirs began', view.ref()), 'CN-4')];
    const next = judgeConnects(view, VANISHING.next, NEXT_CONNECTS, thresholds.connectMs, true);
    return [completes(view, VANISHING.neighbour, expected), ...next];
  },
});

export const survivesSlowReaders = defineCheck<TrialView>({
  id: 'resilience/survives-slow-readers',
  requirement: 'RS-6',
  title: 'a slow reader gets its run, and a neighbour does not notice',
  scenarios: [slowReader.id],
  restsOn: 'CN-2',
  judge(view, { thresholds }) {
    if (view.scenario !== slowReader.id || view.apart.length === 0) return [];
    const expected = 'a neighbour’s run completes beside a slow reader';
    const hidden = withoutControl(view, SLOW.control, expected);
    if (hidden !== undefined) return [hidden];
    return [
      completes(view, SLOW.slow, 'the run of a slow reader completes'),
      heldUp(view, thresholds.firstEventMs) ?? completes(view, SLOW.neighbour, expected),
    ];
  },
});

/** A neighbour whose run begins too late was held up, even if it completes in the end. */
function heldUp(view: TrialView, limitMs: number): Finding | undefined {
  const [run] = runsNamed(view, SLOW.neighbour);
  const [first] = run?.events ?? [];
  if (run === undefined || first === undefined || !isLate(first.at - run.askedAt, limitMs, view))
    return undefined;
  const expected = `a neighbour’s run begins within ${inMs(limitMs)} beside a slow reader`;
  const told = `after ${inMs(first.at - run.askedAt)}`;
  return fail(say('held-up', expected, told, view.ref(run.askedSeq, first.seq)));
}
