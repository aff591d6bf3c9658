import { EXIT, type ExitCode } from '../core/exit-code.ts';
import type { Disposition, Level, Verdict } from '../core/verdict.ts';

/** What the gate needs to know of a judged requirement. */
export interface GateInput {
  readonly id: string;
  readonly level: Level;
  readonly verdict: Verdict;
  readonly disposition: Disposition;
}

export interface GateDecision {
  readonly exitCode: ExitCode;
  /** Ids that decided it. */
  readonly because: readonly string[];
}

const isError = ({ verdict }: GateInput): boolean => verdict === 'error';
const isBreach = ({ level, verdict, disposition }: GateInput): boolean =>
  disposition === 'stale' || (level === 'MUST' && verdict === 'fail' && disposition === 'unexpected');
const isOpen = ({ level, verdict }: GateInput): boolean => level === 'MUST' && verdict === 'inconclusive';

/**
 * Turns verdicts into the exit code. A proven breach outranks what broke on our side, since the release stops
 * either way and the breach is the target's to mend; nothing at all judged is an error, never a pass. `blockers` are what
 * of the target's baseline does not hold any more.
 */
export function gate(judged: readonly GateInput[], blockers: readonly string[] = []): GateDecision {
  const ids = (is: (one: GateInput) => boolean): readonly string[] => judged.filter(is).map(({ id }) => id);
  const breaches = judged.length === 0 ? [] : [...new Set([...ids(isBreach), ...blockers])];
  if (breaches.length > 0) return { exitCode: EXIT.fails, because: breaches };
  const errors = ids(isError);
  if (errors.length > 0 || judged.length === 0) return { exitCode: EXIT.harnessError, because: errors };
  const open = ids(isOpen);
  if (open.length > 0) return { exitCode: EXIT.inconclusive, because: open };
  return { exitCode: EXIT.conforms, because: [] };
}
