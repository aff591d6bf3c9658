import { describe, expect, it } from 'vitest';
import type { BoundCase } from '../../harness/core/contract-case.ts';
import { AWAITED } from '../../harness/judge/telemetry-lag.ts';
import type { TrialView } from '../../harness/judge/views.ts';
import { caseFindings } from '../test-support/exchanges.ts';
import {
  cutAfter,
  type Paper,
  type PaperAnswer,
  type PaperAsk,
  paperNonce,
  playOnPaper,
} from '../test-support/paper-stage.ts';
import { paperTelemetry, type Refusals } from '../test-support/paper-telemetry.ts';
import { verdictOf } from '../test-support/stories.ts';
import { acceptedCase } from './accepted.ts';
import { listCase } from './lists.ts';
import { loadCase } from './load.ts';
import { outageCase } from './outage.ts';
import { privacyCase } from './privacy.ts';
import { FORBIDDEN, LENGTHS, labelsOf } from './privacy-table.ts';
import { refusedCases } from './refused.ts';
import { repeatedCase } from './repeated.ts';
import { healthCase, metricsCase } from './service.ts';
import { statsCase } from './stats.ts';
import { tenantsCase } from './tenants.ts';
import { unchangeableCase, unknownCase } from './unknown.ts';

type Choices = Readonly<Record<string, string>>;
type Fields = Readonly<Record<string, unknown>>;
const [refusedCase, notJsonCase] = refusedCases as [BoundCase<TrialView>, BoundCase<TrialView>];
const CASES = [
  acceptedCase,
  refusedCase,
  notJsonCase,
  repeatedCase,
  privacyCase,
  listCase,
  unknownCase,
  unchangeableCase,
  statsCase,
  healthCase,
  metricsCase,
  tenantsCase,
  loadCase,
  outageCase,
];

const DECLARED: Choices = {
  'VP-422': 'reject-422',
  'VP-CLAMP': 'reject-422',
  'VP-IDEMP': '200',
  'VP-IDEMPCONFLICT': '409',
  'VP-LISTSHAPE': 'bare-array',
  'VP-EMPTYSTEPS': 'empty-200',
  'VP-FAIL404': '404',
  'VP-PII': 'reject',
  'VP-PRIVLEN': '100',
  'VP-TRTENANT': 'by-token',
  'VP-ERRSHAPE': 'detail',
};

const PRIVATE = new Set([
  ...Object.keys(FORBIDDEN)
    .filter((id) => id !== 'TR-4.8')
    .flatMap(labelsOf),
  ...[LENGTHS.tooLong, LENGTHS.farTooLong, 'ingest prompt again'],
]);
/** Every label that the cases send in order to be refused says so by not beginning with `ingest`. */
const refuses: Refusals = (label) => {
  if (PRIVATE.has(label)) return [422, 'PRIVACY'];
  if (label === 'step of another run') return [409, 'CONFLICT'];
  const isRefused = !label.startsWith('ingest') || label === 'ingest refused';
  return isRefused && label !== LENGTHS.longest ? [422, 'VALIDATION'] : undefined;
};

/** An honest telemetry whose answers are changed on their way. */
type Change = (answer: PaperAnswer, ask: PaperAsk) => PaperAnswer | undefined;

async function judge(
  check: string,
  change?: Change,
  choices: Choices = DECLARED,
): Promise<readonly string[]> {
  const own = CASES.find(({ checks }) => checks.some(({ id }) => id === `telemetry/${check}`));
  if (own === undefined) throw new Error(`no case has ${check}`);
  const honest = paperTelemetry(refuses);
  const paper: Paper = (ask) => {
    const answer = honest(ask);
    return answer === undefined || change === undefined ? answer : change(answer, ask);
  };
  return caseFindings(CASES, `telemetry/${check}`, await playOnPaper(own, paper, choices), choices);
}

const EVERY = CASES.flatMap(({ checks }) => checks.map(({ id }) => id.replace('telemetry/', '')));

const isAt = (path: RegExp, ask: PaperAsk): boolean => path.test(ask.path.split('?')[0] ?? '');
const RUN = /^\/v1\/runs\/[^/]+$/;
const LIST = /^\/v1\/runs$/;
const STEPS = /\/steps$/;
const FAILURES = /\/failures$/;
const STATS = /^\/v1\/stats$/;

