/**
 * A page of at most so many lines, whatever there is to tell. Sections give up their last items, the longest one
 * first, and say how many they gave up; an item is never cut in two, so that no table or fence is left open.
 */

export interface Section {
  /** Its heading, and what stands before the items. */
  readonly head: readonly string[];
  readonly items: readonly (readonly string[])[];
  readonly foot?: readonly string[];
  /** Shown at most, whatever room there is. */
  readonly most: number;
  /** Shown in any case. */
  readonly least: number;
  /** How much longer than others it may be before it gives up something. */
  readonly weight?: number;
  /** The line that tells of those not shown; a bullet without it. */
  readonly more?: (hidden: number) => readonly string[];
}

/** The sections with an empty line between them. */
export function fitted(sections: readonly Section[], mostLines: number): readonly string[] {
  const shown = sections.map(({ items, most }) => Math.min(items.length, most));
  const lengthOf = (index: number): number => linesOf(sections[index], shown[index] ?? 0).length;
  const total = (): number => sections.reduce((sum, _, index) => sum + lengthOf(index) + 1, -1);
  while (total() > mostLines) {
    const longest = sections
      .map(({ weight = 1, least }, index) => ({ index, size: lengthOf(index) / weight, least }))
      .filter(({ index, least }) => (shown[index] ?? 0) > least)
      .sort((a, b) => b.size - a.size)[0];
    if (longest === undefined) break;
    shown[longest.index] = (shown[longest.index] ?? 0) - 1;
  }
  return sections.flatMap((section, index) => [
    ...(index === 0 ? [] : ['']),
    ...linesOf(section, shown[index] ?? 0),
  ]);
}

const bullet = (hidden: number): readonly string[] => [`- and ${hidden} more, in report.json`];

function linesOf(section: Section | undefined, shown: number): readonly string[] {
  if (section === undefined) return [];
  const { head, items, foot = [], more = bullet } = section;
  const hidden = items.length - shown;
  return [...head, ...items.slice(0, shown).flat(), ...(hidden > 0 ? more(hidden) : []), ...foot];
}
