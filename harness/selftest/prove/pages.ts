/** What is shown of a proof: the kill matrix, and the figures on the first page. */
import { catalogue } from '../../../suites/catalogue.ts';
import { LABORIOUS, WHOLE_EVERY } from './job.ts';
import type { Proof } from './proof.ts';
import { atLeast, atMost } from './summary.ts';

const cell = (words: readonly string[]): string => (words.length === 0 ? '–' : words.join(', '));
const safe = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

function head(proof: Proof): string {
  const { commits, extent, rotation, campaigns, campaignSeconds, defects, processes, atOnce } = proof;
  const hours = (campaignSeconds / 3600).toFixed(1);
  return `# Kill matrix

Generated from [proof.json](proof.json) by \`npm run prove -- --publish\`; a test holds it to that. Campaigns of commit
${commits.join(', ')}: extent ${extent}, rotation ${rotation}, ${campaigns} campaigns against ${defects.length} defects and none,
${hours} h in all, ${processes} processes with ${atOnce} campaigns at once in each. A campaign that deviates while others are
driven beside it is repeated alone; both looks are told below. What takes hundreds of requests (${LABORIOUS.join(', ')}) is driven
where a defect breaks it and, in a full run, against every defect; beside that in one campaign of ${WHOLE_EVERY}. A defect that
is nothing but slow is driven against its own claims.
`;
}

function checkRows({ checks }: Proof): readonly string[] {
  const byId = new Map(checks.map((check) => [check.id, check]));
  return catalogue.flatMap((suite) => [
    `### ${suite.title}`,
    '',
    '| requirement | check | caught |',
    '|---|---|---|',
    ...suite.checks.flatMap(({ id }) => {
      const check = byId.get(id);
      if (check === undefined) return [];
      const by =
        check.defects.length === 0 && check.why !== undefined ? safe(check.why) : cell(check.defects);
      return [`| ${check.requirement} | ${id} | ${by} |`];
    }),
    '',
  ]);
}

/** How a defect was noticed: what had to fail, what else was allowed to and did, what was left open because of what. */
function defectRow(defect: Proof['defects'][number]): string {
  const { id, title, breaks, mustFail, failed, open, deviations, leavesOpen } = defect;
  const did = (wanted: string): string => (failed.includes(wanted) ? wanted : `${wanted} (did not)`);
  const must = mustFail.map(did);
  const also = failed.filter((one) => !mustFail.includes(one));
  const left = open.map(({ requirement, because }) =>
    because.length === 0 ? requirement : `${requirement} (${because.join(', ')})`,
  );
  const stays = leavesOpen.length === 0 ? [] : [`must stay open: ${leavesOpen.join(', ')}`];
  const wrong = deviations.length === 0 ? '' : ` **${deviations.length} deviations**`;
  return `| ${id} | ${breaks} | ${safe(title)}${wrong} | ${cell([...must, ...stays])} | ${cell(also)} | ${cell(left)} |`;
}

function secondLooks({ secondLooks: again }: Proof): readonly string[] {
  if (again.length === 0) return ['Nothing had to be looked at twice.', ''];
  return [
    '| campaign | beside others | alone |',
    '|---|---|---|',
    ...again.map(({ job, first, alone }) => `| ${job} | ${safe(first.join('; '))} | ${safe(cell(alone))} |`),
    '',
  ];
}

function mutants({ mutations }: Proof): readonly string[] {
  if (mutations === undefined) return [];
  const { breaking, harmless, survivors } = mutations;
  return [
    '## What was made of recordings that were changed',
    '',
    `${breaking.operators} operators that leave the protocol: ${breaking.asDeclared} of ${breaking.mutants} mutants were caught. ` +
      `${harmless.operators} that stay within it: ${harmless.asDeclared} of ${harmless.mutants} were passed over. What survived, and why:`,
    '',
    '| operator | does | different ones | such as | why |',
    '|---|---|---|---|---|',
    ...survivors.map(
      ({ operator, does, count, where, reason }) =>
        `| ${operator} | ${safe(does)} | ${count} | ${safe(where)} | ${safe(reason ?? '**nobody knows**')} |`,
    ),
    '',
  ];
}

/** docs/kill-matrix.md. */
export function killMatrixPage(proof: Proof): string {
  const { clean, specificity } = proof;
  return [
    head(proof),
    '## Where nothing is wrong',
    '',
    `${clean.falseAlarms.of} campaigns against a deployment without a defect, each over connectivity and a third of the other suites, ` +
      `among the noise that the protocol allows: ` +
      `${clean.falseAlarms.count} false alarms, so at most ${atMost(clean.falseAlarms.bound)} (exact, 95 %); ` +
      `${clean.atFirstLook.count} at the first look. Of ${specificity.of} verdicts on what was whole, beside a defect or ` +
      `without one, ${specificity.of - specificity.count} were failures: a specificity of at least ${atLeast(specificity.bound)}.`,
    '',
    ...mutants(proof),
    '## What each check caught',
    '',
    ...checkRows(proof),
    '## What each defect did',
    '',
    'What had to fail; what else was allowed to and did; what was left undecided, and in brackets because of what.',
    '',
    '| defect | breaks | what it does | had to fail | failed besides | left undecided |',
    '|---|---|---|---|---|---|',
    ...proof.defects.map(defectRow),
    '',
    '## Second looks',
    '',
    ...secondLooks(proof),
  ].join('\n');
}

const BEGIN = '<!-- figures of docs/proof.json: npm run prove -- --publish -->';
const END = '<!-- end of the figures -->';

/** The figures as the first page shows them. */
function figures({ defects, checks, clean, specificity, mutations, secondLooks: again }: Proof): string {
  const noticed = defects.filter(({ deviations }) => deviations.length === 0).length;
  const proven = checks.filter((check) => check.defects.length > 0).length;
  return [
    BEGIN,
    '| proof | figure |',
    '|---|---|',
    `| defects noticed as they state | ${noticed} of ${defects.length} |`,
    `| checks that caught a defect; the others say why none can break them | ${proven} of ${checks.length} |`,
    `| false alarms, clean campaigns of a third of the suites | ${clean.falseAlarms.count} of ${clean.falseAlarms.of}, at most ${atMost(clean.falseAlarms.bound)} |`,
    `| specificity, verdicts on what is whole | ${specificity.count} of ${specificity.of}, at least ${atLeast(specificity.bound)} |`,
    ...(mutations === undefined
      ? []
      : [
          `| breaking mutants of recordings that were caught; the others are explained | ${mutations.breaking.asDeclared} of ${mutations.breaking.mutants} |`,
        ]),
    `| campaigns that needed a second look | ${again.length} |`,
    '',
    'Bounds are exact at 95 %; [the kill matrix](docs/kill-matrix.md) has every check and every defect.',
    END,
  ].join('\n');
}

/** The first page with the figures of this proof between its markers. */
export function withFigures(page: string, proof: Proof): string {
  const from = page.indexOf(BEGIN);
  const to = page.indexOf(END);
  if (from < 0 || to < from) throw new Error(`README.md has no place for the figures: expected "${BEGIN}"`);
  return page.slice(0, from) + figures(proof) + page.slice(to + END.length);
}