/** What is read at such a path, changed. */
const reading =
  (path: RegExp, over: (body: Fields, ask: PaperAsk) => unknown): Change =>
  (answer, ask) =>
    ask.method === 'GET' && isAt(path, ask) && answer.status === 200
      ? { ...answer, body: over(answer.body as Fields, ask) }
      : answer;

const readingStatus =
  (path: RegExp, status: number): Change =>
  (answer, ask) =>
    ask.method === 'GET' && isAt(path, ask)
      ? { status, body: { detail: 'no', code: 'RUN_NOT_FOUND' } }
      : answer;

/** What is sent under such a label is answered so. */
const posting =
  (label: string | RegExp, over: Partial<PaperAnswer> | undefined): Change =>
  (answer, ask) => {
    const isMeant = typeof label === 'string' ? ask.label === label : label.test(ask.label);
    if (ask.method !== 'POST' || !isMeant) return answer;
    return over === undefined ? undefined : { ...answer, ...over };
  };

const eachStep =
  (over: (step: Fields, index: number) => Fields) =>
  (body: Fields): Fields => ({ ...body, steps: (body['steps'] as readonly Fields[]).map(over) });
const eachFailure =
  (over: Fields) =>
  (body: Fields): Fields => ({
    ...body,
    failures: (body['failures'] as readonly Fields[]).map((one) => ({ ...one, ...over })),
  });
const reversed = (body: unknown): unknown => [...(body as readonly unknown[])].reverse();
const withMetadata = (metadata: Fields) => eachStep((step) => ({ ...step, metadata }));
const taken = { status: 201, body: {} };
/** A run that was refused is there all the same. */
const thereAfterwards: Change = (answer, ask) =>
  ask.label.startsWith('afterwards: ') ? { status: 200, body: {} } : answer;
const first = (requirement: string): string => labelsOf(requirement)[0] ?? '';

