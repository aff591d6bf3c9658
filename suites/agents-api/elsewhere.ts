/** The parts of a run, asked for where it is not: under an unknown id, or under another project. */
import { type BoundCase, defineCase } from '../../harness/core/contract-case.ts';
import type { Stage } from '../../harness/core/scenario.ts';
import type { TrialView } from '../../harness/judge/views.ts';
import {
  ask,
  awaitStatus,
  type OwnProject,
  openProject,
  TERMINAL_STATUSES,
  unknownId,
  WORKFLOWS,
  walk,
} from './drive.ts';
import { error, expectAnswer, fieldOf, looksTheSame, status } from './expect.ts';
import { LABELS, type OwnRun, openRun } from './own-run.ts';
import { after, type Judge, readable, started, stood } from './reached.ts';
import { conclude, lastField, lastRefs, listOf } from './run-parts.ts';

/** Long enough to be under way while it is asked for. */
export const WORK_MS = 800;
const MESSAGES = 'messages afterwards';
/** In what is appended, so that it can be told from everything else. */
const STRAY = 'a message that strayed';

/** What is asked for below a run. */
export const PARTS = {
  steps: { method: 'GET', below: '/steps', words: 'the steps' },
  'node-states': { method: 'GET', below: '/node-states', words: 'the node states' },
  messages: { method: 'GET', below: '/messages', words: 'the messages' },
  append: { method: 'POST', below: '/messages', words: 'a message', body: { content: STRAY } },
  cancel: { method: 'POST', below: '/cancel', words: 'a cancellation' },
} as const;
export type Part = keyof typeof PARTS;

/** Asks for that part of the run at that path. */
export async function askPart(project: OwnProject, part: Part, where: string, run: string): Promise<void> {
  const { method, below, ...rest } = PARTS[part];
  await ask(project, `${part}: ${where}`, method, `${run}${below}`, 'body' in rest ? rest.body : undefined);
}

/** How the owner finds the run after all that. */
export async function lookAfter(stage: Stage, { project, path }: OwnRun): Promise<void> {
  await awaitStatus(stage, project, path, TERMINAL_STATUSES, LABELS.end);
  await walk(project, MESSAGES, `${path}/messages`);
}

/** The ids of projects and runs that were asked for. */
const askedIds = (view: TrialView): readonly string[] =>
  view.exchanges
    .flatMap(({ request }) => [...request.url.matchAll(/\/(?:projects|agent-runs)\/([^/?]+)/g)])
    .map(([, id = '']) => id);

const nothingAppended: Judge = after([readable(MESSAGES, 'AR-6.1')], (view) => {
  const { items, refs } = listOf(view, MESSAGES);
  const strays = items.filter((item) => fieldOf(item, 'content') === STRAY).length;
  return conclude('appended', 'nothing appended', [strays > 0 ? `${strays} appended` : undefined], refs);
});

const notCancelled: Judge = after([stood(LABELS.end, TERMINAL_STATUSES)], (view) => {
  const end = lastField(view, LABELS.end, 'status');
  const fault = end === 'CANCELLED' ? 'it was cancelled' : undefined;
  return conclude('cancelled', 'the run goes on to its own end', [fault], lastRefs(view, LABELS.end));
});

/** What shows that the refused request did nothing. */
const witnesses: Readonly<Partial<Record<Part, Judge>>> = { append: nothingAppended, cancel: notCancelled };

/** The answer is 404, and that of an unknown run; the run is none the worse. */
export const looksUnknown =
  (part: Part, unknown: string, foreign: string): Judge =>
  (view, terms) => {
    const [known, hidden] = [`${part}: ${unknown}`, `${part}: ${foreign}`];
    const answer = expectAnswer(view, hidden, status(404), error('RUN_NOT_FOUND', 'PROJECT_NOT_FOUND'));
    if (answer.length === 0) return [];
    const looks = looksTheSame(view, known, hidden, askedIds(view));
    return [...answer, ...looks, ...(witnesses[part]?.(view, terms) ?? [])];
  };

/** Which requirements speak of a part of a run that is unknown, and of one of another project. */
interface Elsewhere {
  readonly unknown: string;
  readonly otherProject: string;
}

/** The same request for an unknown run, and for one of another project of the same user. */
export function elsewhereCase(part: Part, { unknown, otherProject }: Elsewhere): BoundCase<TrialView> {
  const { words } = PARTS[part];
  return defineCase<TrialView>({
    id: `api-${part}-elsewhere`,
    purpose: `asks for ${words} of a run that is unknown, or of another project`,
    needs: ['agents-api', 'fixtures'],
    agentRuns: 1,
    async drive(stage) {
      const run = await openRun(stage, WORKFLOWS.slow(WORK_MS));
      const other = await openProject(stage);
      if (other !== undefined) {
        await askPart(other, part, 'unknown run', `${other.runs}/${unknownId(stage)}`);
        if (run !== undefined)
          await askPart(other, part, 'other project', `${other.runs}/${encodeURIComponent(run.id)}`);
      }
      if (run !== undefined) await lookAfter(stage, run);
    },
    checks: [
      {
        id: `agents-api/${part}-of-an-unknown-run`,
        requirement: unknown,
        title: `${words} of an unknown run: 404`,
        restsOn: 'AR-1.1d',
        judge: (view) => expectAnswer(view, `${part}: unknown run`, status(404), error('RUN_NOT_FOUND')),
      },
      {
        id: `agents-api/${part}-under-another-project`,
        requirement: otherProject,
        title: `${words} of a run under another project: answered as of an unknown one, without effect`,
        restsOn: 'AR-1.1d',
        judge: after([started()], looksUnknown(part, 'unknown run', 'other project')),
      },
    ],
  });
}
