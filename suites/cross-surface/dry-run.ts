import type { Terms } from '../../harness/core/check.ts';
import { type BoundCase, defineCase } from '../../harness/core/contract-case.ts';
import type { Finding } from '../../harness/core/finding.ts';
import type { Socket, Stage } from '../../harness/core/scenario.ts';
import type { ExchangeView, RunView, SocketView, TrialView } from '../../harness/judge/views.ts';
import { CANARY_LENGTH, CANARY_LETTERS, canaryOf } from '../../scenarios/canary.ts';
import { costTable, fenced } from '../../scenarios/data-sets.ts';
import { listenOn } from '../../scenarios/listening.ts';
import { ask as askBelow } from '../agents-api/drive.ts';
import { bodyOf, fieldOf, labelled, missing, refOf } from '../agents-api/expect.ts';
import { pageAt } from '../agents-api/pages.ts';
import { conclude } from '../agents-api/run-parts.ts';
import { streamNamed, streamOf } from '../agents-api/stream-view.ts';
import { findBuiltIn, runTest, type Subject } from '../sandbox/drive.ts';
import { follow, hearOut, OF } from './follow.ts';

const RUN = 'run beside a dry run';
const TEST = 'dry run';
const OF_TEST = 'stream of the dry run';
const LIST = 'runs afterwards';
const AGENT = 'unified_data_agent';

/** Tests the agent and listens to where its run would be, if it were one. */
async function test(stage: Stage, subject: Subject): Promise<void> {
  const payload = { message: `What is in ${canaryOf(stage, TEST)}?` };
  const id = await runTest(subject, TEST, { payload });
  if (id === undefined) return;
  const stream: Socket = await stage.actor().connect({ label: OF_TEST, stream: streamOf(id) });
  await stream.listen(stage.thresholds.graceMs);
  await stream.close();
}

/** The word of the dry run, as it was sent. */
function wordOf(view: TrialView): string | undefined {
  const body = labelled(view, TEST)[0]?.request.body ?? '';
  return new RegExp(`[${CANARY_LETTERS}]{${CANARY_LENGTH}}`).exec(body)?.[0];
}

/** Frames of a socket that tell of a run other than the one beside. */
function foreignFrames(
  view: TrialView,
  { runId, testId, word }: Beside,
  fanout: string | undefined,
): readonly string[] {
  // Where a socket may get what others of its user asked for, only what names the dry run is of it.
  const isOfIt = ({ event }: SocketView['strays'][number]): boolean =>
    fanout === 'originating-socket' || event.runId === testId;
  const chat = view.sockets.flatMap(({ strays }) =>
    strays.filter(isOfIt).map(({ event }) => `${event.type} on the chat socket`),
  );
  const streams = view.streams.flatMap(({ label, inbound }) =>
    inbound.flatMap(({ text }) => {
      const isRunFrame = /"agent\.(run|step|message)\./.test(text);
      const isOwn = label === OF.stream(RUN) && text.includes(runId);
      return isRunFrame && !isOwn ? [`a frame of a run on "${label}"`] : [];
    }),
  );
  const worded = [...view.sockets, ...view.streams].flatMap(({ label, inbound }) =>
    inbound.some(({ text }) => text.includes(word)) ? [`the dry run's words on "${label}"`] : [],
  );
  return [...chat, ...streams, ...worded];
}

/** The id of the test, and the run beside it, as far as they came about. */
function actorsOf(view: TrialView): Beside | readonly Finding[] {
  const [tested] = labelled(view, TEST);
  if (tested === undefined) return missing(view, 'an agent to test', 'AR-9.1');
  const testId = fieldOf(bodyOf(tested), 'test_id');
  const word = wordOf(view);
  if (typeof testId !== 'string' || word === undefined) return missing(view, 'a dry run', 'SB-1.1');
  const run = view.runs.find(({ label }) => label === RUN);
  const runId = run?.events[0]?.event.runId;
  if (run === undefined || runId === undefined) return missing(view, 'a run beside the dry run', 'CN-4');
  return { tested, testId, word, run, runId };
}

interface Beside {
  readonly tested: ExchangeView;
  readonly testId: string;
  readonly word: string;
  readonly run: RunView;
  readonly runId: string;
}

/** Whoever heard something after the dry run would have heard of it too. */
function isWitnessed(view: TrialView, { tested, run }: Beside): boolean {
  const answeredAt = tested.response?.at ?? Number.POSITIVE_INFINITY;
  const isAfter = ({ at }: { readonly at: number }): boolean => at > answeredAt;
  return run.events.some(isAfter) && streamNamed(view, OF.stream(RUN))?.frames.some(isAfter) === true;
}

function judgeDryRun(view: TrialView, { variationPoints }: Terms): readonly Finding[] {
  const found = actorsOf(view);
  if (!('testId' in found)) return found;
  const page = pageAt(view, LIST);
  const isListed = (item: unknown): boolean =>
    fieldOf(item, 'id') === found.testId || JSON.stringify(item).includes(found.word);
  const faults = [
    ...foreignFrames(view, found, variationPoints['VP-FANOUT']),
    ...(page?.items.some(isListed) === true ? ['the dry run among the runs'] : []),
  ];
  if (faults.length === 0 && !isWitnessed(view, found))
    return missing(view, 'events of the run beside it after the dry run', 'AR-10.1');
  if (faults.length === 0 && page === undefined) return missing(view, 'a list of runs', 'AR-1.1');
  const stream = streamNamed(view, OF.stream(RUN));
  const refs = [
    refOf(view, found.tested),
    view.ref(found.run.askedSeq),
    ...(stream === undefined ? [] : [stream.ref]),
  ];
  const expected = 'nothing of the dry run on any socket, on any stream, in the list of runs';
  return conclude('dry-run-shows', expected, faults, refs);
}

export const dryRunCase: BoundCase<TrialView> = defineCase<TrialView>({
  id: 'cross-surface-dry-run',
  purpose: 'tests an agent beside a run in earnest, and listens everywhere',
  needs: ['chat', 'agents-api', 'run-stream', 'sandbox'],
  agentRuns: 1,
  async drive(stage) {
    const subject = await findBuiltIn(stage, AGENT);
    const chat = await stage.actor().connect({ label: 'session' });
    if (subject !== undefined && (await chat.greeted())) {
      const message = `Analyse this thoroughly: totals, trend, anomalies, forecast.\n\n${fenced(costTable(stage.random, 240))}`;
      const ask = { label: RUN, agent: AGENT, message };
      const run = chat.start(ask);
      const followed = await follow(stage, ask, run);
      await test(stage, subject);
      await run.ended();
      if (followed !== undefined) await hearOut(stage, followed);
      const project = followed?.project;
      if (project !== undefined) await askBelow(project, LIST, 'GET', `${project.runs}?limit=100`);
      await listenOn(stage, chat);
    }
    await chat.close();
  },
  checks: [
    {
      id: 'cross-surface/dry-runs-do-not-show',
      requirement: 'X-4',
      title: 'a dry run shows on no socket, on no stream and in no list of runs',
      judge: judgeDryRun,
    },
  ],
});
