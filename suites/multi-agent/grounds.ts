import { parseJson } from '../../harness/core/json.ts';
import type { RunView, TrialView } from '../../harness/judge/views.ts';
import { type Figure, figuresOf, isAmount, numbersOf } from './figures.ts';

/** More numbers than this, and nearly everything is near one of them. */
const MOST_NUMBERS = 20_000;
/** Sums and differences are looked for among this many results at most: beyond that everything is one. */
const MOST_TERMS = 5_000;
const MOST_FIGURES = 500;

/** What an answer may rest on. */
export interface Grounds {
  /** What tools of sub-runs gave back. */
  readonly found: readonly number[];
  /** What tools of any run gave back, the supervisor's own too. */
  readonly results: readonly number[];
  /** What was asked, and what the sub-runs answered. */
  readonly said: readonly number[];
  readonly asked: ReadonlySet<number>;
  /** Too much to say of anything that it is not among it. */
  readonly isOverfull: boolean;
}

const resultsOf = ({ events }: RunView): readonly unknown[] =>
  events.flatMap(({ event }) => (event.kind === 'tool.finished' ? [event.data['result']] : []));

/** What we sent, read from our own frame; JSON, in every dialect. */
function requestOf(run: RunView, view: TrialView): unknown {
  const entry = view.transcript.entries[run.askedSeq - 1];
  return entry?.kind === 'ws.frame' ? (parseJson(entry.text) ?? entry.text) : undefined;
}

const sorted = (numbers: Iterable<number>): readonly number[] => [...new Set(numbers)].sort((a, b) => a - b);

export function groundsOf(run: RunView, view: TrialView): Grounds {
  const found = numbersOf(run.subRuns.map(resultsOf), MOST_NUMBERS);
  const own = numbersOf(resultsOf(run), MOST_NUMBERS);
  const asked = numbersOf(requestOf(run, view), MOST_NUMBERS);
  const answers = numbersOf(
    run.subRuns.map(({ events }) => events.map(({ event }) => event.response)),
    MOST_NUMBERS,
  );
  const results = sorted([...found, ...own]);
  const said = sorted([...asked, ...answers]);
  const sizes = [found, own, asked, answers].map(({ size }) => size);
  return {
    found: sorted(found),
    results,
    said,
    asked,
    isOverfull: sizes.some((size) => size >= MOST_NUMBERS) || results.length > MOST_TERMS,
  };
}

/** The first of the sorted numbers that is not below the value. */
function firstFrom(numbers: readonly number[], value: number): number | undefined {
  let [low, high] = [0, numbers.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((numbers[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return numbers[low];
}

/** Float noise of sums of ordinary amounts. */
const noiseOf = (value: number): number => Math.abs(value) * 1e-9 + 1e-9;

function isNear(numbers: readonly number[], value: number, within: number): boolean {
  const reach = within + noiseOf(value);
  const next = firstFrom(numbers, value - reach);
  return next !== undefined && next <= value + reach;
}

const isAmong = ({ readings }: Figure, numbers: readonly number[]): boolean =>
  readings.some(({ value, within }) => isNear(numbers, value, within));

const isDerived = ({ readings }: Figure, terms: readonly number[]): boolean =>
  readings.some(({ value, within }) =>
    terms.some(
      (term) => isNear(terms, Math.abs(value - term), within) || isNear(terms, value + term, within),
    ),
  );

/** A share may be written as a fraction where it was found, and in percent in the answer. */
const isFound = (figure: Figure, { found }: Grounds): boolean =>
  isAmong(figure, found) ||
  (figure.isPercent && figure.readings.some(({ value, within }) => isNear(found, value / 100, within / 100)));

/** What the figures of an answer rest on. */
export interface Footing {
  /** Figures that a tool of a sub-run found, and that the request does not hold. */
  readonly found: readonly string[];
  /** Figures that the request holds as well. */
  readonly known: readonly string[];
  /** Amounts that rest on nothing. */
  readonly foreign: readonly string[];
}

export function footingOf(answer: string, grounds: Grounds): Footing {
  const figures = figuresOf(answer, MOST_FIGURES).filter(({ digits, isYear }) => digits >= 3 && !isYear);
  const asked = sorted(grounds.asked);
  const isGrounded = (figure: Figure): boolean =>
    isAmong(figure, grounds.results) || isAmong(figure, grounds.said) || isDerived(figure, grounds.results);
  const theirs = figures.filter((figure) => isFound(figure, grounds));
  const textsOf = (some: readonly Figure[]): readonly string[] => [...new Set(some.map(({ text }) => text))];
  return {
    found: textsOf(theirs.filter((figure) => !isAmong(figure, asked))),
    known: textsOf(theirs.filter((figure) => isAmong(figure, asked))),
    foreign: textsOf(figures.filter((figure) => isAmount(figure) && !isGrounded(figure))),
  };
}
