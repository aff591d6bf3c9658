/** What a scenario does to a target, and which targets bear it. */

/** `own-data`: it makes data or starts runs of its own; `disruptive`: others who use the target may notice. */
export const SAFETY_CLASSES = ['read-only', 'own-data', 'disruptive'] as const;
export type SafetyClass = (typeof SAFETY_CLASSES)[number];

/** What is known of a target before anything is done to it. */
export type Marking = 'for-tests' | 'production' | 'unmarked';

/** The environment of the deployment that a campaign starts for itself, and that is gone when it is over. */
export const OWN_REFERENCE = 'reference';

/** Words for a deployment on which nobody else depends. */
const FOR_TESTS: ReadonlySet<string> = new Set([
  'ci',
  'dev',
  'development',
  'integration',
  'local',
  'preview',
  'qa',
  OWN_REFERENCE,
  'sandbox',
  'stage',
  'staging',
  'test',
  'testing',
  'uat',
]);

const PRODUCTION = /^(prod|production|prd|live)$/;

/** Reads the name of an environment, such as `staging-eu`; a word of production anywhere in it decides. */
export function markingOf(environment: string): Marking {
  const words = environment.toLowerCase().split(/[^a-z]+/);
  if (words.some((word) => PRODUCTION.test(word))) return 'production';
  return words.some((word) => FOR_TESTS.has(word)) ? 'for-tests' : 'unmarked';
}

/** What a target is called that does not say what it is for. */
export const UNMARKED = 'unmarked';
