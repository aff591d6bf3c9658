/** What a run says at its end. */
import type { Proof } from './proof.ts';

const percent = (hundredths: number): string => `${(hundredths / 100).toFixed(2)} %`;

/** An upper bound of a share, never less than it is. */
export const atMost = (share: number): string => percent(Math.ceil(share * 10_000));

/** A lower bound of a share, never more than it is. */
export const atLeast = (share: number): string => percent(Math.floor(share * 10_000));

function mutationLine({ mutations }: Proof): readonly string[] {
  if (mutations === undefined) return [];
  const { breaking, harmless, survivors } = mutations;
  return [
    `mutants       ${breaking.asDeclared} of ${breaking.mutants} breaking ones caught, ` +
      `${harmless.asDeclared} of ${harmless.mutants} harmless ones passed over`,
    ...survivors.map(
      ({ operator, count, where, reason }) =>
        `              survived: ${operator}, ${count} such as ${where}: ${reason ?? 'nobody has explained why'}`,
    ),
  ];
}

/** The lines for the terminal. */
export function summary(proof: Proof): readonly string[] {
  const { defects, checks, clean, specificity, secondLooks, failures, seconds, campaigns } = proof;
  const noticed = defects.filter(({ deviations }) => deviations.length === 0).length;
  const proven = checks.filter((check) => check.defects.length > 0).length;
  const { falseAlarms, atFirstLook } = clean;
  return [
    '',
    `defects       ${noticed} of ${defects.length} noticed as they state`,
    `checks        ${proven} of ${checks.length} caught one of them`,
    `false alarms  ${falseAlarms.count} of ${falseAlarms.of} clean campaigns (at most ${atMost(falseAlarms.bound)}), ` +
      `${clean.undecided} undecided; ${atFirstLook.count} before the second look`,
    `specificity   ${specificity.count} of ${specificity.of} verdicts on what is whole (at least ${atLeast(specificity.bound)})`,
    ...mutationLine(proof),
    `second looks  ${secondLooks.length}${secondLooks.length === 0 ? '' : `: ${secondLooks.map(({ job }) => job).join(', ')}`}`,
    `time          ${Math.floor(seconds / 60)} min ${seconds % 60} s, ${campaigns} campaigns`,
    ...(failures.length === 0 ? ['', 'Nothing is wrong.'] : ['', `${failures.length} wrong:`, ...failures]),
  ];
}
