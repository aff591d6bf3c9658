import { describe, expect, it } from 'vitest';
import { caseFindings, dialStream, frameOf, type Told, tell } from '../test-support/exchanges.ts';
import { Tape, type Wire } from '../test-support/transcripts.ts';
import { streamCases } from './stream.ts';
import { HEARD } from './stream-judges.ts';

type Frame = Readonly<Record<string, unknown>>;
/** What a subscriber is sent instead of a frame. */
type Edit = (label: string, frame: Frame, tape: Tape) => readonly Frame[];

interface Followed {
  readonly edit?: Edit;
  /** Answers that are otherwise, by label; null for a request that was never made. */
  readonly answers?: Readonly<Record<string, Partial<Told> | null>>;
  /** Subscribers that never get in. */
  readonly shutOut?: readonly string[];
  readonly close?: (wire: Wire, label: string) => unknown;
  /** How long each frame takes to happen. */
  readonly paceMs?: number;
}

const STEPS = [
  { id: 'step-1', status: 'COMPLETED' },
  { id: 'step-2', status: 'COMPLETED' },
];
const MESSAGES = [{ id: 'message-1' }, { id: 'message-2' }];

const RESOURCES: readonly (readonly [type: string, resource: Frame])[] = [
  ['agent.run.created', { run: { id: 'run-1', status: 'PENDING' } }],
  ['agent.message.appended', { message: MESSAGES[0] }],
  ['agent.run.updated', { run: { id: 'run-1', status: 'RUNNING' } }],
  ['agent.step.updated', { step: { id: 'step-1', status: 'RUNNING' } }],
  ['agent.step.updated', { step: STEPS[0] }],
  ['workflow.node_state.updated', { nodeState: { nodeId: 'plan', status: 'COMPLETED' } }],
  ['agent.step.updated', { step: STEPS[1] }],
  ['agent.message.appended', { message: MESSAGES[1] }],
  ['agent.run.completed', { run: { id: 'run-1', status: 'COMPLETED' } }],
];
/** After so many frames somebody leaves, comes back, and somebody else comes late. */
const MIDWAY = 5;

const answer = (label: string, body: unknown): Told => ({ label, answer: body });

const BEFORE: readonly Told[] = [
  { label: HEARD.run, method: 'POST', status: 201, answer: { id: 'run-1' } },
  { label: HEARD.other, method: 'POST', status: 201, answer: { id: 'run-2' } },
];
const AFTER: readonly Told[] = [
  answer(HEARD.runAfter, { id: 'run-1', status: 'COMPLETED' }),
  answer(HEARD.stepsAfter, { items: STEPS, nextCursor: null, total: 2 }),
  answer(HEARD.messagesAfter, { items: MESSAGES, nextCursor: null, total: 2 }),
  answer(HEARD.nodesAfter, { items: [{ nodeId: 'plan', status: 'COMPLETED' }] }),
  answer(HEARD.otherAfter, { id: 'run-2', status: 'COMPLETED' }),
];

