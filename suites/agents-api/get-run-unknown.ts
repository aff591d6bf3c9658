import { type BoundCase, defineCase } from '../../harness/core/contract-case.ts';
import type { Finding } from '../../harness/core/finding.ts';
import type { TrialView } from '../../harness/judge/views.ts';
import { ask, makeWorkflow, openProject, runIdOf, startRun, unknownId, WORKFLOWS } from './drive.ts';
import { error, errorText, expectAnswer, holds, labelled, looksTheSame, missing, status } from './expect.ts';
import { madeIds, notSetUp, unread } from './made.ts';
import { pageAt } from './pages.ts';

const needs = ['agents-api', 'fixtures'] as const;
const START = 'start run';
const NOT_FOUND = 'Agent run not found';

/** Segments that are no id: each is one segment of the path, whatever it decodes to. */
const ODD_IDS: Readonly<Record<string, string>> = {
  'a zero byte': '%00',
  'a snowman': '%E2%98%83',
  'a quote': "'%20OR%20'1'='1",
  'a way out': '..%2F..%2Fnothing-here',
  'broken escapes': '%E0%A4',
  'ten kilobytes': 'a'.repeat(10_000),
};

const isNotFound = [
  status(404),
  error('RUN_NOT_FOUND'),
  holds(`"${NOT_FOUND}"`, (body) => {
    const detail = errorText(body);
    return detail === NOT_FOUND ? undefined : JSON.stringify(detail);
  }),
] as const;

const readsUnknownRuns = defineCase<TrialView>({
  id: 'api-get-unknown-run',
  purpose: 'reads runs that do not exist, under usual and odd ids',
  needs,
  async drive(stage) {
    const project = await openProject(stage);
    if (project === undefined) return;
    await ask(project, 'list', 'GET', project.runs);
    await ask(project, 'unknown', 'GET', `${project.runs}/${unknownId(stage, 'run')}`);
    for (const [label, id] of Object.entries(ODD_IDS))
      await ask(project, label, 'GET', `${project.runs}/${id}`);
  },
  checks: [
    {
      id: 'agents-api/knows-no-unknown-runs',
      requirement: 'AR-3.2',
      title: 'an unknown run is answered with 404 and "Agent run not found"',
      restsOn: 'AR-1.1d',
      judge: (view) => noProject(view) ?? expectAnswer(view, 'unknown', ...isNotFound),
    },
    {
      id: 'agents-api/takes-odd-ids-for-unknown',
      requirement: 'AR-3.2a',
      title: 'an id that is long, odd or leads elsewhere is answered as unknown or refused',
      restsOn: 'AR-1.1d',
      judge: (view) =>
        noProject(view) ??
        Object.keys(ODD_IDS).flatMap((label) => expectAnswer(view, label, status(404, 400, 414, 422))),
    },
  ],
});

const noProject = (view: TrialView): readonly Finding[] | undefined =>
  pageAt(view, 'list') === undefined ? missing(view, 'a project with its list', 'AR-1.1d') : undefined;

const readsForeignRuns = defineCase<TrialView>({
  id: 'api-get-foreign-run',
  purpose: 'reads a run under another project',
  needs,
  agentRuns: 1,
  async drive(stage) {
    const project = await openProject(stage);
    const other = await openProject(stage);
    if (project === undefined || other === undefined) return;
    const workflowId = await makeWorkflow(project, WORKFLOWS.quick);
    const run = workflowId === undefined ? undefined : await startRun(project, workflowId, START);
    if (run === undefined) return;
    await ask(project, 'own', 'GET', run);
    await ask(other, 'unknown', 'GET', `${other.runs}/${unknownId(stage, 'run')}`);
    await ask(other, 'foreign', 'GET', `${other.runs}/${encodeURIComponent(runIdOf(run))}`);
  },
  checks: [
    {
      id: 'agents-api/hides-runs-of-other-projects',
      requirement: 'AR-3.3',
      title: 'a run read under another project looks like an unknown one',
      restsOn: 'AR-3.1',
      judge(view) {
        const hidden = notSetUp(view, START);
        if (hidden !== undefined) return hidden;
        const [own] = labelled(view, 'own');
        if (own?.response?.status !== 200)
          return missing(view, 'a reading under its own project', unread(own));
        const ids = [
          ...madeIds(view, START),
          ...['unknown', 'foreign'].flatMap((label) => lastOf(view, label)),
        ];
        const refused = expectAnswer(view, 'foreign', status(404));
        return refused.some(({ verdict }) => verdict !== 'pass')
          ? refused
          : [...refused, ...looksTheSame(view, 'unknown', 'foreign', ids)];
      },
    },
  ],
});

/** The id at the end of the path that was asked for. */
const lastOf = (view: TrialView, label: string): readonly string[] =>
  labelled(view, label).map(({ request }) => request.url.slice(request.url.lastIndexOf('/') + 1));

export const unknownRunCases: readonly BoundCase<TrialView>[] = [readsUnknownRuns, readsForeignRuns];
