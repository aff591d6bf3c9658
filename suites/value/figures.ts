/**
 * Figures in prose, however they are written: 1,234.50 and 1.234,50 and 1 234,50, $1.2k, 12 %, 3.4 million.
 *
 * Where one spelling has two meanings ("1,234" is a thousand and more to some, one and a bit to others) both are kept:
 * a figure is right if one of its readings is. A reading also knows how finely it was written, since "1.2k" says no
 * more than "from 1150 to 1250".
 */

/** One meaning of a figure. */
export interface Reading {
  readonly value: number;
  /** Half a unit of its last digit. */
  readonly fineness: number;
}

/** A figure and where in the text it stands. */
export interface Figure {
  readonly at: number;
  readonly readings: readonly Reading[];
  /** Written without a fraction and without a magnitude: perhaps only a count, a place in a list, a day. */
  readonly isWhole: boolean;
}

/** What of a text is read. Answers are far shorter; what is longer is no answer. */
const READ_CHARACTERS = 64 * 1024;
const MOST_FIGURES = 4_000;

/** Texts are compared without regard to case and to the width of digits and spaces. */
export const plain = (text: string): string => text.slice(0, READ_CHARACTERS).normalize('NFKC').toLowerCase();

const DATE = /\d{4}-\d{2}(-\d{2})?(t[\d:.]+z?)?|\b\d{1,2}:\d{2}(:\d{2})?\b/g;
const NUMBER = /(?<![\p{L}\p{N}_])(?:\d{1,3}(?: \d{3}(?!\d))+|\d+)(?:[.,'’_]\d+)*(e[+-]?\d{1,2})?/gu;
const GLUED_CURRENCY = /(?<![\p{L}\p{N}_])(usd|eur|gbp|chf|jpy|us|rs)(?=\d)/gu;
const SCALE = /^\s?(k|tsd|thousand|m|mn|mio|million|b|bn|mrd|billion)\b/u;
const SCALES: Readonly<Record<string, number>> = {
  k: 1e3,
  tsd: 1e3,
  thousand: 1e3,
  m: 1e6,
  mn: 1e6,
  mio: 1e6,
  million: 1e6,
  b: 1e9,
  bn: 1e9,
  mrd: 1e9,
  billion: 1e9,
};

/** Blanks out what is to be passed over, so that everything else stays where it is. */
const blank = (text: string): string => ' '.repeat(text.length);

/** The figures of a text in plain form. Names that contain digits are no figures, and are given to be passed over. */
export function figuresIn(text: string, names: readonly string[] = []): readonly Figure[] {
  const unnamed = names.reduce((rest, name) => rest.replaceAll(name, blank(name)), text);
  const read = unnamed.replaceAll(DATE, blank).replaceAll(GLUED_CURRENCY, blank);
  const figures: Figure[] = [];
  for (const match of read.matchAll(NUMBER)) {
    if (figures.length >= MOST_FIGURES) break;
    const after = read.slice(match.index + match[0].length, match.index + match[0].length + 12);
    const figure = figureOf(match[0], match.index, SCALES[SCALE.exec(after)?.[1] ?? '']);
    if (figure.readings.length > 0) figures.push(figure);
  }
  return figures;
}

/** "3 100" may be one figure or two: all of them are readings of it. */
function figureOf(written: string, at: number, scale: number | undefined): Figure {
  const parts = written.includes(' ') ? written.split(' ') : [];
  const unscaled = [written.replaceAll(' ', ''), ...parts].flatMap(readingsOf);
  // A magnitude may be the beginning of another word or unit: "5 m" is not always five million.
  const scaled =
    scale === undefined
      ? []
      : unscaled.map(({ value, fineness }) => ({ value: value * scale, fineness: fineness * scale }));
  return { at, readings: [...scaled, ...unscaled], isWhole: scale === undefined && /^\d+$/.test(written) };
}

function readingsOf(written: string): readonly Reading[] {
  const [mantissa = '', exponent] = written.split('e');
  const digits = mantissa.replaceAll(/['’_]/g, '');
  const factor = 10 ** Number(exponent ?? 0);
  return spellingsOf(digits).flatMap((spelling) => {
    const value = Number(spelling) * factor;
    if (!Number.isFinite(value)) return [];
    const decimals = spelling.split('.')[1]?.length ?? 0;
    return [{ value, fineness: (0.5 * factor) / 10 ** decimals }];
  });
}

/** Digits with points and commas as decimal numbers: one, two where it is ambiguous, none for what is no number. */
function spellingsOf(digits: string): readonly string[] {
  const marks = [...digits.replaceAll(/\d/g, '')];
  const last = marks.at(-1);
  if (last === undefined) return [digits];
  const parts = digits.split(/[.,]/);
  const isGrouped = (groups: readonly string[]): boolean =>
    /^\d{1,3}$/.test(groups[0] ?? '') && groups.slice(1).every((group) => group.length === 3);
  const whole = isGrouped(parts) ? [parts.join('')] : [];
  const fraction = [`${parts.slice(0, -1).join('')}.${parts.at(-1)}`];
  if (marks.length === 1) return parts[0] === '0' ? fraction : [...whole, ...fraction];
  if (new Set(marks).size === 1) return whole;
  const isUniform = marks.slice(0, -1).every((mark) => mark !== last);
  return isUniform && isGrouped(parts.slice(0, -1)) ? fraction : [];
}

/** A rounded figure may stand for the exact one, as long as it was not rounded beyond this. */
const COARSEST = 0.05;

/** Whether a figure states a value, within a relative tolerance or as finely as it was written. */
export function states({ readings }: Figure, truth: number, tolerance: number): boolean {
  return readings.some(({ value, fineness }) => {
    const rounded = fineness <= COARSEST * Math.abs(truth) ? fineness : 0;
    return Math.abs(value - Math.abs(truth)) <= Math.max(tolerance * Math.abs(truth), rounded) * (1 + 1e-9);
  });
}