function followed(over: Followed = {}) {
  const { edit = (_label, frame) => [frame], answers = {}, shutOut = [], paceMs = 50 } = over;
  const close = over.close ?? ((wire) => wire.closes(1000, 'target'));
  const tape = new Tape('api-stream-followed-run');
  const wires = new Map<string, Wire>();
  const past: Frame[] = [];
  const ask = (all: readonly Told[]): void => {
    for (const told of all) {
      const other = answers[told.label];
      if (other !== null) tell(tape, { ...told, ...other });
    }
  };
  const deliver = (label: string, frame: Frame): void => {
    for (const each of edit(label, frame, tape)) wires.get(label)?.receives(each);
  };
  const enter = (label: string): void => {
    const wire = dialStream(tape, label);
    if (shutOut.includes(label)) {
      wire.isRefused(500);
      return;
    }
    wires.set(label, wire.opens());
    if (label === HEARD.ofOther) return;
    for (const frame of past) deliver(label, { ...frame, replay: true });
  };
  ask(BEFORE);
  for (const label of [HEARD.early, HEARD.second, HEARD.ofOther, HEARD.vanishing]) enter(label);
  for (const [index, [type, resource]] of RESOURCES.entries()) {
    tape.wait(paceMs);
    const frame = frameOf(tape, type, index + 1, resource);
    past.push(frame);
    for (const label of wires.keys()) {
      const ofOther = JSON.parse(JSON.stringify(frame).replaceAll('run-1', 'run-2')) as Frame;
      deliver(label, label === HEARD.ofOther ? ofOther : frame);
    }
    if (index + 1 !== MIDWAY) continue;
    wires.get(HEARD.vanishing)?.closes(1006, 'harness');
    wires.delete(HEARD.vanishing);
    enter(HEARD.returned);
    enter(HEARD.late);
  }
  for (const [label, wire] of wires) close(wire, label);
  wires.clear();
  ask(AFTER);
  enter(HEARD.afterwards);
  const last = wires.get(HEARD.afterwards);
  if (last !== undefined) close(last, HEARD.afterwards);
  return tape.transcript();
}

const judge = (check: string, over: Followed = {}, choices: Readonly<Record<string, string>> = DECLARED) =>
  caseFindings(streamCases, `agents-api/${check}`, followed(over), choices);
const DECLARED = { 'VP-REPLAY': 'full-history', 'VP-WSCLOSE': 'closes-1000' };

const CHECKS = streamCases[0]?.checks.map(({ id }) => id.replace('agents-api/', '')) ?? [];

/** The findings without what was expected. */
const briefly = (findings: readonly string[]): readonly string[] =>
  findings.map((finding) => finding.replace(/: .* \| /s, ' | '));

const without =
  (takes: (frame: Frame) => boolean, ...labels: readonly string[]): Edit =>
  (label, frame) =>
    (labels.length === 0 || labels.includes(label)) && takes(frame) ? [] : [frame];
const isType = (type: string) => (frame: Frame) => frame['type'] === type;
const isSeq = (seq: number) => (frame: Frame) => frame['seq'] === seq;
const changing =
  (takes: (frame: Frame) => boolean, change: (frame: Frame) => Frame): Edit =>
  (_label, frame) => [takes(frame) ? { ...frame, ...change(frame) } : frame];

describe('a run that is followed', () => {
  it.each(CHECKS)('passes %s when all is well, declared and undeclared', (check) => {
    for (const choices of [DECLARED, {}]) {
      const findings = judge(check, {}, choices);
      expect(findings.length).toBeGreaterThan(0);
      expect(findings.filter((finding) => !finding.startsWith('pass'))).toEqual([]);
    }
  });

  it.each(CHECKS)('cannot tell %s without a project, without a run', (check) => {
    const noRun = { answers: { [HEARD.run]: { status: 500, answer: 'no' } } };
    expect(judge(check, { answers: { [HEARD.run]: null } })[0]).toMatch(/^inconclusive .*because AR-1\.1d/);
    expect(judge(check, noRun)[0]).toMatch(/^inconclusive .*because AR-2\.1/);
  });

  it.each(CHECKS.filter((check) => check !== 'stream-tells-the-whole-run'))(
    'leaves a stream that shows nothing to AR-10.1: %s',
    (check) => {
      const edit: Edit = () => [];
      expect(judge(check, { edit })[0]).toMatch(/^inconclusive .*because AR-10\.1\)/);
    },
  );
});

