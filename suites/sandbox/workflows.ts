/** What the agents that are tested do. */
import type { WorkflowBody, WorkflowNode } from '../agents-api/drive.ts';
import { MODEL } from './drive.ts';
import { BEFORE_FAILURE, FAILING } from './error-judges.ts';

const UNKNOWN_TOOL = 'conformance_probe';

/** Nodes one after the other. */
const inRow = (...nodes: readonly WorkflowNode[]): WorkflowBody => ({
  nodes: nodes.map((node, index) => {
    const before = nodes[index - 1];
    return before === undefined ? node : { ...node, after: [before.id] };
  }),
});

const tool = (name: string): WorkflowNode => ({ id: name, stepType: 'tool', tool: name, delayMs: 5 });
const TOOLS = ['fetch_ticket', 'search_tickets', 'update_ticket', UNKNOWN_TOOL] as const;
export const TICKET_WORK = inRow({ id: 'consider', stepType: 'plan', delayMs: 5 }, ...TOOLS.map(tool), {
  id: 'answer',
  stepType: 'respond',
});
const TICKET_STEPS = [MODEL, ...TOOLS, MODEL];
export const TOOLS_ONLY = inRow(tool('fetch_ticket'), tool('search_tickets'));

/** Uses one tool, and then fails for good. */
export const failingWork = (label: keyof typeof FAILING): WorkflowBody => {
  const { stepType, fail: type } = FAILING[label];
  const broken = { id: 'broken', stepType, fail: { type, code: 'conformance_failure' } } as const;
  return inRow(tool(BEFORE_FAILURE), stepType === 'tool' ? { ...broken, tool: 'search_tickets' } : broken);
};

/** The steps of each test whose workflow is known. */
export const STEPS: Readonly<Record<string, readonly string[]>> = {
  test: TICKET_STEPS,
  'of a draft': TICKET_STEPS,
  'set off by default': TICKET_STEPS,
  'set off by schedule': TICKET_STEPS,
  'empty payload': TICKET_STEPS,
  'tools only': ['fetch_ticket', 'search_tickets'],
};
