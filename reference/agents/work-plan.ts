import type { AgentTask } from './agent.ts';
import { type AnswerPart, composeAnswer, type PlanStep } from './answer.ts';
import { converse } from './converse.ts';
import type { Dataset } from './data/dataset.ts';
import { parseMessage } from './fenced-data.ts';
import { loadData } from './load-data.ts';
import { choosePlan, wordAnswer } from './model/mind.ts';
import { EVERY_WISH, readWishes, type Wishes } from './question.ts';

/** What makes one data agent different from another: how it plans, and how it presents itself. */
export interface Planner {
  readonly ability: string;
  readonly plan: (data: Dataset, wishes: Wishes, prose: string) => readonly PlanStep[];
  readonly opening: (datasets: readonly Dataset[]) => string;
}

async function workThrough(task: AgentTask, steps: readonly PlanStep[], parts: AnswerPart[]): Promise<void> {
  for (const step of steps) {
    await task.think(step.thought);
    parts.push(await step.perform(task));
  }
}

function mentionProblems(problems: readonly Error[]): AnswerPart {
  return problems.length === 0 ? {} : { Limits: problems.map(({ message }) => `Left out: ${message}.`) };
}

/** Plans from the words of the request, works through the plan, and answers from what the tools found. */
export async function workByPlan(task: AgentTask, planner: Planner): Promise<string> {
  const { prose, blocks } = parseMessage(task.message);
  const wishes = readWishes(prose);
  if (blocks.length === 0 && task.contextItemIds.length === 0) {
    return converse(task, prose, wishes.memory, planner.ability);
  }
  await task.think('I read the request and see what data it comes with.');
  const { datasets, problems } = await loadData(task);
  const planFor = (wanted: Wishes): readonly PlanStep[] =>
    datasets.flatMap((data) => planner.plan(data, wanted, prose));
  const steps = await choosePlan(
    task,
    prose,
    () => planFor(wishes),
    () => planFor(EVERY_WISH),
  );
  await task.think(`My plan has ${steps.length} steps, each with a tool that computes on the data.`);
  const parts: AnswerPart[] = [];
  await workThrough(task, steps, parts);
  await task.think('I compare the results and put the answer together.');
  const findings = composeAnswer(planner.opening(datasets), [...parts, mentionProblems(problems)]);
  return wordAnswer(task, prose, findings);
}
