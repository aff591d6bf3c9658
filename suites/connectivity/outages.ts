import { defineCheck } from '../../harness/core/check.ts';
import { type Finding, fail, inconclusive, pass } from '../../harness/core/finding.ts';
import { parseJson } from '../../harness/core/json.ts';
import type { FaultEntry } from '../../harness/evidence/transcript.ts';
import type { ExchangeView, TrialView } from '../../harness/judge/views.ts';
import type { Decoded } from '../../harness/protocol/agent-event.ts';
import { DEPENDENCIES, dependencyOutages, OUTAGE } from '../../scenarios/resilience-outages.ts';
import { say } from '../statements.ts';

const labelled = (view: TrialView, label: string): readonly ExchangeView[] =>
  view.exchanges.filter((exchange) => exchange.label === label);

const refOf = (view: TrialView, { request, response, failure }: ExchangeView) =>
  view.ref(request.seq, ...[response?.seq, failure?.seq].filter((seq) => seq !== undefined));

const statusIn = ({ response }: ExchangeView): unknown => {
  const body = parseJson(response?.body ?? '');
  return typeof body === 'object' && body !== null ? (body as { status?: unknown }).status : undefined;
};

const told = ({ response, failure }: ExchangeView): string => {
  if (response !== undefined) return `${response.status}`;
  return failure?.kind === 'transport.error' ? failure.code : 'nothing in time';
};

const isHealthy = (exchange: ExchangeView | undefined): boolean =>
  exchange?.response?.status === 200 && statusIn(exchange) === 'healthy';

/** 503 says that a dependency is away; a health that has just said the contrary, and says it again, is wrong. */
function judgeBefore(view: TrialView): readonly Finding[] {
  const [before] = labelled(view, OUTAGE.healthBefore);
  const [request] = labelled(view, OUTAGE.requestBefore);
  const [between] = labelled(view, OUTAGE.healthBetween);
  if (before === undefined || request === undefined || between === undefined) return [];
  if (!isHealthy(before) || !isHealthy(between) || request.response?.status !== 503) return [];
  const expected = 'no 503 while health says healthy';
  const actual = '503 to a request between two answers of health that say healthy';
  return [fail(say('healthy-but-unavailable', expected, actual, refOf(view, request), refOf(view, between)))];
}

function judgeHealth(view: TrialView, dependency: string): Finding {
  const expected = `503 with status unhealthy while ${dependency} is away`;
  const asked = labelled(view, OUTAGE.health(dependency));
  const last = asked.at(-1);
  if (last === undefined) return inconclusive(say('not-asked', expected, 'health was not read', view.ref()));
  const honest = asked.find(
    (one) => one.response?.status === 503 && ['unhealthy', 'degraded'].includes(String(statusIn(one))),
  );
  if (honest !== undefined) return pass(say('honest', expected, '503, unhealthy', refOf(view, honest)));
  const actual = `${told(last)}, status ${String(statusIn(last))}, in ${asked.length} readings`;
  return fail(say('health-does-not-follow', expected, actual, refOf(view, last)));
}

/** Neither silence nor a crash: what can be answered without the dependency may be. */
function judgeRequest(view: TrialView, dependency: string): readonly Finding[] {
  const [request] = labelled(view, OUTAGE.request(dependency));
  if (request === undefined) return [];
  const expected = `503, or what can be served without ${dependency}`;
  const { response } = request;
  const isHonest = response !== undefined && (response.status < 500 || response.status === 503);
  if (isHonest) return [];
  return [fail(say('no-honest-answer', expected, told(request), refOf(view, request)))];
}

function judgeDoors(view: TrialView, dependency: string): readonly Finding[] {
  const expected = `nobody with a bad token gets in while ${dependency} is away`;
  const requests = labelled(view, OUTAGE.stranger(dependency)).filter(
    ({ response }) => response !== undefined && response.status >= 200 && response.status < 300,
  );
  const sockets = view.apart.filter(
    ({ label, greetings }) => label === OUTAGE.strangerSocket(dependency) && greetings.length > 0,
  );
  return [
    ...requests.map((one) => fail(say('open-doors', expected, `let in with ${told(one)}`, refOf(view, one)))),
    ...sockets.map(({ dial, greetings }) =>
      fail(say('open-doors', expected, 'greeted', view.ref(dial.seq, greetings[0]?.seq ?? dial.seq))),
    ),
  ];
}

