import type { Context, Hono } from 'hono';
import type { Principal } from '../auth/principal.ts';
import { errorResponse, HttpError } from './errors.ts';

/** What every handler behind authentication knows. */
export interface Authenticated {
  readonly Variables: { readonly principal: Principal };
}

/** The application behind authentication. */
export type App = Hono<Authenticated>;

/** Answers one request of an authenticated principal. */
export type RouteHandler = (context: Context<Authenticated>) => Promise<Response> | Response;

/** The methods a path serves. */
export type Methods = Readonly<Partial<Record<'GET' | 'POST' | 'PUT' | 'DELETE', RouteHandler>>>;

/** Serves a path with some methods; every other method is answered with 405 and those that are allowed. */
export function route(app: App, path: string, methods: Methods): void {
  for (const [method, handler] of Object.entries(methods)) app.on(method, path, handler);
  const allow = Object.keys(methods).join(', ');
  app.all(path, () =>
    errorResponse(new HttpError(405, 'METHOD_NOT_ALLOWED', 'this path does not serve the method'), { allow }),
  );
}

/** A path parameter that the route is known to have. */
export function parameter(context: Context, name: string): string {
  return context.req.param(name) ?? '';
}
