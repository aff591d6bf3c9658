import { canonicalJson } from '../../harness/core/canonical-json.ts';
import { defineCase } from '../../harness/core/contract-case.ts';
import { type Finding, fail, pass } from '../../harness/core/finding.ts';
import { parseJson } from '../../harness/core/json.ts';
import type { Actor } from '../../harness/core/scenario.ts';
import type { ExchangeView, TrialView } from '../../harness/judge/views.ts';
import { say } from '../statements.ts';
import {
  bodyOf,
  error,
  errorText,
  expectAnswer,
  fieldOf,
  holds,
  labelled,
  missing,
  refOf,
  status,
} from './expect.ts';

const PROFILES = '/api/agents/profiles';
/** As many are read one by one at most: enough to see that it is not one constant answer. */
const READ = 10;

const read = (actor: Actor, label: string, path = PROFILES) => actor.request({ label, method: 'GET', path });

const profilePath = (id: string): string => `${PROFILES}/${encodeURIComponent(id)}`;

const idsOf = (profiles: unknown): readonly string[] =>
  (Array.isArray(profiles) ? profiles : []).flatMap((profile: unknown) => {
    const id = fieldOf(profile, 'id');
    return typeof id === 'string' ? [id] : [];
  });

const isPresent = (profile: unknown, name: string): boolean => fieldOf(profile, name) !== undefined;

/** What is wrong with the list as a list. */
function listFault(body: unknown): string | undefined {
  if (!Array.isArray(body)) return 'no array';
  if (body.length === 0) return 'an empty one';
  const ids = idsOf(body);
  if (ids.length < body.length || ids.includes('')) return 'a profile without an id';
  const lacking = body.flatMap((profile: unknown) =>
    ['name', 'description', 'capabilities'].filter((name) => !isPresent(profile, name)),
  );
  if (lacking.length > 0) return `a profile without ${lacking[0]}`;
  const repeated = ids.find((id, index) => ids.indexOf(id) !== index);
  return repeated === undefined ? undefined : `id ${repeated} twice`;
}

const isTexts = (value: unknown): boolean =>
  Array.isArray(value) && value.every((one) => typeof one === 'string');

/** What is wrong with the members of a profile. */
function memberFault(profile: unknown): string | undefined {
  const [name, description] = [fieldOf(profile, 'name'), fieldOf(profile, 'description')];
  if (typeof name !== 'string' || name === '') return 'a name that is no text';
  if (description !== null && typeof description !== 'string')
    return `description of ${name} is neither text nor null`;
  return isTexts(fieldOf(profile, 'capabilities')) ? undefined : `capabilities of ${name} are no texts`;
}

const askedId = ({ request: { url } }: ExchangeView): string =>
  decodeURIComponent(url.slice(url.lastIndexOf('/') + 1));

/** Somebody else took the agent away in between: it is not in the later list either. */
const isGone = (exchange: ExchangeView, [, later]: readonly unknown[]): boolean =>
  exchange.response?.status === 404 && Array.isArray(later) && !idsOf(later).includes(askedId(exchange));

/** A profile read alone against its entry in a list before or after it, as others may change theirs in between. */
function judgeProfile(view: TrialView, exchange: ExchangeView, lists: readonly unknown[]): Finding {
  const id = askedId(exchange);
  const entries = lists.flatMap((list) => (Array.isArray(list) ? list : [])) as readonly unknown[];
  const own = entries.filter((profile) => fieldOf(profile, 'id') === id);
  const statement = say(
    'same-profile',
    `200 and the entry of ${id} in the list`,
    'the same',
    refOf(view, exchange),
  );
  const { response } = exchange;
  if (response === undefined) return fail({ ...statement, code: 'no-answer', actual: 'no answer' });
  if (response.status !== 200)
    return fail({ ...statement, code: 'wrong-status', actual: `status ${response.status}` });
  const alone = canonicalJson(parseJson(response.body));
  return own.some((profile) => canonicalJson(profile) === alone)
    ? pass(statement)
    : fail({ ...statement, code: 'another-profile', actual: alone.slice(0, 120) });
}

const allProfiles = defineCase<TrialView>({
  id: 'api-profiles',
  purpose: 'lists the agents, and reads each alone',
  needs: ['agents-api'],
  async drive(stage) {
    const actor = stage.actor();
    const ids = idsOf(parseJson((await read(actor, 'list'))?.body ?? ''));
    await Promise.all(ids.slice(0, READ).map((id) => read(actor, 'profile', profilePath(id))));
    await read(actor, 'list again');
  },
  checks: [
    {
      id: 'agents-api/lists-profiles',
      requirement: 'AR-9.1',
      title: 'the agents come as a bare array, each once, with what describes it',
      judge: (view) =>
        expectAnswer(view, 'list', status(200), holds('an array of profiles, each id once', listFault)),
    },
    {
      id: 'agents-api/profiles-are-typed',
      requirement: 'AR-9.1a',
      title: 'capabilities are texts, a description is a text or null',
      judge(view) {
        const [list] = labelled(view, 'list');
        const body = list === undefined ? undefined : bodyOf(list);
        if (!Array.isArray(body) || body.length === 0) return missing(view, 'the list of agents', 'AR-9.1');
        const fault = (): string | undefined => body.map(memberFault).find((found) => found !== undefined);
        return expectAnswer(view, 'list', holds('text, text or null, texts', fault));
      },
    },
    {
      id: 'agents-api/profile-equals-its-entry',
      requirement: 'AR-9.2',
      title: 'a profile read alone is its entry in the list',
      judge(view) {
        const lists = ['list', 'list again'].flatMap((label) => labelled(view, label).map(bodyOf));
        const alone = labelled(view, 'profile').filter((exchange) => !isGone(exchange, lists));
        if (alone.length === 0) return missing(view, 'the list of agents', 'AR-9.1');
        return alone.map((exchange) => judgeProfile(view, exchange, lists));
      },
    },
  ],
});

const unknownProfile = defineCase<TrialView>({
  id: 'api-profiles-unknown',
  purpose: 'reads the profile of an agent that does not exist',
  needs: ['agents-api'],
  async drive(stage) {
    const id = `00000000-0000-4000-8000-${stage.nonce('no such agent')}`;
    await read(stage.actor(), 'unknown', profilePath(id));
  },
  checks: [
    {
      id: 'agents-api/refuses-unknown-profile',
      requirement: 'AR-9.3',
      title: 'an unknown agent is answered with 404 and the words for it',
      judge: (view) =>
        expectAnswer(
          view,
          'unknown',
          status(404),
          error('AGENT_NOT_FOUND'),
          holds('"Agent not found"', (body) => {
            const detail = errorText(body);
            return detail === 'Agent not found' ? undefined : `"${String(detail)}"`;
          }),
        ),
    },
  ],
});

export const profileCases = [allProfiles, unknownProfile];
