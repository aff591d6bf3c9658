import { catalogue } from '../../suites/catalogue.ts';
import { HarnessError } from '../core/errors.ts';
import { EXIT } from '../core/exit-code.ts';
import { nearest } from '../plan/selectors.ts';
import { counted } from '../report/plain-text.ts';
import type { Register } from './command.ts';
import { explainCode, knownCodes } from './explain-code.ts';
import { provenDefects } from './proven-defects.ts';

/** Adds `explain`. */
export const registerExplain: Register = (root, finish) => {
  root
    .command('explain')
    .description('say what a requirement, a check, a defect or a code is about')
    .argument('<word>', 'id of a requirement or check, a finding code, an error code or an exit code')
    .action((word: string) => {
      process.stdout.write(`${explain(word).join('\n')}\n`);
      finish(EXIT.conforms);
    });
};

/**
 * What the word is about, line by line.
 * @throws HarnessError `NOTHING_SELECTED` for a word that means nothing here, with the nearest one that does.
 */
export function explain(word: string): readonly string[] {
  const known = explainRequirement(word) ?? explainCheck(word) ?? explainDefect(word) ?? explainCode(word);
  if (known !== undefined) return known;
  throw new HarnessError(
    'NOTHING_SELECTED',
    `"${word.slice(0, 80)}" is no requirement, check, defect or code`,
    {
      hint: `did you mean "${nearest(word, everyWord())}"?`,
    },
  );
}

/** Everything that can be explained, for suggestions and completion. */
export const everyWord = (): readonly string[] => [
  ...catalogue.flatMap((suite) => suite.requirements.map(({ id }) => id)),
  ...catalogue.flatMap((suite) => suite.checks.map(({ id }) => id)),
  ...provenDefects().map(({ id }) => id),
  ...knownCodes(),
];

/** Width of the words before a fact. */
const FACT = 11;
const fact = (name: string, text: string): string => `  ${name.padEnd(FACT)}${text}`;
/** A list under one name. */
const facts = (name: string, texts: readonly string[]): readonly string[] =>
  texts.map((text, index) => fact(index === 0 ? name : '', text));

function explainRequirement(word: string): readonly string[] | undefined {
  const isMeant = ({ id }: { readonly id: string }): boolean => id.toLowerCase() === word.toLowerCase();
  const suite = catalogue.find(({ requirements }) => requirements.some(isMeant));
  const requirement = suite?.requirements.find(isMeant);
  if (suite === undefined || requirement === undefined) return undefined;
  const { id, level, text, clause, source, when = [], excluded } = requirement;
  const own = suite.checks.filter((check) => check.requirement === id);
  return [
    `${id} ${level}  ${text}`,
    fact('clause', clause),
    fact('source', source),
    fact('suite', `${suite.id}: ${suite.title}`),
    fact('needs', needsOf(when)),
    ...facts('not covered', excluded === undefined ? [] : [excluded]),
    ...facts(
      'checks',
      own.map((check) => `${check.id}: ${check.title}`),
    ),
    ...facts('driven by', scenarioLines([...new Set(own.flatMap((check) => check.scenarios))])),
    fact('proven by', defectsOf(id)),
    ...facts('try', own.length === 0 ? [] : [`npx agent-conformance run ${id}`]),
  ];
}

function explainCheck(word: string): readonly string[] | undefined {
  const suite = catalogue.find(({ checks }) => checks.some(({ id }) => id === word));
  const check = suite?.checks.find(({ id }) => id === word);
  const requirement = suite?.requirements.find(({ id }) => id === check?.requirement);
  if (check === undefined || requirement === undefined) return undefined;
  const { id, title, when = [], restsOn, scenarios } = check;
  const hidden = restsOn === undefined ? [] : [`${restsOn}: where that is breached, this cannot be decided`];
  return [
    `${id}  ${title}`,
    fact('verifies', `${requirement.id} ${requirement.level}  ${requirement.text}`),
    fact('clause', requirement.clause),
    fact('needs', needsOf([...(requirement.when ?? []), ...when])),
    fact('judges', JUDGED[check.kind]),
    ...facts('claim', claimLines(check)),
    ...facts('rests on', hidden),
    ...facts('driven by', scenarioLines(scenarios)),
    fact('proven by', `${defectsOf(requirement.id)} (of ${requirement.id})`),
    fact('try', `npx agent-conformance run ${id}`),
  ];
}

const JUDGED = {
  trial: 'each trial alone',
  campaign: 'the facts of all trials together',
  claim: 'samples of the whole campaign, topped up until they decide',
  comparison: 'samples of the whole campaign beside those of an earlier one',
} as const;

const needsOf = (capabilities: readonly string[]): string =>
  capabilities.length === 0 ? 'nothing but the protocol' : [...new Set(capabilities)].join(', ');

const claimLines = (check: (typeof catalogue)[number]['checks'][number]): readonly string[] =>
  check.kind === 'claim' ? [`95 % of ${check.claim.measure} within ${check.claim.limit}`] : [];

function explainDefect(word: string): readonly string[] | undefined {
  const defect = provenDefects().find(({ id }) => id.toLowerCase() === word.toLowerCase());
  if (defect === undefined) return undefined;
  return [
    `${defect.id}  a defect that the reference deployment can be given`,
    ...facts('breaks', defect.requirements.map(shortly)),
    fact('try', `npx agent-conformance reference --defects ${defect.id}`),
  ];
}

function shortly(id: string): string {
  const requirement = catalogue.flatMap((suite) => suite.requirements).find((one) => one.id === id);
  return `${id}  ${requirement?.text ?? ''}`;
}

function defectsOf(requirement: string): string {
  const own = provenDefects().filter(({ requirements }) => requirements.includes(requirement));
  return own.length === 0 ? 'no defect yet' : own.map(({ id }) => id).join(', ');
}

function scenarioLines(ids: readonly string[]): readonly string[] {
  const scenarios = new Map(catalogue.flatMap((suite) => suite.scenarios.map((one) => [one.id, one])));
  return ids.flatMap((id) => {
    const scenario = scenarios.get(id);
    return scenario === undefined ? [] : [scenarioLine(scenario)];
  });
}

function scenarioLine({
  id,
  purpose,
  trials,
  agentRuns,
  actors,
  interference,
  moment,
}: (typeof catalogue)[number]['scenarios'][number]): string {
  const count = moment === 'both-ends' ? 2 : trials;
  const cost = `${counted(count, 'trial')} with ${counted(agentRuns, 'agent run')}`;
  const who = actors === 'crowd' ? 'a crowd' : counted(actors, 'user');
  return `${id}: ${purpose} (${interference}, ${who}, ${cost})`;
}
