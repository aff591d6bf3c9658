import { readFileSync } from 'node:fs';

/** A defect of the reference deployment, and the requirements that it must make fail. */
export interface ProvenDefect {
  readonly id: string;
  readonly requirements: readonly string[];
}

/** From the source it is two folders up, from the built package three. */
const PLACES = ['../../docs/traceability.md', '../../../docs/traceability.md'];
const ROW = /^\| (\S+) \| (?:MUST|SHOULD|MAY) \| .* \| (.*) \|$/;

/**
 * The defects that prove the checks, as docs/traceability.md lists them: the harness may not look into the reference
 * deployment, and that page is generated from it. Empty where the page is not there.
 */
export function provenDefects(): readonly ProvenDefect[] {
  known ??= readDefects();
  return known;
}

/** The page does not change while we run. */
let known: readonly ProvenDefect[] | undefined;

function readDefects(): readonly ProvenDefect[] {
  const found = new Map<string, string[]>();
  for (const line of pageText().split('\n')) {
    const [, requirement, defects = ''] = ROW.exec(line) ?? [];
    if (requirement === undefined) continue;
    for (const id of defects.split(', ').filter((word) => /^[A-Z]/.test(word)))
      found.set(id, [...(found.get(id) ?? []), requirement]);
  }
  return [...found]
    .map(([id, requirements]) => ({ id, requirements }))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

function pageText(): string {
  for (const place of PLACES) {
    try {
      return readFileSync(new URL(place, import.meta.url), 'utf8');
    } catch {
      // It is at the other place, or left out of the installation.
    }
  }
  return '';
}
