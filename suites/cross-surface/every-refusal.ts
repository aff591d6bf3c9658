/** Every refusal of every API, whoever asked: a case judges the refusals that it is about, the rest is judged here. */
import { defineCheck, type Terms } from '../../harness/core/check.ts';
import { type Finding, fail, pass } from '../../harness/core/finding.ts';
import type { ExchangeView, TrialView } from '../../harness/judge/views.ts';
import { pathOf } from '../agents-api/every-answer.ts';
import { bodyOf, refOf } from '../agents-api/expect.ts';
import { say } from '../statements.ts';
import { ERROR_SHAPES, errorShape } from './error-shape.ts';

const API = /(^|\/)(api|v1)\//;

/** Statuses with which whatever stands before the platform may refuse what is too large, in its own words. */
const BEFORE_IT: ReadonlySet<number> = new Set([413, 414, 431]);

const DECLARED: ReadonlySet<number> = new Set([400, 401, 403, 404, 405, 409, 413, 415, 422, 429]);

const statusOf = ({ response }: ExchangeView): number => response?.status ?? 0;

/** A refusal that the platform itself has to answer for. */
function isRefusal(exchange: ExchangeView): boolean {
  const status = statusOf(exchange);
  const { method } = exchange.request;
  if (status < 400 || status >= 500 || BEFORE_IT.has(status)) return false;
  return method !== 'OPTIONS' && API.test(pathOf(exchange) ?? '');
}

function faultOf(exchange: ExchangeView, { variationPoints }: Terms): string | undefined {
  const status = statusOf(exchange);
  const { headers = {}, cut } = exchange.response ?? {};
  if (!DECLARED.has(status)) return `status ${status}`;
  const type = headers['content-type'] ?? 'no content type';
  if (!/^application\/json/i.test(type)) return `${status} as ${type}`;
  if (cut !== undefined) return undefined;
  const body = bodyOf(exchange);
  return ERROR_SHAPES[errorShape(variationPoints['VP-ERRSHAPE'], body)](body, status);
}

/** How many different faults of one trial are told. */
const MOST_TOLD = 3;

function judge(view: TrialView, terms: Terms): readonly Finding[] {
  const refusals = view.exchanges.filter(isRefusal);
  const [first] = refusals;
  if (first === undefined) return [];
  const faults = new Map<string, ExchangeView>();
  for (const exchange of refusals) {
    const fault = faultOf(exchange, terms);
    if (fault !== undefined && !faults.has(fault)) faults.set(fault, exchange);
  }
  const expected = 'application/json, of the declared shape, with a code of that status';
  if (faults.size === 0)
    return [pass(say('as-declared', expected, `${refusals.length} refusals are so`, refOf(view, first)))];
  return [...faults].slice(0, MOST_TOLD).map(([fault, exchange]) => {
    const { method, url } = exchange.request;
    return fail(say('wrong-error', expected, `${fault}: ${method} ${url}`, refOf(view, exchange)));
  });
}

/** Reads what all trials were refused; the scenarios are those that are about refusals. */
export const everyRefusal = (scenarios: readonly string[]) =>
  defineCheck<TrialView>({
    id: 'cross-surface/every-refusal-has-one-shape',
    requirement: 'X-1',
    title:
      'whatever is refused, by whichever API, is refused in the declared shape, with a code of that status',
    scenarios,
    judge,
  });
