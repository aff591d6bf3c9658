import { z } from 'zod';
import { defineCampaignCheck, defineCheck } from '../../harness/core/check.ts';
import { type Finding, fail, inconclusive, pass } from '../../harness/core/finding.ts';
import { parseJson } from '../../harness/core/json.ts';
import type { EvidenceRef } from '../../harness/evidence/transcript.ts';
import { type ClockSkew, clockSkew, type OffsetBound, offsetBound } from '../../harness/judge/clock-skew.ts';
import { isLate } from '../../harness/judge/observer.ts';
import { isCompleted } from '../../harness/judge/run-facts.ts';
import { healthVersion } from '../../harness/judge/version.ts';
import type { ExchangeView, RunView, TrialView } from '../../harness/judge/views.ts';
import { singleAnalysis } from '../../scenarios/chat-runs.ts';
import { campaignBracket } from '../../scenarios/connectivity.ts';
import { type Endpoint, isDisturbed, pathOf } from '../agents-api/every-answer.ts';
import { inMs, say } from '../statements.ts';

const HEALTHY = z
  .object({
    status: z.literal('healthy'),
    service: z.string().min(1),
    version: z.string().min(1),
    components: z.record(z.string(), z.object({ status: z.string() }).loose()),
  })
  .loose();

const healthAsks = (view: TrialView): readonly ExchangeView[] =>
  view.exchanges.filter(({ label }) => label === 'health');

/** Health as whoever reads it finds it; what it says while we take something away from the target is judged apart. */
export const healthEndpoint: Endpoint = {
  id: 'connectivity/every-health-says-so',
  requirement: 'CN-1',
  title: 'health answers 200, healthy, with a version, whoever asks',
  concerns: (exchange, view) =>
    exchange.request.method === 'GET' &&
    (/^(health|clock)/.test(exchange.label) || pathOf(exchange) === '/health') &&
    !isDisturbed(view),
  statuses: () => [200],
  shape: () => HEALTHY,
};

const refOf = (view: TrialView, { request, response, failure }: ExchangeView): EvidenceRef =>
  view.ref(request.seq, ...[response?.seq, failure?.seq].filter((seq) => seq !== undefined));

/** Why there was no answer, in the words of the transcript. */
function absence({ failure }: ExchangeView): string {
  if (failure === undefined) return 'no answer';
  return failure.kind === 'deadline'
    ? `no answer within ${inMs(failure.afterMs)}`
    : `no answer: ${failure.code}`;
}

export const answersHealthy = defineCheck<TrialView>({
  id: 'connectivity/answers-healthy',
  requirement: 'CN-1',
  title: 'health answers 200, healthy, with a version, in time',
  scenarios: [campaignBracket.id],
  judge: (view, { thresholds }) => healthAsks(view).map((ask) => judgeHealth(ask, thresholds.healthMs, view)),
});

function judgeHealth(ask: ExchangeView, limitMs: number, view: TrialView): Finding {
  const ref = refOf(view, ask);
  const expected = `200 with status healthy, service, version and components within ${inMs(limitMs)}`;
  const { request, response } = ask;
  if (response === undefined) return fail(say('no-answer', expected, absence(ask), ref));
  if (response.status !== 200) return fail(say('not-200', expected, `status ${response.status}`, ref));
  const issues = healthIssues(response.body);
  if (issues !== undefined) return fail(say('not-healthy', expected, issues, ref));
  const took = response.at - request.at;
  if (isLate(took, limitMs, view)) return fail(say('late', expected, `answered after ${inMs(took)}`, ref));
  return pass(say('healthy', expected, `healthy after ${inMs(took)}`, ref));
}

/** What keeps the body from saying that all is well. */
function healthIssues(body: string): string | undefined {
  const parsed = HEALTHY.safeParse(parseJson(body));
  if (parsed.success) return undefined;
  return parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'body'}: ${message}`).join('; ');
}

interface VersionFact {
  readonly version: string;
  readonly ref: EvidenceRef;
}

export const keepsItsVersion = defineCampaignCheck<TrialView, VersionFact>({
  id: 'connectivity/keeps-its-version',
  requirement: 'CN-7',
  title: 'the version is the same at the beginning and at the end',
  scenarios: [campaignBracket.id],
  collect: (view) =>
    healthAsks(view).flatMap((ask): VersionFact[] => {
      const version = healthVersion(ask.response?.body ?? '');
      return version === undefined ? [] : [{ version, ref: refOf(view, ask) }];
    }),
  conclude(facts) {
    const expected = 'one version, seen at least twice';
    const versions = [...new Set(facts.map(({ version }) => version))];
    const [first] = facts;
    const last = facts.at(-1);
    if (first === undefined || last === undefined || facts.length < 2) {
      const refs = facts.map(({ ref }) => ref);
      return [inconclusive(say('too-few-readings', expected, `${facts.length} readings`, ...refs), 'CN-1')];
    }
    const statement = (code: string): ReturnType<typeof say> =>
      say(code, expected, versions.join(', '), first.ref, last.ref);
    return [
      versions.length === 1 ? pass(statement('same-version')) : inconclusive(statement('deployed-meanwhile')),
    ];
  },
});

/** Every bound that the transcript's answers give on the offset of the target's clock. */
export const clockBounds = (view: TrialView): readonly OffsetBound[] =>
  view.exchanges.flatMap((exchange) => offsetBound(exchange, view) ?? []);

/** In words, with its uncertainty. */
const inWords = ({ lowMs, highMs, n }: ClockSkew): string =>
  `target's clock is ahead by ${inMs((lowMs + highMs) / 2)} ± ${inMs((highMs - lowMs) / 2)} (n=${n})`;

