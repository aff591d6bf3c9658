import { type BoundCase, defineCase } from '../../harness/core/contract-case.ts';
import type { Stage } from '../../harness/core/scenario.ts';
import type { TrialView } from '../../harness/judge/views.ts';
import { awaitStatus, TERMINAL_STATUSES, WORKFLOWS, walk } from './drive.ts';
import { elsewhereCase } from './elsewhere.ts';
import { expectAnswer, fieldOf, shape, status } from './expect.ts';
import { madeIds } from './made.ts';
import { askRun, LABELS, openRun } from './own-run.ts';
import { PAGE } from './pages.ts';
import { after, completed, type Judge, readable, started } from './reached.ts';
import { AGENT_MESSAGE, backwardsAt, conclude, issueOf, listFault, listOf, readList } from './run-parts.ts';

const MESSAGES = 'messages';
const APPEND = 'append';
const BY_ROLE = 'messages of the user';
const BY_TYPE = 'messages of the assistant';
const APPENDED = 18;
/** Sent in steps, so that no target takes it for an attack. */
const AT_ONCE = 3;
/** Time to append them while the run is under way. */
const WORK_MS = 1_500;

async function driveConversation(stage: Stage): Promise<void> {
  const run = await openRun(stage, WORKFLOWS.slow(WORK_MS));
  if (run === undefined) return;
  for (let sent = 0; sent < APPENDED; sent += AT_ONCE)
    await Promise.all(
      Array.from({ length: AT_ONCE }, (_, index) =>
        askRun(run, APPEND, 'POST', '/messages', { content: `remark ${sent + index + 1}` }),
      ),
    );
  await awaitStatus(stage, run.project, run.path, TERMINAL_STATUSES, LABELS.end);
  await walk(run.project, MESSAGES, `${run.path}/messages`);
  await walk(run.project, BY_ROLE, `${run.path}/messages?role=user`);
  await walk(run.project, BY_TYPE, `${run.path}/messages?type=assistant`);
}

const idsOfRole = (items: readonly unknown[], role: string): readonly string[] =>
  items.filter((item) => fieldOf(item, 'role') === role).map((item) => String(fieldOf(item, 'id')));

const same = (one: readonly string[], other: readonly string[]): boolean =>
  one.length === other.length && one.every((id, index) => id === other[index]);

/** A filtered list holds the messages of that role, or where the filter is ignored, all of them. */
const judgeFilter =
  (label: string, role: string, point: string): Judge =>
  (view, { variationPoints }) => {
    const refused = expectAnswer(view, label, status(200), shape(PAGE));
    if (readList(view, label) === undefined) return refused;
    const all = listOf(view, MESSAGES);
    const filtered = listOf(view, label);
    const answers = { supported: idsOfRole(all.items, role), ignored: all.ids };
    const choice = variationPoints[point];
    const isAllowed = Object.entries(answers).some(
      ([word, ids]) => (choice === undefined || choice === word) && same(ids, filtered.ids),
    );
    const roles = [...new Set(filtered.items.map((item) => String(fieldOf(item, 'role'))))].join(', ');
    const fault = isAllowed ? undefined : `${filtered.ids.length} messages of ${roles || 'nobody'}`;
    const expected = `${choice ?? 'supported or ignored'}: ${answers.supported.length} of ${role}, or all ${all.ids.length}`;
    return conclude('wrong-selection', expected, [fault, listFault(filtered)], filtered.refs);
  };

const conversation = defineCase<TrialView>({
  id: 'api-messages-list',
  purpose: 'appends messages to a run that is under way, and reads them all, by role and by type',
  needs: ['agents-api', 'fixtures'],
  agentRuns: 1,
  drive: driveConversation,
  checks: [
    {
      id: 'agents-api/lists-messages-in-order',
      requirement: 'AR-6.1',
      title: 'the messages of a run come as pages, oldest first, of user and assistant',
      restsOn: 'AR-2.1',
      judge: after([started(), completed], (view) => {
        const list = readList(view, MESSAGES);
        if (list === undefined) {
          const refused = expectAnswer(view, MESSAGES, status(200), shape(PAGE));
          const unread = conclude('no-pages', 'pages to an end', ['no end'], [view.ref()]);
          return refused.some(({ verdict }) => verdict === 'fail') ? refused : unread;
        }
        const lost = madeIds(view, APPEND).filter((id) => !list.ids.includes(id));
        const absent = ['user', 'assistant'].filter((role) => idsOfRole(list.items, role).length === 0);
        const faults = [
          lost.length > 0 ? `${lost.length} of the appended messages missing` : undefined,
          absent.length > 0 ? `no message of ${absent.join(', ')}` : undefined,
          listFault(list),
          backwardsAt(list.items, 'createdAt'),
          list.items.map((item) => issueOf(AGENT_MESSAGE, item)).find((issue) => issue !== undefined),
        ];
        return conclude('wrong-list', 'all messages, oldest first', faults, list.refs);
      }),
    },
    {
      id: 'agents-api/filters-messages-by-role',
      requirement: 'AR-6.3',
      title: 'role selects the messages of that role, or is ignored, as declared',
      restsOn: 'AR-2.1',
      judge: after(
        [started(), completed, readable(MESSAGES, 'AR-6.1')],
        judgeFilter(BY_ROLE, 'user', 'VP-ROLEFILTER'),
      ),
    },
    {
      id: 'agents-api/filters-messages-by-type',
      requirement: 'AR-6.4',
      title: 'type selects as role does, or is ignored, as declared',
      restsOn: 'AR-2.1',
      judge: after(
        [started(), completed, readable(MESSAGES, 'AR-6.1')],
        judgeFilter(BY_TYPE, 'assistant', 'VP-TYPEFILTER'),
      ),
    },
  ],
});

export const messageCases: readonly BoundCase<TrialView>[] = [
  conversation,
  elsewhereCase('messages', { unknown: 'AR-6.2', otherProject: 'AR-6.2a' }),
];
