/** What the answers to questions about runs must be. */
import type { Terms } from '../../harness/core/check.ts';
import { type Finding, fail } from '../../harness/core/finding.ts';
import type { TrialView } from '../../harness/judge/views.ts';
import {
  bodyOf,
  declared,
  expectOf,
  fieldOf,
  isOneChoice,
  labelled,
  missing,
  refOf,
  status,
} from '../agents-api/expect.ts';
import { conclude, issueOf } from '../agents-api/run-parts.ts';
import { say } from '../statements.ts';
import { LISTED_RUN, takenUnder } from './account.ts';
import type { Fields } from './ground.ts';
import { listShape, runsIn } from './list-shape.ts';
import {
  ALL,
  BAD_PAGES,
  BAD_STATUS,
  BAD_TIME,
  FRESH,
  type Match,
  PAGE_SIZE,
  PAGED,
  PAGES,
  RUNS,
  SEND,
  STEP_MS,
  WINDOW,
} from './list-stimulus.ts';
import { refusal } from './refusals.ts';

const idOf = (run: unknown): string => String(fieldOf(run, 'run_id'));

interface Listing {
  readonly runs: readonly unknown[];
  readonly sent: readonly Fields[];
}

/** The list and what was sent, or why there is none to judge. */
function listing(view: TrialView, terms: Terms, label: string): Listing | readonly Finding[] {
  const sent = takenUnder(view, SEND);
  if (sent.length < RUNS) return missing(view, `${RUNS} runs that are taken`, 'TR-1.1');
  const runs = runsIn(labelled(view, label).at(-1), terms);
  return runs === undefined ? missing(view, `a list "${label}"`, 'TR-5.1') : { runs, sent };
}

const isHidden = (found: Listing | readonly Finding[]): found is readonly Finding[] => Array.isArray(found);

const refsOf = (view: TrialView, label: string) =>
  labelled(view, label)
    .slice(-1)
    .map((one) => refOf(view, one));

/** Where the list is not the newest first. */
function orderFault(runs: readonly unknown[]): string | undefined {
  const times = runs.map((run) => Date.parse(String(fieldOf(run, 'started_at'))));
  const at = times.findIndex((time, index) => index > 0 && !(time <= (times[index - 1] ?? time)));
  return at < 0 ? undefined : `run ${at + 1} began after the one before`;
}

export function judgeList(view: TrialView, terms: Terms): readonly Finding[] {
  const [first] = labelled(view, ALL);
  const last = labelled(view, ALL).at(-1);
  const sent = takenUnder(view, SEND);
  if (first === undefined || last === undefined || sent.length < RUNS)
    return missing(view, `${RUNS} runs that are taken`, 'TR-1.1');
  const choice = terms.variationPoints['VP-LISTSHAPE'];
  const expected = `${choice ?? 'bare-array or page-object'}: the ${RUNS} runs, newest started_at first`;
  const answer = expectOf(view, last, status(200));
  if (answer.some(({ verdict }) => verdict !== 'pass')) return answer;
  const runs = runsIn(last, terms);
  if (runs === undefined)
    return [fail(say('wrong-shape', expected, listShape(bodyOf(last)) ?? 'neither', refOf(view, last)))];
  const ids = new Set(runs.map(idOf));
  const absent = sent.filter((run) => !ids.has(idOf(run))).length;
  const issue = runs.map((run) => issueOf(LISTED_RUN, run)).find((one) => one !== undefined);
  const faults = [
    absent === 0 ? undefined : `${absent} missing`,
    issue,
    orderFault(runs),
    otherShape(view, terms),
  ];
  return conclude('wrong-list', expected, faults, refsOf(view, ALL));
}

/** An undeclared shape is the same in every list. */
function otherShape(view: TrialView, { variationPoints }: Terms): string | undefined {
  if (variationPoints['VP-LISTSHAPE'] !== undefined) return undefined;
  const lists = [ALL, FRESH, PAGED(1)].flatMap((label) => labelled(view, label).slice(-1));
  const shapes = new Set(lists.map((one) => listShape(bodyOf(one))));
  return shapes.size > 1 ? `several shapes: ${[...shapes].join(', ')}` : undefined;
}

