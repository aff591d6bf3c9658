/** What a profile declares of the words in which its deployment speaks; a dialect is made from it. */
import { z } from 'zod';

/** What a word may mean for a run. */
const OUTCOMES = ['completed', 'failed', 'cancelled', 'nothing'] as const;

/** Spellings of the token when a socket is opened. */
const TOKEN_WAYS = [
  'header',
  'jwt',
  'jwt-auth',
  'bearer',
  'staging-auth',
  'query-token',
  'query-ticket',
] as const;

/** The shape of the declaration in a profile, and in a plan. */
export const VOCABULARY_SCHEMA = z.strictObject({
  /** Which word ends a run, and how: `{"agent_fallback": "failed"}`. */
  terminal: z.record(z.string(), z.enum(OUTCOMES)).optional(),
  /** Spellings that this deployment is known for, so that they are no drift. */
  spellings: z.array(z.string().max(100)).max(100).readonly().optional(),
  /** Whether a session is open only after the handshake that follows the greeting. */
  handshake: z.boolean().optional(),
  /** How the token travels. */
  token: z.enum(TOKEN_WAYS).optional(),
});

type DeepReadonly<T> = T extends object ? { readonly [K in keyof T]: DeepReadonly<T[K]> } : T;

/** Declared words; what is left out is as the dialect has it. */
export type Vocabulary = DeepReadonly<z.infer<typeof VOCABULARY_SCHEMA>>;
