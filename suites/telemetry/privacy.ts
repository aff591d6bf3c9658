import type { Terms } from '../../harness/core/check.ts';
import { type BoundCase, type CaseCheck, defineCase } from '../../harness/core/contract-case.ts';
import type { Finding } from '../../harness/core/finding.ts';
import type { ExchangeView, TrialView } from '../../harness/judge/views.ts';
import { expectOf, isOneChoice, labelled, missing, refOf, status } from '../agents-api/expect.ts';
import { conclude } from '../agents-api/run-parts.ts';
import { ingest, openGround, query, store } from './ground.ts';
import { canariesSent, leaksIn } from './leaks.ts';
import { FORBIDDEN, forbiddenBodies, LENGTHS, labelsOf, lengthBodies } from './privacy-table.ts';
import { afterwards, judgeRefused, outOfShape, refusal, sendRefused } from './refusals.ts';

const EVERY_LABEL = [...Object.keys(FORBIDDEN).flatMap(labelsOf), LENGTHS.tooLong, LENGTHS.farTooLong];
/** Readings of everything else that may show a part of a run. */
const ELSEWHERE = ['stats', 'metrics of the ingest', 'metrics', 'health'] as const;

const refusesKeys = (requirement: string, id: string, title: string): CaseCheck<TrialView> => ({
  id: `telemetry/${id}`,
  requirement,
  title,
  judge: (view, terms) => judgeRefused(view, labelsOf(requirement), status(422), refusal(terms, 'PRIVACY')),
});

/** Refused, or taken with nothing of it to be read, as declared and alike for every kind. */
function judgePersonal(view: TrialView, terms: Terms, requirement: string): readonly Finding[] {
  const labels = labelsOf(requirement);
  const choice = terms.variationPoints['VP-PII'];
  const sent = labels.flatMap((label) => labelled(view, label));
  if (sent.length < labels.length) return missing(view, 'every request', 'TR-1.1');
  const isTaken = sent.some(({ response }) => response?.status === 201);
  if (choice === 'reject' || !isTaken)
    return choice === 'store-redacted'
      ? sent.flatMap((exchange) => expectOf(view, exchange, status(201)))
      : judgeRefused(view, labels, status(422), refusal(terms, 'PRIVACY'));
  const changing = isOneChoice(view, ...labels);
  const answers = sent.flatMap((exchange) => expectOf(view, exchange, status(201)));
  const wrong = [...changing, ...answers.filter(({ verdict }) => verdict !== 'pass')];
  return wrong.length > 0 ? wrong : judgeRedacted(view, sent);
}

/** What was taken is readable, without what should have been redacted. */
function judgeRedacted(view: TrialView, sent: readonly ExchangeView[]): readonly Finding[] {
  const readings = sent.flatMap(({ label }) => labelled(view, afterwards(label)));
  const unread = readings.length === 0 || readings.some(({ response }) => response?.status !== 200);
  if (unread) return missing(view, 'the runs that were taken', 'TR-6.1');
  const leaks = leaksIn(view, canariesSent(sent));
  const faults = leaks.map(({ what }) => what);
  const refs = leaks.length > 0 ? leaks.map(({ ref }) => ref) : readings.map((one) => refOf(view, one));
  return conclude('not-redacted', 'nothing of it in any answer', faults, refs.slice(0, 5));
}

/** TR-4.4: documents by their key, and texts by their length. */
function judgeDocuments(view: TrialView, terms: Terms): readonly Finding[] {
  const isDeclared = terms.variationPoints['VP-PRIVLEN'] !== undefined;
  const tooLong = isDeclared ? [LENGTHS.tooLong, LENGTHS.farTooLong] : [LENGTHS.farTooLong];
  const refused = [
    ...judgeRefused(view, labelsOf('TR-4.4'), status(422), refusal(terms, 'PRIVACY')),
    // A text of this length may be more than a body may have.
    ...judgeRefused(
      view,
      [LENGTHS.farTooLong],
      status(413, 422),
      refusal(terms, 'PRIVACY', 'CONTENT_TOO_LARGE'),
    ),
    ...tooLong
      .slice(0, -1)
      .flatMap((label) => judgeRefused(view, [label], status(422), refusal(terms, 'PRIVACY'))),
  ];
  const [longest] = labelled(view, LENGTHS.longest);
  if (!isDeclared || longest === undefined) return refused;
  return [...refused, ...expectOf(view, longest, status(201))];
}

