import { OWN_REFERENCE } from '../core/safety.ts';
import type { Plan } from '../plan/plan.ts';

/**
 * The command that drives and judges one check again. It names what was aimed at, since whoever reads a report need not
 * have the variables of whoever ran it; credentials are never in a report, and come from the surroundings.
 */
export function reproduceCommand({ target, seed }: Pick<Plan, 'target' | 'seed'>, check: string): string {
  const aim = target.environment === OWN_REFERENCE ? [] : ['--target', shellWord(target.url)];
  const profile = target.profileFrom === undefined ? [] : ['--profile', shellWord(target.profileFrom)];
  return ['npx agent-conformance run', check, '--seed', String(seed), ...aim, ...profile].join(' ');
}

/** As a shell reads it back. */
const shellWord = (text: string): string =>
  /^[\w./:@%+=-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