describe('agents-api/stream-tells-the-whole-run', () => {
  const check = 'stream-tells-the-whole-run';

  it.each([
    ['agent.run.created', 'no agent.run.created'],
    ['agent.run.updated', 'no agent.run.updated'],
    ['agent.run.completed', 'no agent.run.completed'],
    ['agent.step.updated', 'no step step-1; no step step-2'],
    ['agent.message.appended', 'no message message-1; no message message-2'],
  ])('fails without %s', (type, actual) => {
    expect(briefly(judge(check, { edit: without(isType(type)) }))).toEqual([
      `fail not-the-whole-run | ${actual}`,
    ]);
  });

  it('fails when the stream is silent, or does not open', () => {
    expect(briefly(judge(check, { edit: () => [] }))).toEqual(['fail nothing-heard | it stayed silent']);
    expect(briefly(judge(check, { shutOut: [HEARD.early] }))).toEqual([
      'fail nothing-heard | it did not open',
    ]);
  });

  it('cannot tell when the run did not complete, or nothing can be read', () => {
    const running = { answers: { [HEARD.runAfter]: { answer: { status: 'RUNNING' } } } };
    expect(judge(check, running)[0]).toMatch(/because AR-3\.4/);
    expect(judge(check, { answers: { [HEARD.stepsAfter]: { status: 500 } } })[0]).toMatch(/because AR-4\.1/);
    expect(judge(check, { answers: { [HEARD.messagesAfter]: { answer: [] } } })[0]).toMatch(
      /because AR-6\.1/,
    );
  });
});

describe('agents-api/stream-begins-and-ends', () => {
  const check = 'stream-begins-and-ends';

  it('fails on a wrong beginning, no end, two ends, and what follows the end', () => {
    const first = (edit: Edit) => briefly(judge(check, { edit }))[0];
    expect(first(without(isSeq(1)))).toBe('fail wrong-order | the first is agent.message.appended');
    expect(first(without(isSeq(9)))).toBe('fail wrong-order | 0 terminal frames');
    const twice: Edit = (_label, frame) => (frame['seq'] === 9 ? [frame, { ...frame, seq: 10 }] : [frame]);
    expect(first(twice)).toBe('fail wrong-order | 2 terminal frames');
    const later: Edit = (_label, frame) =>
      frame['seq'] === 9 ? [frame, { ...frame, seq: 10, type: 'agent.step.updated' }] : [frame];
    expect(first(later)).toBe('fail wrong-order | agent.step.updated is last');
  });

  it('cannot tell when the run itself has no end', () => {
    const findings = judge(check, {
      edit: without(isSeq(9)),
      answers: { [HEARD.runAfter]: { answer: { status: 'RUNNING' } } },
    });
    expect(findings[0]).toMatch(/because AR-3\.4/);
  });
});

describe('agents-api/stream-frames-are-well-formed', () => {
  const first = (edit: Edit) => briefly(judge('stream-frames-are-well-formed', { edit }))[0];

  it.each<[string, Frame, string]>([
    ['no type', { type: undefined }, 'no type'],
    ['no eventId', { eventId: '' }, 'agent.step.updated without an eventId'],
    ['another run', { runId: 'run-9' }, 'agent.step.updated names run run-9'],
    ['no UTC', { timestamp: '2026-01-05 10:00' }, 'agent.step.updated has timestamp 2026-01-05 10:00'],
    ['two resources', { run: {} }, 'agent.step.updated carries run and step'],
    ['no resource', { step: undefined }, 'agent.step.updated carries no resource'],
    ['a wrong resource', { step: undefined, message: {} }, 'agent.step.updated carries message'],
    ['a resource that is none', { step: 'step-1' }, 'agent.step.updated carries step'],
    ['an old number', { seq: 2 }, 'agent.step.updated has seq 2 after 4'],
    [
      'an old time',
      { timestamp: '2026-01-05T09:00:00Z' },
      'agent.step.updated is stamped before the frame it follows',
    ],
    ['an id twice', { eventId: 'event-1' }, 'an eventId comes twice'],
  ])('fails on %s', (_what, change, actual) => {
    expect(first(changing(isSeq(5), () => change))).toContain(`fail malformed-frame | ${actual}`);
  });

  it('accepts what the protocol allows: errorMessage, unknown types and members, whole seconds', () => {
    const more = { errorMessage: 'x', more: 1 };
    expect(first(changing(isSeq(3), () => more))).toMatch(/^pass/);
    expect(first(changing(isSeq(3), () => ({ type: 'vendor.note', run: undefined })))).toMatch(/^pass/);
    expect(
      first(
        changing(
          () => true,
          () => ({ timestamp: '2026-01-05T10:00:00+00:00' }),
        ),
      ),
    ).toMatch(/^pass/);
  });
});

