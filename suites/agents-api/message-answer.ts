/** What a message that was accepted is answered with. */

import { parseJson } from '../../harness/core/json.ts';
import type { ExchangeView } from '../../harness/judge/views.ts';
import { expectAnswer, fieldOf, holds, labelled, missing, shape, status } from './expect.ts';
import { LABELS } from './own-run.ts';
import type { Judge, Need } from './reached.ts';
import { AGENT_MESSAGE, lastField } from './run-parts.ts';
import { streamNamed } from './stream-view.ts';

export const APPEND = 'append';
export const MESSAGES = 'messages';

/** A member of what was sent. */
export const sent = (exchange: ExchangeView | undefined, name: string): unknown =>
  fieldOf(parseJson(exchange?.request.body ?? ''), name);

/** The answer is the message, as it was sent, to that run. */
export const judgeAnswer: Judge = (view) => {
  const runId = lastField(view, LABELS.start, 'id');
  const content = sent(labelled(view, APPEND)[0], 'content');
  return expectAnswer(
    view,
    APPEND,
    status(201),
    shape(AGENT_MESSAGE),
    holds('a message of the user, to that run, with that content', (body) => {
      if (fieldOf(body, 'runId') !== runId) return `of run ${String(fieldOf(body, 'runId'))}`;
      if (fieldOf(body, 'role') !== 'user') return `of role ${String(fieldOf(body, 'role'))}`;
      return fieldOf(body, 'content') === content ? undefined : 'with another content';
    }),
  );
};

/** The message came before the run was over: what comes after it the stream need not show any more. */
export const inTime: Need = (view) => {
  const answeredAt = labelled(view, APPEND).at(-1)?.response?.at;
  const frames = streamNamed(view, LABELS.stream)?.frames ?? [];
  const endedAt = frames.find(({ isTerminal }) => isTerminal)?.at ?? Number.POSITIVE_INFINITY;
  if (answeredAt === undefined || answeredAt < endedAt) return undefined;
  return missing(view, 'a message before the end of the run', 'AR-2.1e');
};