/** TR-4.11: whatever was refused is nowhere to be read. */
function judgeLeaks(view: TrialView): readonly Finding[] {
  const sent = EVERY_LABEL.flatMap((label) => labelled(view, label));
  const refused = sent.filter(({ response }) => {
    const answer = response?.status ?? 0;
    return answer >= 400 && answer < 500;
  });
  if (refused.length === 0) return missing(view, 'something refused', 'TR-4.1');
  const expected = 'nothing of a refused body in any answer';
  const leaks = leaksIn(view, canariesSent(refused));
  const looked = ELSEWHERE.flatMap((label) => labelled(view, label)).filter(
    ({ response }) => response?.status === 200,
  );
  if (leaks.length === 0 && looked.length < ELSEWHERE.length)
    return missing(view, 'statistics, metrics and health', 'TR-9.1');
  const faults = leaks.map(({ what }) => what);
  const refs = leaks.length > 0 ? leaks.map(({ ref }) => ref) : looked.map((one) => refOf(view, one));
  return conclude('leaked', expected, faults, refs.slice(0, 5));
}

const checks: readonly CaseCheck<TrialView>[] = [
  refusesKeys('TR-4.1', 'refuses-prompts', 'prompts are refused, and nothing of their run is stored'),
  refusesKeys(
    'TR-4.2',
    'refuses-answers',
    'answers, inputs and texts are refused, also at the end of a longer key',
  ),
  refusesKeys(
    'TR-4.3',
    'refuses-chains-of-thought',
    'chains of thought are refused, whatever they are called',
  ),
  {
    id: 'telemetry/refuses-documents',
    requirement: 'TR-4.4',
    title: 'documents, and texts beyond the declared length, are refused',
    judge: judgeDocuments,
  },
  {
    id: 'telemetry/keeps-no-personal-data',
    requirement: 'TR-4.5',
    title: 'addresses, telephone, card and social security numbers are refused or redacted, as declared',
    judge: (view, terms) => judgePersonal(view, terms, 'TR-4.5'),
  },
  {
    id: 'telemetry/keeps-no-secrets',
    requirement: 'TR-4.6',
    title: 'secrets and personal data in failure.message are refused or redacted, as declared',
    judge: (view, terms) => judgePersonal(view, terms, 'TR-4.6'),
  },
  refusesKeys(
    'TR-4.7',
    'refuses-keys-at-any-depth',
    'forbidden keys are refused at any depth, in any case, after any prefix',
  ),
  {
    id: 'telemetry/refuses-unknown-members',
    requirement: 'TR-4.8',
    title: 'members that nobody knows are refused, on the run, a step and the failure',
    judge: (view, terms) =>
      judgeRefused(
        view,
        labelsOf('TR-4.8'),
        status(422, ...outOfShape(terms)),
        refusal(terms, 'VALIDATION', 'PRIVACY'),
      ),
  },
  {
    id: 'telemetry/shows-nothing-that-was-refused',
    requirement: 'TR-4.11',
    title: 'nothing of a refused body can be read anywhere, in any simple form',
    judge: judgeLeaks,
  },
];

export const privacyCase: BoundCase<TrialView> = defineCase<TrialView>({
  id: 'telemetry-privacy',
  purpose: 'sends what must not be kept, marked so that it is known again, and looks for it everywhere',
  needs: ['telemetry'],
  async drive(stage) {
    const ground = await openGround(stage);
    const { [LENGTHS.longest]: longest = {}, ...tooLong } = lengthBodies(ground);
    await store(ground, LENGTHS.longest, longest);
    await sendRefused(ground, { ...forbiddenBodies(ground), ...tooLong }, ['', '/steps', '/failures']);
    const own = `agent_id=${encodeURIComponent(ground.agentId)}`;
    await query(ground, 'stats', `/v1/stats?${own}`);
    await query(ground, 'health', stage.health);
    await query(ground, 'metrics', '/metrics');
    const metrics = { label: 'metrics of the ingest', method: 'GET', path: '/metrics' } as const;
    await ground.actor.request({ ...metrics, surface: 'ingest' });
    // Sent again, as somebody would who did not see that it was refused.
    await ingest(ground, 'ingest prompt again', forbiddenBodies(ground)['key prompt'] ?? {});
  },
  checks,
});
