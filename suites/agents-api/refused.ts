/** Requests for a run that must be refused, and that nothing comes of them. */
import type { Finding } from '../../harness/core/finding.ts';
import type { TrialView } from '../../harness/judge/views.ts';
import { ask, type OwnProject } from './drive.ts';
import { labelled, missing, unchanged } from './expect.ts';
import { pageAt } from './pages.ts';

export const QUERY = 'What is in there?';

const BEFORE = 'list before';
const AFTER = 'list after';

/** Creates what must be refused, between two readings of the list: the witness that nothing was created. */
export async function between(project: OwnProject, refused: () => Promise<unknown>): Promise<void> {
  await ask(project, BEFORE, 'GET', project.runs);
  await refused();
  await ask(project, AFTER, 'GET', project.runs);
}

/** What keeps a refusal from being judged. */
export function hidden(
  view: TrialView,
  label: string,
  what: string,
  because: string,
): readonly Finding[] | undefined {
  if (labelled(view, BEFORE).length === 0) return missing(view, 'a project', 'AR-1.1d');
  return labelled(view, label).length === 0 ? missing(view, what, because) : undefined;
}

/** That nothing came of it. */
export function nothingCreated(view: TrialView): readonly Finding[] {
  if (pageAt(view, BEFORE) === undefined || pageAt(view, AFTER) === undefined)
    return missing(view, 'the lists before and after', 'AR-1.1d');
  return unchanged(view, BEFORE, AFTER);
}
