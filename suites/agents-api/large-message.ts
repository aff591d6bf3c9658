/** A message of 128 KiB, made of what careless code spoils: it is kept to the byte, or refused as a whole. */
import { type BoundCase, defineCase } from '../../harness/core/contract-case.ts';
import type { Finding } from '../../harness/core/finding.ts';
import type { TrialView } from '../../harness/judge/views.ts';
import { awaitStatus, TERMINAL_STATUSES, WORKFLOWS, walk } from './drive.ts';
import { error, expectAnswer, fieldOf, holds, labelled, status } from './expect.ts';
import { madeId } from './made.ts';
import { APPEND, inTime, MESSAGES, sent } from './message-answer.ts';
import { askRun, follow, hearOut, LABELS, openRun } from './own-run.ts';
import { after, heard, readable, running, started } from './reached.ts';
import { conclude, listOf } from './run-parts.ts';
import { streamNamed } from './stream-view.ts';

export const LARGE_BYTES = 131_072;
const WORK_MS = 1_500;

/**
 * Composed and decomposed letters that look alike, ligatures, letters outside the first plane, joined emoji,
 * marks of direction, line ends of all kinds, and what JSON, HTML and URLs escape.
 */
const AWKWARD = [
  '\u00e9 e\u0301 \ufb01 \u212b \u00c5 \u1e9e \u03c2 \u0130 \u0131',
  '日本語 한국어 \u1112\u1161\u11ab Ελληνικά ру\u0301сский',
  '\u05e9\u05dc\u05d5\u05dd \u202e\u0645\u0631\u062d\u0628\u0627\u202c \u200f\u200e',
  '\u{1d56c}\u{1d59f} \u{20bb7} \u{1f469}\u200d\u{1f469}\u200d\u{1f467} \u{1f3f3}\ufe0f\u200d\u{1f308} \u{1f1fa}\u{1f1f3}',
  'soft\u00adhyphen no\u00a0break zero\u200bwidth \ufeffmark \ufffd',
  'line\u2028paragraph\u2029next\u0085 tab\t cr\r crlf\r\n',
  '"quoted" \'single\' back\\slash \\u0000 \\n <b> &amp; %00 %25 +plus {{x}}',
].join('\n');

/** Text of exactly that many bytes of UTF-8, which begins with the word. */
export function awkwardText(word: string, bytes: number = LARGE_BYTES): string {
  const line = `${AWKWARD}\n`;
  const room = bytes - Buffer.byteLength(word);
  const text = word + line.repeat(Math.floor(room / Buffer.byteLength(line)));
  return text.padEnd(text.length + bytes - Buffer.byteLength(text), '.');
}

/** Where two texts part, in few words. */
function differenceOf(expected: unknown, actual: unknown): string | undefined {
  if (expected === actual) return undefined;
  if (typeof actual !== 'string' || typeof expected !== 'string') return 'no text';
  const place = expected.split('').findIndex((unit, index) => unit !== actual[index]);
  return `${Buffer.byteLength(actual)} bytes, different from character ${place + 1} on`;
}

/** Whether the deployment declares to take a message of that size. */
function isDeclaredFit(limit: string | undefined): boolean | undefined {
  return limit === undefined ? undefined : Number(limit) >= LARGE_BYTES;
}

/** Taken: in the answer and in the list as it was sent. */
function keptWhole(view: TrialView): readonly Finding[] {
  const [exchange] = labelled(view, APPEND);
  const content = sent(exchange, 'content');
  const list = listOf(view, MESSAGES);
  const id = madeId(exchange);
  const listed = list.items.find((item) => fieldOf(item, 'id') === id);
  return [
    ...expectAnswer(
      view,
      APPEND,
      status(201),
      holds('the content that was sent', (body) => differenceOf(content, fieldOf(body, 'content'))),
    ),
    ...conclude(
      'spoilt',
      'the content that was sent, in the list',
      [listed === undefined ? 'not listed' : differenceOf(content, fieldOf(listed, 'content'))],
      list.refs,
    ),
  ];
}

/** Refused: nothing of it is there. */
function leftOut(view: TrialView): readonly Finding[] {
  const content = sent(labelled(view, APPEND)[0], 'content');
  const word = typeof content === 'string' ? content.slice(0, WORD_LENGTH) : '';
  const list = listOf(view, MESSAGES);
  const isThere = list.items.some((item) => String(fieldOf(item, 'content')).startsWith(word));
  return [
    ...expectAnswer(view, APPEND, status(413, 400), error('CONTENT_TOO_LARGE')),
    ...conclude('appended', 'nothing appended', [isThere ? 'a part is listed' : undefined], list.refs),
  ];
}

/** How many characters the word at the beginning has: a nonce. */
const WORD_LENGTH = 12;

export const largeMessage: BoundCase<TrialView> = defineCase<TrialView>({
  id: 'api-append-large',
  purpose: 'appends a message of 128 KiB to a run that is followed',
  needs: ['agents-api', 'fixtures'],
  agentRuns: 1,
  async drive(stage) {
    const run = await openRun(stage, WORKFLOWS.slow(WORK_MS));
    if (run === undefined) return;
    const socket = await follow(run);
    await awaitStatus(stage, run.project, run.path, ['RUNNING', ...TERMINAL_STATUSES], LABELS.running);
    await askRun(run, APPEND, 'POST', '/messages', { content: awkwardText(stage.nonce('large')) });
    await hearOut(stage, socket);
    await awaitStatus(stage, run.project, run.path, TERMINAL_STATUSES, LABELS.end);
    await walk(run.project, MESSAGES, `${run.path}/messages`);
  },
  checks: [
    {
      id: 'agents-api/keeps-a-large-message',
      requirement: 'AR-E2',
      title: 'a message of 128 KiB is kept to the byte, or refused as a whole, as declared',
      restsOn: 'AR-2.1',
      judge: after([started(), running, readable(MESSAGES, 'AR-6.1')], (view, { variationPoints }) => {
        const isTaken = labelled(view, APPEND)[0]?.response?.status === 201;
        const isFit = isDeclaredFit(variationPoints['VP-MAXMSG']) ?? isTaken;
        return isFit ? keptWhole(view) : leftOut(view);
      }),
    },
    {
      id: 'agents-api/shows-a-large-message',
      requirement: 'AR-E2',
      title: 'the stream shows a large message to the byte, or not at all when it was refused',
      when: ['run-stream'],
      restsOn: 'AR-2.1',
      judge: after([started(), running, heard(), inTime], (view) => {
        const [exchange] = labelled(view, APPEND);
        const content = sent(exchange, 'content');
        const stream = streamNamed(view, LABELS.stream);
        const shown = (stream?.frames ?? [])
          .map(({ body }) => fieldOf(fieldOf(body, 'message'), 'content'))
          .filter((text) => String(text).startsWith(String(content).slice(0, WORD_LENGTH)));
        const isTaken = madeId(exchange) !== undefined;
        const faults = isTaken
          ? [
              shown.length === 0 ? 'not shown' : undefined,
              ...shown.map((text) => differenceOf(content, text)),
            ]
          : [shown.length > 0 ? 'shown, though it was refused' : undefined];
        const expected = isTaken ? 'the content that was sent' : 'nothing of it';
        return conclude('spoilt', expected, faults, [stream?.ref ?? view.ref()]);
      }),
    },
  ],
});
