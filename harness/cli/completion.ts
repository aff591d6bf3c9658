import tab from '@bomb.sh/tab/commander';
import { catalogue } from '../../suites/catalogue.ts';
import type { Register } from './command.ts';
import { everyWord } from './explain.ts';

/** What can stand for an argument of that name. */
const WORDS: Readonly<Record<string, () => readonly string[]>> = {
  selectors: () => [
    ...catalogue.map(({ id }) => id),
    ...catalogue.flatMap((suite) => suite.requirements.map(({ id }) => id)),
    ...catalogue.flatMap((suite) => suite.checks.map(({ id }) => id)),
  ],
  kind: () => ['requirements', 'checks', 'scenarios', 'defects', 'tags'],
  word: everyWord,
  check: () => catalogue.flatMap((suite) => suite.checks.map(({ id }) => id)),
};

/** Adds `complete`, which prints the completion script of a shell and answers what that script asks; comes last. */
export const registerCompletion: Register = (root) => {
  const completion = tab(root);
  for (const command of completion.commands.values())
    for (const [name, argument] of command.arguments) {
      const words = WORDS[name];
      if (words === undefined) continue;
      argument.handler = (complete) => {
        for (const word of words()) complete(word, '');
      };
    }
};
