/** Which check verifies a requirement, and which defects prove that it can fail: generated, never written by hand. */
import { DEFECT_CATALOGUE } from '../../reference/defects/catalogue.ts';
import { catalogue } from '../../suites/catalogue.ts';
import type { Requirement } from '../core/requirement.ts';
import type { Suite } from '../core/suite.ts';
import type { TrialView } from '../judge/views.ts';
import { UNBREAKABLE } from './unbreakable.ts';

const HEAD = `# Traceability

Generated from the declarations by \`npx vitest run --project tools traceability -u\`; a test holds it to them. Each row:
what is required, the checks that verify it, and the defects of the reference deployment that must make it fail.
\`npm run prove\` shows that they do.
`;

const cell = (words: readonly string[]): string => (words.length === 0 ? '–' : words.join(', '));

function rowOf({ id, level, excluded }: Requirement, suite: Suite<TrialView>): string {
  const checks = suite.checks.filter((check) => check.requirement === id).map((check) => `${check.id}`);
  const defects = DEFECT_CATALOGUE.filter(
    ({ mustFail, leavesOpen = [] }) => mustFail.includes(id) || leavesOpen.includes(id),
  ).map((defect) => defect.id);
  const verified = excluded === undefined ? cell(checks) : `not covered: ${excluded}`;
  const why = checks.flatMap((check) => UNBREAKABLE[check] ?? []);
  const proven = defects.length === 0 ? cell(why.map((reason) => `none: ${reason}`)) : cell(defects);
  return `| ${id} | ${level} | ${verified} | ${proven} |`;
}

/** Requirements with a check that no defect must break, and no reason why none can. */
export const unproven = (): readonly string[] =>
  catalogue
    .flatMap(({ checks }) => checks)
    .filter(
      ({ id, requirement }) =>
        UNBREAKABLE[id] === undefined &&
        !DEFECT_CATALOGUE.some(({ mustFail, leavesOpen = [] }) =>
          [...mustFail, ...leavesOpen].includes(requirement),
        ),
    )
    .map(({ requirement }) => requirement);

/** The table as Markdown. */
export function traceability(): string {
  const sections = catalogue.flatMap((suite) => [
    `## ${suite.title}`,
    '',
    '| requirement | level | checks | defects |',
    '|---|---|---|---|',
    ...suite.requirements.map((requirement) => rowOf(requirement, suite)),
    '',
  ]);
  return [HEAD, ...sections].join('\n');
}
