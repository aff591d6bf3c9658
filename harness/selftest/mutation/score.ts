/** Has recordings mutated and judged, and counts what the judge noticed. */
import fc from 'fast-check';
import type { Operator, Site } from './operator.ts';
import { Bench, type Recording, type Verdicts } from './recording.ts';

export interface ScoreOptions {
  readonly seed: number;
  readonly runsPerOperator: number;
  readonly operators: readonly Operator[];
  readonly recordings: readonly Recording[];
}

/** A mutant of which the judge did not say what its operator is declared to be. */
export interface Survivor {
  readonly trial: string;
  readonly what: string;
  readonly choice: number;
  /** What the judge said instead. */
  readonly verdicts: readonly string[];
}

export interface OperatorScore {
  readonly id: string;
  readonly does: string;
  readonly makes: Operator['makes'];
  readonly clause: string;
  /** Places at which it could have been applied. */
  readonly sites: number;
  readonly tried: number;
  /** Mutants that were none: equal to what they came from. */
  readonly discarded: number;
  /** Breaking ones that were caught, harmless ones that changed no verdict. */
  readonly asDeclared: number;
  readonly survivors: readonly Survivor[];
  /** The simplest one that fast-check could find. */
  readonly smallest?: Survivor;
}

interface Outcome {
  readonly result: 'as-declared' | 'discarded' | Survivor;
}

interface Place {
  readonly bench: Bench;
  readonly site: Site;
}

/** Tries every operator at places that fast-check chooses; the same seed and recordings give the same mutants. */
export function mutationScore({
  seed,
  runsPerOperator,
  operators,
  recordings,
}: ScoreOptions): readonly OperatorScore[] {
  const benches = recordings.map((recording) => new Bench(recording));
  return operators.map((operator) => {
    const places = benches.flatMap((bench) =>
      operator.sites(bench.recording).map((site): Place => ({ bench, site })),
    );
    return scoreOf(operator, places, { seed, numRuns: runsPerOperator });
  });
}

function scoreOf(
  operator: Operator,
  places: readonly Place[],
  parameters: { readonly seed: number; readonly numRuns: number },
): OperatorScore {
  const { id, does, makes, clause } = operator;
  const known = new Map<string, Outcome>();
  const attempt = (index: number, choice: number): Outcome => {
    const key = `${index} ${choice}`;
    const place = places[index];
    const outcome =
      known.get(key) ?? (place === undefined ? { result: 'discarded' } : tried(operator, place, choice));
    known.set(key, outcome);
    return outcome;
  };
  const wanted = fc.tuple(fc.nat(Math.max(0, places.length - 1)), fc.nat(1_000));
  const outcomes: Outcome[] = [];
  const take = ([index, choice]: readonly [number, number]): void =>
    void outcomes.push(attempt(index, choice));
  if (places.length > 0) fc.check(fc.property(wanted, take), { ...parameters, unbiased: true });
  const survivors = [
    ...new Set(outcomes.flatMap(({ result }) => (typeof result === 'string' ? [] : [result]))),
  ];
  const count = (of: Outcome['result']): number => outcomes.filter(({ result }) => result === of).length;
  const facts = { id, does, makes, clause, sites: places.length, tried: outcomes.length };
  const counts = { discarded: count('discarded'), asDeclared: count('as-declared'), survivors };
  if (survivors.length === 0) return { ...facts, ...counts };
  const holds = ([index, choice]: readonly [number, number]): boolean =>
    typeof attempt(index, choice).result === 'string';
  const [index = 0, choice = 0] =
    fc.check(fc.property(wanted, holds), { ...parameters, unbiased: true }).counterexample?.[0] ?? [];
  const { result } = attempt(index, choice);
  return { ...facts, ...counts, ...(typeof result === 'string' ? {} : { smallest: result }) };
}

function tried(operator: Operator, { bench, site }: Place, choice: number): Outcome {
  const original = bench.recording.transcripts.get(site.trial);
  const change = site.mutate(choice);
  if (change === undefined) return { result: 'discarded' };
  const isSame = JSON.stringify(change.entries) === JSON.stringify(original?.entries);
  if (isSame && change.header === undefined) return { result: 'discarded' };
  const said: string[] = [];
  // A part of the campaign is judged first; the whole only if that did not settle it.
  for (const of of ['trial', 'campaign'] as const) {
    const verdicts = bench.judge(change, of);
    const differing = differences(verdicts, bench.unchanged(site.trial, of), operator, bench);
    if (operator.makes === 'harmless' && differing.length === 0) return { result: 'as-declared' };
    if (operator.makes === 'breaking' && isCaught(differing, operator)) return { result: 'as-declared' };
    said.splice(0, said.length, ...differing);
  }
  return { result: { trial: site.trial, what: site.what, choice, verdicts: said } };
}

const isCaught = (differing: readonly string[], { shows = 'fail' }: Operator): boolean => {
  if (differing.some((one) => one.endsWith(' error'))) return false;
  return differing.some(
    (one) => one.endsWith(' fail') || (shows === 'open' && one.endsWith(' inconclusive')),
  );
};

/** Checks that say something else than they did, and what. */
function differences(
  now: Verdicts,
  before: Verdicts,
  { concerns = [] }: Operator,
  { recording }: Bench,
): readonly string[] {
  const requirementOf = new Map(recording.plan.checks.map(({ id, requirement }) => [id, requirement]));
  return [...now].flatMap(([check, verdict]) => {
    if (verdict === before.get(check) || concerns.includes(requirementOf.get(check) ?? '')) return [];
    return [`${check} ${verdict}`];
  });
}
