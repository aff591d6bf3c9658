import { type Check, defineCheck, type Terms } from '../../harness/core/check.ts';
import type { Finding } from '../../harness/core/finding.ts';
import type { SocketView, TrialView } from '../../harness/judge/views.ts';
import { usersAtOnce } from '../../scenarios/isolation.ts';

interface CrowdCheck {
  readonly id: string;
  readonly requirement: string;
  readonly title: string;
  readonly judge: (view: TrialView, terms: Terms) => readonly Finding[];
}

/** A check of the trials in which many users act at once. */
export const defineCrowdCheck = ({ judge, ...check }: CrowdCheck): Check<TrialView> =>
  defineCheck<TrialView>({
    ...check,
    scenarios: [usersAtOnce.id],
    restsOn: 'CN-2',
    judge: (view, terms) => (view.scenario === usersAtOnce.id ? judge(view, terms) : []),
  });

/** Who each user is: as the campaign was told, else as the greeting says. */
export function nameOf(view: TrialView, actor: SocketView['actor']): string | undefined {
  const greeted = view.sockets.find((socket) => socket.actor.name === actor.name)?.greetings[0];
  return actor.user ?? greeted?.decoded.userId;
}
