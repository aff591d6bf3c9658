import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EVENT_KINDS, type EventKind } from './agent-event.ts';
import {
  end,
  type GrammarEvent,
  type GrammarState,
  INITIAL,
  step,
  VIOLATIONS,
  type ViolationCode,
  violationsOf,
} from './grammar.ts';

const stateAfter = (...events: readonly GrammarEvent[]): GrammarState =>
  events.reduce((state, event) => step(state, event).state, INITIAL);
const codesOf = (events: readonly GrammarEvent[]): readonly ViolationCode[] =>
  violationsOf(events).map(({ code }) => code);
const codesAt = (state: GrammarState, event: GrammarEvent): readonly ViolationCode[] =>
  step(state, event).violations.map(({ code }) => code);

const START: GrammarEvent = { kind: 'run.started' };
const THINK: GrammarEvent = { kind: 'reasoning' };
const OPEN: GrammarEvent = { kind: 'tool.started', callId: 'a' };
const CLOSE: GrammarEvent = { kind: 'tool.finished', callId: 'a' };
const DONE: GrammarEvent = { kind: 'run.completed' };
const eventOf = (kind: EventKind): GrammarEvent =>
  kind.startsWith('tool.') ? { kind, callId: 'a' } : { kind };

const STATES = {
  before: INITIAL,
  started: stateAfter(START),
  reasoned: stateAfter(START, THINK),
  open: stateAfter(START, THINK, OPEN),
  closed: stateAfter(START, THINK, OPEN, CLOSE),
  ended: stateAfter(START, THINK, DONE),
} as const;
type StateName = keyof typeof STATES;

/** What each event is in each state: written out by hand, not derived from the table. */
const EXPECTED: Readonly<Record<EventKind, Readonly<Record<StateName, readonly ViolationCode[]>>>> = {
  'run.started': {
    before: [],
    started: ['started-twice'],
    reasoned: ['started-twice'],
    open: ['started-twice'],
    closed: ['started-twice'],
    ended: ['event-after-terminal'],
  },
  reasoning: {
    before: ['event-before-start'],
    started: [],
    reasoned: [],
    open: [],
    closed: [],
    ended: ['event-after-terminal'],
  },
  handoff: {
    before: ['event-before-start'],
    started: [],
    reasoned: [],
    open: [],
    closed: [],
    ended: ['event-after-terminal'],
  },
  'tool.started': {
    before: ['event-before-start'],
    started: [],
    reasoned: [],
    open: ['call-opened-twice'],
    closed: ['call-opened-twice'],
    ended: ['event-after-terminal'],
  },
  'tool.finished': {
    before: ['event-before-start'],
    started: ['call-not-open'],
    reasoned: ['call-not-open'],
    open: [],
    closed: ['call-closed-twice'],
    ended: ['event-after-terminal'],
  },
  'run.completed': {
    before: ['event-before-start'],
    started: ['completed-without-reasoning'],
    reasoned: [],
    open: ['call-open-at-terminal'],
    closed: [],
    ended: ['second-terminal'],
  },
  'run.failed': {
    before: ['event-before-start'],
    started: [],
    reasoned: [],
    open: ['call-open-at-terminal'],
    closed: [],
    ended: ['second-terminal'],
  },
  'run.cancelled': {
    before: ['event-before-start'],
    started: [],
    reasoned: [],
    open: ['call-open-at-terminal'],
    closed: [],
    ended: ['second-terminal'],
  },
};

const PAIRS = EVENT_KINDS.flatMap((kind) =>
  (Object.keys(STATES) as StateName[]).map((state) => ({ kind, state, codes: EXPECTED[kind][state] })),
);

describe('each event in each state', () => {
  it.each(PAIRS)('$kind in state $state: $codes', ({ kind, state, codes }) => {
    expect(codesAt(STATES[state], eventOf(kind))).toEqual(codes);
  });

  it('counts every event, misplaced or not', () => {
    for (const { kind, state } of PAIRS)
      expect(step(STATES[state], eventOf(kind)).state.count).toBe(STATES[state].count + 1);
  });

  it('leaves the state it is given as it was', () => {
    const state = stateAfter(START, OPEN);
    step(state, CLOSE);
    expect([...state.open]).toEqual(['a']);
  });
});

describe('after a misplaced event', () => {
  it('a run that was never announced is judged from there on', () => {
    expect(codesOf([THINK, OPEN, CLOSE, DONE])).toEqual(['event-before-start']);
  });

  it('what a misplaced event opened may be closed', () => {
    expect(codesOf([OPEN, CLOSE, THINK, DONE])).toEqual(['event-before-start']);
  });

  it('a start that comes late is the second of the two faults, and there is no third', () => {
    expect(codesOf([THINK, START, OPEN, CLOSE, DONE])).toEqual(['event-before-start', 'started-twice']);
  });

  it('a late event neither reopens the run nor hides the next late event', () => {
    expect(codesOf([START, THINK, DONE, OPEN, DONE, THINK])).toEqual([
      'event-after-terminal',
      'second-terminal',
      'event-after-terminal',
    ]);
  });

  it('a terminal event as the only one is one fault', () => {
    expect(codesOf([DONE])).toEqual(['event-before-start']);
  });

  it('each violation points at its event and names its call', () => {
    expect(violationsOf([START, THINK, OPEN, OPEN, CLOSE, CLOSE, DONE])).toEqual([
      { code: 'call-opened-twice', index: 3, callId: 'a' },
      { code: 'call-closed-twice', index: 5, callId: 'a' },
    ]);
  });
});

