import type { ContextDocument, EarlierMessage, JsonObject } from '../agents/agent.ts';
import type { TicketSystem } from '../agents/tickets/ticket-system.ts';
import type { StepType } from '../store/tables.ts';
import type { NodeBoard } from './nodes.ts';
import type { SubRunEnd } from './sub-run.ts';

/** What a step is, before it begins. */
export interface StepPlan {
  readonly nodeId: string;
  readonly stepType: StepType;
  /** The thought of a step that thinks, the name of a tool. */
  readonly title: string;
  readonly args: JsonObject;
}

/** What a model read and wrote, in tokens. */
export interface ModelUsage {
  readonly input: number;
  readonly output: number;
}

/** What a turn of a run is given to work with; everything stops when the run is asked to. */
export interface Desk {
  readonly message: string;
  readonly contextItemIds: readonly string[];
  readonly signal: AbortSignal;
  readonly nodes: NodeBoard;
  /** Performs and reports one step; rejects with its error after that was reported. */
  readonly step: <R>(plan: StepPlan, work: () => Promise<R>) => Promise<R>;
  readonly earlierMessages: () => Promise<readonly EarlierMessage[]>;
  readonly loadDocuments: () => Promise<readonly ContextDocument[]>;
  /** Has another agent work on a message, with the same context items, in a run of its own. */
  readonly handOver: (agent: string, message: string) => Promise<SubRunEnd>;
  /** Counts what a model was used for; from then on its account stands for the rule of thumb. */
  readonly spend: (usage: ModelUsage) => void;
  readonly tickets: TicketSystem;
}

/** The work of one turn, from its message to its answer. */
export interface RunWork {
  readonly model: string;
  /** How long the run stays PENDING first. */
  readonly startDelayMs: number;
  /** How many times the limit of an ordinary run it may last; 1 where it is not said. */
  readonly timeLimits?: number;
  readonly perform: (desk: Desk) => Promise<string>;
}
