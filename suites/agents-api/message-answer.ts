/** What a message that was accepted is answered with. */

import { parseJson } from '../../harness/core/json.ts';
import type { ExchangeView } from '../../harness/judge/views.ts';
import { expectAnswer, fieldOf, holds, labelled, shape, status } from './expect.ts';
import { LABELS } from './own-run.ts';
import type { Judge } from './reached.ts';
import { AGENT_MESSAGE, lastField } from './run-parts.ts';

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