describe('agents-api/stream-agrees-with-the-lists', () => {
  const check = 'stream-agrees-with-the-lists';

  it('fails on a step or message of which only one knows, and on another last status', () => {
    const first = (over: Followed) => briefly(judge(check, over))[0];
    expect(first({ edit: without(isSeq(7)) })).toBe(
      'fail disagrees | step-2: on the stream missing, read COMPLETED',
    );
    expect(first({ edit: without(isSeq(5)) })).toBe(
      'fail disagrees | step-1: on the stream RUNNING, read COMPLETED',
    );
    expect(first({ answers: { [HEARD.messagesAfter]: { answer: { items: [MESSAGES[0]] } } } })).toBe(
      'fail disagrees | message-2: on the stream there, read missing',
    );
  });
});

describe('agents-api/stream-tells-all-the-same', () => {
  const check = 'stream-tells-all-the-same';
  const swapped: Edit = (label, frame) => {
    if (label !== HEARD.second || (frame['seq'] !== 6 && frame['seq'] !== 7)) return [frame];
    return [
      { ...frame, seq: frame['seq'] === 6 ? 7 : 6, eventId: frame['seq'] === 6 ? 'event-7' : 'event-6' },
    ];
  };

  it('fails on a frame that one of them lacks, and on another order', () => {
    expect(briefly(judge(check, { edit: without(isSeq(6), HEARD.second) }))).toEqual([
      'fail told-otherwise | in place 6 "6 workflow.node_state.updated event-6" and "7 agent.step.updated event-7", of 9 and 8',
    ]);
    expect(judge(check, { edit: swapped })[0]).toMatch(/^fail told-otherwise/);
  });

  it('allows a later beginning only where no history is promised', () => {
    const edit = without((frame) => Number(frame['seq']) < 3, HEARD.second);
    expect(judge(check, { edit })[0]).toMatch(/^fail/);
    expect(judge(check, { edit }, { 'VP-REPLAY': 'final-state' })[0]).toMatch(/^pass/);
  });
});

describe('agents-api/stream-keeps-to-its-run', () => {
  it('fails when the other run is mentioned on either stream', () => {
    const broadcast: Edit = (_label, frame) => [
      frame,
      ...(frame['seq'] === 4 ? [{ ...frame, runId: frame['runId'] === 'run-1' ? 'run-2' : 'run-1' }] : []),
    ];
    expect(briefly(judge('stream-keeps-to-its-run', { edit: broadcast }))).toEqual([
      'fail other-run | agent.step.updated of run run-2',
      'fail other-run | agent.step.updated of run run-1',
    ]);
  });
});

describe('agents-api/stream-ends-as-declared', () => {
  const check = 'stream-ends-as-declared';
  const open = { close: (wire: Wire) => wire.closes(1000, 'harness') };

  it('holds the deployment to its choice', () => {
    expect(briefly(judge(check, open))[0]).toBe('fail ended-otherwise | left open');
    expect(judge(check, open, { 'VP-WSCLOSE': 'stays-open' })[0]).toMatch(/^pass/);
    expect(judge(check, open, {})[0]).toMatch(/^pass/);
    expect(judge(check, {}, { 'VP-WSCLOSE': 'stays-open' })[0]).toMatch(/^fail/);
  });

  it('fails on another code, and on now this, now that', () => {
    const wrong = { close: (wire: Wire) => wire.closes(1011, 'target') };
    expect(briefly(judge(check, wrong, {}))[0]).toBe('fail ended-otherwise | closed with 1011');
    const mixed = {
      close: (wire: Wire, label: string) => wire.closes(1000, label === HEARD.early ? 'target' : 'harness'),
    };
    expect(judge(check, mixed, {})[0]).toMatch(/^fail/);
  });

  it('cannot tell without an end', () => {
    expect(judge(check, { edit: without(isSeq(9)) })[0]).toMatch(/because AR-10\.1a/);
  });
});

