import type { Principal } from '../auth/principal.ts';
import type { Failure, RunEvent, RunEventBody } from './events.ts';
import type { RunRecord } from './record.ts';
import type { AgentRun, AgentStep } from './resources.ts';

/** A step of a turn that ended, with what it is called: its tool, or else its node. */
export interface EndedStep {
  readonly step: AgentStep;
  readonly name: string;
}

/** A turn that ended, as it can be told elsewhere. */
export interface EndedTurn {
  readonly principal: Principal;
  readonly agent: string;
  readonly run: AgentRun;
  readonly steps: readonly EndedStep[];
  /** Why it failed, if it did. */
  readonly failure: Failure | undefined;
}

/** Tells somebody of turns that ended. */
export type TurnExport = (turn: EndedTurn) => void;

/** Remembers of a turn what neither its record nor its steps say. */
export class TurnAccount {
  readonly #tools = new Map<string, string>();
  #failure: Failure | undefined;

  /** Hears what happens in the turn, whether or not anybody listens on a socket. */
  observe(body: RunEventBody | RunEvent): void {
    if (body.type === 'tool_executing') this.#tools.set(body.data.tool_call_id, body.data.tool_name);
    if (body.type === 'agent_failed') this.#failure = body.data.error;
  }

  /** The turn as its record tells it at the end. */
  of(principal: Principal, agent: string, record: RunRecord): EndedTurn {
    const steps = new Map<string, AgentStep>();
    for (const frame of record.log.all()) if ('step' in frame) steps.set(frame.step.id, frame.step);
    const named = [...steps.values()].map((step) => ({
      step,
      name: this.#tools.get(step.id) ?? step.nodeId,
    }));
    return { principal, agent, run: record.run, steps: named, failure: this.#failure };
  }
}
