/** A number of a text, with what its writing says about its precision. */
interface Figure {
  readonly text: string;
  readonly value: number;
  readonly decimals: number;
}

/** Numbers that stand alone: no part of a name, a date or a version. */
const FIGURE = /(?<![\w.,:/-])-?\d[\d,]*(?:\.\d+)?(?![\w:/]|-\d|[.,]\d)/g;

/** Below this many digits that count, a number says little: it may be a rank, a count, a day. */
const MIN_DIGITS = 3;

function figuresOf(text: string): readonly Figure[] {
  return [...text.matchAll(FIGURE)].map(([match]) => {
    const digits = match.replaceAll(',', '');
    return { text: match, value: Math.abs(Number(digits)), decimals: digits.split('.')[1]?.length ?? 0 };
  });
}

function counts({ text }: Figure): boolean {
  const isWhole = !text.includes('.');
  const digits = text.replace(/[^\d]/g, '').replace(/^0+/, '');
  return (isWhole ? digits.replace(/0+$/, '') : digits).length >= MIN_DIGITS;
}

function isRounding(figure: Figure, of: number): boolean {
  return Math.abs(figure.value - of) <= 0.5 * 10 ** -figure.decimals + 1e-9;
}

/** The figures of an answer that none of its sources has, not even before rounding. */
export function foreignFigures(answer: string, sources: readonly string[]): readonly string[] {
  const known = sources.flatMap((source) => figuresOf(source).map(({ value }) => value));
  return figuresOf(answer)
    .filter((figure) => counts(figure) && !known.some((value) => isRounding(figure, value)))
    .map(({ text }) => text);
}
