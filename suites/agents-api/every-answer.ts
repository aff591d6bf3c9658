/**
 * What an endpoint answers, whoever asked: a case judges the answers that it is about, and what it asks in passing is
 * judged here. Refusals have a check of their own, since they look alike everywhere.
 */
import type { z } from 'zod';
import { type Check, defineCheck, type Terms } from '../../harness/core/check.ts';
import { type Finding, fail, inconclusive, pass } from '../../harness/core/finding.ts';
import type { ExchangeView, TrialView } from '../../harness/judge/views.ts';
import { say } from '../statements.ts';
import { bodyOf, refOf } from './expect.ts';
import { issueOf } from './run-parts.ts';

/** An endpoint, and what it answers when it does what it was asked for. */
export interface Endpoint {
  /** Names the check: `area/name-of-the-good-case`. */
  readonly id: string;
  readonly requirement: string;
  readonly title: string;
  /** Whether that was asked of it. */
  readonly concerns: (exchange: ExchangeView, view: TrialView) => boolean;
  readonly statuses: (terms: Terms) => readonly number[];
  readonly shape: (terms: Terms) => z.ZodType;
}

/** An endpoint in one line; in the path `{}` stands for an id. */
type Row = readonly [
  name: string,
  requirement: string,
  method: 'GET' | 'POST',
  path: string,
  statuses: readonly number[] | Endpoint['statuses'],
  shape: z.ZodType | Endpoint['shape'],
];

const LONGEST_PATH = 1_024;

/** A path that whatever stands before the platform may take for another one, or refuse itself. */
function isOdd(path: string): boolean {
  if (path.length > LONGEST_PATH) return true;
  try {
    return path.split('/').some((part) => /[\p{Cc}/\\]|^\.\.?$/u.test(decodeURIComponent(part)));
  } catch {
    return true;
  }
}

/** The path that was asked for, without an origin of its own and the query; nothing where it is an odd one. */
export function pathOf({ request }: ExchangeView): string | undefined {
  const [path = ''] = request.url.replace(/^https?:\/\/[^/]+/, '').split('?');
  return isOdd(path) ? undefined : path;
}

/** The endpoints of one suite. What they stand under on an origin of their own is not told. */
export const endpointsOf = (suite: string, rows: readonly Row[]): readonly Endpoint[] =>
  rows.map(([name, requirement, method, path, statuses, shape]): Endpoint => {
    const pattern = new RegExp(`${path.replaceAll('{}', '[^/]+')}$`);
    return {
      id: `${suite}/${name}`,
      requirement,
      title: `${method} ${path} answers with what it promises, whoever asks`,
      concerns: (exchange) => exchange.request.method === method && pattern.test(pathOf(exchange) ?? ''),
      statuses: typeof statuses === 'function' ? statuses : () => statuses,
      shape: typeof shape === 'function' ? shape : () => shape,
    };
  });

/** Whether we took something away from the target, or from the way to it: what is not answered then is our doing. */
export const isDisturbed = ({ transcript }: TrialView): boolean =>
  transcript.entries.some(({ kind }) => kind === 'fault');

interface Seen {
  readonly exchange: ExchangeView;
  readonly verdict: 'pass' | 'fail' | 'inconclusive';
  readonly code: string;
  readonly actual: string;
}

function judgeContent({ shape }: Endpoint, exchange: ExchangeView, terms: Terms): Omit<Seen, 'exchange'> {
  const { status = 0, headers = {}, cut } = exchange.response ?? {};
  const good = { verdict: 'pass', code: 'as-declared', actual: `status ${status}` } as const;
  const type = headers['content-type'];
  if (type !== undefined && !/json/i.test(type)) return { verdict: 'fail', code: 'wrong-type', actual: type };
  if (cut !== undefined) return good;
  const issue = issueOf(shape(terms), bodyOf(exchange));
  return issue === undefined ? good : { verdict: 'fail', code: 'wrong-shape', actual: issue };
}

/** What is to be said where there is no answer: of many some may be late, and a connection may end between two. */
function unanswered(exchange: ExchangeView): Seen {
  const { failure } = exchange;
  const actual = failure?.kind === 'transport.error' ? failure.code : 'no answer in time';
  return { exchange, verdict: 'inconclusive', code: 'no-answer', actual };
}

/** What is to be said of one exchange; nothing of a refusal. */
function look(endpoint: Endpoint, exchange: ExchangeView, terms: Terms): readonly Seen[] {
  const { response } = exchange;
  if (response === undefined) return [unanswered(exchange)];
  const { status } = response;
  if (status >= 400 && status < 500) return [];
  const actual = `status ${status}`;
  if (status === 503) return [{ exchange, verdict: 'inconclusive', code: 'unavailable', actual }];
  if (endpoint.statuses(terms).includes(status))
    return [{ exchange, ...judgeContent(endpoint, exchange, terms) }];
  return [{ exchange, verdict: 'fail', code: status >= 500 ? 'crashed' : 'wrong-status', actual }];
}

/** What we may have brought about ourselves. */
const isOurDoing = (view: TrialView, { response }: ExchangeView): boolean =>
  isDisturbed(view) && (response === undefined || response.status >= 500);

const VERDICT = { pass, fail, inconclusive } as const;

/** One finding for each thing that there is to say, with the first exchange that shows it. */
function judge(endpoint: Endpoint, view: TrialView, terms: Terms): readonly Finding[] {
  const { concerns, statuses } = endpoint;
  const own = view.exchanges.filter((exchange) => concerns(exchange, view) && !isOurDoing(view, exchange));
  const seen = own.flatMap((exchange) => look(endpoint, exchange, terms));
  const firsts = new Map<string, Seen>();
  for (const one of seen) if (!firsts.has(one.code)) firsts.set(one.code, one);
  const expected = `${statuses(terms).join(' or ')} with a body as docs/protocol.md has it, or a refusal`;
  return [...firsts.values()].map(({ exchange, verdict, code, actual }) => {
    const count = seen.filter((one) => one.code === code).length;
    const told = `${count} of ${seen.length}; the first, "${exchange.label}": ${actual}`;
    return VERDICT[verdict](say(code, expected, told, refOf(view, exchange)));
  });
}

/**
 * A check of each endpoint over all that any trial asked of it. It needs no more driving than what its requirement is
 * judged on anyhow.
 */
export const everyAnswer = (
  endpoints: readonly Endpoint[],
  others: readonly Check<TrialView>[],
): readonly Check<TrialView>[] =>
  endpoints.map((endpoint) => {
    const { id, requirement, title } = endpoint;
    const beside = others.filter((check) => check.requirement === requirement);
    const restsOn = beside.find((check) => check.restsOn !== undefined)?.restsOn;
    return defineCheck<TrialView>({
      ...{ id, requirement, title },
      scenarios: [...new Set(beside.flatMap(({ scenarios }) => scenarios))],
      ...(restsOn === undefined ? {} : { restsOn }),
      judge: (view, terms) => judge(endpoint, view, terms),
    });
  });
