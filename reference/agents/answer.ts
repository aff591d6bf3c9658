import type { AgentTask } from './agent.ts';

/** The sections of an answer, in the order they are shown. */
export const SECTIONS = [
  'Data',
  'Key figures',
  'Breakdown',
  'Anomalies',
  'Forecast',
  'Capacity',
  'Costs',
  'Savings',
  'Insights',
  'Recommendations',
  'Implementation',
  'Limits',
] as const;

/** One section of an answer. */
export type Section = (typeof SECTIONS)[number];

/** Lines for sections of an answer. */
export type AnswerPart = Readonly<Partial<Record<Section, readonly string[]>>>;

/** One step of a plan: what is thought before it, and what it finds out. */
export interface PlanStep {
  readonly thought: string;
  readonly perform: (task: AgentTask) => Promise<AnswerPart>;
}

/** Puts the parts together: sections in their order, each line once. */
export function composeAnswer(opening: string, parts: readonly AnswerPart[]): string {
  const blocks = SECTIONS.flatMap((section) => {
    const lines = [...new Set(parts.flatMap((part) => part[section] ?? []))];
    return lines.length === 0 ? [] : [`${section}\n${lines.map((line) => `- ${line}`).join('\n')}`];
  });
  return [opening, ...blocks].join('\n\n');
}
