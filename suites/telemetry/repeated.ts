import { canonicalInstant } from '../../harness/core/canonical-json.ts';
import type { Terms } from '../../harness/core/check.ts';
import { type BoundCase, defineCase } from '../../harness/core/contract-case.ts';
import type { Finding } from '../../harness/core/finding.ts';
import type { ExchangeView, TrialView } from '../../harness/judge/views.ts';
import {
  bodyOf,
  declared,
  expectOf,
  fieldOf,
  holds,
  labelled,
  missing,
  refOf,
  status,
} from '../agents-api/expect.ts';
import { sentWith } from '../agents-api/made.ts';
import { conclude } from '../agents-api/run-parts.ts';
import { answered, difference, failuresDiffer, postAt, RUN_MEMBERS, stepsDiffer } from './account.ts';
import {
  awaitRun,
  failed,
  type Ground,
  ingest,
  openGround,
  query,
  runBody,
  runIdFor,
  runPath,
  stepBody,
  stepIdFor,
} from './ground.ts';
import { runsIn } from './list-shape.ts';
import { nothingStored, refusal, sendRefused } from './refusals.ts';

const FIRST = 'ingest first';
const AGAIN = 'ingest again';
const OTHER = 'ingest another body';
const AT_ONCE = 'ingest at once';
const LIST = 'list';
const READ = 'run afterwards';
const READ_MANY = 'run sent at once';
const TIMES = 10;

const REUSED = 'step of another run';
const STRAY_STEP = 'failure of a step of no run';

async function repeat(ground: Ground): Promise<void> {
  const body = runBody(ground, 'repeated', { steps: [0, 1].map((seq) => stepBody(ground, 'repeated', seq)) });
  await ingest(ground, FIRST, body);
  await awaitRun(ground, runIdFor(ground, 'repeated'));
  await ingest(ground, AGAIN, body);
  await ingest(ground, OTHER, { ...body, agent_version: '9.9.9', steps: [] });
  await query(ground, READ, runPath(runIdFor(ground, 'repeated')));
}

async function sendAtOnce(ground: Ground): Promise<void> {
  const body = runBody(ground, 'at once', {
    steps: [0, 1, 2].map((seq) => stepBody(ground, 'at once', seq)),
  });
  // How long it takes when all come at once is nobody's promise.
  const withinMs = ground.stage.thresholds.completionMs;
  await Promise.all(Array.from({ length: TIMES }, () => ingest(ground, AT_ONCE, body, { withinMs })));
  await awaitRun(ground, runIdFor(ground, 'at once'));
  await query(ground, READ_MANY, runPath(runIdFor(ground, 'at once')));
}

/** How often a run is in the list; nothing where there is no list. */
function listedTimes(view: TrialView, terms: Terms, runId: unknown): number | undefined {
  const runs = runsIn(labelled(view, LIST)[0], terms);
  return runs?.filter((run) => fieldOf(run, 'run_id') === runId).length;
}

/** What hides the repetition of a run: the run itself, or the list that counts it. */
function hidden(view: TrialView): readonly Finding[] | undefined {
  if (postAt(view, FIRST)?.response?.status !== 201) return missing(view, 'a run that is taken', 'TR-1.1');
  return undefined;
}

const differs = (sent: unknown, shown: unknown): string | undefined =>
  difference(sent, shown, RUN_MEMBERS) ??
  stepsDiffer(sent, fieldOf(shown, 'steps')) ??
  failuresDiffer(sent, fieldOf(shown, 'failures'));

function judgeAgain(view: TrialView, terms: Terms): readonly Finding[] {
  const [first, again] = [postAt(view, FIRST), postAt(view, AGAIN)];
  if (again === undefined) return missing(view, 'the run again', 'TR-1.1');
  const allowed = declared(terms.variationPoints['VP-IDEMP'], { '200': 200, '201': 201 });
  const stored = first === undefined ? undefined : fieldOf(bodyOf(first), 'created_at');
  const isStored = holds('the stored run', (body) =>
    canonicalInstant(fieldOf(body, 'created_at')) === canonicalInstant(stored)
      ? differs(sentWith(again), body)
      : `created_at ${String(fieldOf(body, 'created_at'))}, first ${String(stored)}`,
  );
  const answer = expectOf(view, again, status(...allowed), isStored);
  if (answer.some(({ verdict }) => verdict !== 'pass')) return answer;
  const times = listedTimes(view, terms, fieldOf(sentWith(again), 'run_id'));
  if (times === undefined) return missing(view, 'a list of runs', 'TR-5.1');
  return [
    ...answer,
    ...conclude(
      'stored-twice',
      'one run in the list',
      [times === 1 ? undefined : `${times}`],
      refsOf(view, LIST),
    ),
  ];
}

const refsOf = (view: TrialView, ...labels: readonly string[]) =>
  labels.flatMap((label) => labelled(view, label).map((exchange) => refOf(view, exchange))).slice(0, 10);

