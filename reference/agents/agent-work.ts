import type { Desk, RunWork } from '../runs/work.ts';
import type { Agent, AgentTask } from './agent.ts';
import { pause } from './pause.ts';

/** Tools that fetch what the others work on. */
const RETRIEVAL: ReadonlySet<string> = new Set([
  'load_dataset',
  'recall_conversation',
  'fetch_ticket',
  'search_tickets',
]);

/** How far a node is of which nobody knows how long it will be: nearer to the end with each step. */
function nearer(stepsDone: number): number {
  return stepsDone / (stepsDone + 1);
}

class TaskAtDesk implements AgentTask {
  readonly message: string;
  readonly contextItemIds: readonly string[];
  readonly signal: AbortSignal;
  readonly earlierMessages: AgentTask['earlierMessages'];
  readonly loadDocuments: AgentTask['loadDocuments'];
  readonly tickets: AgentTask['tickets'];
  readonly #desk: Desk;
  readonly #thinkingMs: number;
  readonly #done = { plan: 0, tools: 0 };

  constructor(desk: Desk, thinkingMs: number) {
    this.message = desk.message;
    this.contextItemIds = desk.contextItemIds;
    this.signal = desk.signal;
    this.earlierMessages = desk.earlierMessages;
    this.loadDocuments = desk.loadDocuments;
    this.tickets = desk.tickets;
    this.#desk = desk;
    this.#thinkingMs = thinkingMs;
  }

  async think(thought: string): Promise<void> {
    const stepType = this.#done.plan === 0 ? 'plan' : 'other';
    await this.#at('plan', () =>
      this.#desk.step({ nodeId: 'plan', stepType, title: thought, args: {} }, () =>
        pause(this.#thinkingMs, this.signal),
      ),
    );
  }

  async callTool<R extends object>(
    name: string,
    args: Readonly<Record<string, unknown>>,
    work: () => Promise<R>,
  ): Promise<R> {
    const stepType = RETRIEVAL.has(name) ? 'retrieve' : 'tool';
    return this.#at('tools', () => this.#desk.step({ nodeId: 'tools', stepType, title: name, args }, work));
  }

  async #at<R>(nodeId: 'plan' | 'tools', work: () => Promise<R>): Promise<R> {
    this.signal.throwIfAborted();
    this.#desk.nodes.start(nodeId);
    const result = await work();
    this.#done[nodeId] += 1;
    this.#desk.nodes.advance(nodeId, nearer(this.#done[nodeId]));
    return result;
  }
}

/** A built-in agent as the work of a run: it goes back and forth between planning and tools, then answers. */
export function agentWork(agent: Agent, thinkingMs: number): RunWork {
  return {
    model: agent.model,
    startDelayMs: 0,
    perform: async (desk) => {
      const response = await agent.run(new TaskAtDesk(desk, thinkingMs));
      for (const nodeId of ['plan', 'tools']) desk.nodes.finish(nodeId, 'COMPLETED');
      desk.nodes.start('respond');
      await desk.step(
        { nodeId: 'respond', stepType: 'respond', title: response, args: {} },
        async () => response,
      );
      desk.nodes.finish('respond', 'COMPLETED');
      return response;
    },
  };
}