describe('agents-api/stream-node-states-agree', () => {
  const check = 'stream-node-states-agree';

  it('fails when they are read otherwise, and passes when none is sent', () => {
    const other = {
      answers: { [HEARD.nodesAfter]: { answer: { items: [{ nodeId: 'plan', status: 'FAILED' }] } } },
    };
    expect(briefly(judge(check, other))).toEqual([
      'fail disagrees | plan: on the stream COMPLETED, read FAILED',
    ]);
    expect(judge(check, { edit: without(isSeq(6)) })[0]).toMatch(/^pass/);
    expect(judge(check, { answers: { [HEARD.nodesAfter]: { status: 500 } } })[0]).toMatch(/because AR-5\.1/);
  });
});

/** Only the run as it is, and then the news. */
const snapshots: Edit = (_label, frame) =>
  frame['replay'] === true && frame['run'] === undefined ? [] : [frame];
const onlyEnd: Edit = (label, frame) =>
  label === HEARD.afterwards && frame['seq'] !== 9 ? [] : snapshots(label, frame, new Tape(''));

describe('agents-api/stream-brings-latecomers-up-to-date', () => {
  const check = 'stream-brings-latecomers-up-to-date';

  it('fails on a gap, a repeat, history that is not marked, another state', () => {
    const first = (edit: Edit) => briefly(judge(check, { edit }))[0];
    expect(first(without(isSeq(3), HEARD.late))).toMatch(/^fail .*gap or repeat: seq 4 follows 2/);
    const twice: Edit = (label, frame) =>
      label === HEARD.late && frame['seq'] === 5 ? [frame, frame] : [frame];
    expect(first(twice)).toMatch(/^fail .*gap or repeat: seq 5 follows 5/);
    expect(first(without(isSeq(6)))).toMatch(/^fail .*gap or repeat: seq 7 follows 5/);
    expect(first(changing(isSeq(2), () => ({ replay: undefined })))).toMatch(/history, and not marked so/);
    expect(first(without(isSeq(9), HEARD.late))).toMatch(/the run is RUNNING, read COMPLETED/);
  });

  it('takes a snapshot where that is the choice, and only there', () => {
    const declared = { 'VP-REPLAY': 'final-state' };
    expect(judge(check, { edit: onlyEnd }, declared)[0]).toMatch(/^pass/);
    expect(judge(check, { edit: onlyEnd }, {})[0]).toMatch(/^pass/);
    expect(judge(check, { edit: onlyEnd })[0]).toMatch(/^fail/);
    const stale: Edit = (label, frame, tape) =>
      label === HEARD.late && frame['seq'] === 9 ? [] : onlyEnd(label, frame, tape);
    expect(judge(check, { edit: stale }, declared)[0]).toMatch(/^fail/);
  });
});

describe('agents-api/stream-shows-finished-runs', () => {
  const check = 'stream-shows-finished-runs';

  it('fails when it does not open, shows nothing, or not the end', () => {
    expect(briefly(judge(check, { shutOut: [HEARD.afterwards] }))[0]).toBe(
      'fail nothing-heard | it did not open',
    );
    expect(briefly(judge(check, { edit: without(() => true, HEARD.afterwards) }))[0]).toBe(
      'fail nothing-heard | it stayed silent',
    );
    expect(judge(check, { edit: without(isSeq(9), HEARD.afterwards) })[0]).toMatch(/^fail/);
  });

  it('takes one frame with the final state where that is the choice', () => {
    expect(judge(check, { edit: onlyEnd }, {})[0]).toMatch(/^pass/);
    expect(judge(check, { edit: onlyEnd })[0]).toMatch(/^fail/);
  });
});

