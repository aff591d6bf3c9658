import { type BoundCase, type CaseCheck, defineCase } from '../../harness/core/contract-case.ts';
import type { Stage } from '../../harness/core/scenario.ts';
import type { TrialView } from '../../harness/judge/views.ts';
import { type OwnProject, openProject, unknownId, WORKFLOWS } from './drive.ts';
import { askPart, lookAfter, looksUnknown, PARTS, type Part, WORK_MS } from './elsewhere.ts';
import { type OwnRun, openRun } from './own-run.ts';
import { after, started } from './reached.ts';

const NAMES = ['steps', 'node-states', 'messages', 'append', 'cancel'] as const satisfies readonly Part[];

/** Asks for a part as somebody else: under a project of their own, and under that of the owner. */
async function pry(stage: Stage, { path }: OwnRun, own: OwnProject, part: Part): Promise<void> {
  const id = unknownId(stage);
  const nowhere = `/api/projects/${unknownId(stage, 'project')}/agent-runs`;
  await Promise.all([
    askPart(own, part, 'unknown run', `${own.runs}/${id}`),
    askPart(own, part, 'foreign run', `${own.runs}/${path.slice(path.lastIndexOf('/') + 1)}`),
    askPart(own, part, 'unknown project', `${nowhere}/${id}`),
    askPart(own, part, 'foreign project', path),
  ]);
}

const foreignCheck = (part: Part, requirement: string): CaseCheck<TrialView> => ({
  id: `agents-api/${part}-of-a-foreign-run`,
  requirement,
  title: `${PARTS[part].words} of another user's run: answered as of an unknown one, without effect`,
  restsOn: 'AR-1.1d',
  judge: after([started()], (view, terms) => [
    ...looksUnknown(part, 'unknown run', 'foreign run')(view, terms),
    ...looksUnknown(part, 'unknown project', 'foreign project')(view, terms),
  ]),
});

/** What one user sees of the run of another: nothing. */
export const foreignRun: BoundCase<TrialView> = defineCase<TrialView>({
  id: 'api-foreign-run',
  purpose: "asks for the parts of another user's run, which is under way",
  needs: ['agents-api', 'fixtures'],
  agentRuns: 1,
  actors: 2,
  async drive(stage) {
    const run = await openRun(stage, WORKFLOWS.slow(WORK_MS));
    const own = await openProject(stage, 1);
    if (run === undefined) return;
    if (own !== undefined) for (const part of NAMES) await pry(stage, run, own, part);
    await lookAfter(stage, run);
  },
  checks: [
    foreignCheck('steps', 'AR-4.2a'),
    foreignCheck('node-states', 'AR-5.2a'),
    foreignCheck('messages', 'AR-6.2a'),
    foreignCheck('append', 'AR-7.6'),
    foreignCheck('cancel', 'AR-8.6'),
  ],
});
