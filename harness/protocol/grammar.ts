/**
 * The event grammar of one turn of one run, as a table.
 *
 * `step` is total: a misplaced event is reported and then ignored, so that one defect neither hides nor
 * invents others. `end` says what is missing when a stream stops. Interleaving of runs is legal because
 * there is one automaton per run and turn. Clause: docs/protocol.md, section 4, "Order".
 */
import type { EventKind } from './agent-event.ts';

export const VIOLATIONS = {
  'event-before-start': 'an event came before the run had started',
  'started-twice': 'the run started twice',
  'event-after-terminal': 'an event followed the terminal one',
  'second-terminal': 'a second terminal event followed the first',
  'completed-without-reasoning': 'the run completed without any reasoning event',
  'call-opened-twice': 'a tool call was opened twice under one id',
  'call-not-open': 'a tool call was closed that was never opened',
  'call-closed-twice': 'a tool call was closed twice',
  'call-open-at-terminal': 'a tool call was still open at the terminal event',
  'never-started': 'the run never started',
  'no-terminal': 'the run never reached a terminal event',
  'call-never-closed': 'a tool call was never closed',
} as const;
export type ViolationCode = keyof typeof VIOLATIONS;

export interface Violation {
  readonly code: ViolationCode;
  /** Index of the offending event in the run, or of the last one when something is missing. */
  readonly index: number;
  /** The tool call concerned. */
  readonly callId?: string;
}

type Phase = 'before' | 'running' | 'ended';

export interface GrammarState {
  readonly phase: Phase;
  readonly reasoned: boolean;
  readonly open: ReadonlySet<string>;
  readonly closed: ReadonlySet<string>;
  readonly count: number;
}

export const INITIAL: GrammarState = {
  phase: 'before',
  reasoned: false,
  open: new Set(),
  closed: new Set(),
  count: 0,
};

interface Rule {
  readonly from: Phase;
  readonly to: Phase;
  readonly call?: 'opens' | 'closes';
  readonly terminal?: true;
}

/** The table: where an event is allowed, and what it changes. */
const GRAMMAR: Readonly<Record<EventKind, Rule>> = {
  'run.started': { from: 'before', to: 'running' },
  reasoning: { from: 'running', to: 'running' },
  handoff: { from: 'running', to: 'running' },
  'tool.started': { from: 'running', to: 'running', call: 'opens' },
  'tool.finished': { from: 'running', to: 'running', call: 'closes' },
  'run.completed': { from: 'running', to: 'ended', terminal: true },
  'run.failed': { from: 'running', to: 'ended', terminal: true },
  'run.cancelled': { from: 'running', to: 'ended', terminal: true },
};

export interface GrammarEvent {
  readonly kind: EventKind;
  readonly callId?: string;
}

interface Step {
  readonly state: GrammarState;
  readonly violations: readonly Violation[];
}

/** Advances the automaton by one event. */
export function step(state: GrammarState, event: GrammarEvent): Step {
  const index = state.count;
  const counted = { ...state, count: index + 1 };
  const rule = GRAMMAR[event.kind];
  const misplaced = misplacement(state, rule);
  if (misplaced !== undefined)
    return { state: recover(counted, misplaced, event), violations: [{ code: misplaced, index }] };
  if (rule.call !== undefined) return stepCall(counted, rule.call, event.callId ?? '', index);
  if (rule.terminal === true) return stepTerminal(counted, event.kind, index);
  return {
    state: { ...counted, phase: rule.to, reasoned: state.reasoned || event.kind === 'reasoning' },
    violations: [],
  };
}

function misplacement(state: GrammarState, rule: Rule): ViolationCode | undefined {
  if (state.phase === rule.from) return undefined;
  if (state.phase === 'ended') return rule.terminal === true ? 'second-terminal' : 'event-after-terminal';
  return state.phase === 'before' ? 'event-before-start' : 'started-twice';
}

/** What is kept of a misplaced event: a run that was never announced is taken to run from here on. */
function recover(state: GrammarState, code: ViolationCode, event: GrammarEvent): GrammarState {
  if (code !== 'event-before-start') return state;
  const advanced = step({ ...state, phase: 'running' }, event).state;
  return { ...advanced, count: state.count };
}

function stepCall(state: GrammarState, call: 'opens' | 'closes', callId: string, index: number): Step {
  const report = (code: ViolationCode): Step => ({ state, violations: [{ code, index, callId }] });
  if (call === 'opens') {
    if (state.open.has(callId) || state.closed.has(callId)) return report('call-opened-twice');
    return { state: { ...state, open: new Set([...state.open, callId]) }, violations: [] };
  }
  if (state.closed.has(callId)) return report('call-closed-twice');
  if (!state.open.has(callId)) return report('call-not-open');
  const open = new Set(state.open);
  open.delete(callId);
  return { state: { ...state, open, closed: new Set([...state.closed, callId]) }, violations: [] };
}

function stepTerminal(state: GrammarState, kind: EventKind, index: number): Step {
  const violations: Violation[] = [...state.open].map((callId) => ({
    code: 'call-open-at-terminal',
    index,
    callId,
  }));
  if (kind === 'run.completed' && !state.reasoned)
    violations.push({ code: 'completed-without-reasoning', index });
  return { state: { ...state, phase: 'ended', open: new Set() }, violations };
}

/** What is missing when no more events will come. */
export function end(state: GrammarState): readonly Violation[] {
  const index = Math.max(0, state.count - 1);
  if (state.phase === 'ended') return [];
  if (state.phase === 'before') return [{ code: 'never-started', index }];
  const open: Violation[] = [...state.open].map((callId) => ({ code: 'call-never-closed', index, callId }));
  return [...open, { code: 'no-terminal', index }];
}

/** Every violation of a run whose events are all in. */
export function violationsOf(events: Iterable<GrammarEvent>): readonly Violation[] {
  let state = INITIAL;
  const violations: Violation[] = [];
  for (const event of events) {
    const next = step(state, event);
    state = next.state;
    violations.push(...next.violations);
  }
  return [...violations, ...end(state)];
}
