import { catalogue } from '../../suites/catalogue.ts';
import { EXIT, type ExitCode } from '../core/exit-code.ts';
import type { TrialView } from '../judge/views.ts';
import { type ChosenCheck, chooseChecks } from '../plan/select.ts';
import { levelWord, tagsOf, tagWord } from '../plan/selectors.ts';
import type { Register } from './command.ts';
import { EVERYTHING } from './everything.ts';
import { provenDefects } from './proven-defects.ts';

const KINDS = ['requirements', 'checks', 'scenarios', 'defects', 'tags'] as const;
type Kind = (typeof KINDS)[number];

interface ListOptions {
  readonly tag?: string;
  readonly level?: string;
  readonly json?: true;
}

/** Adds `list`. */
export const registerList: Register = (root, finish) => {
  root
    .command('list')
    .description('show requirements, checks, scenarios, defects or tags')
    .argument('[kind]', `${KINDS.join(', ')} (default: requirements with their checks)`)
    .argument('[selectors...]', 'only these')
    .option('--tag <expression>', 'only what has these tags, for example "must && !disruptive"')
    .option('--level <levels>', 'only these levels: must, should, may')
    .option('--json', 'as JSON')
    .action((kind: string | undefined, rest: string[], options: ListOptions) =>
      finish(list([...(kind === undefined ? [] : [kind]), ...rest], options)),
    );
};

const isKind = (word: string | undefined): word is Kind => KINDS.some((kind) => kind === word);

/** The first word may say what is listed; where it does not, it is a selector like the others. */
function list(words: readonly string[], { tag, level, json }: ListOptions): ExitCode {
  const [first, ...others] = words;
  const kind = isKind(first) ? first : undefined;
  const selectors = [
    ...(kind === undefined ? words : others),
    ...(tag === undefined ? [] : [tagWord(tag)]),
    ...(level === undefined ? [] : [levelWord(level)]),
  ];
  const chosen = chooseChecks(catalogue, selectors, EVERYTHING).filter(({ selected }) => selected);
  const lines =
    kind === undefined && json !== true
      ? tree(chosen, selectors.length === 0)
      : table(rowsOf(kind ?? 'requirements', chosen), json === true);
  process.stdout.write(`${lines.join('\n')}\n`);
  return EXIT.conforms;
}

type Chosen = readonly ChosenCheck<TrialView>[];

function tree(chosen: Chosen, isAll: boolean): readonly string[] {
  return catalogue.flatMap((suite) => {
    const requirements = suite.requirements.flatMap((requirement) => {
      const checks = chosen.filter((choice) => choice.requirement === requirement);
      if (checks.length === 0 && (!isAll || requirement.excluded === undefined)) return [];
      const excluded =
        requirement.excluded === undefined ? [] : [`      not covered: ${requirement.excluded}`];
      return [
        `  ${requirement.id.padEnd(6)} ${requirement.level.padEnd(6)} ${requirement.text}`,
        ...checks.map(({ check }) => `      ${check.id}`),
        ...excluded,
      ];
    });
    return requirements.length === 0 ? [] : [`${suite.id}: ${suite.title}`, ...requirements, ''];
  });
}

type Row = Readonly<Record<string, string | number | readonly string[]>>;

/** One row for each thing; its first two members are what the plain list shows. */
function rowsOf(kind: Kind, chosen: Chosen): readonly Row[] {
  const scenarios = catalogue.flatMap((suite) => suite.scenarios);
  const tags = tagsOf(scenarios);
  switch (kind) {
    case 'requirements':
      return [...new Set(chosen.map(({ requirement }) => requirement))].map(
        ({ id, text, level, clause, when = [] }) => ({ id, text, level, clause, needs: when }),
      );
    case 'checks':
      return chosen.map((candidate) => {
        const { check, requirement } = candidate;
        const { id, title, scenarios: own } = check;
        const stated = { id, title, requirement: requirement.id, level: requirement.level };
        return { ...stated, scenarios: own, tags: [...tags(candidate)].sort() };
      });
    case 'scenarios': {
      const needed = new Set(chosen.flatMap(({ check }) => check.scenarios));
      return [...new Map(scenarios.map((scenario) => [scenario.id, scenario])).values()]
        .filter(({ id }) => needed.has(id))
        .map(({ id, purpose, interference, trials, agentRuns, needs }) => ({
          ...{ id, purpose, interference, trials, agentRuns, needs },
        }));
    }
    case 'defects': {
      const shown = new Set(chosen.map(({ requirement }) => requirement.id));
      return provenDefects()
        .filter(({ requirements }) => requirements.some((id) => shown.has(id)))
        .map(({ id, requirements }) => ({ id, requirements }));
    }
    case 'tags':
      return [...new Set(chosen.flatMap((candidate) => [...tags(candidate)]))].sort().map((tag) => {
        const checks = chosen.filter((candidate) => tags(candidate).has(tag)).length;
        return { tag, checks };
      });
  }
}

function table(rows: readonly Row[], json: boolean): readonly string[] {
  if (json) return [JSON.stringify(rows, null, 2)];
  const pairs = rows.map((row) => Object.values(row).slice(0, 2).map(wordOf));
  const width = Math.max(0, ...pairs.map(([id = '']) => id.length));
  return pairs.map(([id = '', words = '']) => `${id.padEnd(width)}  ${words}`);
}

const wordOf = (value: Row[string]): string => (typeof value === 'object' ? value.join(', ') : String(value));
