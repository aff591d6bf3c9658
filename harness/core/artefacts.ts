/** A form in which the report of a campaign is written, or something that is written beside it. */
export interface Artefact {
  /** Its place in the folder of the campaign; a folder where it ends in a slash. */
  readonly file: string;
  /** Whether it is written where nobody asks for anything else. */
  readonly usual: boolean;
  readonly what: string;
}

/** By the name under which each is asked for. */
export const ARTEFACTS = {
  json: { file: 'report.json', usual: true, what: 'the whole report; the others are rendered from it' },
  markdown: { file: 'report.md', usual: true, what: 'a summary of at most 60 lines' },
  html: { file: 'report.html', usual: true, what: 'the report as one page that needs no server' },
  junit: { file: 'junit.xml', usual: true, what: 'a test case for each check' },
  badge: { file: 'badge.json', usual: true, what: 'the verdict for a shields.io endpoint badge' },
  stats: { file: 'stats.csv', usual: true, what: 'every estimate with n and its bounds' },
  metrics: { file: 'metrics.txt', usual: true, what: 'the figures as OpenMetrics' },
  otlp: { file: 'otlp.json', usual: true, what: 'trials and agent runs as an OpenTelemetry trace' },
  connectivity: { file: 'connectivity.md', usual: true, what: 'how the target could be reached' },
  allure: { file: 'allure-results/', usual: false, what: 'results for an Allure report' },
  har: { file: 'evidence/http.har', usual: false, what: 'all HTTP exchanges: evidence, and private like it' },
} as const satisfies Readonly<Record<string, Artefact>>;

export type ArtefactName = keyof typeof ARTEFACTS;
export const ARTEFACT_NAMES = Object.keys(ARTEFACTS) as readonly ArtefactName[];
export const USUAL_ARTEFACTS: readonly ArtefactName[] = ARTEFACT_NAMES.filter(
  (name) => ARTEFACTS[name].usual,
);

/** The word for all that are written where nobody asks for anything else. */
const USUAL = 'usual';

/**
 * The artefacts that a list names, in the order of the table and each once; the document itself always. A word
 * that names none is handed back instead.
 */
export function readArtefacts(list: string): readonly ArtefactName[] | { readonly unknown: string } {
  const words = list
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
  const asked = new Set<string>(['json']);
  for (const word of words) for (const name of word === USUAL ? USUAL_ARTEFACTS : [word]) asked.add(name);
  const names = ARTEFACT_NAMES.filter((name) => asked.delete(name));
  const [unknown] = asked;
  return unknown === undefined ? names : { unknown };
}
