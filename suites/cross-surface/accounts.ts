/** What each surface says of one run, as far as it could be read. */

import type { Finding } from '../../harness/core/finding.ts';
import type { EvidenceRef } from '../../harness/evidence/transcript.ts';
import { terminalOf } from '../../harness/judge/run-facts.ts';
import type { RunView, SeenEvent, TrialView } from '../../harness/judge/views.ts';
import { bodyOf, fieldOf, labelled, missing, refOf } from '../agents-api/expect.ts';
import { readList } from '../agents-api/run-parts.ts';
import { type StreamView, streamNamed } from '../agents-api/stream-view.ts';
import { answered } from '../telemetry/account.ts';
import { OF } from './follow.ts';

/** The run on the chat socket, over. */
export interface Chat {
  readonly run: RunView;
  readonly terminal: SeenEvent;
  readonly ref: EvidenceRef;
}

/** The run over HTTP. */
export interface Http {
  readonly run: unknown;
  readonly steps: readonly unknown[];
  readonly messages: readonly unknown[];
  readonly nodes: readonly unknown[];
  readonly refs: readonly EvidenceRef[];
}

/** The run in the telemetry. */
export interface Telemetry {
  readonly run: unknown;
  readonly steps: readonly unknown[];
  readonly failures: readonly unknown[];
  readonly refs: readonly EvidenceRef[];
}

type Found<T> = T | readonly Finding[];
export const isHidden = <T extends object>(found: Found<T>): found is readonly Finding[] =>
  Array.isArray(found);

/** The run as its asker saw it, or what keeps it from being compared. */
export function chatOf(view: TrialView, label: string): Found<Chat> {
  const run = view.runs.find((one) => one.label === label);
  if (run === undefined) return missing(view, `the run "${label}"`, 'CN-2');
  if (run.end === 'not-awaited') return missing(view, `the end of "${label}"`, 'CN-2');
  if (run.end === 'refused') return missing(view, `the run "${label}"`, 'CN-9');
  if (run.events.length === 0) return missing(view, `events of "${label}"`, 'CN-4');
  const terminal = terminalOf(run);
  if (terminal === undefined) return missing(view, `the end of "${label}"`, 'LC-3');
  return { run, terminal, ref: view.ref(run.askedSeq, terminal.seq) };
}

/** A step is one that began: what never did is in no other account. */
const hasBegun = (step: unknown): boolean => typeof fieldOf(step, 'startedAt') === 'string';

const byNumber = (steps: readonly unknown[]): readonly unknown[] =>
  steps
    .filter(hasBegun)
    .sort((one, other) => Number(fieldOf(one, 'stepNumber')) - Number(fieldOf(other, 'stepNumber')));

export function httpOf(view: TrialView, label: string): Found<Http> {
  const [run, nodes] = [OF.run(label), OF.nodes(label)].map((one) => labelled(view, one)[0]);
  const steps = readList(view, OF.steps(label));
  const messages = readList(view, OF.messages(label));
  if (run?.response?.status !== 200) return missing(view, `"${label}" over HTTP`, hidesRun(view, label));
  if (labelled(view, OF.steps(label)).length === 0 || steps === undefined)
    return missing(view, `the steps of "${label}"`, 'AR-4.1');
  if (labelled(view, OF.messages(label)).length === 0 || messages === undefined)
    return missing(view, `the messages of "${label}"`, 'AR-6.1');
  const states = nodes?.response?.status === 200 ? fieldOf(bodyOf(nodes), 'items') : undefined;
  if (nodes === undefined || !Array.isArray(states))
    return missing(view, `the node states of "${label}"`, 'AR-5.1');
  return {
    run: bodyOf(run),
    steps: byNumber(steps.items),
    messages: messages.items,
    nodes: states,
    refs: [refOf(view, run), ...steps.refs, ...messages.refs, refOf(view, nodes)],
  };
}

/** The id of its project is told by the stream alone; without that nothing of it can be read. */
function hidesRun(view: TrialView, label: string): string {
  return labelled(view, OF.run(label)).length === 0 ? 'AR-10.1' : 'AR-3.1';
}

export function streamAt(view: TrialView, label: string): Found<StreamView> {
  const stream = streamNamed(view, OF.stream(label));
  return stream === undefined || stream.frames.length === 0
    ? missing(view, `the stream of "${label}"`, 'AR-10.1')
    : stream;
}

export function telemetryOf(view: TrialView, label: string): Found<Telemetry> {
  const readings = [OF.telemetry, OF.telemetrySteps, OF.failures].map((of) => labelled(view, of(label))[0]);
  const [run, steps, failures] = readings.map((one) => answered(one));
  if (run === undefined)
    return missing(view, `"${label}" in the telemetry`, readings[0] === undefined ? 'X-3' : 'TR-6.1');
  if (!Array.isArray(steps)) return missing(view, `steps of "${label}" in the telemetry`, 'TR-7.1');
  if (!Array.isArray(failures)) return missing(view, `failures of "${label}" in the telemetry`, 'TR-8.1');
  return {
    run,
    steps,
    failures,
    refs: readings.flatMap((one) => (one === undefined ? [] : [refOf(view, one)])),
  };
}
