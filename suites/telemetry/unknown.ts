import { canonicalJson } from '../../harness/core/canonical-json.ts';
import type { Terms } from '../../harness/core/check.ts';
import { type BoundCase, defineCase } from '../../harness/core/contract-case.ts';
import type { Finding } from '../../harness/core/finding.ts';
import type { HttpAsk } from '../../harness/core/scenario.ts';
import type { TrialView } from '../../harness/judge/views.ts';
import { unknownId } from '../agents-api/drive.ts';
import { bodyOf, expectOf, holds, labelled, missing, refOf, status } from '../agents-api/expect.ts';
import { conclude } from '../agents-api/run-parts.ts';
import { answered } from './account.ts';
import { type Ground, openGround, query, runBody, runIdFor, runPath, store } from './ground.ts';
import { refusal } from './refusals.ts';

const ODD_IDS = ['not-a-uuid', '1', `${'a'.repeat(300)}`, '..%2F..%2Fetc'] as const;
const oddLabel = (index: number): string => `odd id ${index + 1}`;

function judgeUnknown(view: TrialView, terms: Terms, label: string): readonly Finding[] {
  const [exchange] = labelled(view, label);
  if (exchange === undefined) return missing(view, 'an unknown run asked for', 'TR-6.1');
  return expectOf(view, exchange, status(404), refusal(terms, 'RUN_NOT_FOUND'));
}

function judgeUnknownFailures(view: TrialView, terms: Terms): readonly Finding[] {
  const [exchange] = labelled(view, 'unknown failures');
  if (exchange === undefined) return missing(view, 'an unknown run asked for', 'TR-6.1');
  const choice = terms.variationPoints['VP-FAIL404'];
  const isEmpty = exchange.response?.status === 200;
  if (choice === '404' || (choice === undefined && !isEmpty))
    return judgeUnknown(view, terms, exchange.label);
  const isNone = holds('an empty list', (body) => (canonicalJson(body) === '[]' ? undefined : 'not []'));
  return expectOf(view, exchange, status(200), isNone);
}

export const unknownCase: BoundCase<TrialView> = defineCase<TrialView>({
  id: 'telemetry-unknown-runs',
  purpose: 'asks for runs that do not exist, and for ids that are none',
  needs: ['telemetry'],
  async drive(stage) {
    const ground = await openGround(stage);
    const unknown = runPath(unknownId(stage));
    await query(ground, 'unknown run', unknown);
    await query(ground, 'unknown steps', `${unknown}/steps`);
    await query(ground, 'unknown failures', `${unknown}/failures`);
    for (const [index, id] of ODD_IDS.entries()) await query(ground, oddLabel(index), `/v1/runs/${id}`);
  },
  checks: [
    {
      id: 'telemetry/refuses-unknown-runs',
      requirement: 'TR-6.2',
      title: 'an unknown run is answered with 404',
      judge: (view, terms) => judgeUnknown(view, terms, 'unknown run'),
    },
    {
      id: 'telemetry/refuses-odd-ids',
      requirement: 'TR-6.3',
      title: 'ids that are no UUIDs are answered with 404 or 422, never with a crash',
      judge: (view, terms) =>
        ODD_IDS.flatMap((_id, index) =>
          labelled(view, oddLabel(index)).flatMap((exchange) =>
            expectOf(view, exchange, status(400, 404, 422), refusal(terms)),
          ),
        ),
    },
    {
      id: 'telemetry/refuses-steps-of-unknown-runs',
      requirement: 'TR-7.2',
      title: 'the steps of an unknown run are answered with 404',
      judge: (view, terms) => judgeUnknown(view, terms, 'unknown steps'),
    },
    {
      id: 'telemetry/treats-failures-of-unknown-runs-as-declared',
      requirement: 'TR-8.3',
      title: 'the failures of an unknown run are answered with 404 or an empty list, as declared',
      judge: judgeUnknownFailures,
    },
  ],
});

const READ = { before: 'run before', after: 'run after' } as const;
type Attempt = Pick<HttpAsk, 'method' | 'surface' | 'path'> & { readonly body?: string };

/** Every way in which somebody may try to change what was stored. */
function attempts(ground: Ground): readonly Attempt[] {
  const run = runPath(runIdFor(ground, 'kept'));
  const body = JSON.stringify({ status: 'failure' });
  const writes = (['PUT', 'PATCH', 'DELETE'] as const).flatMap((method) =>
    ['/v1/runs', run].flatMap((path) =>
      (['ingest', 'query'] as const).map((surface) => ({
        method,
        surface,
        path,
        ...(method === 'DELETE' ? {} : { body }),
      })),
    ),
  );
  const replays = [`${run}/replay`, '/v1/replay', '/v1/runs/replay'].map(
    (path): Attempt => ({ method: 'POST', surface: 'ingest', path, body }),
  );
  return [...writes, ...replays];
}

const ATTEMPT = 'attempt';

function judgeUnchangeable(view: TrialView): readonly Finding[] {
  const tried = labelled(view, ATTEMPT);
  const [before, after] = [labelled(view, READ.before)[0], labelled(view, READ.after)[0]];
  const was = answered(before);
  if (before === undefined || was === undefined || tried.length === 0)
    return missing(view, 'a stored run', 'TR-6.1');
  const answers = tried.flatMap((exchange) => expectOf(view, exchange, status(404, 405)));
  const wrong = answers.filter(({ verdict }) => verdict !== 'pass');
  if (wrong.length > 0 || after === undefined)
    return wrong.length > 0 ? wrong : missing(view, 'the run after', 'TR-6.1');
  const isSame = after.response?.status === 200 && canonicalJson(bodyOf(after)) === canonicalJson(was);
  const refs = [refOf(view, before), refOf(view, after)];
  return [
    ...answers,
    ...conclude('changed', 'the run as it was', [isSame ? undefined : 'another answer'], refs),
  ];
}

export const unchangeableCase: BoundCase<TrialView> = defineCase<TrialView>({
  id: 'telemetry-no-changes',
  purpose: 'tries to change, remove and replay a stored run',
  needs: ['telemetry'],
  async drive(stage) {
    const ground = await openGround(stage);
    await store(ground, 'ingest', runBody(ground, 'kept'));
    await query(ground, READ.before, runPath(runIdFor(ground, 'kept')));
    for (const attempt of attempts(ground)) await ground.actor.request({ label: ATTEMPT, ...attempt });
    await query(ground, READ.after, runPath(runIdFor(ground, 'kept')));
  },
  checks: [
    {
      id: 'telemetry/keeps-runs-as-they-are',
      requirement: 'TR-11.1',
      title: 'no request changes, removes or replays a stored run',
      judge: judgeUnchangeable,
    },
  ],
});
