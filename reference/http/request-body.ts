import type { Context } from 'hono';
import type { z } from 'zod';
import { HttpError } from './errors.ts';

const JSON_TYPE = /^application\/(json|[\w.-]+\+json)\s*(;|$)/i;

function tooLarge(limit: number): HttpError {
  return new HttpError(413, 'CONTENT_TOO_LARGE', `the body exceeds ${limit} bytes`);
}

async function readBytes(request: Request, limit: number): Promise<Uint8Array> {
  if (Number(request.headers.get('content-length') ?? 0) > limit) throw tooLarge(limit);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.byteLength;
    if (size > limit) throw tooLarge(limit);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new HttpError(422, 'VALIDATION', [{ loc: ['body'], msg: 'not valid JSON', type: 'json_invalid' }]);
  }
}

/** Only names and indexes of our own schema may appear in an answer, never submitted keys. */
function located(path: readonly PropertyKey[]): readonly (string | number)[] {
  return path.map((part) => (typeof part === 'number' ? part : String(part)));
}

/** Nobody reads more of them, and a body may have a million. */
const MAX_PROBLEMS = 20;

function messageOf({ code, message }: z.core.$ZodIssue): string {
  if (code === 'unrecognized_keys') return 'unknown field';
  // A message of a rule of ours; those of the library could quote what was sent.
  return code === 'custom' ? message : 'missing, of the wrong type, or out of range';
}

/** Reads a JSON body of a known shape; rejects with 413, 415 or 422. */
export async function readBody<S extends z.ZodType>(
  context: Context,
  schema: S,
  limit: number,
): Promise<z.output<S>> {
  if (!JSON_TYPE.test(context.req.header('content-type') ?? '')) {
    throw new HttpError(415, 'VALIDATION', 'the body must be application/json');
  }
  const parsed = schema.safeParse(parseJson(await readBytes(context.req.raw, limit)));
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.slice(0, MAX_PROBLEMS).map((problem) => ({
    loc: ['body', ...located(problem.path)],
    msg: messageOf(problem),
    type: problem.code,
  }));
  throw new HttpError(422, 'VALIDATION', problems);
}
