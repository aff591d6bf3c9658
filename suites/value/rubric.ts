/**
 * How good an answer is, from 0 to 1, in three parts that are shown:
 *
 * - facts (0.65): the true figures are stated, the right rows are named. The true answer is known, so no words help.
 * - grounding (0.20): what is stated rightly is in the results of the run's tools. Nothing right, nothing grounded.
 * - form (0.15): the parts that were asked for are there. This alone is language, and it alone cannot carry an answer.
 *
 * What is said of everything says nothing: an answer that names all rows has selected none, and one that holds more
 * figures than anybody would read has stated none.
 */
import { type Figure, figuresIn, plain, states } from './figures.ts';
import type { Task, TrueFigure, TrueSelection, Truth } from './tasks.ts';
import { isAmong, type ToolResults } from './tool-results.ts';

const WEIGHTS = { facts: 0.65, grounding: 0.2, form: 0.15 } as const;

export interface Part {
  readonly name: string;
  readonly isRight: boolean;
  /** Whether the run's tools gave what is stated rightly. */
  readonly isGrounded: boolean;
  /** For a selection, how well it was made. */
  readonly precision?: number;
  readonly recall?: number;
}

export interface Score {
  readonly total: number;
  readonly facts: number;
  readonly grounding: number;
  readonly form: number;
  readonly parts: readonly Part[];
  readonly missing: readonly string[];
  /** Figures of the answer that were not in the message, and how many of them the tools gave. */
  readonly own: { readonly stated: number; readonly grounded: number };
}

/** Named rows that may be wrong, and wanted ones that may be missing: one of four, or two of six. */
const LEAST_PRECISION = 0.6;
const LEAST_RECALL = 0.75;

/** Figures of its own beyond which an answer is a list of numbers; thorough ones have a hundred. */
const MOST_OWN_FIGURES = 300;

interface Read {
  readonly text: string;
  readonly figures: readonly Figure[];
  readonly results: ToolResults;
  readonly given: readonly number[];
}

/** Scores the answer to a task. */
export function score(answer: string, task: Task, results: ToolResults): Score {
  const text = plain(answer);
  const figures = figuresIn(text, task.names);
  const own = ownFigures(figures, task.given);
  const isFlood = own.length > MOST_OWN_FIGURES;
  const read: Read = { text, figures: isFlood ? [] : figures, results, given: task.given };
  const parts = task.truths.map((truth) => judge(truth, read));
  const share = (holds: (part: Part) => boolean): number => {
    const all = task.truths.reduce((sum, { weight }) => sum + weight, 0);
    const held = task.truths.reduce(
      (sum, { weight }, index) => sum + (parts[index] !== undefined && holds(parts[index]) ? weight : 0),
      0,
    );
    return held / all;
  };
  const missing = task.indicators.filter(({ pattern }) => !pattern.test(text)).map(({ name }) => name);
  const facts = WEIGHTS.facts * share(({ isRight }) => isRight);
  const grounding = WEIGHTS.grounding * share(({ isRight, isGrounded }) => isRight && isGrounded);
  const form = WEIGHTS.form * (1 - missing.length / task.indicators.length);
  const grounded = isFlood ? 0 : own.filter((figure) => isAmong(figure, results.numbers)).length;
  return {
    total: facts + grounding + form,
    facts,
    grounding,
    form,
    parts,
    missing,
    own: { stated: own.length, grounded },
  };
}

/** Whole numbers up to this are counts, places in a list and days as often as figures. */
const SMALL = 100;

/** Figures that are not among the given numbers, each once. */
export function ownFigures(figures: readonly Figure[], given: readonly number[]): readonly Figure[] {
  const ascending = given.map(Math.abs).sort((a, b) => a - b);
  const distinct = new Map<number, Figure>();
  for (const figure of figures) {
    const value = figure.readings[0]?.value ?? 0;
    if ((figure.isWhole && value <= SMALL) || isAmong(figure, ascending)) continue;
    distinct.set(value, figure);
  }
  return [...distinct.values()];
}

function judge(truth: Truth, read: Read): Part {
  return truth.kind === 'figure' ? judgeFigure(truth, read) : judgeSelection(truth, read);
}

function judgeFigure(
  { name, value, tolerance, of }: TrueFigure,
  { text, figures, results, given }: Read,
): Part {
  const places = of === undefined ? undefined : placesOf(of, text);
  const right = figures.filter(
    (figure) =>
      states(figure, value, tolerance) &&
      !isCopied(figure, value, given) &&
      (places === undefined || isNear(figure.at, places, text)),
  );
  return {
    name,
    isRight: right.length > 0,
    isGrounded: right.some((figure) => isAmong(figure, results.numbers)),
  };
}

/** A number of the message that happens to be near the truth states nothing, unless it is the truth to the digit. */
function isCopied(figure: Figure, truth: number, given: readonly number[]): boolean {
  const isGiven = figure.readings.some(({ value }) => given.includes(value));
  return isGiven && !states(figure, truth, 0);
}

/** A figure belongs to a name this close to it, or on the same line if that is not too long. */
const NEAR_CHARACTERS = 200;
const LINE_CHARACTERS = 1_000;
const MOST_PLACES = 200;

function placesOf(name: string, text: string): readonly number[] {
  const places: number[] = [];
  for (let at = text.indexOf(name); at >= 0 && places.length < MOST_PLACES; at = text.indexOf(name, at + 1))
    places.push(at);
  return places;
}

function isNear(at: number, places: readonly number[], text: string): boolean {
  return places.some((place) => {
    const distance = Math.abs(at - place);
    if (distance <= NEAR_CHARACTERS) return true;
    return (
      distance <= LINE_CHARACTERS && !text.slice(Math.min(at, place), Math.max(at, place)).includes('\n')
    );
  });
}

function judgeSelection({ name, wanted, others }: TrueSelection, { text, results }: Read): Part {
  const right = wanted.filter((one) => text.includes(one));
  const wrong = others.filter((one) => text.includes(one));
  const precision = right.length === 0 ? 0 : right.length / (right.length + wrong.length);
  const recall = wanted.length === 0 ? 0 : right.length / wanted.length;
  return {
    name,
    isRight: precision >= LEAST_PRECISION && recall >= LEAST_RECALL,
    isGrounded: right.length > 0 && right.every((one) => results.words.includes(one)),
    precision,
    recall,
  };
}

const round = (value: number): string => String(Math.round(value * 100) / 100);

/** The score in its parts, for a reader. */
export function inParts({ total, facts, grounding, form, parts, missing }: Score): string {
  const wrong = parts.filter(({ isRight }) => !isRight).map(({ name }) => name);
  const remarks = [
    ...(wrong.length === 0 ? [] : [`${wrong.join(', ')} wrong or absent`]),
    ...(missing.length === 0 ? [] : [`no ${missing.join(', no ')}`]),
  ];
  const sum = `${round(total)} = facts ${round(facts)} + grounding ${round(grounding)} + form ${round(form)}`;
  return remarks.length === 0 ? sum : `${sum}: ${remarks.join('; ')}`;
}
