import type { FailureType } from '../runs/events.ts';
import type { SubRunEnd } from '../runs/sub-run.ts';
import type { TicketSystem } from './tickets/ticket-system.ts';

/** What was said earlier in the thread by the user. */
export interface EarlierMessage {
  readonly prose: string;
}

/** A data set handed to a run by reference. */
export interface ContextDocument {
  readonly id: string;
  readonly name: string;
  readonly content: string;
}

/** A failed tool call: the run may recover from it. */
export class ToolError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = 'ToolError';
    this.code = code;
  }
}

/** A failure an agent ends with, already classified. */
export class AgentFailure extends Error {
  readonly type: FailureType;
  readonly code: string;

  constructor(type: FailureType, code: string, message: string) {
    super(message);
    this.name = 'AgentFailure';
    this.type = type;
    this.code = code;
  }
}

/** What a model is told: who it is, and what it is asked. */
export interface ModelPrompt {
  readonly instruction: string;
  readonly question: string;
}

/** Plain JSON objects, the only thing a tool takes or gives on the wire. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** What an agent is given to work with; every method stops when the run is cancelled. */
export interface AgentTask {
  readonly message: string;
  readonly contextItemIds: readonly string[];
  readonly signal: AbortSignal;
  /** Says a thought, then takes the time that thinking takes. */
  readonly think: (thought: string) => Promise<void>;
  /** Runs one tool call and reports it; rejects with the tool's error after it was reported. */
  readonly callTool: <R extends object>(name: string, args: JsonObject, work: () => Promise<R>) => Promise<R>;
  /** Says a thought and asks the model of the deployment meanwhile; absent where there is none. */
  readonly ask: ((thought: string, prompt: ModelPrompt) => Promise<string>) | undefined;
  /** Has another agent work on a message and waits for the end of its run, whatever it is. */
  readonly handOver: (agent: string, message: string) => Promise<SubRunEnd>;
  readonly earlierMessages: () => Promise<readonly EarlierMessage[]>;
  readonly loadDocuments: () => Promise<readonly ContextDocument[]>;
  /** The tickets of the tenant, or a stand-in for them. */
  readonly tickets: TicketSystem;
}

/** An agent: a name, the model it reports, and work that ends in an answer. */
export interface Agent {
  readonly name: string;
  readonly model: string;
  /** How many times the limit of an ordinary run it may last; 1 where it is not said. */
  readonly timeLimits?: number;
  readonly run: (task: AgentTask) => Promise<string>;
}
