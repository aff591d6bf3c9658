/**
 * What an endpoint answers, whoever asked: a case judges the answers that it is about, and what it asks in passing is
 * judged here. Refusals have a check of their own, since they look alike everywhere.
 */
import type { z } from 'zod';
import { type Check, defineCampaignCheck, type Terms } from '../../harness/core/check.ts';
import { type Finding, fail, inconclusive, pass } from '../../harness/core/finding.ts';
import type { EvidenceRef } from '../../harness/evidence/transcript.ts';
import { stalledMs } from '../../harness/judge/observer.ts';
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

type Code =
  | 'as-declared'
  | 'no-answer'
  | 'unavailable'
  | 'crashed'
  | 'wrong-status'
  | 'wrong-type'
  | 'wrong-shape';

interface Seen {
  readonly code: Code;
  readonly actual: string;
}

function lookInto({ shape }: Endpoint, exchange: ExchangeView, terms: Terms): Seen {
  const { status = 0, headers = {}, cut } = exchange.response ?? {};
  const type = headers['content-type'];
  if (type !== undefined && !/json/i.test(type)) return { code: 'wrong-type', actual: type };
  const issue = cut === undefined ? issueOf(shape(terms), bodyOf(exchange)) : undefined;
  return issue === undefined
    ? { code: 'as-declared', actual: `status ${status}` }
    : { code: 'wrong-shape', actual: issue };
}

/** What is to be said of one exchange; nothing of a refusal. */
function look(endpoint: Endpoint, exchange: ExchangeView, terms: Terms): Seen | undefined {
  const { response, failure } = exchange;
  if (response === undefined)
    return { code: 'no-answer', actual: failure?.kind === 'transport.error' ? failure.code : 'none in time' };
  const { status } = response;
  if (status >= 400 && status < 500) return undefined;
  if (endpoint.statuses(terms).includes(status)) return lookInto(endpoint, exchange, terms);
  const actual = `status ${status}`;
  if (status === 503) return { code: 'unavailable', actual };
  return { code: status >= 500 ? 'crashed' : 'wrong-status', actual };
}

/** What we may have brought about ourselves: we took something away, or stood still for half of the time. */
function isOurDoing(view: TrialView, { response, failure }: ExchangeView): boolean {
  if (response !== undefined) return response.status >= 500 && isDisturbed(view);
  return isDisturbed(view) || (failure?.kind === 'deadline' && 2 * stalledMs(view) >= failure.afterMs);
}

/** How often one thing was seen in a trial, and the first exchange that shows it. */
interface Fact extends Seen {
  readonly count: number;
  readonly label: string;
  readonly ref: EvidenceRef;
}

function collect(endpoint: Endpoint, view: TrialView, terms: Terms): readonly Fact[] {
  const facts = new Map<Code, Fact>();
  for (const exchange of view.exchanges) {
    if (!endpoint.concerns(exchange, view) || isOurDoing(view, exchange)) continue;
    const seen = look(endpoint, exchange, terms);
    if (seen === undefined) continue;
    const first = facts.get(seen.code);
    const count = (first?.count ?? 0) + 1;
    facts.set(seen.code, first === undefined ? factOf(view, exchange, seen) : { ...first, count });
  }
  return [...facts.values()];
}

const factOf = (view: TrialView, exchange: ExchangeView, seen: Seen): Fact => ({
  ...seen,
  count: 1,
  label: exchange.label,
  ref: refOf(view, exchange),
});

const sum = (facts: readonly Fact[]): number => facts.reduce((all, { count }) => all + count, 0);

/** Of 100 answers 5 may be late: docs/protocol.md 4.5. */
const LATE = 0.05;

function conclude(facts: readonly Fact[], expected: string, restsOn: string | undefined): readonly Finding[] {
  const asked = sum(facts);
  const groups = [...new Set(facts.map(({ code }) => code))].map((code) =>
    facts.filter((one) => one.code === code),
  );
  const findings = groups.flatMap((group): readonly Finding[] => {
    const [first] = group;
    if (first === undefined) return [];
    const count = sum(group);
    const told = `${count} of ${asked} in ${group.length} trials; the first, "${first.label}": ${first.actual}`;
    const statement = say(first.code, expected, told, first.ref);
    switch (first.code) {
      case 'as-declared':
        return [pass(statement)];
      case 'no-answer':
        return count > LATE * asked ? [inconclusive(statement)] : [];
      case 'unavailable':
        return [inconclusive(statement)];
      default:
        return [fail(statement)];
    }
  });
  if (findings.length > 0) return findings;
  return [inconclusive(say('nothing-to-judge', expected, 'nothing was asked that was not refused'), restsOn)];
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
    const { id, requirement, title, statuses } = endpoint;
    const beside = others.filter((check) => check.requirement === requirement);
    const restsOn = beside.find((check) => check.restsOn !== undefined)?.restsOn;
    return defineCampaignCheck<TrialView, Fact>({
      ...{ id, requirement, title },
      scenarios: [...new Set(beside.flatMap(({ scenarios }) => scenarios))],
      ...(restsOn === undefined ? {} : { restsOn }),
      collect: (view, terms) => collect(endpoint, view, terms),
      conclude: (facts, terms) =>
        conclude(
          facts,
          `${statuses(terms).join(' or ')} with a body as docs/protocol.md has it, or a refusal`,
          restsOn,
        ),
    });
  });
