import type { Terms } from '../../harness/core/check.ts';
import { type BoundCase, defineCase } from '../../harness/core/contract-case.ts';
import { type Finding, inconclusive } from '../../harness/core/finding.ts';
import type { Capability } from '../../harness/core/requirement.ts';
import type { HttpAsk, Stage } from '../../harness/core/scenario.ts';
import type { ExchangeView, TrialView } from '../../harness/judge/views.ts';
import { CANARY_LENGTH, CANARY_LETTERS, canaryOf } from '../../scenarios/canary.ts';
import { unknownId } from '../agents-api/drive.ts';
import { bodyOf, expectOf, labelled, missing, refOf, status } from '../agents-api/expect.ts';
import { conclude } from '../agents-api/run-parts.ts';
import { canarySearch } from '../isolation/canaries.ts';
import { say } from '../statements.ts';
import { openGround, runBody } from '../telemetry/ground.ts';
import { ERROR_SHAPES, type ErrorShape, errorShape } from './error-shape.ts';

type Wrong = Pick<HttpAsk, 'method' | 'path' | 'surface' | 'body'>;

const WRONG = 'wrong request';

const WORD = new RegExp(`[${CANARY_LETTERS}]{${CANARY_LENGTH}}`, 'g');

/** Whether the answer repeats what was sent in the body or the query. */
function echoFault({ request, response }: ExchangeView): string | undefined {
  const sent = `${request.body ?? ''} ${request.url.split('?')[1] ?? ''}`;
  const words = [...sent.matchAll(WORD)].map(([word]) => ({ word, owner: '' }));
  return canarySearch(words).search(response?.body ?? '').length > 0 ? 'it repeats what was sent' : undefined;
}

function judgeError(view: TrialView, exchange: ExchangeView, choice: ErrorShape): readonly Finding[] {
  const answer = exchange.response?.status ?? 0;
  if (answer === 0) {
    const nothing = say('no-answer', 'a refusal', 'no answer', refOf(view, exchange));
    return [inconclusive(nothing)];
  }
  // A good one has no shape of an error.
  if (answer < 300) return [];
  const refused = expectOf(view, exchange, status(400, 404, 405, 409, 413, 415, 422));
  if (refused.some(({ verdict }) => verdict !== 'pass')) return refused;
  const type = exchange.response?.headers['content-type'] ?? 'no content type';
  const faults = [
    type.startsWith('application/json') ? undefined : type,
    ERROR_SHAPES[choice](bodyOf(exchange), answer),
    echoFault(exchange),
  ];
  const expected = `application/json with ${choice === 'detail' ? '{detail, code}' : '{error, status_code, path}'}`;
  return conclude('wrong-error', expected, faults, [refOf(view, exchange)]);
}

function judgeErrors(view: TrialView, { variationPoints }: Terms): readonly Finding[] {
  const all = labelled(view, WRONG);
  const [first] = all;
  if (first === undefined) return missing(view, 'a wrong request', 'CN-1');
  const declared = variationPoints['VP-ERRSHAPE'];
  // Undeclared: the first error shows the choice, and the others have to agree with it.
  const choice = errorShape(declared, bodyOf(first));
  const found = all.flatMap((exchange) => judgeError(view, exchange, choice));
  return found.length > 0 ? found : missing(view, 'a request that is refused', 'CN-1');
}

interface Area {
  readonly id: string;
  readonly words: string;
  readonly needs: readonly Capability[];
  readonly wrong: (stage: Stage, word: string) => Promise<readonly Wrong[]>;
}

const errorCase = ({ id, words, needs, wrong }: Area): BoundCase<TrialView> =>
  defineCase<TrialView>({
    id: `cross-surface-errors-${id}`,
    purpose: `asks ${words} for what it has to refuse`,
    needs,
    async drive(stage) {
      for (const ask of await wrong(stage, canaryOf(stage, id)))
        await stage.actor().request({ label: WRONG, ...ask });
    },
    checks: [
      {
        id: `cross-surface/${id}-errors-have-one-shape`,
        requirement: 'X-1',
        title: `errors of ${words} are JSON of the declared shape and repeat nothing that was sent`,
        judge: judgeErrors,
      },
    ],
  });

const json = (body: unknown): { readonly body: string } => ({ body: JSON.stringify(body) });

export const errorCases: readonly BoundCase<TrialView>[] = [
  errorCase({
    id: 'agents-api',
    words: 'the agents API',
    needs: ['agents-api'],
    async wrong(stage, word) {
      const runs = `/api/projects/${unknownId(stage, 'project')}/agent-runs`;
      const run = `${runs}/${unknownId(stage, 'run')}`;
      return [
        { method: 'GET', path: run },
        { method: 'GET', path: `${run}/steps` },
        { method: 'GET', path: `/api/agents/profiles/${unknownId(stage, 'agent')}` },
        { method: 'GET', path: `${runs}?limit=0&status=${word}` },
        { method: 'GET', path: `${runs}?cursor=${word}` },
        { method: 'POST', path: runs, ...json({ workflowId: 7, inputQuery: word }) },
        { method: 'POST', path: runs, body: `{"inputQuery": "${word}` },
        { method: 'POST', path: `${run}/messages`, ...json({ content: [word] }) },
        { method: 'DELETE', path: '/api/agents/profiles' },
        { method: 'GET', path: `/api/${stage.nonce('route')}` },
      ];
    },
  }),
  errorCase({
    id: 'sandbox',
    words: 'the sandbox',
    needs: ['sandbox'],
    async wrong(stage, word) {
      const agent = `/api/agents/${unknownId(stage, 'agent')}`;
      return [
        { method: 'POST', path: `${agent}/test`, ...json({ payload: { message: word } }) },
        { method: 'POST', path: `${agent}/test`, ...json({ payload: word }) },
        { method: 'POST', path: `${agent}/test`, body: `{"payload": "${word}` },
        { method: 'GET', path: `${agent}/test-history?limit=0` },
        { method: 'GET', path: `${agent}/test/${unknownId(stage, 'test')}` },
        { method: 'POST', path: `${agent}/test/compare`, ...json({ test_id_1: word }) },
      ];
    },
  }),
  errorCase({
    id: 'telemetry',
    words: 'the telemetry',
    needs: ['telemetry'],
    async wrong(stage, word) {
      const ground = await openGround(stage);
      const bad = { ...runBody(ground, 'bad'), status: word };
      const ingest = { method: 'POST', path: '/v1/runs', surface: 'ingest' } as const;
      const ask = (path: string): Wrong => ({ method: 'GET', path, surface: 'query' });
      return [
        { ...ingest, ...json(bad) },
        { ...ingest, ...json({ ...bad, status: 'success', remark: word }) },
        { ...ingest, ...json([word]) },
        { ...ingest, body: `{"run_id": "${word}` },
        ask(`/v1/runs/${unknownId(stage, 'run')}`),
        ask(`/v1/runs?start_time=${word}`),
        ask('/v1/runs?page=0'),
        { ...ingest, method: 'DELETE' },
      ];
    },
  }),
];
