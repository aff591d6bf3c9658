/** What an error of any API looks like, as docs/protocol.md section 2 has it. */
import { fieldOf } from '../agents-api/expect.ts';

/**
 * The codes, each with the statuses that it may come with: the one of section 2, and those that a variation point or
 * the section of an API allows in its place.
 */
const STATUSES: Readonly<Record<string, readonly number[]>> = {
  CONTEXT_ITEM_INVALID: [400],
  QUERY_REQUIRED: [400, 422],
  CONTENT_REQUIRED: [400, 422],
  CURSOR_INVALID: [400, 422],
  UNAUTHENTICATED: [401],
  TENANT_MISMATCH: [403, 400],
  ORIGIN_REFUSED: [403],
  AGENT_NOT_FOUND: [404, 400, 403, 422],
  PROJECT_NOT_FOUND: [404],
  WORKFLOW_NOT_FOUND: [404, 400],
  RUN_NOT_FOUND: [404, 400, 422],
  TEST_NOT_FOUND: [404, 400, 403, 422],
  ROUTE_NOT_FOUND: [404],
  METHOD_NOT_ALLOWED: [405],
  RUN_CLOSED: [409, 400],
  AGENT_INACTIVE: [409, 400],
  CONFLICT: [409, 400, 422],
  CONTENT_TOO_LARGE: [413, 400],
  // What it is about decides: a body, its type, an id that is none, a state that was named before.
  VALIDATION: [422, 400, 404, 409, 413, 415],
  PRIVACY: [422, 400],
  RATE_LIMITED: [429],
  UNAVAILABLE: [503],
};

/** The two shapes that VP-ERRSHAPE allows. */
export type ErrorShape = 'detail' | 'error-status-path';

/** What is wrong with an error of that shape, in few words. */
export const ERROR_SHAPES: Readonly<
  Record<ErrorShape, (body: unknown, answer: number) => string | undefined>
> = {
  detail(body, answer) {
    const [detail, code] = [fieldOf(body, 'detail'), fieldOf(body, 'code')];
    if (typeof detail !== 'string' && !Array.isArray(detail)) return 'no detail that is a text or a list';
    const allowed = typeof code === 'string' && Object.hasOwn(STATUSES, code) ? STATUSES[code] : undefined;
    if (allowed === undefined) return `code ${JSON.stringify(code) ?? 'missing'}`;
    return allowed.includes(answer) ? undefined : `code ${String(code)} with status ${answer}`;
  },
  'error-status-path'(body, answer) {
    if (typeof fieldOf(body, 'error') !== 'string') return 'no error that is a text';
    if (fieldOf(body, 'status_code') !== answer) return `status_code ${String(fieldOf(body, 'status_code'))}`;
    return typeof fieldOf(body, 'path') === 'string' ? undefined : 'no path';
  },
};

const isShape = (word: string | undefined): word is ErrorShape => word !== undefined && word in ERROR_SHAPES;

/** The declared shape; where none is declared, the one that the body has. */
export function errorShape(declared: string | undefined, body: unknown): ErrorShape {
  if (isShape(declared)) return declared;
  const isOther = fieldOf(body, 'detail') === undefined && fieldOf(body, 'error') !== undefined;
  return isOther ? 'error-status-path' : 'detail';
}
