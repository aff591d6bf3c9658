import { type BoundCase, defineCase } from '../../harness/core/contract-case.ts';
import type { TrialView } from '../../harness/judge/views.ts';
import { ask, MADE, openProject, unknownId } from './drive.ts';
import {
  declared,
  error,
  expectAnswer,
  holds,
  isOneChoice,
  labelled,
  missing,
  shape,
  status,
} from './expect.ts';
import { PAGE, pageAt } from './pages.ts';

const needs = ['agents-api', 'fixtures'] as const;

const UNKNOWN = ['unknown project', 'another unknown project'] as const;

const listsNothing = defineCase<TrialView>({
  id: 'api-list-empty',
  purpose: 'lists the runs of an empty project, and of projects that do not exist',
  needs,
  async drive(stage) {
    const project = await openProject(stage);
    if (project === undefined) return;
    await ask(project, 'list', 'GET', project.runs);
    for (const label of UNKNOWN)
      await ask(project, label, 'GET', `/api/projects/${unknownId(stage, label)}/agent-runs`);
  },
  checks: [
    {
      id: 'agents-api/lists-nothing-of-an-empty-project',
      requirement: 'AR-1.1d',
      title: 'a project can be made, and lists no runs at first',
      judge(view) {
        const [making] = labelled(view, MADE.project);
        if (making === undefined) return [];
        if (labelled(view, 'list').length === 0)
          return expectAnswer(view, MADE.project, status(201), unnamed);
        return expectAnswer(view, 'list', status(200), shape(PAGE), isEmpty);
      },
    },
    {
      id: 'agents-api/lists-unknown-projects-as-declared',
      requirement: 'AR-1.1e',
      title: 'the runs of an unknown project are answered with 404 or an empty page, as declared',
      restsOn: 'AR-1.1d',
      judge(view, { variationPoints }) {
        if (pageAt(view, 'list') === undefined) return missing(view, 'a list of runs', 'AR-1.1d');
        const allowed = declared(variationPoints['VP-UNKNOWNPROJECT'], { '404': 404, 'empty-200': 200 });
        return [
          ...UNKNOWN.flatMap((label) =>
            labelled(view, label)[0]?.response?.status === 200
              ? expectAnswer(view, label, status(...allowed), shape(PAGE), isEmpty)
              : expectAnswer(view, label, status(...allowed), error('PROJECT_NOT_FOUND')),
          ),
          ...isOneChoice(view, ...UNKNOWN),
        ];
      },
    },
  ],
});

const isEmpty = holds('no items, no cursor, total 0', (body) => {
  const { items, nextCursor, total } = PAGE.parse(body);
  return items.length === 0 && nextCursor === null && total === 0
    ? undefined
    : `${items.length} items, total ${total}`;
});

/** A project that was made, and yet the case went no further: it had no id. */
const unnamed = holds('a project with an id', () => 'none');

export const emptyListCases: readonly BoundCase<TrialView>[] = [listsNothing];