function judgeOther(view: TrialView, terms: Terms): readonly Finding[] {
  const other = postAt(view, OTHER);
  if (other === undefined) return missing(view, 'another body', 'TR-1.1');
  const [original, kept] = [sentWith(postAt(view, FIRST)), answered(labelled(view, READ)[0])];
  const choice = terms.variationPoints['VP-IDEMPCONFLICT'];
  const isConflict = other.response?.status === 409;
  const allowed = choice === '409' ? [409] : choice === 'original' ? [200, 201] : [200, 201, 409];
  const answer = isConflict
    ? expectOf(view, other, status(...allowed), refusal(terms, 'CONFLICT'))
    : expectOf(
        view,
        other,
        status(...allowed),
        holds('the stored run', (body) => differs(original, body)),
      );
  if (answer.some(({ verdict }) => verdict !== 'pass')) return answer;
  if (kept === undefined) return missing(view, 'the stored run', 'TR-6.1');
  return [
    ...answer,
    ...conclude(
      'overwritten',
      'the run as it was first sent',
      [differs(original, kept)],
      refsOf(view, OTHER, READ),
    ),
  ];
}

/** An answer to one of many at once. */
function judgeOne(view: TrialView, exchange: ExchangeView): readonly Finding[] {
  return expectOf(view, exchange, status(200, 201, 409));
}

function judgeAtOnce(view: TrialView, terms: Terms): readonly Finding[] {
  const all = labelled(view, AT_ONCE);
  if (all.length < TIMES) return missing(view, `${TIMES} posts`, 'TR-1.1');
  const answers = all
    .flatMap((exchange) => judgeOne(view, exchange))
    .filter(({ verdict }) => verdict !== 'pass');
  if (answers.length > 0) return answers;
  const statuses = all.map(({ response }) => response?.status);
  const news = statuses.filter((one) => one === 201).length;
  const isCounted = terms.variationPoints['VP-IDEMP'] === '200';
  const sent = sentWith(all[0]);
  const kept = answered(labelled(view, READ_MANY)[0]);
  const times = listedTimes(view, terms, fieldOf(sent, 'run_id'));
  if (kept === undefined) return missing(view, 'the run that was sent at once', 'TR-6.4');
  if (times === undefined) return missing(view, 'a list of runs', 'TR-5.1');
  const faults = [
    isCounted && news !== 1 ? `${news} answers of 201` : undefined,
    times === 1 ? undefined : `${times} in the list`,
    stepsDiffer(sent, fieldOf(kept, 'steps')),
  ];
  return conclude('not-stored-once', 'exactly one run stored', faults, refsOf(view, AT_ONCE, READ_MANY));
}

function judgeReused(view: TrialView, terms: Terms): readonly Finding[] {
  const [reused] = labelled(view, REUSED);
  if (hidden(view) !== undefined || reused === undefined) return missing(view, 'a run with a step', 'TR-1.1');
  const answer = expectOf(view, reused, status(409, 422), refusal(terms, 'CONFLICT', 'VALIDATION'));
  return answer.some(({ verdict }) => verdict !== 'pass')
    ? answer
    : [...answer, ...nothingStored(view, [REUSED])];
}

function judgeStray(view: TrialView, terms: Terms): readonly Finding[] {
  const [stray] = labelled(view, STRAY_STEP);
  if (stray === undefined) return missing(view, 'a run', 'TR-1.1');
  const allowed = terms.variationPoints['VP-422'] === 'reject-422' ? [409, 422] : [400, 409, 422];
  const answer = expectOf(view, stray, status(...allowed), refusal(terms, 'CONFLICT', 'VALIDATION'));
  return answer.some(({ verdict }) => verdict !== 'pass')
    ? answer
    : [...answer, ...nothingStored(view, [STRAY_STEP])];
}

export const repeatedCase: BoundCase<TrialView> = defineCase<TrialView>({
  id: 'telemetry-repeated-runs',
  purpose: 'sends a run again, another body under its id, the same run at once, and its steps in other runs',
  needs: ['telemetry'],
  async drive(stage) {
    const ground = await openGround(stage);
    await repeat(ground);
    await sendAtOnce(ground);
    await query(ground, LIST, `/v1/runs?agent_id=${encodeURIComponent(ground.agentId)}&page_size=100`);
    const step_id = stepIdFor(ground, 'repeated', 0);
    await sendRefused(ground, {
      [REUSED]: runBody(ground, REUSED, { steps: [stepBody(ground, REUSED, 0, { step_id })] }),
      [STRAY_STEP]: runBody(ground, STRAY_STEP, failed({ step_id: stepIdFor(ground, 'of no run', 0) })),
    });
  },
  checks: [
    {
      id: 'telemetry/answers-repeats-as-declared',
      requirement: 'TR-3.1',
      title: 'the same run again is answered with the stored one, and stored once',
      judge: (view, terms) => hidden(view) ?? judgeAgain(view, terms),
    },
    {
      id: 'telemetry/keeps-the-first-of-two-bodies',
      requirement: 'TR-3.2',
      title: 'another body under a stored id is answered as declared and changes nothing',
      judge: (view, terms) => hidden(view) ?? judgeOther(view, terms),
    },
    {
      id: 'telemetry/stores-one-of-many-at-once',
      requirement: 'TR-3.3',
      title: `of ${TIMES} posts of one run at once exactly one is stored`,
      judge: judgeAtOnce,
    },
    {
      id: 'telemetry/refuses-used-step-ids',
      requirement: 'TR-3.4',
      title: 'a run with a step id of another run is refused, and nothing of it stored',
      judge: judgeReused,
    },
    {
      id: 'telemetry/refuses-failures-of-no-step',
      requirement: 'TR-3.5',
      title: 'a failure of a step that the run does not have is refused, and nothing stored',
      judge: judgeStray,
    },
  ],
});