/**
 * A run that is asked for meanwhile is begun or refused. The same request is made again afterwards, so what belongs to
 * the first one is told by when it came.
 */
function judgeRun(view: TrialView, dependency: string): readonly Finding[] {
  const socket = view.apart.find(({ label }) => label === OUTAGE.session(dependency));
  const run = socket?.runs.find(({ label }) => label === OUTAGE.run(dependency));
  if (socket === undefined || run === undefined) return [];
  const wait = `answer to ${run.requestId}`;
  const deadline = socket.deadlines.find(({ seq, waitedFor }) => seq > run.askedSeq && waitedFor === wait);
  if (deadline === undefined) return [];
  const wasAnswered = socket.inbound.some(
    ({ seq, decoded }) =>
      seq > run.askedSeq && seq < deadline.seq && decoded.some((one) => isAbout(one, run.requestId)),
  );
  if (wasAnswered) return [];
  const expected = `an error or a start for a run that is asked for without ${dependency}`;
  const silence = say('silence', expected, 'neither in time', view.ref(run.askedSeq, deadline.seq));
  // The same request was made again afterwards: who is silent then too is not silent for want of the dependency.
  const isAnsweredAfterwards = view.apart.some(({ inbound }) =>
    inbound.some(
      ({ seq, decoded }) => seq > deadline.seq && decoded.some((one) => isAbout(one, run.requestId)),
    ),
  );
  return [isAnsweredAfterwards ? fail(silence) : inconclusive(silence, 'CN-4')];
}

const isAbout = (one: Decoded, requestId: string): boolean =>
  one.kind === 'event'
    ? one.event.requestId === requestId
    : one.kind === 'refusal' && one.requestId === requestId;

const phasesOf = (view: TrialView, dependency: string): readonly FaultEntry[] =>
  view.transcript.entries.filter(
    (entry): entry is FaultEntry => entry.kind === 'fault' && entry.fault === `without ${dependency}`,
  );

function judgeOutage(view: TrialView, dependency: string): readonly Finding[] {
  const phases = phasesOf(view, dependency);
  if (!phases.some(({ phase }) => phase === 'begun')) return [];
  const end = phases.find(({ phase }) => phase === 'over' || phase === 'stuck');
  const expected = `healthy again after ${dependency} was given back`;
  const ref = view.ref(...phases.map(({ seq }) => seq));
  const after =
    end === undefined
      ? inconclusive(say('not-given-back', expected, 'the recording ended before', ref))
      : end.phase === 'over'
        ? pass(say('healthy-again', expected, 'healthy', ref))
        : fail(say('not-healthy-again', expected, 'not within the limit of health', ref));
  return [
    judgeHealth(view, dependency),
    ...judgeRequest(view, dependency),
    ...judgeDoors(view, dependency),
    ...judgeRun(view, dependency),
    after,
  ];
}

export const followsItsDependencies = defineCheck<TrialView>({
  id: 'connectivity/follows-its-dependencies',
  requirement: 'CN-10',
  title: 'without a dependency: 503, unhealthy, no silence and no open doors; afterwards healthy again',
  scenarios: [dependencyOutages.id],
  restsOn: 'CN-1',
  judge(view) {
    if (view.scenario !== dependencyOutages.id) return [];
    const during = DEPENDENCIES.flatMap((dependency) => judgeOutage(view, dependency));
    const before = judgeBefore(view);
    if (during.length > 0) return [...before, ...during];
    const expected = `an outage of ${DEPENDENCIES.join(' or ')}`;
    const nothing = say('nothing-taken-away', expected, 'the target knows none of them', view.ref());
    return [...before, inconclusive(nothing)];
  },
});
