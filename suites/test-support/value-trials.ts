/** Trials whose questions are the real ones and whose answers are told, for the tests of the suite on their value. */
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { Transcript } from '../../harness/evidence/transcript.ts';
import type { Random } from '../../scenarios/data-sets.ts';
import {
  anomalyFamily,
  capacityFamily,
  type Family,
  messageOf,
  savingsFamily,
  VALUE_LABELS,
  VARIATIONS,
  type Words,
} from '../../scenarios/value-questions.ts';
import { idealAnswer } from '../value/made-up-answers.ts';
import { type Sent, tableIn } from '../value/sent-data.ts';
import { type Task, taskOf } from '../value/tasks.ts';
import { completed, executed, executing, failed, started, storyOf, Tape, thinking } from './transcripts.ts';

/** A seeded source of numbers. */
export function seeded(seed: number): Random {
  const generator = xoroshiro128plus(seed);
  return () => uniformFloat64(generator);
}

/** What a question asks for, as the judge reads it. */
export function taskIn(message: string): Task {
  const task = taskOf(tableIn(message) as Sent);
  if (task === undefined) throw new TypeError('the message sets no task');
  return task;
}

/** What a run says at its end, and what its tool gave before. */
export interface Reply {
  readonly answer?: string;
  readonly result?: unknown;
  /** How it ends otherwise. */
  readonly end?: 'failed' | 'silent' | 'refused';
}

export interface AskedRun {
  readonly trial: string;
  readonly label: string;
  readonly message: string;
  readonly task: Task;
  /** Counts over the whole campaign. */
  readonly index: number;
}

/** The reply of somebody who knows. */
export function honest({ task }: AskedRun): Reply {
  const { answer } = idealAnswer(task);
  const result = task.truths.map((truth) => (truth.kind === 'figure' ? truth.value : truth.wanted));
  return { answer: `${answer}\n${task.names[0]}`, result };
}

const FAMILIES: Readonly<Record<string, (random: Random, words: Words) => Family>> = {
  'value-savings': savingsFamily,
  'value-anomalies': anomalyFamily,
  'value-capacity': capacityFamily,
};

const wordOf = (index: number): string => (0xabc000 + index).toString(16);

/** A campaign of the value scenarios, with as many trials each, answered by whom you like. */
export function valueCampaign(reply: (run: AskedRun) => Reply = honest, trials = 2): readonly Transcript[] {
  let index = 0;
  return Object.entries(FAMILIES).flatMap(([scenario, family]) =>
    Array.from({ length: trials }, (_, number) => {
      const trial = `${scenario}-${number + 1}`;
      const questions = family(seeded(index + 1), { given: wordOf(index * 2), other: wordOf(index * 2 + 1) });
      const tape = new Tape(scenario, { trial });
      const wire = tape.session();
      for (const variation of VARIATIONS) {
        const message = messageOf(questions[variation], number % 2 === 0 ? 'csv' : 'json');
        const asked = { trial, label: VALUE_LABELS[variation], message, task: taskIn(message), index };
        index += 1;
        tellRun(wire, asked, reply(asked), `run-${index}`);
      }
      wire.listens().closes();
      return tape.transcript();
    }),
  );
}

function tellRun(wire: ReturnType<Tape['session']>, run: AskedRun, reply: Reply, id: string): void {
  const asked = wire.asks(run.label, { message: run.message });
  const { requestId } = asked;
  if (reply.end === 'refused') {
    wire.wait(10).receives({ type: 'error', code: 'RATE_LIMITED', message: 'later', request_id: requestId });
    return;
  }
  if (reply.end === 'silent') {
    wire.wait(120_000).misses(`end of ${requestId}`, 120_000);
    return;
  }
  if (reply.end === 'failed') {
    wire.tells(asked, told(id, [started(), thinking(), failed()]));
    return;
  }
  const [ranMs, ranType, ran] = executed();
  const [endMs, endType, end] = completed();
  const { result = { done: true }, answer: response = '' } = reply;
  const worked: readonly Line[] = [
    [ranMs, ranType, { ...ran, result }],
    [endMs, endType, { ...end, response }],
  ];
  wire.tells(asked, told(id, [started(), thinking(), executing(), ...worked]));
}

type Line = ReturnType<typeof started>;

const told = (run: string, lines: readonly Line[]) => storyOf(...lines).map((beat) => ({ ...beat, run }));
