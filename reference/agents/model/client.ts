import { setTimeout as wait } from 'node:timers/promises';
import { request } from 'undici';
import { z } from 'zod';
import { AgentFailure, type ModelPrompt } from '../agent.ts';

/** A model behind an endpoint that speaks chat completions as OpenAI does. */
export interface ModelSettings {
  /** For example https://api.openai.com/v1. */
  readonly baseUrl: string;
  readonly name: string;
  /** Absent for an endpoint that needs none. */
  readonly apiKey?: string;
  /** How long one attempt may take; stays below the longest silence of a run (docs/protocol.md 4). */
  readonly timeoutMs: number;
}

/** What a model said, and what it accounts for it, if it does. */
export interface ModelReply {
  readonly text: string;
  readonly usage: { readonly input: number; readonly output: number } | undefined;
}

/** A model that can be asked. It is asked once more when it was busy, and fails with the type `model` then. */
export interface Model {
  readonly name: string;
  readonly ask: (prompt: ModelPrompt, signal: AbortSignal) => Promise<ModelReply>;
}

/** An answer is words for people; ten times that much is a fault. */
const MAX_REPLY_BYTES = 256 * 1024;
const ATTEMPTS = 2;
const PAUSE_MS = 200;

const completion = z.object({
  choices: z.array(z.object({ message: z.object({ content: z.string().nullable() }) })).min(1),
  usage: z
    .object({ prompt_tokens: z.int().nonnegative(), completion_tokens: z.int().nonnegative() })
    .optional()
    .catch(undefined),
});

function unavailable(reason: string): AgentFailure {
  return new AgentFailure('model', 'MODEL_UNAVAILABLE', `the model did not answer: ${reason}`);
}

/** What a retry could mend: the endpoint was busy or broken for a moment. */
class BusyError extends Error {}

async function readBounded(body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > MAX_REPLY_BYTES) {
      throw new AgentFailure('model', 'MODEL_NONSENSE', `the model said more than ${MAX_REPLY_BYTES} bytes`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function replyOf(text: string): ModelReply {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    body = undefined;
  }
  const parsed = completion.safeParse(body);
  const content = parsed.data?.choices[0]?.message.content?.trim() ?? '';
  if (content === '') {
    throw new AgentFailure('model', 'MODEL_NONSENSE', 'the model answered with no chat completion');
  }
  const { prompt_tokens: input, completion_tokens: output } = parsed.data?.usage ?? {};
  return {
    text: content,
    usage: input === undefined || output === undefined ? undefined : { input, output },
  };
}

async function attempt(model: ModelSettings, prompt: ModelPrompt, signal: AbortSignal): Promise<ModelReply> {
  const { baseUrl, name, apiKey } = model;
  const { statusCode, body } = await request(`${baseUrl.replace(/\/+$/, '')}/chat/completions`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
    },
    body: JSON.stringify({
      model: name,
      messages: [
        { role: 'system', content: prompt.instruction },
        { role: 'user', content: prompt.question },
      ],
    }),
    signal,
  });
  if (statusCode === 200) return replyOf(await readBounded(body));
  await body.dump({ limit: MAX_REPLY_BYTES });
  // The body of an error may repeat the key or the prompt; the status says enough.
  if (statusCode === 429 || statusCode >= 500) throw new BusyError(`status ${statusCode}`);
  throw new AgentFailure('model', 'MODEL_REFUSED', `the model refused the request with ${statusCode}`);
}

/** What an attempt failed with, in the words of a run; the endpoint being busy is all that another may mend. */
function failureOf(error: unknown, deadline: AbortSignal, { timeoutMs }: ModelSettings): AgentFailure {
  if (error instanceof AgentFailure) return error;
  if (deadline.aborted) return unavailable(`nothing within ${timeoutMs} ms`);
  return unavailable(error instanceof BusyError ? error.message : 'no connection');
}

async function ask(model: ModelSettings, prompt: ModelPrompt, signal: AbortSignal): Promise<ModelReply> {
  const deadline = AbortSignal.timeout(model.timeoutMs);
  const either = AbortSignal.any([signal, deadline]);
  for (let left = ATTEMPTS - 1; ; left -= 1) {
    try {
      return await attempt(model, prompt, either);
    } catch (error) {
      signal.throwIfAborted();
      if (left === 0 || error instanceof AgentFailure) throw failureOf(error, deadline, model);
    }
    await wait(PAUSE_MS, undefined, { signal: either }).catch(() => undefined);
  }
}

/** The model of a deployment. All attempts together keep to the time limit; nothing answers in its place. */
export function modelAt(settings: ModelSettings): Model {
  return { name: settings.name, ask: (prompt, signal) => ask(settings, prompt, signal) };
}
