import { z } from 'zod';

const MAX_CONTEXT_ITEMS = 100;
const MAX_REQUEST_ID = 256;

const requestId = z.string().min(1).max(MAX_REQUEST_ID).nullish();

const startAgent = z.object({
  request_id: requestId,
  payload: z.object({
    agent: z.string(),
    message: z.string().regex(/\S/),
    project_id: z.string().nullish(),
    thread_id: z.string().nullish(),
    context_item_ids: z.array(z.string()).max(MAX_CONTEXT_ITEMS).nullish(),
  }),
});

const cancelAgent = z.object({ request_id: requestId, payload: z.object({ run_id: z.string() }) });

const ping = z.object({ request_id: requestId });

/** A message of a client that is well formed (docs/protocol.md 4). */
export type ClientMessage =
  | {
      readonly type: 'start_agent';
      readonly requestId: string | null;
      readonly agent: string;
      readonly message: string;
      readonly projectId: string | undefined;
      readonly threadId: string | undefined;
      readonly contextItemIds: readonly string[];
    }
  | { readonly type: 'cancel_agent'; readonly requestId: string | null; readonly runId: string }
  | { readonly type: 'ping'; readonly requestId: string | null };

/** A message of a client that cannot be understood, and as far as it was, whose answer this is. */
export interface Misunderstanding {
  readonly type: 'refused';
  readonly code: 'INVALID_JSON' | 'INVALID_REQUEST' | 'UNKNOWN_MESSAGE_TYPE';
  readonly text: string;
  readonly requestId: string | null;
}

function refused(
  code: Misunderstanding['code'],
  text: string,
  about: string | null = null,
): Misunderstanding {
  return { type: 'refused', code, text, requestId: about };
}

/** Names the first field that does not fit; never what was in it. */
function invalid(error: z.ZodError, about: string | null): Misunderstanding {
  const field = error.issues[0]?.path.join('.') ?? '';
  return refused(
    'INVALID_REQUEST',
    `${field === '' ? 'the message' : field} is missing or has the wrong type`,
    about,
  );
}

function readStart(raw: object, about: string | null): ClientMessage | Misunderstanding {
  const parsed = startAgent.safeParse(raw);
  if (!parsed.success) return invalid(parsed.error, about);
  const { agent, message, project_id, thread_id, context_item_ids } = parsed.data.payload;
  return {
    type: 'start_agent',
    requestId: about,
    agent,
    message,
    projectId: project_id ?? undefined,
    threadId: thread_id ?? undefined,
    contextItemIds: context_item_ids ?? [],
  };
}

function readCancel(raw: object, about: string | null): ClientMessage | Misunderstanding {
  const parsed = cancelAgent.safeParse(raw);
  if (!parsed.success) return invalid(parsed.error, about);
  return { type: 'cancel_agent', requestId: about, runId: parsed.data.payload.run_id };
}

function readPing(raw: object, about: string | null): ClientMessage | Misunderstanding {
  const parsed = ping.safeParse(raw);
  return parsed.success ? { type: 'ping', requestId: about } : invalid(parsed.error, about);
}

const READERS: ReadonlyMap<string, typeof readStart> = new Map([
  ['start_agent', readStart],
  ['cancel_agent', readCancel],
  ['ping', readPing],
]);

function parseJson(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

/** Reads one text message of a client. */
export function readClientMessage(text: string): ClientMessage | Misunderstanding {
  const json = parseJson(text);
  if (json === undefined) return refused('INVALID_JSON', 'the message is not JSON');
  const raw = json.value;
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) {
    return refused('INVALID_REQUEST', 'the message is not a JSON object');
  }
  const given = 'request_id' in raw ? requestId.safeParse(raw.request_id) : undefined;
  const about = given?.data ?? null;
  if (!('type' in raw) || typeof raw.type !== 'string') {
    return refused('INVALID_REQUEST', 'type is missing or not a string', about);
  }
  const reader = READERS.get(raw.type);
  return reader === undefined
    ? refused('UNKNOWN_MESSAGE_TYPE', 'the type of the message is not one of this protocol', about)
    : reader(raw, about);
}
