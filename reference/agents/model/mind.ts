import { z } from 'zod';
import { AgentFailure, type AgentTask } from '../agent.ts';
import type { PlanStep } from '../answer.ts';
import { foreignFigures } from './figures.ts';

/** A model is given no more than this of a request or of findings, and may answer with no more. */
const MAX_REQUEST = 4_000;
const MAX_FINDINGS = 60_000;
const MAX_ANSWER = 40_000;
const ATTEMPTS = 2;

const PLANNING =
  'You plan the work of an agent that analyses data with tools. You are given a request and a numbered list of ' +
  'steps. Choose the ones that the request needs, in the order in which they are to be done. ' +
  'Answer with JSON only: {"steps": [<numbers>]}.';

const WORDING =
  'You word the answer of an agent. You are given a request and the findings of tools. Answer the request from the ' +
  'findings alone. Copy each figure as the findings have it: work out none, convert none, invent none. ' +
  'Keep the headings of the findings that you use.';

const FOREIGN_SHOWN = 5;
const choice = z.object({ steps: z.array(z.int()).min(1) });

type Read<T> = { readonly value: T } | { readonly fault: string };

interface Question<T> {
  readonly thought: string;
  readonly instruction: string;
  readonly question: string;
  /** What the words of the model come to, or what is wrong with them. */
  readonly read: (text: string) => Read<T>;
}

/** Asks the model, and once more when its answer is of no use; a run does not go on with nonsense. */
async function insist<T>(
  ask: NonNullable<AgentTask['ask']>,
  { thought, instruction, question, read }: Question<T>,
): Promise<T> {
  let fault = '';
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const again = `${question}\n\nYour last answer was of no use: ${fault}.`;
    const isFirst = attempt === 1;
    const said = isFirst ? thought : 'The answer of the model was of no use; I ask once more.';
    const result = read(await ask(said, { instruction, question: isFirst ? question : again }));
    if ('value' in result) return result.value;
    fault = result.fault;
  }
  throw new AgentFailure('model', 'MODEL_NONSENSE', `the answer of the model was of no use: ${fault}`);
}

function jsonIn(text: string): unknown {
  const from = text.indexOf('{');
  const to = text.lastIndexOf('}');
  try {
    return JSON.parse(text.slice(from, to + 1));
  } catch {
    return undefined;
  }
}

function readChoice(text: string, steps: readonly PlanStep[]): Read<readonly PlanStep[]> {
  const parsed = choice.safeParse(jsonIn(text));
  if (!parsed.success) return { fault: 'it was not {"steps": [<numbers>]}' };
  const numbers = [...new Set(parsed.data.steps)];
  const chosen = numbers.flatMap((number) => steps[number - 1] ?? []);
  if (chosen.length < numbers.length) return { fault: 'it chose steps that are not on the list' };
  return { value: chosen };
}

/** The steps that are to be done: those the model chooses, or without a model the ones that the rules would. */
export async function choosePlan(
  task: AgentTask,
  request: string,
  byRule: () => readonly PlanStep[],
  all: () => readonly PlanStep[],
): Promise<readonly PlanStep[]> {
  const { ask } = task;
  if (ask === undefined) return byRule();
  const steps = all();
  if (steps.length === 0) return [];
  const list = steps.map(({ thought }, index) => `${index + 1}. ${thought}`).join('\n');
  return insist(ask, {
    thought: 'I ask the model which steps this request needs.',
    instruction: PLANNING,
    question: `Request:\n${request.slice(0, MAX_REQUEST)}\n\nSteps:\n${list}`,
    read: (text) => readChoice(text, steps),
  });
}

/** The answer in the words of the model, or as it was composed; its figures are those of the findings either way. */
export async function wordAnswer(task: AgentTask, request: string, findings: string): Promise<string> {
  const { ask } = task;
  if (ask === undefined) return findings;
  const [asked, found] = [request.slice(0, MAX_REQUEST), findings.slice(0, MAX_FINDINGS)];
  return insist(ask, {
    thought: 'I ask the model to word the answer from what the tools found.',
    instruction: WORDING,
    question: `Request:\n${asked}\n\nFindings:\n${found}`,
    read: (text) => {
      if (text.length > MAX_ANSWER) return { fault: `it was longer than ${MAX_ANSWER} characters` };
      const foreign = foreignFigures(text, [asked, found]);
      if (foreign.length === 0) return { value: text };
      return { fault: `no tool found ${foreign.slice(0, FOREIGN_SHOWN).join(', ')}` };
    },
  });
}
