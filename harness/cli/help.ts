import type { Command } from 'commander';

const EXAMPLES = [
  ['run', 'everything, against TARGET_URL or a reference of its own'],
  ['run LC-1..LC-9 --bail', 'some requirements, until the first breach'],
  ['doctor', 'whether the target could be judged at all'],
] as const;

const COLUMN = 46;
const HIDDEN: ReadonlySet<string> = new Set(['help', 'complete']);

/** The help of the whole: examples first, and no more than a screen of it. */
export function rootHelp(root: Command): string {
  const commands = root.commands.filter((command) => !HIDDEN.has(command.name()));
  const width = Math.max(...commands.map((command) => command.name().length));
  return [
    `${root.name()}: drives an AI-agent platform, keeps the evidence, judges it.`,
    ...EXAMPLES.map(([words, meaning]) => `  ${`npx ${root.name()} ${words}`.padEnd(COLUMN)}${meaning}`),
    'Commands:',
    ...commands.map((command) => `  ${command.name().padEnd(width)}  ${command.description()}`),
    '"<command> --help" tells its options, "explain 3" an exit code, "complete bash" prints a completion script.',
    '',
  ].join('\n');
}
