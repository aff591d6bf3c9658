import type { Vocabulary } from '../../core/vocabulary.ts';
import type { Dialect } from '../agent-event.ts';
import { agentEventsV1 } from './agent-events-v1.ts';
import { netra } from './netra/netra.ts';

/** Each dialect by its id, made from the words that a profile declares. */
const DIALECTS: Readonly<Record<string, (words: Vocabulary) => Dialect>> = {
  'agent-events.v1': () => agentEventsV1,
  netra,
};

export const DIALECT_IDS: readonly string[] = Object.keys(DIALECTS);

/** The dialect that a target speaks, in its words; nothing where there is none of that id. */
export const dialectOf = (target: {
  readonly dialect: string;
  readonly vocabulary?: Vocabulary | undefined;
}): Dialect | undefined =>
  Object.hasOwn(DIALECTS, target.dialect) ? DIALECTS[target.dialect]?.(target.vocabulary ?? {}) : undefined;
