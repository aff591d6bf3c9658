import { breathe } from '../pause.ts';
import { mean, median, sum } from './figures.ts';

/** A series taken apart into a line and, if it has one, a season. */
export interface Decomposition {
  readonly intercept: number;
  readonly slope: number;
  /** The season by its phase; empty when there is none. */
  readonly season: readonly number[];
  readonly residuals: Float64Array;
}

type Line = readonly [intercept: number, slope: number];

/** How a line and a centre are found: by least squares, or unmoved by outliers. */
interface Fit {
  readonly line: (values: Float64Array) => Line;
  readonly centre: (values: readonly number[]) => number;
  readonly spread: (residuals: Float64Array, parameters: number) => number;
  /** How many whole periods are needed before a season is believed. */
  readonly cycles: number;
}

function leastSquares(values: Float64Array): Line {
  const n = values.length;
  const middle = (n - 1) / 2;
  const average = mean([...values]);
  const across = sum(values.map((value, index) => (index - middle) * (value - average)));
  const within = sum(values.map((_, index) => (index - middle) ** 2));
  const slope = within === 0 ? 0 : across / within;
  return [average - slope * middle, slope];
}

/** The line through the medians of the outer thirds (Tukey 1977). */
function resistantLine(values: Float64Array): Line {
  const third = Math.max(1, Math.floor(values.length / 3));
  const left = median(values.subarray(0, third));
  const right = median(values.subarray(values.length - third));
  const slope = values.length < 6 ? 0 : (right - left) / (values.length - third);
  return [median(values.map((value, index) => value - slope * index)), slope];
}

const BY_LEAST_SQUARES: Fit = {
  line: leastSquares,
  centre: mean,
  spread: (residuals, parameters) =>
    Math.sqrt(sum(residuals.map((value) => value * value)) / Math.max(1, residuals.length - parameters)),
  cycles: 2,
};

const RESISTANT: Fit = {
  line: resistantLine,
  centre: median,
  spread: (residuals) => median(residuals.map(Math.abs)),
  cycles: 3,
};

function seasonOf(values: Float64Array, [intercept, slope]: Line, period: number, fit: Fit): number[] {
  const phases = Array.from({ length: period }, (): number[] => []);
  for (const [index, value] of values.entries())
    phases[index % period]?.push(value - intercept - slope * index);
  const raw = phases.map((phase) => (phase.length === 0 ? 0 : fit.centre(phase)));
  const level = mean(raw);
  return raw.map((value) => value - level);
}

const BACKFITTING_ROUNDS = 10; // changes below a millionth by then

function isSettled([intercept, slope]: Line, [before, steepness]: Line, count: number): boolean {
  const scale = Math.abs(intercept) + Math.abs(slope) * count;
  return Math.abs(intercept - before) + Math.abs(slope - steepness) * count <= scale * 1e-12;
}

async function fitWith(
  values: Float64Array,
  period: number,
  fit: Fit,
  signal: AbortSignal,
): Promise<Decomposition> {
  let line = fit.line(values);
  let season: number[] = [];
  for (let round = 0; period > 0 && round < BACKFITTING_ROUNDS; round += 1) {
    await breathe(signal);
    season = seasonOf(values, line, period, fit);
    const before = line;
    line = fit.line(values.map((value, index) => value - (season[index % period] ?? 0)));
    if (isSettled(line, before, values.length)) break;
  }
  const [intercept, slope] = line;
  const residuals = values.map(
    (value, index) => value - intercept - slope * index - (period === 0 ? 0 : (season[index % period] ?? 0)),
  );
  return { intercept, slope, season, residuals };
}

/** A season must explain this much of the spread, or it is taken for chance. */
const CONVINCING = 0.7;

async function decompose(
  values: Float64Array,
  periods: readonly number[],
  fit: Fit,
  signal: AbortSignal,
): Promise<Decomposition> {
  let best = await fitWith(values, 0, fit, signal);
  let bestSpread = fit.spread(best.residuals, 2);
  for (const period of periods.filter((candidate) => values.length >= candidate * fit.cycles)) {
    const seasonal = await fitWith(values, period, fit, signal);
    const spread = fit.spread(seasonal.residuals, 1 + period);
    if (spread < bestSpread * CONVINCING) {
      best = seasonal;
      bestSpread = spread;
    }
  }
  return best;
}

/** Line and season by least squares: for saying what comes next. */
export function leastSquaresDecomposition(
  values: Float64Array,
  periods: readonly number[],
  signal: AbortSignal,
): Promise<Decomposition> {
  return decompose(values, periods, BY_LEAST_SQUARES, signal);
}

/** Line and season that outliers do not move: for saying what does not belong. */
export function resistantDecomposition(
  values: Float64Array,
  periods: readonly number[],
  signal: AbortSignal,
): Promise<Decomposition> {
  return decompose(values, periods, RESISTANT, signal);
}

/** What the line and the season say about the point with the given index. */
export function expectedAt({ intercept, slope, season }: Decomposition, index: number): number {
  return intercept + slope * index + (season.length === 0 ? 0 : (season[index % season.length] ?? 0));
}
