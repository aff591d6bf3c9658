import { catalogue } from '../../suites/catalogue.ts';
import { EXIT, type ExitCode } from '../core/exit-code.ts';
import { CAPABILITIES } from '../core/requirement.ts';
import { type Capabilities, chooseChecks } from '../plan/select.ts';
import type { Register } from './command.ts';

/** What a list shows is what could be judged on a target that has everything. */
const EVERYTHING = Object.fromEntries(
  CAPABILITIES.map((capability) => [capability, { available: true, reason: '' }]),
) as unknown as Capabilities;

/** Adds `list`. */
export const registerList: Register = (root, finish) => {
  root
    .command('list')
    .description('show suites, requirements and checks')
    .argument('[selectors...]', 'only these')
    .action((selectors: string[]) => finish(listCatalogue(selectors)));
};

/** Prints suites, requirements and checks, or those that the selectors name. */
function listCatalogue(selectors: readonly string[]): ExitCode {
  const chosen = chooseChecks(catalogue, selectors, EVERYTHING).filter(({ selected }) => selected);
  const lines = catalogue.flatMap((suite) => {
    const requirements = suite.requirements.flatMap((requirement) => {
      const checks = chosen.filter((choice) => choice.requirement === requirement);
      if (checks.length === 0 && (selectors.length > 0 || requirement.excluded === undefined)) return [];
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
  process.stdout.write(`${lines.join('\n')}\n`);
  return EXIT.conforms;
}