describe('when no more events come', () => {
  it('nothing at all never started', () => {
    expect(end(INITIAL)).toEqual([{ code: 'never-started', index: 0 }]);
  });

  it('an open run never ended, nor did its calls', () => {
    expect(end(stateAfter(START, OPEN, { kind: 'tool.started', callId: 'b' }))).toEqual([
      { code: 'call-never-closed', index: 2, callId: 'a' },
      { code: 'call-never-closed', index: 2, callId: 'b' },
      { code: 'no-terminal', index: 2 },
    ]);
  });

  it.each(['run.completed', 'run.failed', 'run.cancelled'] as const)('%s leaves nothing missing', (kind) => {
    expect(end(stateAfter(START, THINK, { kind }))).toEqual([]);
  });
});

it('every violation can be produced', () => {
  const produced = new Set<string>([
    ...PAIRS.flatMap(({ codes }) => codes),
    ...codesOf([]),
    ...codesOf([START, OPEN]),
  ]);
  expect([...produced].sort()).toEqual(Object.keys(VIOLATIONS).sort());
});

const anyEvent = fc.record({
  kind: fc.constantFrom(...EVENT_KINDS),
  callId: fc.constantFrom('a', 'b', ''),
});

/** Runs as an honest target produces them: parallel calls, thoughts and hand-overs in between. */
const goodRun: fc.Arbitrary<readonly GrammarEvent[]> = fc
  .record({
    steps: fc.array(fc.constantFrom('think', 'open', 'close', 'handoff'), { maxLength: 12 }),
    terminal: fc.constantFrom<EventKind>('run.completed', 'run.failed', 'run.cancelled'),
  })
  .map(({ steps, terminal }) => {
    const open: string[] = [];
    const events: GrammarEvent[] = [START, THINK];
    steps.forEach((what, index) => {
      if (what === 'think') events.push(THINK);
      if (what === 'handoff') events.push({ kind: 'handoff' });
      if (what === 'open') {
        open.push(`call-${index}`);
        events.push({ kind: 'tool.started', callId: `call-${index}` });
      }
      const callId = what === 'close' ? open.shift() : undefined;
      if (callId !== undefined) events.push({ kind: 'tool.finished', callId });
    });
    for (const callId of open) events.push({ kind: 'tool.finished', callId });
    return [...events, { kind: terminal }];
  });

const at = (events: readonly GrammarEvent[], pick: number): number => pick % events.length;

/** What is to be expected when the event there is left out. */
function codesOfDropping(events: readonly GrammarEvent[], index: number): readonly ViolationCode[] {
  const kind = events[index]?.kind;
  if (kind === 'run.started') return ['event-before-start'];
  if (kind === 'tool.started') return ['call-not-open'];
  if (kind === 'tool.finished') return ['call-open-at-terminal'];
  if (kind === 'reasoning' || kind === 'handoff') {
    const thoughts = events.filter((event) => event.kind === 'reasoning').length;
    const isLast = kind === 'reasoning' && thoughts === 1 && events.at(-1)?.kind === 'run.completed';
    return isLast ? ['completed-without-reasoning'] : [];
  }
  return ['no-terminal'];
}

const ON_REPEAT: Readonly<Record<EventKind, readonly ViolationCode[]>> = {
  'run.started': ['started-twice'],
  reasoning: [],
  handoff: [],
  'tool.started': ['call-opened-twice'],
  'tool.finished': ['call-closed-twice'],
  'run.completed': ['second-terminal'],
  'run.failed': ['second-terminal'],
  'run.cancelled': ['second-terminal'],
};

describe('for any run', () => {
  it('the automaton answers whatever comes, and says so', () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 30 }), (events) => {
        const violations = violationsOf(events);
        for (const { code, index } of violations) {
          expect(VIOLATIONS[code]).toBeTypeOf('string');
          expect(index).toBeGreaterThanOrEqual(0);
          expect(index).toBeLessThan(Math.max(1, events.length));
        }
      }),
    );
  });

  it('a well-formed one has no violation', () => {
    fc.assert(
      fc.property(goodRun, (events) => {
        expect(codesOf(events)).toEqual([]);
      }),
    );
  });

  it('one event left out is found for what it is', () => {
    fc.assert(
      fc.property(goodRun, fc.nat(), (events, pick) => {
        const index = at(events, pick);
        expect(codesOf(events.toSpliced(index, 1))).toEqual(codesOfDropping(events, index));
      }),
    );
  });

  it('one event told twice is found for what it is', () => {
    fc.assert(
      fc.property(goodRun, fc.nat(), (events, pick) => {
        const index = at(events, pick);
        const event = events[index] ?? START;
        expect(codesOf(events.toSpliced(index, 0, event))).toEqual(ON_REPEAT[event.kind]);
      }),
    );
  });

  it('a start that changed places with its successor is found', () => {
    fc.assert(
      fc.property(goodRun, (events) => {
        const [first = START, second = THINK, ...rest] = events;
        expect(codesOf([second, first, ...rest])).toEqual(['event-before-start', 'started-twice']);
      }),
    );
  });

  it('one event after the end is found, terminal or not', () => {
    fc.assert(
      fc.property(goodRun, anyEvent, (events, late) => {
        const isTerminal = ['run.completed', 'run.failed', 'run.cancelled'].includes(late.kind);
        expect(codesOf([...events, late])).toEqual([isTerminal ? 'second-terminal' : 'event-after-terminal']);
      }),
    );
  });
});
