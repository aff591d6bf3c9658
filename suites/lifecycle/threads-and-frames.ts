import { defineCheck } from '../../harness/core/check.ts';
import { type Finding, fail, inconclusive, pass } from '../../harness/core/finding.ts';
import { isCompleted, terminalOf } from '../../harness/judge/run-facts.ts';
import type { RunView, TrialView } from '../../harness/judge/views.ts';
import { largeFrames, memory, RUNS } from '../../scenarios/chat-runs.ts';
import { say } from '../statements.ts';
import { hiddenBy } from './sockets.ts';

export const remembersItsThread = defineCheck<TrialView>({
  id: 'lifecycle/remembers-its-thread',
  requirement: 'LC-21',
  title: 'what was said in a thread is known in its next turn',
  scenarios: [memory.id],
  restsOn: 'CN-9',
  when: ['threads'],
  judge(view) {
    if (view.scenario !== memory.id) return [];
    const told = view.runs.find(({ label }) => label === RUNS.tell);
    const asked = view.runs.find(({ label }) => label === RUNS.recall);
    const fact = told === undefined ? undefined : factIn(view, told);
    if (told === undefined || fact === undefined) return [];
    const expected = `the answer states "${fact}"`;
    if (!isCompleted(told)) return hidden(told, expected);
    if (asked === undefined)
      return [inconclusive(say('no-thread', expected, 'the first run named no thread', told.endRef), 'LC-7')];
    if (!isCompleted(asked)) return hidden(asked, expected);
    const answer = terminalOf(asked)?.event.response ?? '';
    const ref = view.ref(told.askedSeq, asked.askedSeq, terminalOf(asked)?.seq ?? asked.askedSeq);
    if (answer.toLowerCase().includes(fact.toLowerCase()))
      return [pass(say('remembered', expected, 'it does', ref))];
    return [fail(say('forgotten', expected, `"${answer}"`, ref))];
  },
});

/** A run that says that it failed is a matter of rates; one that never ended hides what it knew. */
const hidden = (run: RunView, expected: string): readonly Finding[] =>
  terminalOf(run) !== undefined
    ? []
    : [
        inconclusive(
          say('no-answer', expected, `${run.label}: it ended "${run.end}"`, run.endRef),
          run.events.length === 0 ? hiddenBy(run) : 'LC-3',
        ),
      ];

/** The words that the harness told: read from its own frame, so that evidence alone suffices. */
function factIn(view: TrialView, told: RunView): string | undefined {
  const entry = view.transcript.entries[told.askedSeq - 1];
  if (entry?.kind !== 'ws.frame') return undefined;
  return /access phrase of the Marigold project is ([0-9a-f]{12})/.exec(entry.text)?.[1];
}

export const takesLargeFrames = defineCheck<TrialView>({
  id: 'lifecycle/takes-large-frames',
  requirement: 'LC-22',
  title: 'frames of 9 KiB, of 100 KiB, and of one byte less than the limit each start a run',
  scenarios: [largeFrames.id],
  restsOn: 'CN-2',
  judge(view) {
    if (view.scenario !== largeFrames.id) return [];
    return view.runs.flatMap((run) => {
      const [, bytes] = FRAME.exec(run.label) ?? [];
      return bytes === undefined ? [] : [judgeFrame(run, Number(bytes), view)];
    });
  },
});

/** Which sizes were sent depends on the declared limit: the label says it. */
const FRAME = new RegExp(`^${RUNS.frame(0).replace('0', '(\\d+)')}$`);

function judgeFrame(run: RunView, bytes: number, view: TrialView): Finding {
  const expected = `a frame of ${bytes} bytes starts a run`;
  if (run.frameBytes !== bytes)
    return { verdict: 'error', ...say('wrong-stimulus', expected, `we sent ${run.frameBytes}`, run.endRef) };
  const [first] = run.events;
  if (first !== undefined)
    return pass(say('started', expected, first.event.type, view.ref(run.askedSeq, first.seq)));
  const statement = say('not-started', expected, `it ended "${run.end}"`, run.endRef);
  if (run.end === 'not-awaited') return inconclusive({ ...statement, code: 'not-awaited' });
  return run.end === 'refused' ? inconclusive(statement, 'CN-9') : fail(statement);
}
