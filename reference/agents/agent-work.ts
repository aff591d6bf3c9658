import type { SubRunEnd } from '../runs/sub-run.ts';
import type { Desk, RunWork } from '../runs/work.ts';
import type { Agent, AgentTask, ModelPrompt } from './agent.ts';
import type { Model } from './model/client.ts';
import { pause } from './pause.ts';
import { countTokens } from './token-count.ts';

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

/** How the agents of a deployment think: how long a thought takes, and which model they ask, if any. */
export interface Thinking {
  readonly thinkingMs: number;
  readonly model: Model | undefined;
}

type Node = 'plan' | 'tools' | 'agents';

class TaskAtDesk implements AgentTask {
  readonly message: string;
  readonly contextItemIds: readonly string[];
  readonly signal: AbortSignal;
  readonly earlierMessages: AgentTask['earlierMessages'];
  readonly loadDocuments: AgentTask['loadDocuments'];
  readonly tickets: AgentTask['tickets'];
  readonly ask: AgentTask['ask'];
  readonly #desk: Desk;
  readonly #thinkingMs: number;
  readonly #done: Record<Node, number> = { plan: 0, tools: 0, agents: 0 };

  constructor(desk: Desk, { thinkingMs, model }: Thinking) {
    this.message = desk.message;
    this.contextItemIds = desk.contextItemIds;
    this.signal = desk.signal;
    this.earlierMessages = desk.earlierMessages;
    this.loadDocuments = desk.loadDocuments;
    this.tickets = desk.tickets;
    this.ask = model === undefined ? undefined : (thought, prompt) => this.#ask(model, thought, prompt);
    this.#desk = desk;
    this.#thinkingMs = thinkingMs;
  }

  async think(thought: string): Promise<void> {
    await this.#thinking(thought, () => pause(this.#thinkingMs, this.signal));
  }

  handOver(agent: string, message: string): Promise<SubRunEnd> {
    return this.#at('agents', () => this.#desk.handOver(agent, message));
  }

  async callTool<R extends object>(
    name: string,
    args: Readonly<Record<string, unknown>>,
    work: () => Promise<R>,
  ): Promise<R> {
    const stepType = RETRIEVAL.has(name) ? 'retrieve' : 'tool';
    return this.#at('tools', () => this.#desk.step({ nodeId: 'tools', stepType, title: name, args }, work));
  }

  async #ask(model: Model, thought: string, prompt: ModelPrompt): Promise<string> {
    return this.#thinking(thought, async () => {
      const { text, usage } = await model.ask(prompt, this.signal);
      const input = usage?.input ?? (await countTokens(`${prompt.instruction}\n${prompt.question}`));
      this.#desk.spend({ input, output: usage?.output ?? (await countTokens(text)) });
      return text;
    });
  }

  #thinking<R>(thought: string, work: () => Promise<R>): Promise<R> {
    const stepType = this.#done.plan === 0 ? 'plan' : 'other';
    return this.#at('plan', () =>
      this.#desk.step({ nodeId: 'plan', stepType, title: thought, args: {} }, work),
    );
  }

  async #at<R>(nodeId: Node, work: () => Promise<R>): Promise<R> {
    this.signal.throwIfAborted();
    this.#desk.nodes.start(nodeId);
    const result = await work();
    this.#done[nodeId] += 1;
    this.#desk.nodes.advance(nodeId, nearer(this.#done[nodeId]));
    return result;
  }
}

/** A built-in agent as the work of a run: it goes back and forth between planning and tools, then answers. */
export function agentWork(agent: Agent, thinking: Thinking): RunWork {
  return {
    model: thinking.model?.name ?? agent.model,
    startDelayMs: 0,
    timeLimits: agent.timeLimits ?? 1,
    perform: async (desk) => {
      const response = await agent.run(new TaskAtDesk(desk, thinking));
      for (const nodeId of ['plan', 'tools', 'agents']) desk.nodes.finish(nodeId, 'COMPLETED');
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