describe('agents-api/stream-comes-in-time', () => {
  const check = 'stream-comes-in-time';

  it('fails when the first frame is late, or one is held back', () => {
    expect(briefly(judge(check, { paceMs: 16_000 }))[0]).toMatch(/^fail late/);
    const held: Edit = (_label, frame, tape) => {
      if (frame['seq'] === 7) tape.wait(1_500);
      return [frame];
    };
    expect(briefly(judge(check, { edit: held }))[0]).toMatch(/^fail held-back \| one was held back/);
  });

  it('cannot tell without timestamps', () => {
    const edit = changing(
      () => true,
      () => ({ timestamp: undefined }),
    );
    expect(judge(check, { edit })[0]).toMatch(/because AR-10\.1b/);
  });
});

describe('agents-api/stream-outlives-vanished-subscribers', () => {
  const check = 'stream-outlives-vanished-subscribers';
  const readAs = (status: string, label: string) => ({ [label]: { answer: { id: 'run', status } } });

  it('fails when the run dies, others hear no end, or who returns hears nothing or not all', () => {
    expect(briefly(judge(check, { answers: readAs('CANCELLED', HEARD.runAfter) }))).toEqual([
      'fail disturbed | it is CANCELLED, and they hear an end',
    ]);
    const deaf = without(isSeq(9), HEARD.early, HEARD.second);
    expect(briefly(judge(check, { edit: deaf }))[0]).toBe(
      'fail disturbed | it is COMPLETED, and they do not hear an end',
    );
    expect(briefly(judge(check, { shutOut: [HEARD.returned] }))[0]).toBe(
      'fail not-let-back | nothing is heard',
    );
    expect(judge(check, { edit: without(isSeq(4), HEARD.returned) })[0]).toMatch(
      /^fail not-brought-up-to-date/,
    );
  });

  it('leaves it to others when the run from which nobody left fares no better', () => {
    const both = { ...readAs('RUNNING', HEARD.runAfter), ...readAs('RUNNING', HEARD.otherAfter) };
    expect(judge(check, { answers: both })[0]).toMatch(/because AR-3\.4/);
    expect(judge(check, { edit: without(isSeq(9)) })[0]).toMatch(/because AR-10\.1a/);
  });
});

describe('agents-api/stream-tells-failure', () => {
  const GOOD = {
    type: 'agent.run.failed',
    run: { id: 'run-1', status: 'FAILED' },
    errorMessage: 'no answer',
  };
  const failing = (last: Frame | undefined, status = 'FAILED') => {
    const tape = new Tape('api-stream-failing-run');
    tell(tape, { label: HEARD.run, method: 'POST', status: 201, answer: { id: 'run-1' } });
    const wire = dialStream(tape, HEARD.early).opens();
    wire.receives(frameOf(tape, 'agent.run.created', 1, { run: { id: 'run-1', status: 'PENDING' } }));
    if (last !== undefined) wire.receives(frameOf(tape, String(last['type']), 2, last));
    wire.closes(1000, 'target');
    tell(tape, { label: HEARD.runAfter, answer: { id: 'run-1', status } });
    return briefly(caseFindings(streamCases, 'agents-api/stream-tells-failure', tape.transcript()));
  };

  it('passes when the end says that and why', () => {
    expect(failing(GOOD)).toEqual(['pass as-expected | 2 frames']);
  });

  it('fails on another end, another status, no reason, another account', () => {
    expect(failing({ ...GOOD, type: 'agent.run.completed' })[0]).toMatch(
      /^fail .*ends with agent.run.completed/,
    );
    expect(failing({ ...GOOD, run: { status: 'RUNNING' } })[0]).toMatch(/^fail .*run.status RUNNING/);
    expect(failing({ ...GOOD, errorMessage: ' ' })[0]).toMatch(/^fail .*no errorMessage/);
    expect(failing(GOOD, 'COMPLETED')[0]).toMatch(/^fail .*read COMPLETED/);
  });

  it('leaves a stream without an end to AR-10.1a', () => {
    expect(failing(undefined)[0]).toMatch(/because AR-10\.1a/);
  });
});