interface ClockFact {
  readonly bound: OffsetBound | undefined;
  readonly ref: EvidenceRef;
}

export const datesTellTheTime = defineCampaignCheck<TrialView, ClockFact>({
  id: 'connectivity/dates-tell-the-time',
  requirement: 'CN-8',
  title: 'the Date header tells the time, and the skew is known with its uncertainty',
  scenarios: [campaignBracket.id],
  collect: (view) =>
    view.exchanges
      .filter(({ response }) => response !== undefined)
      .map((exchange) => ({ bound: offsetBound(exchange, view), ref: refOf(view, exchange) })),
  conclude(facts, { thresholds }) {
    const expected = 'a Date header on every answer, all of one clock';
    const undated = facts.filter(({ bound }) => bound === undefined).map(({ ref }) => ref);
    const [firstUndated] = undated;
    if (firstUndated !== undefined)
      return [
        fail(
          say('no-date', expected, `${undated.length} answers without a Date that can be read`, firstUndated),
        ),
      ];
    const skew = clockSkew(facts.flatMap(({ bound }) => bound ?? []));
    if (skew === undefined) return [inconclusive(say('no-answers', expected, 'no answer at all'), 'CN-1')];
    if (skew.isContradictory) {
      const gap = inMs(skew.highMs - skew.lowMs);
      return [fail(say('clock-jumps', expected, `the dates contradict each other by ${gap}`, ...skew.refs))];
    }
    const worst = Math.max(Math.abs(skew.lowMs), Math.abs(skew.highMs));
    const statement = say('skew-known', expected, inWords(skew), ...skew.refs);
    // A clock that is merely off breaks no clause, but whoever compares wall times must not trust it blindly.
    if (worst > thresholds.skewMs) return [inconclusive({ ...statement, code: 'skew-too-large' })];
    return [pass(statement)];
  },
});

interface TruthFact {
  readonly health: readonly { readonly healthy: boolean; readonly ref: EvidenceRef }[];
  readonly runs: readonly { readonly completed: boolean; readonly end: string; readonly ref: EvidenceRef }[];
}

const wasLeftAlone = (run: RunView): boolean => run.cancels.length === 0 && run.end !== 'not-awaited';

export const healthTellsTheTruth = defineCampaignCheck<TrialView, TruthFact>({
  id: 'connectivity/health-tells-the-truth',
  requirement: 'CN-9',
  title: 'a deployment that says it is healthy completes an agent run',
  scenarios: [singleAnalysis.id],
  restsOn: 'CN-2',
  collect(view) {
    if (view.scenario !== singleAnalysis.id) return [];
    const health = healthAsks(view).map((ask) => ({
      healthy: ask.response?.status === 200 && HEALTHY.safeParse(parseJson(ask.response.body)).success,
      ref: refOf(view, ask),
    }));
    const runs = view.runs
      .filter(wasLeftAlone)
      .map((run) => ({ completed: isCompleted(run), end: run.end, ref: run.endRef }));
    return [{ health, runs }];
  },
  conclude(facts) {
    const expected = 'healthy, and at least one agent run that completes';
    const runs = facts.flatMap((fact) => fact.runs);
    const refs = [...facts.flatMap(({ health }) => health), ...runs].map(({ ref }) => ref);
    const [first] = refs;
    if (first === undefined) return [];
    if (!facts.some(({ health }) => health.some(({ healthy }) => healthy)))
      return [
        inconclusive(say('not-healthy', expected, 'it never said that it is healthy', ...refs), 'CN-1'),
      ];
    if (runs.length === 0)
      return [inconclusive(say('no-run-asked', expected, 'no run could be asked for', first), 'CN-2')];
    const done = runs.filter(({ completed }) => completed).length;
    const actual = `healthy; ${done} of ${runs.length} runs completed`;
    return [
      done > 0
        ? pass(say('truthful', expected, actual, ...refs))
        : fail(say('health-lies', expected, actual, ...refs)),
    ];
  },
});