/** By check: a deviation that it has to notice. Some are noticed by several checks; each is here for its own. */
const DEVIATIONS: Readonly<Record<string, Change>> = {
  'takes-a-run': posting('ingest plain', { status: 200 }),
  'keeps-each-status': reading(RUN, (body) => ({ ...body, status: 'success' })),
  'keeps-each-step-type': reading(
    RUN,
    eachStep((step) => ({ ...step, step_type: 'other' })),
  ),
  'keeps-each-failure-type': reading(RUN, eachFailure({ failure_type: 'orchestration' })),
  'takes-any-failure-code': posting('ingest code of 100 characters', { status: 422 }),
  'makes-run-ids': posting('ingest no run_id', { status: 422 }),
  'defaults-to-production': reading(RUN, (body) => ({ ...body, environment: 'default' })),
  'takes-runs-in-flight': reading(RUN, (body) => ({ ...body, ended_at: body['started_at'] })),
  'takes-runs-without-steps': posting('ingest no steps', { status: 422 }),
  'keeps-the-order-of-steps': reading(RUN, (body) => ({ ...body, steps: reversed(body['steps']) })),
  'sorts-steps': reading(RUN, (body) => ({ ...body, steps: reversed(body['steps']) })),
  'keeps-each-attempt': reading(RUN, (body) => ({ ...body, steps: [(body['steps'] as unknown[])[0]] })),
  'keeps-what-is-allowed': reading(RUN, withMetadata({ tool_name: 'search_tickets' })),
  'takes-harmless-keys': posting('ingest looks forbidden', { status: 422 }),
  'takes-harmless-values': posting('ingest looks personal', { status: 422 }),
  'reads-whole-runs': reading(RUN, ({ failures: _failures, ...body }) => body),
  'lists-steps': reading(STEPS, reversed),
  'lists-failures': reading(FAILURES, () => []),
  'lists-no-failures': readingStatus(FAILURES, 404),
  'lists-no-steps': readingStatus(STEPS, 404),
  'refuses-unknown-statuses': posting('status COMPLETED', taken),
  'refuses-unknown-step-types': posting('step type ?', { status: 500 }),
  'refuses-unknown-failure-types': posting('failure type ?', taken),
  'refuses-odd-failure-codes': thereAfterwards,
  'refuses-failures-without-failure': posting('failure left out', taken),
  'refuses-runs-without-a-field': posting('no status', { body: { detail: 'bad', code: 'VALIDATION' } }),
  'refuses-lengths': posting('agent_id of no characters', taken),
  'refuses-ends-before-beginnings': posting(/^step that ends/, { status: 409 }),
  'refuses-odd-numbers': posting('latency with a fraction', taken),
  'refuses-seq-with-holes': posting('seq from 1', taken),
  'refuses-what-is-no-json': posting('cut off', { status: 500 }),
  'answers-repeats-as-declared': posting('ingest again', { status: 201 }),
  'keeps-the-first-of-two-bodies': reading(RUN, (body) => ({ ...body, agent_version: '9.9.9' })),
  'stores-one-of-many-at-once': posting('ingest at once', { status: 500 }),
  'refuses-used-step-ids': posting('step of another run', taken),
  'refuses-failures-of-no-step': posting('failure of a step of no run', taken),
  'refuses-prompts': posting(first('TR-4.1'), taken),
  'refuses-answers': posting('key rawResponse', taken),
  'refuses-chains-of-thought': posting('key chainOfThought', taken),
  'refuses-documents': posting(LENGTHS.tooLong, taken),
  'keeps-no-personal-data': posting('a card', taken),
  'keeps-no-secrets': posting('a token in the message', taken),
  'refuses-keys-at-any-depth': posting('in a list of lists', taken),
  'refuses-unknown-members': posting('prompt on a step', taken),
  'shows-nothing-that-was-refused': (answer, ask) =>
    answer.status === 422 ? { ...answer, body: { detail: ask.body, code: 'PRIVACY' } } : answer,
  'lists-runs': reading(LIST, reversed),
  'filters-runs': reading(LIST, (body, ask) =>
    ask.path.includes('agent_version=9') ? [{ run_id: 'x' }] : body,
  ),
  'filters-by-time': reading(LIST, (body, ask) =>
    ask.path.includes('start_time') ? (body as unknown as unknown[]).slice(1) : body,
  ),
  'pages-through-runs': reading(LIST, (body, ask) =>
    ask.path.includes('page=4') ? [{ run_id: 'one more' }] : body,
  ),
  'treats-odd-pages-as-declared': (answer, ask) =>
    ask.label === 'page=0' ? { status: 200, body: [] } : answer,
  'refuses-odd-filters': (answer, ask) =>
    ask.label === 'start_time=garbage' ? { status: 200, body: [] } : answer,
  'lists-nothing-of-a-fresh-agent': reading(LIST, (body, ask) =>
    ask.path.includes('-fresh') ? [{ run_id: 'of whom' }] : body,
  ),
  'refuses-unknown-runs': (answer, ask) => (ask.label === 'unknown run' ? { status: 200, body: {} } : answer),
  'refuses-odd-ids': (answer, ask) => (ask.label.startsWith('odd id') ? { ...answer, status: 500 } : answer),
  'refuses-steps-of-unknown-runs': (answer, ask) =>
    ask.label === 'unknown steps' ? { status: 200, body: [] } : answer,
  'treats-failures-of-unknown-runs-as-declared': (answer, ask) =>
    ask.label === 'unknown failures' ? { status: 200, body: [] } : answer,
  'keeps-runs-as-they-are': (answer, ask) => (ask.method === 'DELETE' ? { status: 204, body: '' } : answer),
  'counts-runs-and-failures': reading(STATS, (body) => ({ ...body, success_rate: 0.8 })),
  'averages-over-steps': reading(STATS, (body) => ({ ...body, avg_latency_ms: 90 })),
  'breaks-down-failures-and-steps': reading(STATS, (body) => ({
    ...body,
    failure_breakdown: { rate_limited: 1 },
  })),
  'counts-nothing-of-a-fresh-agent': reading(STATS, (body) =>
    body['total_runs'] === 0 ? { ...body, success_rate: null } : body,
  ),
  'statistics-follow-filters': reading(STATS, (body, ask) =>
    ask.path.includes('environment') ? { ...body, total_runs: 5 } : body,
  ),
  'says-that-it-is-healthy': (answer, ask) =>
    ask.path === '/health' && ask.surface === 'ingest' ? { ...answer, body: 'ok' } : answer,
  'health-follows-the-store': (answer, ask) =>
    ask.label.endsWith('without the store') ? { ...answer, status: 200 } : answer,
  'counts-what-it-takes': (answer, ask) =>
    ask.path === '/metrics' ? { ...answer, body: 'runs_ingested_total 1' } : answer,
  'hides-foreign-runs': (answer, ask) =>
    ask.label === 'foreign run'
      ? { status: 403, body: { detail: 'not yours', code: 'TENANT_MISMATCH' } }
      : answer,
  'ids-belong-to-their-tenant': posting('ingest under the same ids', { status: 409 }),
  'answers-in-time': (answer, ask) => (ask.label === 'ingest' ? { ...answer, tookMs: 400 } : answer),
};

