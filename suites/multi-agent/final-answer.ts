import { defineCheck } from '../../harness/core/check.ts';
import { type Finding, fail, inconclusive, pass } from '../../harness/core/finding.ts';
import type { Thresholds } from '../../harness/core/thresholds.ts';
import { isLate } from '../../harness/judge/observer.ts';
import { isCompleted, terminalOf } from '../../harness/judge/run-facts.ts';
import type { RunView, SeenEvent, TrialView } from '../../harness/judge/views.ts';
import { coordination } from '../../scenarios/multi-agent.ts';
import { inMs, say } from '../statements.ts';
import { coordinated, heardSubRuns, hiddenEnd, refOf } from './family.ts';
import { footingOf, groundsOf } from './grounds.ts';

const SHOWN = 5;

export const answerIsTheirs = defineCheck<TrialView>({
  id: 'multi-agent/answer-rests-on-sub-runs',
  requirement: 'MA-5',
  title: 'a supervisor completes in time, with the figures of its sub-runs and no others',
  scenarios: [coordination.id],
  restsOn: 'CN-9',
  judge: (view, { thresholds }) => coordinated(view).flatMap((run) => judgeAnswer(run, view, thresholds)),
});

function judgeAnswer(run: RunView, view: TrialView, { multiAgentMs }: Thresholds): readonly Finding[] {
  const expected = `within ${inMs(multiAgentMs)} an answer with amounts that the sub-runs found, and no others`;
  const terminal = terminalOf(run);
  if (terminal === undefined) return hiddenEnd(run, expected);
  const ref = refOf(run, view);
  if (!isCompleted(run))
    return [inconclusive(say('not-completed', expected, terminal.event.type, ref), 'CN-9')];
  const tookMs = terminal.at - run.askedAt;
  if (isLate(tookMs, multiAgentMs, view)) return [fail(say('late', expected, `after ${inMs(tookMs)}`, ref))];
  return [judgeFigures(run, terminal, view, expected)];
}

function judgeFigures(run: RunView, terminal: SeenEvent, view: TrialView, expected: string): Finding {
  const ref = refOf(run, view);
  const { response } = terminal.event;
  if (response === undefined) return inconclusive(say('no-answer', expected, 'no answer', ref), 'LC-7');
  const missing = missingGround(run, view);
  const grounds = groundsOf(run, view);
  const { found, known, foreign } = footingOf(response, grounds);
  const few = (texts: readonly string[]): string => texts.slice(0, SHOWN).join(', ');
  const state = (code: string, actual: string) => say(code, expected, actual, ref);
  const hidden = (code: string, actual: string): Finding =>
    inconclusive(state(code, `${actual}; ${missing?.what}`), missing?.because);
  if (foreign.length > 0 && !grounds.isOverfull) {
    const actual = `${foreign.length} that no tool and no sub-run found: ${few(foreign)}`;
    return missing === undefined
      ? fail(state('invented-figures', actual))
      : hidden('foreign-figures', actual);
  }
  if (found.length > 0 && foreign.length === 0)
    return pass(state('their-figures', `${found.length} of theirs: ${few(found)}`));
  if (grounds.isOverfull)
    return inconclusive(
      state('too-many-numbers', 'too many numbers in requests and results to tell them apart'),
    );
  if (known.length > 0)
    return inconclusive(
      state('only-known-figures', `only figures that the request holds too: ${few(known)}`),
    );
  if (missing !== undefined) return hidden('no-figures', 'no figure that a tool of a sub-run found');
  return fail(state('no-figures', 'no figure that a tool of a sub-run found'));
}

interface Missing {
  readonly what: string;
  readonly because?: string;
}

/** Why it is not known what the sub-runs found: nothing is invented as long as its source may only be unseen. */
function missingGround(run: RunView, view: TrialView): Missing | undefined {
  if (run.subRuns.length === 0) return { what: 'there was no sub-run', because: 'MA-1' };
  const heard = heardSubRuns(run);
  if (heard.length < run.subRuns.length || heard.some((sub) => terminalOf(sub) === undefined))
    return { what: 'not every sub-run was heard to its end', because: 'MA-2' };
  if (!view.isWhole) return { what: 'the record is not whole' };
  return [...heard, run].map(missingResult).find((missing) => missing !== undefined);
}

function missingResult({ events, agent }: RunView): Missing | undefined {
  const numbers = events.map(({ event }) => event.seq);
  if (numbers.some((seq, index) => seq !== index + 1))
    return { what: `events of ${agent} are missing or misnumbered`, because: 'LC-9' };
  const finished = events.filter(({ event }) => event.kind === 'tool.finished');
  const closed = new Set(finished.map(({ event }) => event.callId));
  const opened = events.filter(({ event }) => event.kind === 'tool.started');
  if (opened.some(({ event }) => !closed.has(event.callId)))
    return { what: `${agent} has tool calls without an end`, because: 'LC-5' };
  const isEmpty = (value: unknown): boolean => value === undefined || value === null || value === '';
  if (finished.some(({ event }) => event.toolStatus !== 'error' && isEmpty(event.data['result'])))
    return { what: `${agent} has tool calls without a result`, because: 'LC-7' };
  const tools = new Set(opened.map(({ event }) => event.toolName));
  const used = events.flatMap(({ event }) => event.toolsUsed ?? []);
  if (used.some((name) => !tools.has(name)))
    return { what: `${agent} used tools of which nothing was seen`, because: 'LC-14' };
  return undefined;
}
