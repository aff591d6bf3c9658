/** Two campaigns side by side, as text for a terminal and as Markdown. */
import { type ComparedStage, type Comparison, STAGE_VERDICTS } from '../harness/compare/model.ts';
import { counted, enumerate, plainText } from '../harness/report/plain-text.ts';
import { duration, interval, percent } from './figures.ts';
import { prose } from './markdown-text.ts';

const SAID: Readonly<Record<ComparedStage['verdict'], string>> = {
  worse: 'worse',
  better: 'better',
  'not-worse': 'no worse than the margin',
  inconclusive: 'inconclusive',
  'too-few': 'too few samples',
};

/** Stages of a kind that a terminal shows; the document has them all. */
const MOST_STAGES = 20;

const nameOf = ({ measure, of }: Pick<ComparedStage, 'measure' | 'of'>): string =>
  of === undefined ? measure : `${measure}, ${plainText(of)}`;

/** What is worse first, in its order otherwise. */
const byVerdict = ({ stages }: Comparison): readonly ComparedStage[] =>
  [...stages].sort((a, b) => STAGE_VERDICTS.indexOf(a.verdict) - STAGE_VERDICTS.indexOf(b.verdict));

const middle = ({ n, medianMs }: ComparedStage['baseline']): string =>
  medianMs === undefined ? 'no sample' : `${duration(medianMs)} (n=${n})`;

const shiftOf = ({ shiftMs }: ComparedStage): string =>
  shiftMs === undefined ? '' : `${signed(shiftMs.point)}, ${interval(shiftMs)}`;

const signed = (ms: number): string => (ms > 0 ? `+${duration(ms)}` : duration(ms));

/** `0.83, 0.61 to 0.93`. */
const dominanceOf = ({ dominance }: ComparedStage): string => {
  if (dominance === undefined) return '';
  const { point, low, high } = dominance;
  return low === undefined || high === undefined
    ? point.toFixed(2)
    : `${point.toFixed(2)}, ${low.toFixed(2)} to ${high.toFixed(2)}`;
};

const chance = (p: number | undefined): string =>
  p === undefined ? '' : p < 0.001 ? 'p < 0.001' : `p = ${p.toFixed(3)}`;

const whoOf = ({ campaign, target, versions, startedAt }: Comparison['baseline']): string =>
  [
    plainText(campaign),
    plainText(target),
    ...(versions.length === 0
      ? []
      : [
          `version ${enumerate(
            versions.map((one) => plainText(one)),
            3,
          )}`,
        ]),
    ...(startedAt === undefined ? [] : [plainText(startedAt)]),
  ].join(', ');

/** What changed besides times, one line for each kind of change. */
function changeLines({ requirements, capabilities }: Comparison): readonly string[] {
  const line = (words: string, ids: readonly string[]): readonly string[] =>
    ids.length === 0 ? [] : [`${words}: ${enumerate(ids.map((id) => plainText(id)))}`];
  return [
    ...line('newly failing', requirements.newlyFailing),
    ...line('newly passing', requirements.newlyPassing),
    ...line('newly undecided', requirements.newlyUndecided),
    ...line(
      'lost',
      capabilities.lost.map(({ name, reason }) => `${name} (${reason})`),
    ),
    ...line('gained', capabilities.gained),
    ...line(
      'no longer judged',
      requirements.newlyUnselected.map(({ id, reason }) => `${id} (${reason})`),
    ),
    ...line('judged for the first time', requirements.newlySelected),
  ];
}

const termsOf = ({ alpha, margin, stages }: Comparison): string =>
  `${counted(stages.length, 'stage')}; margin ${margin.percent} % of the median, ${duration(margin.leastMs)} and our own delay at least; ` +
  `a difference is called where there is none in ${percent(alpha)} of comparisons at most, all stages together`;

/** For a terminal. */
export function renderComparison(comparison: Comparison): string {
  const ordered = byVerdict(comparison);
  const shown = ordered.slice(0, MOST_STAGES);
  const width = Math.max(0, ...shown.map((stage) => nameOf(stage).length));
  const rows = shown.map((stage) => {
    const figures = [`${middle(stage.baseline)} -> ${middle(stage.current)}`, shiftOf(stage)];
    const said = [...figures, chance(stage.pDifferent)].filter((part) => part !== '').join('; ');
    return `  ${nameOf(stage).padEnd(width)}  ${SAID[stage.verdict].padEnd(24)}  ${said}`;
  });
  const more = ordered.length - shown.length;
  return [
    comparison.conclusion,
    '',
    `  baseline  ${whoOf(comparison.baseline)}`,
    `  current   ${whoOf(comparison.current)}`,
    `  compared  ${termsOf(comparison)}`,
    ...comparison.caveats.map((caveat) => `  caveat    ${plainText(caveat)}`),
    ...changeLines(comparison).map((line) => `  ${line}`),
    '',
    ...rows,
    ...(more > 0 ? [`  and ${counted(more, 'more stage')}`] : []),
    '',
  ].join('\n');
}

/** For whoever reviews a change. */
export function renderComparisonMarkdown(comparison: Comparison): string {
  const bullets = (lines: readonly string[]): readonly string[] => lines.map((line) => `- ${prose(line)}`);
  const cells = (stage: ComparedStage): readonly string[] => [
    prose(nameOf(stage)),
    stage.verdict === 'worse' ? `**${SAID.worse}**` : SAID[stage.verdict],
    middle(stage.baseline),
    middle(stage.current),
    shiftOf(stage),
    dominanceOf(stage),
    duration(stage.marginMs),
    chance(stage.pDifferent),
  ];
  const changes = [...changeLines(comparison), ...comparison.caveats.map((caveat) => `caveat: ${caveat}`)];
  return [
    '# Comparison',
    '',
    prose(comparison.conclusion),
    '',
    ...bullets([
      `baseline: ${whoOf(comparison.baseline)}`,
      `current: ${whoOf(comparison.current)}`,
      termsOf(comparison),
    ]),
    ...bullets(changes),
    '',
    '| stage | verdict | baseline | current | shift, 90 % interval | dominance | margin | chance |',
    '|---|---|---:|---:|---|---|---:|---|',
    ...byVerdict(comparison).map((stage) => `| ${cells(stage).join(' | ')} |`),
    '',
    'Counted from the beginning, so a slow stage is in several of them; shown, not compared:',
    '',
    '| of | baseline | current |',
    '|---|---:|---:|',
    ...comparison.cumulative.map(
      ({ measure, of, baseline, current }) =>
        `| ${prose(nameOf({ measure, ...(of === undefined ? {} : { of }) }))} | ${middle(baseline)} | ${middle(current)} |`,
    ),
    '',
  ].join('\n');
}
