import { ToolError } from './agent.ts';
import type { AnswerPart, PlanStep } from './answer.ts';
import type { Dataset } from './data/dataset.ts';
import { inWords } from './data/figures.ts';
import { readSavingRules } from './question.ts';
import { type CostRanking, rankCosts } from './tools/rank-costs.ts';
import { estimateSavings, type Saving, type SavingsReport } from './tools/savings.ts';

const LISTED = 10;

async function unlessImpossible(work: () => Promise<AnswerPart>): Promise<AnswerPart> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    return { Limits: [`Costs could not be judged: ${error.message}.`] };
  }
}

function rankingPart({ cost_column, total_cost, mean_cost, ranking, rows }: CostRanking): AnswerPart {
  const top = ranking[0];
  const shown = ranking.map(
    ({ item, cost, share_percent }) => `${item} ${inWords(cost)} (${inWords(share_percent)} %)`,
  );
  return {
    Costs: [
      `Total ${cost_column} is ${inWords(total_cost)} over ${rows} rows, a mean of ${inWords(mean_cost)}.`,
      `The most expensive: ${shown.join('; ')}.`,
    ],
    ...(top === undefined
      ? {}
      : {
          Insights: [
            `The largest single cost is ${top.item} with ${inWords(top.cost)}, ${inWords(top.share_percent)} % of the total.`,
          ],
        }),
  };
}

/** A step that ranks what costs most. */
export function rankingStep(data: Dataset, prose: string): PlanStep {
  return {
    thought: `I rank the rows of ${data.name} by what they cost.`,
    perform: (task) =>
      unlessImpossible(async () =>
        rankingPart(
          await task.callTool('rank_costs', { dataset: data.name, order: 'descending' }, () =>
            rankCosts(data, prose, task.signal),
          ),
        ),
      ),
  };
}

function items(savings: readonly Saving[], action: Saving['action']): string {
  const chosen = savings.filter((saving) => saving.action === action).slice(0, LISTED);
  return chosen.map(({ item, saving }) => `${item} (saves ${inWords(saving)})`).join(', ');
}

function savingLines(report: SavingsReport): readonly string[] {
  const { cost_column, total_cost, total_saving, total_saving_percent, cost_after } = report;
  const lines = [
    `Total savings: ${inWords(total_saving)} of ${inWords(total_cost)} ${cost_column}, that is ${inWords(total_saving_percent)} %; ${inWords(cost_after)} remains.`,
  ];
  if (report.idle_count > 0) {
    lines.push(`Stopping ${report.idle_count} idle resources saves ${inWords(report.idle_saving)}.`);
  }
  if (report.rightsize_count > 0) {
    lines.push(
      `Rightsizing ${report.rightsize_count} underused resources saves ${inWords(report.rightsize_saving)}.`,
    );
  }
  if (report.recommended_saving > 0) {
    lines.push(`Moving to the recommended costs in the data saves ${inWords(report.recommended_saving)}.`);
  }
  return lines;
}

function advice({ savings }: SavingsReport): readonly string[] {
  const stop = items(savings, 'stop');
  const rightsize = items(savings, 'rightsize');
  const apply = items(savings, 'apply recommendation');
  return [
    ...(stop === '' ? [] : [`Stop or remove what is idle: ${stop}.`]),
    ...(rightsize === '' ? [] : [`Rightsize what is underused by one size: ${rightsize}.`]),
    ...(apply === '' ? [] : [`Apply the recommended configuration to ${apply}.`]),
    ...(savings.length === 0
      ? ['Nothing is idle or underused; negotiate the price of the most expensive resources instead.']
      : []),
  ];
}

function implementation({ savings }: SavingsReport): readonly string[] {
  const first = savings[0];
  if (first === undefined) return ['Review the ranking with the owners of the most expensive resources.'];
  return [
    `Start with ${first.item} (${first.action}), which saves most; confirm with its owner and take a snapshot before.`,
    'Then go down the list in order of saving, outside of business hours, with a way back for each change.',
    'Afterwards compare the next bill with the remaining cost above, and repeat the review every month.',
  ];
}

function savingsPart(report: SavingsReport): AnswerPart {
  const { idle_below_percent, rightsize_below_percent, rightsize_saves_percent, utilisation_column } = report;
  const basis = utilisation_column === null ? 'No utilisation column was found, so only states count. ' : '';
  return {
    Savings: [
      ...savingLines(report),
      `${basis}Rules: idle below ${inWords(idle_below_percent)} % utilisation, underused below ${inWords(rightsize_below_percent)} %, one size down saves ${inWords(rightsize_saves_percent)} % of the cost.`,
    ],
    Recommendations: advice(report),
    Implementation: implementation(report),
  };
}

/** A step that estimates what can be saved. */
export function savingsStep(data: Dataset, prose: string): PlanStep {
  const rules = readSavingRules(prose);
  const args = { dataset: data.name, ...rules };
  return {
    thought: `I look in ${data.name} for what is idle or underused and could be saved.`,
    perform: (task) =>
      unlessImpossible(async () =>
        savingsPart(
          await task.callTool('estimate_savings', args, () =>
            estimateSavings(data, prose, rules, task.signal),
          ),
        ),
      ),
  };
}
