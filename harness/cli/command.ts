import type { Command } from 'commander';
import type { ExitCode } from '../core/exit-code.ts';

/** Takes the exit code that a command ended with. */
export type Finish = (code: ExitCode) => void;

/** Adds one command to the command line; a command says how it ended through `finish`. */
export type Register = (root: Command, finish: Finish) => void;
