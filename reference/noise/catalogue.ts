/**
 * Noise: everything that docs/protocol.md allows and the reference does not do by itself. A deployment that makes it is
 * healthy, so a campaign over it finds nothing; where it does, either the check or the noise is wrong.
 *
 * For one clean campaign take `const set = noiseFor(seed)` and start the deployment with
 * `startDeployment({ …, noise: set.choice })`. Merge `set.declares` over the `variationPoints` of the profile that the
 * harness reads. A member that is null is a choice that the deployment makes and does not declare. Then expect
 * - exit 0 where `set.isDeclared`;
 * - exit 0 or 3, never 1, otherwise: what is not declared may be left undecided.
 *
 * A deployment that sets a ping interval or limits of its own has them overruled by noise about those; `set.declares` says so.
 */
import type { TokenKeys } from '../auth/tokens.ts';
import type { Boundaries } from '../boundaries.ts';
import { combined } from '../layers.ts';
import { chatChoices } from './chat-choices.ts';
import { formNoise } from './form-noise.ts';
import { shuffled } from './json-writer.ts';
import { between, diceOf, type Noise, type NoiseChoice, type NoiseSettings, seedOf } from './noise.ts';
import { runChoices } from './run-choices.ts';
import { serviceChoices } from './service-choices.ts';
import { timeNoise } from './time-noise.ts';
import { wireNoise } from './wire-noise.ts';

/** Choices first, so that whatever they answer is written, sent and delayed like anything else. */
const NOISES: readonly Noise[] = [
  ...chatChoices,
  ...runChoices,
  ...serviceChoices,
  ...formNoise,
  ...wireNoise,
  ...timeNoise,
];

function chosen({ kinds }: NoiseChoice): readonly Noise[] {
  const unknown = kinds.filter((id) => !NOISES.some((noise) => noise.id === id));
  if (unknown.length > 0) {
    const known = NOISES.map(({ id }) => id).join(', ');
    throw new Error(`unknown noise ${unknown.join(', ')}: expected one of ${known}`);
  }
  return NOISES.filter(({ id }) => kinds.includes(id));
}

/** The boundaries of a deployment that makes this noise. */
export function noiseOf(choice: NoiseChoice, keys: TokenKeys): Boundaries {
  return combined(
    ...chosen(choice).map(({ id, build }) => build({ dice: diceOf(seedOf(choice.seed, id)), keys })),
  );
}

/** What this noise sets otherwise than the deployment was told. */
export function noiseSettings(choice: NoiseChoice | undefined): NoiseSettings {
  const settings = choice === undefined ? [] : chosen(choice).map((noise) => noise.settings ?? {});
  return Object.assign({}, ...settings) as NoiseSettings;
}

/** Noise for one campaign: what the deployment makes, and what the profile says of it. */
export interface NoiseSet {
  readonly choice: NoiseChoice;
  /** For the `variationPoints` of a profile; null where the choice is not declared. */
  readonly declares: Readonly<Record<string, string | null>>;
  readonly isDeclared: boolean;
}

/** The set of these kinds, whose choices are declared or not. */
function noiseSet(kinds: readonly string[], seed: number, isDeclared: boolean): NoiseSet {
  const choice = { kinds, seed };
  const points = chosen(choice).flatMap(({ declares = {} }) => Object.entries(declares));
  const declares = Object.fromEntries(points.map(([id, value]) => [id, isDeclared ? value : null]));
  return { choice, declares, isDeclared };
}

/** As many kinds of each sort at most: each is rare, so that what comes out can be told to be of one. */
const MOST = { choices: 8, others: 6 } as const;

/** A selection by chance, the same for the same seed; every third one does not declare its choices. */
export function noiseFor(seed: number): NoiseSet {
  const dice = diceOf(seedOf(seed, 'noise'));
  const isChoice = ({ declares }: Noise): boolean => declares !== undefined;
  const taken = new Set<string>();
  const kinds: string[] = [];
  for (const noise of shuffled(dice, NOISES.filter(isChoice)).slice(0, between(dice, 0, MOST.choices))) {
    const points = Object.keys(noise.declares ?? {});
    if (points.some((id) => taken.has(id))) continue; // one choice at each point
    for (const id of points) taken.add(id);
    kinds.push(noise.id);
  }
  const others = shuffled(
    dice,
    NOISES.filter((noise) => !isChoice(noise)),
  );
  kinds.push(...others.slice(0, between(dice, 1, MOST.others)).map(({ id }) => id));
  return noiseSet(kinds, seed, seed % 3 !== 0);
}
