/** What one campaign showed about a defect, or about having none. */
import { z } from 'zod';
import type { DefectFacts } from '../../../reference/defects/defect.ts';
import type { CampaignReport } from '../../report/model.ts';
import type { Job } from './job.ts';

const job = z.object({
  id: z.string(),
  defect: z.string().optional(),
  noise: z.number().int().optional(),
  seed: z.number().int(),
  selectors: z.array(z.string()),
  agentRuns: z.number().int(),
  alone: z.boolean(),
  seconds: z.number(),
});

/** One campaign as it is kept: what was asked for and everything that was not a pass. */
export const look = z.object({
  job,
  /** Whether nothing else was driven meanwhile. */
  alone: z.boolean(),
  /** The kinds of benign noise that the deployment made. */
  noise: z.array(z.string()),
  tookMs: z.number(),
  /** What was driven: a run may be taken up at another commit. */
  commit: z.string(),
  /** Requirements that got a verdict, and of these whatever the defect leaves whole. */
  judged: z.number().int(),
  whole: z.number().int(),
  /** Requirements that the defect leaves whole and that failed all the same. */
  falseAlarms: z.array(z.string()),
  failed: z.array(z.string()),
  open: z.array(z.object({ requirement: z.string(), because: z.array(z.string()) })),
  /** Checks that noticed the defect. */
  caught: z.array(z.string()),
  /** What differs from what the defect states, or from a healthy deployment. */
  deviations: z.array(z.string()),
});

/** One campaign as it is kept. */
export type Look = z.infer<typeof look>;

/** How a look came about. */
export type How = Pick<Look, 'alone' | 'tookMs' | 'noise' | 'commit'>;

/** What a deployment without a defect breaks: nothing. */
export const NO_DEFECT: DefectFacts = {
  id: 'none',
  title: 'nothing is wrong',
  breaks: '',
  family: 'cut off',
  mustFail: [],
  mayFail: [],
};

/**
 * Defects after which something is left undecided under a neighbour of what is broken instead of under it. What must
 * fail does and nothing else; only the pointer is not yet exact.
 */
const POINTS_BESIDE: ReadonlySet<string> = new Set([
  'D-AR-EMPTY-IS-NULL',
  'D-AR-PROFILES-WRAPPED',
  'D-AR-READ-LATE',
  'D-MA-NO-SUPERVISOR',
  'D-X-COMPLETED-OVER-HTTP',
  'D-X-FAILED-OVER-HTTP',
  'I069',
  'M21',
]);

type Requirement = CampaignReport['requirements'][number];

const verdictOf = ({ requirements }: CampaignReport, id: string): string | undefined =>
  requirements.find((requirement) => requirement.id === id)?.verdict;

/** Bounds what a target that lies may put into a message of ours. */
const MESSAGE_CHARACTERS = 400;

function actualOf(report: CampaignReport, requirement: string): string {
  const check = report.checks.find((one) => one.requirement === requirement && one.verdict !== 'pass');
  const finding = check?.findings[0];
  return `${check?.id} ${finding?.code}: ${finding?.actual}`.slice(0, MESSAGE_CHARACTERS);
}

/** Whether what left it open is itself not whole. */
const isExplained = (report: CampaignReport, { because }: Requirement): boolean =>
  because.some((id) => verdictOf(report, id) !== 'pass');

/**
 * What the report says against the defect's own statement of what it breaks. Where a deployment declares less than it
 * does, what depends on it may stay open.
 */
export function deviationsOf(
  report: CampaignReport,
  defect: DefectFacts,
  mayStayOpen = false,
): readonly string[] {
  const { mustFail, mayFail, leavesOpen = [] } = defect;
  const judged = report.requirements.filter(({ verdict }) => verdict !== undefined);
  const known = new Set(judged.map(({ id }) => id));
  const allowed = new Set([...mustFail, ...mayFail]);
  const isLoose = mayStayOpen || POINTS_BESIDE.has(defect.id);
  // What may fail is not whole itself.
  const mayBeOpen = (id: string): boolean => isLoose || leavesOpen.includes(id) || mayFail.includes(id);
  const unexplained = judged.filter(
    (one) => one.verdict === 'inconclusive' && !mayBeOpen(one.id) && !isExplained(report, one),
  );
  return [
    ...mustFail
      .filter((id) => known.has(id) && verdictOf(report, id) !== 'fail')
      .map((id) => `${id} must fail, and is ${verdictOf(report, id)}: ${actualOf(report, id)}`),
    ...leavesOpen
      .filter((id) => known.has(id) && verdictOf(report, id) !== 'inconclusive')
      .map((id) => `${id} must stay open, and is ${verdictOf(report, id)}`),
    ...judged
      .filter(({ id, verdict }) => verdict === 'fail' && !allowed.has(id))
      .map(({ id }) => `${id} fails, and may not: ${actualOf(report, id)}`),
    ...judged
      .filter(({ verdict }) => verdict === 'error')
      .map(({ id }) => `${id} is an error: ${actualOf(report, id)}`),
    ...unexplained.map(
      ({ id, because }) =>
        `${id} is inconclusive because of "${because.join(', ')}", which is whole: ${actualOf(report, id)}`,
    ),
    ...(judged.length === 0 ? ['nothing was judged'] : []),
  ];
}

/** What of a campaign's report is kept. */
export function lookAt(
  job: Job,
  report: CampaignReport,
  defect: DefectFacts,
  how: How,
  mayStayOpen = false,
): Look {
  const { mustFail, mayFail, leavesOpen = [] } = defect;
  const judged = report.requirements.filter(({ verdict }) => verdict !== undefined);
  const touched = new Set([...mustFail, ...mayFail, ...leavesOpen]);
  const whole = judged.filter(({ id }) => !touched.has(id));
  const isCaught = ({ requirement, verdict }: CampaignReport['checks'][number]): boolean =>
    verdict === 'fail' || (verdict === 'inconclusive' && leavesOpen.includes(requirement));
  return {
    job: { ...job, selectors: [...job.selectors] },
    ...how,
    judged: judged.length,
    whole: whole.length,
    falseAlarms: whole.filter(({ verdict }) => verdict === 'fail').map(({ id }) => id),
    failed: judged.filter(({ verdict }) => verdict === 'fail').map(({ id }) => id),
    open: judged
      .filter(({ verdict }) => verdict === 'inconclusive')
      .map(({ id, because }) => ({ requirement: id, because: [...because] })),
    caught: report.checks.filter(isCaught).map(({ id }) => id),
    deviations: [...deviationsOf(report, defect, mayStayOpen)],
  };
}

/** A campaign that came to no report. */
export function noLook(job: Job, why: string, how: How): Look {
  return {
    job: { ...job, selectors: [...job.selectors] },
    ...how,
    judged: 0,
    whole: 0,
    falseAlarms: [],
    failed: [],
    open: [],
    caught: [],
    deviations: [why.slice(0, MESSAGE_CHARACTERS)],
  };
}
