import type { Dialect } from '../agent-event.ts';
import { agentEventsV1 } from './agent-events-v1.ts';

const DIALECTS: readonly Dialect[] = [agentEventsV1];

export const DIALECT_IDS: readonly string[] = DIALECTS.map(({ id }) => id);

/** The dialect of that id, or nothing. */
export const dialectOf = (id: string): Dialect | undefined => DIALECTS.find((dialect) => dialect.id === id);
