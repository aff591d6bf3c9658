import type { Context, Hono } from 'hono';
import type { z } from 'zod';
import type { Principal } from '../auth/principal.ts';
import { errorResponse, HttpError } from './errors.ts';

/** What every handler behind authentication knows. */
export interface Authenticated {
  readonly Variables: { readonly principal: Principal };
}

/** The application behind authentication. */
export type App = Hono<Authenticated>;

/** The request and answer of a handler behind authentication. */
export type RouteContext = Context<Authenticated>;

/** Answers one request of an authenticated principal. */
export type RouteHandler = (context: RouteContext) => Promise<Response> | Response;

/** One method of a path: what it does, and what /openapi.json tells of it. */
export interface Operation {
  readonly summary: string;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  /** The status of success, and the body that comes with it. */
  readonly status: 200 | 201 | 204;
  readonly answer?: z.ZodType;
  /** What else it answers besides what everything may answer. */
  readonly refuses?: readonly number[];
  readonly handle: RouteHandler;
}

/** The methods a path serves. */
export type Methods = Readonly<Partial<Record<'GET' | 'POST' | 'PUT' | 'DELETE', Operation>>>;

/** A served operation with its place. */
export interface PlacedOperation extends Operation {
  readonly path: string;
  readonly method: string;
}

/** The application together with the account of what it serves. */
export interface Api {
  readonly app: App;
  readonly operations: PlacedOperation[];
}

/** Serves a path with some methods; every other method is answered with 405 and those that are allowed. */
export function route({ app, operations }: Api, path: string, methods: Methods): void {
  for (const [method, operation] of Object.entries(methods)) {
    operations.push({ ...operation, path, method });
    app.on(method, path, operation.handle);
  }
  const allow = Object.keys(methods).join(', ');
  app.all(path, () =>
    errorResponse(new HttpError(405, 'METHOD_NOT_ALLOWED', 'this path does not serve the method'), { allow }),
  );
}

/** A path parameter that the route is known to have. */
export function parameter(context: Context, name: string): string {
  return context.req.param(name) ?? '';
}
