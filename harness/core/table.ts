/** What a suite tells beside verdicts: how much was looked at between whom, and what was found there. */

/** One number of a table: between two names, in one respect. */
export interface Cell {
  readonly row: string;
  readonly column: string;
  readonly aspect: string;
  /** How much was looked at. */
  readonly looked: number;
  /** How much of it should not have been there. */
  readonly found: number;
}

/** A table over the whole campaign: cells of the same place are added up. */
export interface Table<View> {
  /** `area/name`; permanent. */
  readonly id: string;
  readonly title: string;
  /** What rows and columns are, in a word each. */
  readonly rows: string;
  readonly columns: string;
  /** All respects in which it could be looked; one without a cell was not. */
  readonly aspects: readonly string[];
  readonly collect: (view: View) => readonly Cell[];
}
