import fc from 'fast-check';
import { defineCase } from '../../harness/core/contract-case.ts';
import { type Finding, fail, inconclusive, pass } from '../../harness/core/finding.ts';
import type { Actor, Stage } from '../../harness/core/scenario.ts';
import type { ExchangeView, TrialView } from '../../harness/judge/views.ts';
import { awaitStatus, makeWorkflow, openProject, startRun, WORKFLOWS } from '../agents-api/drive.ts';
import { bodyOf, fieldOf, labelled, refOf } from '../agents-api/expect.ts';
import { say } from '../statements.ts';
import { type BadInput, badInputs } from './bad-input.ts';

const GENERATED = 'generated: ';
const READINGS = ['the run', 'the list of runs', 'the messages'] as const;

/** Requests for each endpoint: enough to meet every alternative of its generator a few times. */
const REQUESTS = 25;

/** How many HTTP limits the trying and shrinking of one endpoint may take. */
const SHRINKING = 10;

/** Sends what is generated until an answer is a 5xx, or none; then looks for the smallest that still is one. */
async function tryOut(stage: Stage, actor: Actor, { endpoint, request }: BadInput): Promise<void> {
  const property = fc.asyncProperty(request, async (ask) => {
    const answer = await actor.request({ ...ask, label: `${GENERATED}${endpoint}` });
    return answer !== undefined && answer.status < 500;
  });
  const seed = Math.floor(stage.random() * 2 ** 31);
  await fc.check(property, {
    seed,
    numRuns: REQUESTS,
    maxSkipsPerRun: 100,
    interruptAfterTimeLimit: stage.thresholds.httpMs * SHRINKING,
  });
}

export const generatedInput = defineCase<TrialView>({
  id: 'generated-input',
  purpose:
    'sends every endpoint of the agents API what it must refuse, and reads before and after that nothing changed',
  needs: ['agents-api', 'fixtures'],
  agentRuns: 1,
  async drive(stage) {
    const project = await openProject(stage);
    const workflowId = project === undefined ? undefined : await makeWorkflow(project, WORKFLOWS.quick);
    if (project === undefined || workflowId === undefined) return;
    const run = await startRun(project, workflowId);
    if (run === undefined) return;
    await awaitStatus(stage, project, run, ['COMPLETED']);
    const { actor } = project;
    const paths = [run, project.runs, `${run}/messages`];
    const readAll = (when: string): Promise<unknown> =>
      Promise.all(
        READINGS.map((what, index) =>
          actor.request({ label: `${what} ${when}`, method: 'GET', path: paths[index] ?? run }),
        ),
      );
    await readAll('before');
    await Promise.all(
      badInputs({ project: project.path, run, workflowId }).map((input) => tryOut(stage, actor, input)),
    );
    await readAll('after');
  },
  checks: [
    {
      id: 'resilience/refuses-bad-input',
      requirement: 'RS-13',
      title: 'bad input is answered with a 4xx and the error shape, never with a 5xx',
      judge: (view) => judgeAnswers(view),
    },
    {
      id: 'resilience/bad-input-changes-nothing',
      requirement: 'RS-13',
      title: 'what was refused changed nothing',
      judge: (view) => judgeState(view),
    },
  ],
});

const generated = (view: TrialView): readonly ExchangeView[] =>
  view.exchanges.filter(({ label }) => label.startsWith(GENERATED));

const notReached = (view: TrialView): readonly Finding[] => [
  inconclusive(
    say('not-reached', 'a completed run to be wrong about', 'it did not come about', view.ref()),
    'AR-2.1',
  ),
];

/** What is wrong with an answer to bad input, if anything; without an answer we cannot know who is to blame. */
function faultOf(exchange: ExchangeView): { readonly code: string; readonly actual: string } | undefined {
  const { response, failure } = exchange;
  if (response === undefined)
    return { code: 'no-answer', actual: failure?.kind === 'transport.error' ? failure.code : 'none in time' };
  if (response.status >= 500) return { code: 'crashed', actual: `status ${response.status}` };
  // A list may clamp what is out of range, which its own requirement judges.
  if (response.status < 400)
    return exchange.request.method === 'GET'
      ? undefined
      : { code: 'accepted', actual: `status ${response.status}` };
  const body = bodyOf(exchange);
  const detail = fieldOf(body, 'detail');
  const isShaped =
    typeof fieldOf(body, 'code') === 'string' && (typeof detail === 'string' || Array.isArray(detail));
  return isShaped
    ? undefined
    : { code: 'wrong-error-shape', actual: `status ${response.status} without {detail, code}` };
}

const sizeOf = ({ request }: ExchangeView): number => request.url.length + (request.body?.length ?? 0);

/** As somebody would try it again; the token is whoever's own. */
function curlOf({ request }: ExchangeView): string {
  const type = request.headers['content-type'];
  const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
  const headers = type === undefined ? '' : ` -H ${quoted(`content-type: ${type}`)}`;
  const body = request.body === undefined ? '' : ` --data-raw ${quoted(request.body)}`;
  return `curl -X ${request.method} -H "authorization: Bearer $TOKEN"${headers}${body} "$TARGET_URL${request.url}"`;
}

function judgeAnswers(view: TrialView): readonly Finding[] {
  const exchanges = generated(view);
  if (exchanges.length === 0) return notReached(view);
  const endpoints = [...new Set(exchanges.map(({ label }) => label))];
  return endpoints.map((label): Finding => {
    const own = exchanges.filter((exchange) => exchange.label === label);
    const expected = `${label.slice(GENERATED.length)}: 4xx with {detail, code} for each of ${own.length} bad requests`;
    const faulty = own.flatMap((exchange) => {
      const fault = faultOf(exchange);
      return fault === undefined ? [] : [{ exchange, fault }];
    });
    // The smallest is the one that shrinking ended with, or near it.
    const [worst] = faulty.sort((a, b) => sizeOf(a.exchange) - sizeOf(b.exchange));
    if (worst === undefined)
      return pass(say('refused', expected, 'all refused', ...own.slice(0, 1).map((one) => refOf(view, one))));
    const { exchange, fault } = worst;
    return fail(say(fault.code, expected, `${fault.actual}: ${curlOf(exchange)}`, refOf(view, exchange)));
  });
}

function judgeState(view: TrialView): readonly Finding[] {
  if (generated(view).length === 0) return notReached(view);
  return READINGS.map((what): Finding => {
    const [before] = labelled(view, `${what} before`);
    const [after] = labelled(view, `${what} after`);
    const expected = `${what} the same before and after`;
    if (before?.response === undefined || after?.response === undefined)
      return inconclusive(say('not-read', expected, 'not both readings', view.ref()), 'AR-3.1');
    const statement = say('unchanged', expected, 'the same', refOf(view, before), refOf(view, after));
    const isSame = before.response.body === after.response.body;
    return isSame ? pass(statement) : fail({ ...statement, code: 'changed', actual: 'they differ' });
  });
}