/** Exactly the runs that match, in words where it is not so. */
function selectionFault({ runs, sent }: Listing, matches: Match): string | undefined {
  const wanted = new Set(sent.filter(matches).map(idOf));
  const got = runs.map(idOf);
  const surplus = got.filter((id) => !wanted.has(id)).length;
  const absent = [...wanted].filter((id) => !got.includes(id)).length;
  const twice = got.length - new Set(got).size;
  if (surplus + absent + twice === 0) return undefined;
  return `${surplus} that do not match, ${absent} missing, ${twice} twice`;
}

export function judgeSelection(
  view: TrialView,
  terms: Terms,
  label: string,
  matches: Match,
): readonly Finding[] {
  const found = listing(view, terms, label);
  if (isHidden(found)) return found;
  const fault = selectionFault(found, matches);
  return conclude(
    'wrong-selection',
    `${label}: the runs that match and no others`,
    [fault],
    refsOf(view, label),
  );
}

/** That the agent's runs can be asked for at all: what other questions stand on. */
export function unfiltered(view: TrialView, terms: Terms): readonly Finding[] | undefined {
  const found = listing(view, terms, ALL);
  if (isHidden(found)) return found;
  return selectionFault(found, () => true) === undefined
    ? undefined
    : missing(view, 'the runs of one agent', 'TR-5.2');
}

export function judgePages(view: TrialView, terms: Terms): readonly Finding[] {
  const pages = Array.from({ length: PAGES + 1 }, (_, index) => listing(view, terms, PAGED(index + 1)));
  const hidden = pages.find(isHidden);
  if (hidden !== undefined) return hidden;
  const whole = pages.flatMap((page) => (isHidden(page) ? [] : [page]));
  const sizes = whole.map(({ runs }) => runs.length);
  const wanted = whole.map((_page, index) => Math.max(0, Math.min(PAGE_SIZE, RUNS - index * PAGE_SIZE)));
  const runs = whole.flatMap((page) => page.runs);
  const faults = [
    sizes.join() === wanted.join() ? undefined : `pages of ${sizes.join(', ')}`,
    selectionFault({ runs, sent: takenUnder(view, SEND) }, () => true),
    orderFault(runs),
  ];
  return conclude('wrong-pages', `pages of ${wanted.join(', ')}`, faults, refsOf(view, PAGED(1)));
}

export function judgeOddPages(view: TrialView, terms: Terms): readonly Finding[] {
  const words = { 'reject-422': 422, 'reject-400': 400, clamp: 200 };
  const choice = terms.variationPoints['VP-CLAMP'];
  // A text is no number to be clamped.
  const answers = BAD_PAGES.flatMap((label) => {
    const allowed = label.endsWith('abc') && choice === 'clamp' ? [400, 422, 200] : declared(choice, words);
    return labelled(view, label).flatMap((exchange) => expectOf(view, exchange, status(...allowed)));
  });
  if (answers.length < BAD_PAGES.length) return missing(view, 'every odd page', 'TR-5.1');
  const changing = choice === undefined ? isOneChoice(view, ...BAD_PAGES.slice(0, -1)) : [];
  return changing.length > 0 ? changing : answers;
}

export function judgeOddFilters(view: TrialView, terms: Terms): readonly Finding[] {
  const [odd, time] = [labelled(view, BAD_STATUS)[0], labelled(view, BAD_TIME)[0]];
  if (odd === undefined || time === undefined) return missing(view, 'odd filters', 'TR-5.1');
  const isEmpty = odd.response?.status === 200;
  const runs = isEmpty ? runsIn(odd, terms) : undefined;
  const refused = declared(terms.variationPoints['VP-422'], { 'reject-422': 422, 'reject-400': 400 });
  const ofStatus = isEmpty
    ? conclude(
        'not-empty',
        'nothing of a status that does not exist',
        [runs?.length === 0 ? undefined : `${runs?.length ?? 'no'} runs`],
        [refOf(view, odd)],
      )
    : expectOf(view, odd, status(...refused));
  return [...ofStatus, ...expectOf(view, time, status(422, ...refused), refusal(terms))];
}

export const inWindow =
  (view: TrialView): Match =>
  (run) => {
    const [first] = takenUnder(view, SEND)
      .map((one) => Date.parse(String(fieldOf(one, 'started_at'))))
      .sort((a, b) => a - b);
    const at = (Date.parse(String(fieldOf(run, 'started_at'))) - (first ?? 0)) / STEP_MS;
    return at >= WINDOW.from && at <= WINDOW.to;
  };
