import type { Json } from '../../agent-event.ts';
import { ERRORS, EVENT_WORDS, GREETINGS, NOTICES, WRAPPERS } from './words.ts';

/** One frame without its wrapping: what it is called, and all that it says on one level. */
export interface Unwrapped {
  readonly type: string;
  readonly facts: Json;
  readonly drift: readonly string[];
  readonly breaches: readonly string[];
}

/** Whether the value is an object with members. */
export const isRecord = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isWord = (value: unknown): value is string =>
  typeof value === 'string' &&
  (Object.hasOwn(EVENT_WORDS, value) || GREETINGS.has(value) || ERRORS.has(value) || NOTICES.has(value));

/** Members by which an envelope is known, and which are no facts of what it holds. */
const OF_THE_ENVELOPE: ReadonlySet<string> = new Set(['type', 'event', 'payload', 'data']);

/**
 * Takes a frame out of its envelope: facts at the top, under `data`, under `payload`, or all that inside of a
 * `system_message`. What is deeper overrules what is around it, as clients do it.
 */
export function unwrap(type: string, frame: Json): Unwrapped {
  const breaches: string[] = [];
  const payload = layerOf(frame, 'payload', breaches);
  const data = layerOf(frame, 'data', breaches) ?? layerOf(payload ?? {}, 'data', breaches);
  const facts = mergedFacts(frame, payload, data);
  const inner = WRAPPERS.has(type) ? innerWord(frame, payload, data) : undefined;
  if (inner !== undefined && inner !== type)
    return { type: inner, facts, drift: [`envelope:${type}`], breaches };
  const drift = [
    ...(payload === undefined ? [] : ['envelope:payload']),
    ...(data === undefined ? [] : ['envelope:data']),
  ];
  return { type, facts, drift, breaches };
}

function mergedFacts(...layers: readonly (Json | undefined)[]): Json {
  const facts = layers.flatMap((layer) => Object.entries(layer ?? {}));
  return Object.fromEntries(facts.filter(([key]) => !OF_THE_ENVELOPE.has(key)));
}

/** The object under that name; one that holds nothing but another of the same name was wrapped twice. */
function layerOf(frame: Json, name: 'payload' | 'data', breaches: string[]): Json | undefined {
  const layer = Object.hasOwn(frame, name) ? frame[name] : undefined;
  if (!isRecord(layer)) return undefined;
  const again = Object.hasOwn(layer, name) ? layer[name] : undefined;
  if (!isRecord(again) || Object.keys(layer).some((key) => key !== name && !OF_THE_ENVELOPE.has(key)))
    return layer;
  breaches.push(`${name}.${name}: wrapped twice`);
  return { ...layer, ...again };
}

/** What a wrapper holds, wherever it says so. */
function innerWord(...layers: readonly (Json | undefined)[]): string | undefined {
  const [frame, ...inside] = layers;
  const words = [frame?.['event'], ...inside.flatMap((layer) => [layer?.['event'], layer?.['type']])];
  return words.find(isWord) ?? words.find((word): word is string => typeof word === 'string');
}