describe('each check of the telemetry', () => {
  it.each(EVERY)('%s passes an honest telemetry', async (check) => {
    const findings = await judge(check);
    expect(findings.filter((finding) => !finding.startsWith('pass'))).toEqual([]);
    expect(findings.length).toBeGreaterThan(0);
  });

  it.each(Object.entries(DEVIATIONS))('%s fails a deviation', async (check, change) => {
    expect(verdictOf(await judge(check, change))).toBe('fail');
  });

  it('has a deviation of its own', () => {
    expect(EVERY.filter((check) => DEVIATIONS[check] === undefined)).toEqual(['shows-runs-in-time']);
  });

  it.each(EVERY)('%s leaves open what it could not see', async (check) => {
    const nothing = await judge(check, (answer, ask) =>
      ask.method === 'POST'
        ? { status: 503, body: { detail: 'away', code: 'UNAVAILABLE' } }
        : { ...answer, status: 503 },
    );
    expect(verdictOf(nothing)).not.toBe('pass');
  });
});

describe('what is taken late', () => {
  /** Runs show only in so many readings from the first. */
  const lateBy = (readings: number): Change => {
    const seen = new Map<string, number>();
    return (answer, ask) => {
      if (ask.label !== AWAITED) return answer;
      const count = (seen.get(ask.path) ?? 0) + 1;
      seen.set(ask.path, count);
      return count <= readings ? { status: 404, body: { detail: 'no', code: 'RUN_NOT_FOUND' } } : answer;
    };
  };

  it.each([
    [3, 'pass'],
    [12, 'fail'],
  ])('after %i readings: %s', async (readings, verdict) => {
    expect(verdictOf(await judge('shows-runs-in-time', lateBy(readings)))).toBe(verdict);
  });

  it('hides what is read of it, and is not waited for without end', async () => {
    const never = await judge('reads-whole-runs', lateBy(Number.POSITIVE_INFINITY));
    expect(never[0]).toMatch(/^inconclusive not-reached \(because TR-6\.4\)/);
  });
});

const FIRST_AGENT = `conformance-${paperNonce('agent 0')}`;

