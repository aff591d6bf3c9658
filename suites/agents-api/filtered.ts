/** Lists that were filtered, against the runs that were read one by one. */
import { type Finding, fail, pass } from '../../harness/core/finding.ts';
import type { TrialView } from '../../harness/judge/views.ts';
import { say } from '../statements.ts';
import { bodyOf, expectAnswer, fieldOf, holds, labelled, missing, refOf, shape, status } from './expect.ts';
import { notSetUp, unread } from './made.ts';
import { idsOf, PAGE, pageAt } from './pages.ts';
import { RUN_STATUSES } from './run-shape.ts';

export const START = 'start run';
export const BY_STATUS = (word: string): string => `by status ${word}`;

export interface KnownRun {
  readonly id: string;
  readonly status: unknown;
  readonly workflowId: unknown;
}

/** The runs as they were read one by one, before and after the lists; nothing when one changed meanwhile. */
function knownRuns(view: TrialView): readonly KnownRun[] | undefined {
  const read = (label: string): readonly KnownRun[] =>
    labelled(view, label)
      .map(bodyOf)
      .map((run) => ({
        id: String(fieldOf(run, 'id')),
        status: fieldOf(run, 'status'),
        workflowId: fieldOf(run, 'workflowId'),
      }));
  const [before, after] = [read('known'), read('known after')];
  const isStill = before.every(({ id, status: was }) =>
    after.some((run) => run.id === id && run.status === was),
  );
  return isStill ? before : undefined;
}

/** What keeps the lists from being judged, or the runs that they must show. */
export function hiddenOr(
  view: TrialView,
  judge: (known: readonly KnownRun[]) => readonly Finding[],
): readonly Finding[] {
  const hidden = notSetUp(view, START);
  if (hidden !== undefined) return hidden;
  const unseen = labelled(view, 'known').find(({ response }) => response?.status !== 200);
  if (unseen !== undefined) return missing(view, 'a reading of each run', unread(unseen));
  if (pageAt(view, 'all') === undefined) return missing(view, 'a list of runs', 'AR-1.1');
  const known = knownRuns(view);
  return known === undefined ? missing(view, 'runs that keep their status', 'AR-2.1e') : judge(known);
}

type Filter = Readonly<Partial<Record<'status' | 'workflowId', string>>>;

/** The filter that was sent. */
export function filterOf(view: TrialView, label: string): Filter {
  const query = new URLSearchParams(labelled(view, label)[0]?.request.url.split('?')[1] ?? '');
  const [word, workflowId] = [query.get('status'), query.get('workflowId')];
  return { ...(word === null ? {} : { status: word }), ...(workflowId === null ? {} : { workflowId }) };
}

const meets = (run: unknown, filter: Filter): boolean =>
  Object.entries(filter).every(([field, value]) => fieldOf(run, field) === value);

export const chosenBy = (known: readonly KnownRun[], filter: Filter): readonly string[] =>
  known.filter((run) => meets(run, filter)).map(({ id }) => id);

/** The list holds the known runs that meet its filter, and no others. */
export function expectFiltered(
  view: TrialView,
  label: string,
  known: readonly KnownRun[],
): readonly Finding[] {
  const filter = filterOf(view, label);
  const chosen = chosenBy(known, filter);
  const words = Object.values(filter).join(' and ');
  const fault = (body: unknown): string | undefined => {
    const { items, total } = PAGE.parse(body);
    const stranger = items.find((item) => !meets(item, filter));
    if (stranger !== undefined)
      return `a run with ${Object.keys(filter)
        .map((field) => String(fieldOf(stranger, field)))
        .join(' and ')}`;
    const missed = chosen.filter((id) => !idsOf(items).includes(id));
    if (missed.length > 0) return `${missed.length} missing, first ${missed[0]}`;
    return total === chosen.length && items.length === chosen.length
      ? undefined
      : `${items.length} items, total ${total}`;
  };
  return expectAnswer(
    view,
    label,
    status(200),
    shape(PAGE),
    holds(`the ${chosen.length} runs with ${words}`, fault),
  );
}

/** The same, where there is at least one to be found. */
export const expectSome = (view: TrialView, label: string): readonly Finding[] =>
  hiddenOr(view, (known) =>
    chosenBy(known, filterOf(view, label)).length === 0
      ? missing(view, `a run for "${label}"`, 'AR-2.1e')
      : expectFiltered(view, label, known),
  );

/** The totals of the five lists are together the total of all. */
export function expectSum(view: TrialView): readonly Finding[] {
  const labels = RUN_STATUSES.map(BY_STATUS);
  const refs = ['all', ...labels].flatMap((label) => labelled(view, label).map((one) => refOf(view, one)));
  const parts = labels.map((label) => pageAt(view, label)?.total ?? 0);
  const sum = parts.reduce((most, part) => most + part, 0);
  const total = pageAt(view, 'all')?.total ?? 0;
  const statement = say('adds-up', `${total} in all`, `${parts.join(' + ')} = ${sum}`, ...refs);
  return [sum === total ? pass(statement) : fail({ ...statement, code: 'does-not-add-up' })];
}

/** Every page of the walk counts what the filters select. */
export function expectTotals(view: TrialView, label: string, total: number): readonly Finding[] {
  const isTotal = holds(`total ${total}`, (body) => {
    const page = PAGE.parse(body);
    return page.total === total ? undefined : `total ${page.total}`;
  });
  return expectAnswer(view, label, status(200), shape(PAGE), isTotal);
}

/** Why a list is not empty; nothing when it is. */
export function contentOf(body: unknown): string | undefined {
  const { items, total } = PAGE.parse(body);
  return items.length === 0 && total === 0 ? undefined : `${items.length} items, total ${total}`;
}
