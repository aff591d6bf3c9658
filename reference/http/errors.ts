/** The closed set of error codes over HTTP (docs/protocol.md 2). */
export type ErrorCode =
  | 'UNAUTHENTICATED'
  | 'AGENT_NOT_FOUND'
  | 'PROJECT_NOT_FOUND'
  | 'WORKFLOW_NOT_FOUND'
  | 'RUN_NOT_FOUND'
  | 'TEST_NOT_FOUND'
  | 'CONTEXT_ITEM_INVALID'
  | 'QUERY_REQUIRED'
  | 'CONTENT_REQUIRED'
  | 'CONTENT_TOO_LARGE'
  | 'RUN_CLOSED'
  | 'AGENT_INACTIVE'
  | 'CURSOR_INVALID'
  | 'VALIDATION'
  | 'CONFLICT'
  | 'PRIVACY'
  | 'TENANT_MISMATCH'
  | 'ORIGIN_REFUSED'
  | 'ROUTE_NOT_FOUND'
  | 'METHOD_NOT_ALLOWED'
  | 'RATE_LIMITED'
  | 'UNAVAILABLE';

/** One field that does not fit; names the field, never what was in it. */
export interface FieldProblem {
  readonly loc: readonly (string | number)[];
  readonly msg: string;
  readonly type: string;
}

/** An answer other than the one asked for, thrown to leave a handler. */
export class HttpError extends Error {
  readonly status: number;
  readonly code: ErrorCode;
  readonly detail: string | readonly FieldProblem[];

  constructor(status: number, code: ErrorCode, detail: string | readonly FieldProblem[]) {
    super(code);
    this.name = 'HttpError';
    this.status = status;
    this.code = code;
    this.detail = detail;
  }
}

const EXTRA_HEADERS: Readonly<Partial<Record<number, Readonly<Record<string, string>>>>> = {
  401: { 'www-authenticate': 'Bearer' },
  429: { 'retry-after': '1' },
  503: { 'retry-after': '1' },
};

/** The response for an error, in the one shape all errors have. */
export function errorResponse(error: HttpError, headers: Readonly<Record<string, string>> = {}): Response {
  return Response.json(
    { detail: error.detail, code: error.code },
    { status: error.status, headers: { ...EXTRA_HEADERS[error.status], ...headers } },
  );
}