describe('choices', () => {
  const OPEN: Choices = {};
  const without = (id: string): Choices =>
    Object.fromEntries(Object.entries(DECLARED).filter(([one]) => one !== id));
  const wrapped = reading(LIST, (runs) => ({
    runs,
    total: (runs as unknown as unknown[]).length,
    page: 1,
    page_size: 100,
  }));
  const redacting: Change = (answer, ask) =>
    [...labelsOf('TR-4.5'), ...labelsOf('TR-4.6')].includes(ask.label)
      ? { status: 201, body: { run_id: JSON.parse(ask.body ?? '{}').run_id } }
      : ask.label.startsWith('afterwards: a') && !/steps|failures/.test(ask.path)
        ? { status: 200, body: { steps: [{ metadata: { note: '[redacted]' } }] } }
        : ask.label.startsWith('afterwards: a')
          ? { status: 200, body: [] }
          : answer;

  it.each<[string, string, string, string, Change]>([
    ['VP-LISTSHAPE', 'page-object', 'lists-runs', 'bare-array', wrapped],
    ['VP-IDEMP', '201', 'answers-repeats-as-declared', '200', posting('ingest again', { status: 201 })],
    [
      'VP-EMPTYSTEPS',
      '404',
      'lists-no-steps',
      'empty-200',
      (answer, ask) => (ask.label === 'steps no steps' ? { status: 404, body: {} } : answer),
    ],
    [
      'VP-FAIL404',
      'empty-200',
      'treats-failures-of-unknown-runs-as-declared',
      '404',
      (answer, ask) => (ask.label === 'unknown failures' ? { status: 200, body: [] } : answer),
    ],
    ['VP-PII', 'store-redacted', 'keeps-no-personal-data', 'reject', redacting],
    ['VP-PII', 'store-redacted', 'keeps-no-secrets', 'reject', redacting],
    [
      'VP-CLAMP',
      'clamp',
      'treats-odd-pages-as-declared',
      'reject-422',
      (answer, ask) => (/^page/.test(ask.label) ? { status: 200, body: [] } : answer),
    ],
    ['VP-422', 'reject-400', 'refuses-unknown-statuses', 'reject-422', posting(/^status/, { status: 400 })],
    [
      'VP-TRTENANT',
      'none',
      'hides-foreign-runs',
      'by-token',
      (answer, ask) =>
        ask.label === 'foreign run'
          ? { status: 200, body: { run_id: ask.path.slice(9), agent_id: FIRST_AGENT } }
          : answer,
    ],
  ])('%s %s passes where it is declared or nothing is, of %s', async (id, choice, check, other, change) => {
    expect(verdictOf(await judge(check, change, { ...DECLARED, [id]: choice }))).toBe('pass');
    expect(verdictOf(await judge(check, change, without(id)))).toBe('pass');
    expect(verdictOf(await judge(check, change, { ...DECLARED, [id]: other }))).toBe('fail');
  });

  it.each(['[]', '[ ]', '[\n]\n'])('an empty list shows nothing, written %j', async (body) => {
    const empty: Parameters<typeof judge>[1] = (answer) =>
      answer.status === 404 ? { status: 200, body } : answer;
    expect(verdictOf(await judge('refuses-prompts', empty))).toBe('pass');
  });

  it('VP-IDEMPCONFLICT original returns the stored run', async () => {
    const { seen, change } = remembering('ingest first', 'ingest another body');
    const check = 'keeps-the-first-of-two-bodies';
    expect(verdictOf(await judge(check, change, { ...DECLARED, 'VP-IDEMPCONFLICT': 'original' }))).toBe(
      'pass',
    );
    expect(verdictOf(await judge(check, change, without('VP-IDEMPCONFLICT')))).toBe('pass');
    expect(verdictOf(await judge(check, change))).toBe('fail');
    expect(seen()).toBe(true);
  });

  it('VP-PRIVLEN of another length is kept to', async () => {
    const choices = { ...DECLARED, 'VP-PRIVLEN': '40' };
    expect(verdictOf(await judge('refuses-documents', undefined, choices))).toBe('pass');
    const refusing = posting(LENGTHS.longest, { status: 422 });
    expect(verdictOf(await judge('refuses-documents', refusing, choices))).toBe('fail');
    expect(verdictOf(await judge('refuses-documents', refusing, without('VP-PRIVLEN')))).toBe('pass');
  });

  it('undeclared may be anything allowed, and does not change', async () => {
    for (const check of EVERY) expect(verdictOf(await judge(check, undefined, OPEN)), check).toBe('pass');
    const wavering = posting('status COMPLETED', { status: 400 });
    expect((await judge('refuses-unknown-statuses', wavering, OPEN))[0]).toMatch(/^fail changes-its-mind/);
  });
});

/** A label is answered as another was before. */
function remembering(from: string, to: string) {
  let kept: PaperAnswer | undefined;
  let isSeen = false;
  const change: Change = (answer, ask) => {
    if (ask.label === from) kept = answer;
    if (ask.label !== to || kept === undefined) return answer;
    isSeen = true;
    return { ...kept, status: 200 };
  };
  return { change, seen: () => isSeen };
}

describe('an interrupted recording', () => {
  it.each(CASES.map((one) => [one.scenario.id, one] as const))('of %s breaches nothing', async (_id, own) => {
    const transcript = await playOnPaper(own, paperTelemetry(refuses), DECLARED);
    const { length } = transcript.entries;
    const step = Math.max(1, Math.floor(length / 40));
    for (let kept = 0; kept < length; kept += step) {
      const cut = cutAfter(transcript, kept);
      for (const { id } of own.checks) {
        const failing = caseFindings([own], id, cut, DECLARED).filter((finding) =>
          finding.startsWith('fail'),
        );
        expect(failing, `${id} after ${kept} of ${length} entries`).toEqual([]);
      }
    }
  });
});
