import type { JsonObject } from '../agents/agent.ts';
import type { TicketSystem } from '../agents/tickets/ticket-system.ts';
import type { Clock } from '../clock.ts';
import { NodeBoard } from '../runs/nodes.ts';
import { untilAborted } from '../runs/steps.ts';
import type { Desk, StepPlan } from '../runs/work.ts';
import type { Conversation } from './conversation.ts';
import { stepErrorOf } from './errors.ts';
import { simulatedAnswer } from './simulated-tools.ts';
import type { OpenTraceStep, Tracer } from './tracer.ts';

/** What an agent works with in a dry run. */
export interface DryDeskParts {
  readonly clock: Clock;
  readonly tracer: Tracer;
  readonly signal: AbortSignal;
  readonly model: string;
  readonly message: string;
  readonly payload: JsonObject;
  /** Whether the work is a workflow, whose nodes have no tools of their own. */
  readonly isWorkflow: boolean;
  readonly conversation: Conversation;
  readonly tickets: TicketSystem;
  readonly handOver: Desk['handOver'];
}

async function traced<R>(open: OpenTraceStep, signal: AbortSignal, work: () => Promise<R>): Promise<R> {
  try {
    return await untilAborted(work(), signal);
  } catch (error) {
    open.fail(signal.aborted ? signal.reason : error);
    throw error;
  }
}

function objectOf(value: unknown): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? { ...value }
    : { result: value };
}

async function callTool<R>(parts: DryDeskParts, plan: StepPlan, work: () => Promise<R>): Promise<R> {
  const { tracer, signal, isWorkflow, payload, conversation, tickets } = parts;
  const input = isWorkflow ? { ...plan.args, ...payload } : plan.args;
  const open = tracer.begin({ type: 'tool_call', name: plan.title, input });
  try {
    return await traced(open, signal, async () => {
      const result = await work();
      const answer = isWorkflow ? await simulatedAnswer(plan.title, input, tickets) : objectOf(result);
      open.succeed(answer);
      conversation.tell(`${plan.title} answered: ${JSON.stringify(answer)}`);
      return result;
    });
  } catch (error) {
    const { code, message } = stepErrorOf(error);
    conversation.tell(`${plan.title} failed: ${code}: ${message}`);
    throw error;
  }
}

async function askModel<R>(parts: DryDeskParts, plan: StepPlan, work: () => Promise<R>): Promise<R> {
  const { tracer, signal, model, conversation } = parts;
  const open = tracer.begin({ type: 'llm_request', model, prompt: conversation.prompt() });
  return traced(open, signal, async () => {
    const result = await work();
    open.succeed({ response: typeof result === 'string' ? result : plan.title });
    return result;
  });
}

/**
 * The desk of a dry run: the same as that of a run, except that its steps go into a trace, its model
 * and its tools are simulated, and there is nothing on it that reaches beyond the test.
 */
export function dryDesk(parts: DryDeskParts): Desk {
  const { clock, signal, message, tickets, handOver } = parts;
  return {
    message,
    contextItemIds: [],
    signal,
    tickets,
    handOver,
    nodes: new NodeBoard('dry-run', clock, () => undefined),
    step: async (plan, work) => {
      signal.throwIfAborted();
      const usesTool = plan.stepType === 'tool' || plan.stepType === 'retrieve';
      return usesTool ? callTool(parts, plan, work) : askModel(parts, plan, work);
    },
    earlierMessages: async () => [],
    loadDocuments: async () => [],
    spend: () => undefined, // no model is asked: what it would read and write is counted in the trace
  };
}
