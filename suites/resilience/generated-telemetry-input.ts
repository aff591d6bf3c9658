import { defineCase } from '../../harness/core/contract-case.ts';
import { type Finding, inconclusive } from '../../harness/core/finding.ts';
import type { TrialView } from '../../harness/judge/views.ts';
import { bodyOf, fieldOf, labelled } from '../agents-api/expect.ts';
import { say } from '../statements.ts';
import {
  askUntil,
  awaitRun,
  type Ground,
  ingest,
  openGround,
  query,
  runBody,
  runIdFor,
  runPath,
  stepBody,
  store,
} from '../telemetry/ground.ts';
import { badTelemetryInputs } from './bad-telemetry-input.ts';
import { after, before, judgeAnswers, judgeState, type Reading, tryAll } from './generated.ts';

const RUN = 'a good run';
/** A run of another agent that is sent last: what was sent before it has gone the same way. */
const LAST = 'a good run afterwards';

function runIdIn(view: TrialView, label: string): string | undefined {
  const [sent] = labelled(view, label);
  const id = sent?.response?.status === 201 ? fieldOf(bodyOf(sent), 'run_id') : undefined;
  return typeof id === 'string' ? id : undefined;
}

const LIST: Reading = {
  what: 'the list of the runs of the agent',
  because: 'TR-5.1',
  shows: (view) => runIdIn(view, RUN),
};
const STORED: Reading = {
  what: 'the stored run',
  because: 'TR-6.1',
  shows: (view) => runIdIn(view, RUN),
};

const listPath = ({ agentId }: Ground): string =>
  `/v1/runs?agent_id=${encodeURIComponent(agentId)}&page_size=100`;

async function readAll(ground: Ground, when: typeof before): Promise<void> {
  await query(ground, when(LIST), listPath(ground));
  await query(ground, when(STORED), runPath(runIdFor(ground, RUN)));
}

/** The same agent's name, and neither id: what is refused needs none, and nothing is to clash with what is there. */
function goodParts(ground: Ground) {
  const { run_id: _run, steps: _steps, ...run } = runBody(ground, 'generated');
  const { step_id: _step, ...step } = stepBody(ground, 'generated', 0);
  return [run, step] as const;
}

/** Whether what was sent last shows; before that, what was refused might still come. */
function isSettled(view: TrialView): boolean {
  const id = runIdIn(view, LAST);
  return (
    id !== undefined &&
    view.exchanges.some(
      ({ request, response }) => response?.status === 200 && request.url.endsWith(runPath(id)),
    )
  );
}

const judgeStored = judgeState([LIST, STORED], 'TR-1.1');

function judgeUnstored(view: TrialView): readonly Finding[] {
  const found = judgeStored(view);
  if (isSettled(view) || found.some(({ verdict }) => verdict !== 'pass')) return found;
  const expected = 'a good run shows that was sent after what was refused';
  return [inconclusive(say('not-settled', expected, 'it does not', view.ref()), 'TR-6.4')];
}

export const generatedTelemetryInput = defineCase<TrialView>({
  id: 'generated-telemetry-input',
  purpose:
    'sends the ingest and the queries what they must refuse, and reads before and after that nothing changed',
  needs: ['telemetry'],
  async drive(stage) {
    const ground = await openGround(stage);
    await store(ground, RUN, runBody(ground, RUN));
    const id = runIdFor(ground, RUN);
    await askUntil(
      ground,
      () => query(ground, 'await in the list', listPath(ground)),
      ({ body }) => body.includes(id),
    );
    await readAll(ground, before);
    await tryAll(stage, ground.actor, badTelemetryInputs(...goodParts(ground)));
    const last = runBody(ground, LAST, { agent_id: `${ground.agentId}-last` });
    if ((await ingest(ground, LAST, last))?.status === 201) await awaitRun(ground, runIdFor(ground, LAST));
    await readAll(ground, after);
  },
  checks: [
    {
      id: 'resilience/telemetry-refuses-bad-input',
      requirement: 'RS-13',
      title: 'bad input to the telemetry is answered with a 4xx and the error shape, never with a 5xx',
      judge: judgeAnswers('TR-1.1'),
    },
    {
      id: 'resilience/bad-input-stores-no-run',
      requirement: 'RS-13',
      title: 'what the ingest refused stored no run and changed none',
      judge: judgeUnstored,
    },
  ],
});
