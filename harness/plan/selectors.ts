/**
 * The words of a selection. Plain words name suites, requirements and checks, or ranges and patterns of these, and any of
 * them is enough; `tag:` and `level:` narrow down what they name. One list of words, so that the plan states the whole
 * selection and whoever repeats it repeats the words.
 */
import { distance } from 'fastest-levenshtein';
import type { Check } from '../core/check.ts';
import { HarnessError } from '../core/errors.ts';
import type { Requirement } from '../core/requirement.ts';
import type { Scenario } from '../core/scenario.ts';
import { LEVELS } from '../core/verdict.ts';
import { parseTags, type TagTest } from './tag-expression.ts';

/** What a word is compared with. */
export interface Candidate<View> {
  readonly suite: { readonly id: string };
  readonly requirement: Requirement;
  readonly check: Check<View>;
}

const TAG = 'tag:';
const LEVEL = 'level:';

/** The word for a boolean expression over tags. */
export const tagWord = (expression: string): string => `${TAG}${expression}`;
/** The word for one or more levels, separated by commas. */
export const levelWord = (levels: string): string => `${LEVEL}${levels}`;

/**
 * A test for the checks that the words mean; no word at all means every check.
 * @throws HarnessError `NOTHING_SELECTED` for a word that names nothing, with the nearest one that does.
 */
export function readSelectors<View>(
  words: readonly string[],
  every: readonly Candidate<View>[],
  stated: readonly string[],
  scenarios: readonly Scenario[],
): (candidate: Candidate<View>) => boolean {
  const names = [...new Set([...every.flatMap(namesOf), ...stated])];
  const naming = words.filter((word) => !word.startsWith(TAG) && !word.startsWith(LEVEL));
  const named = naming.map((word) => nameTest(word, names));
  const tags = tagsOf(scenarios);
  const known = new Set(every.flatMap((candidate) => [...tags(candidate)]));
  const narrowing = words.flatMap((word): TagTest[] => {
    if (word.startsWith(TAG)) return [tagTest(word.slice(TAG.length), known)];
    return word.startsWith(LEVEL) ? [levelTest(word.slice(LEVEL.length))] : [];
  });
  return (candidate) => {
    const own = namesOf(candidate);
    if (named.length > 0 && !named.some((is) => own.some(is))) return false;
    return narrowing.every((is) => is(tags(candidate)));
  };
}

/** Names by which a check can be selected: its suite, its requirement, itself. */
const namesOf = <View>({ suite, requirement, check }: Candidate<View>): readonly string[] => [
  suite.id,
  requirement.id,
  check.id,
];

function nameTest(word: string, names: readonly string[]): (name: string) => boolean {
  const [from = '', to] = word.split('..');
  if (to !== undefined) return rangeTest(word, from, to, names);
  const pattern = new RegExp(`^${word.split('*').map(escapePattern).join('.*')}$`);
  const is = word.includes('*') ? (name: string) => pattern.test(name) : (name: string) => name === word;
  if (!names.some(is)) throw unknownName(word, names);
  return is;
}

const escapePattern = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

const NATURAL = new Intl.Collator('en', { numeric: true });
/** `LC` of `LC-1`. */
const prefixOf = (id: string): string => id.slice(0, id.indexOf('-'));

/** Requirements from one to another of the same letters, both included. */
function rangeTest(
  word: string,
  from: string,
  to: string,
  names: readonly string[],
): (name: string) => boolean {
  for (const end of [from, to]) if (!names.includes(end)) throw unknownName(end, names);
  const isRange = /^[A-Z]+-/.test(from) && prefixOf(from) === prefixOf(to) && NATURAL.compare(from, to) <= 0;
  if (!isRange)
    throw new HarnessError('NOTHING_SELECTED', `"${word}" is no range of requirements`, {
      hint: 'a range goes upwards within the same letters, for example LC-1..LC-9',
    });
  return (name) =>
    /^[A-Z]+-/.test(name) &&
    prefixOf(name) === prefixOf(from) &&
    NATURAL.compare(from, name) <= 0 &&
    NATURAL.compare(name, to) <= 0;
}

function tagTest(expression: string, known: ReadonlySet<string>): TagTest {
  const { matches, tags } = parseTags(expression);
  for (const tag of tags)
    if (!known.has(tag.toLowerCase()))
      throw new HarnessError('NOTHING_SELECTED', `"${tag}" is no tag`, {
        hint: `did you mean "${nearest(tag, [...known])}"? "list tags" shows all of them`,
      });
  return matches;
}

function levelTest(levels: string): TagTest {
  const wanted = levels.split(',').map((level) => level.trim().toLowerCase());
  const known = LEVELS.map((level) => level.toLowerCase());
  const unknown = wanted.find((level) => !known.includes(level));
  if (unknown !== undefined)
    throw new HarnessError('NOTHING_SELECTED', `"${unknown}" is no level`, {
      hint: `expected ${known.join(', ')}, or several separated by commas`,
    });
  return (tags) => wanted.some((level) => tags.has(level));
}

/**
 * The tags of a check, in lower case: its level, its suite, the capabilities it needs, the interference classes of its
 * scenarios; `safe` where all of them are quiet, `free` where none starts an agent run, `read-only` where
 * none makes any data, `claim` where it is decided on samples.
 */
export function tagsOf(
  scenarios: readonly Scenario[],
): <View>(candidate: Candidate<View>) => ReadonlySet<string> {
  const byId = new Map(scenarios.map((scenario) => [scenario.id, scenario]));
  return ({ suite, requirement, check }) => {
    const own = check.scenarios.flatMap((id) => byId.get(id) ?? []);
    return new Set([
      requirement.level.toLowerCase(),
      suite.id,
      ...(requirement.when ?? []),
      ...(check.when ?? []),
      ...own.flatMap(({ needs, interference }) => [...needs, interference]),
      ...(own.every(({ interference }) => interference === 'quiet') ? ['safe'] : []),
      ...(own.every(({ agentRuns }) => agentRuns === 0) ? ['free'] : []),
      ...(own.every(({ safety }) => safety === 'read-only') ? ['read-only'] : []),
      ...(check.kind === 'claim' ? ['claim'] : []),
    ]);
  };
}

/** The known word with the fewest letters to change. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const changes = (name: string): number => distance(word.toLowerCase(), name.toLowerCase());
  return [...known].sort((a, b) => changes(a) - changes(b))[0];
}

const unknownName = (word: string, names: readonly string[]): HarnessError =>
  new HarnessError('NOTHING_SELECTED', `"${word}" names no suite, requirement or check`, {
    hint: `did you mean "${nearest(word, names)}"? "list" shows all of them`,
  });
