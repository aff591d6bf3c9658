import { describe, expect, it } from 'vitest';
import { caseFindings } from '../test-support/exchanges.ts';
import {
  at,
  type Fields,
  type Line,
  listOf,
  lists,
  playOut,
  reads,
  SET_UP,
  told,
  verdictOf,
} from '../test-support/stories.ts';
import { nodeStateCases } from './node-states.ts';

const nodeOf = (nodeId: string, over: Fields = {}): Fields => ({
  runId: 'run-1',
  nodeId,
  status: 'COMPLETED',
  progress: 1,
  messages: [],
  startedAt: at(10),
  completedAt: at(20),
  error: null,
  ...over,
});
const NODES = ['plan', 'left', 'right', 'answer'].map((id) => nodeOf(id));
const WAITING = { status: 'PENDING', progress: 0, startedAt: null, completedAt: null };
const DURING = [
  NODES[0],
  nodeOf('left', { status: 'RUNNING', progress: 0.5, completedAt: null }),
  nodeOf('right'),
  nodeOf('answer', WAITING),
];

describe('the node states of a run', () => {
  const good: readonly Line[] = [
    ...SET_UP,
    { label: 'node states during the run', answer: { items: DURING } },
    reads('await end', 'COMPLETED'),
    { label: 'node states', answer: { items: NODES } },
  ];
  const judge = (check: string, lines: readonly Line[]) =>
    caseFindings(nodeStateCases, `agents-api/${check}`, playOut('api-node-states-list', lines));
  const states = (items: unknown): readonly Line[] => told(good, 'node states', { answer: { items } });
  const last = (over: Fields): readonly Line[] => states([...NODES.slice(0, 3), nodeOf('answer', over)]);

  it.each(['lists-node-states', 'node-progress-is-sound'])('pass %s', (check) => {
    expect(verdictOf(judge(check, good))).toBe('pass');
    expect(verdictOf(judge(check, states([...NODES, nodeOf('end')])))).toBe('pass');
    expect(judge(check, told(good, 'start run', { status: 503 }))[0]).toMatch(/because AR-2\.1\)/);
  });

  it.each([
    ['an error', told(good, 'node states', { status: 500 })],
    ['a bare array', told(good, 'node states', { answer: NODES })],
    ['a missing node', states(NODES.slice(1))],
    ['a node twice', states([...NODES, NODES[0]])],
    ['an unknown status', last({ status: 'DONE' })],
    ['no messages', last({ messages: undefined })],
  ])('fails lists-node-states on %s', (_what, lines) => {
    expect(verdictOf(judge('lists-node-states', lines))).toBe('fail');
  });

  it.each([
    ['percent', last({ progress: 100 })],
    ['less than nothing', last({ progress: -0.1 })],
    ['a completed node half way', last({ progress: 0.5 })],
    ['a completed node without its time', last({ completedAt: null })],
    ['a node twice', states([...NODES, NODES[0]])],
    [
      'too much during the run',
      told(good, 'node states during the run', { answer: { items: [nodeOf('left', { progress: 50 })] } }),
    ],
  ])('fails node-progress-is-sound on %s', (_what, lines) => {
    expect(verdictOf(judge('node-progress-is-sound', lines))).toBe('fail');
  });

  it('leaves the progress open where there are no states', () => {
    const broken = told(good, 'node states', { status: 500 });
    expect(judge('node-progress-is-sound', broken)[0]).toMatch(/^inconclusive .*because AR-5\.1\)/);
    const bare = told(good, 'node states', { answer: NODES });
    expect(verdictOf(judge('node-progress-is-sound', bare))).toBe('inconclusive');
  });
});

describe('a run that has not started', () => {
  const good: readonly Line[] = [
    ...SET_UP,
    lists('steps', []),
    { label: 'node states', answer: { items: [] } },
    reads('run', 'PENDING'),
  ];
  const judge = (check: string, lines: readonly Line[]) =>
    caseFindings(nodeStateCases, `agents-api/${check}`, playOut('api-parts-not-started', lines));

  it('shows neither steps nor node states', () => {
    expect(verdictOf(judge('no-steps-before-the-start', good))).toBe('pass');
    expect(verdictOf(judge('no-node-states-before-the-start', good))).toBe('pass');
  });

  it.each([
    ['a step', told(good, 'steps', { answer: listOf([{ id: 'step-1' }]) })],
    ['a total', told(good, 'steps', { answer: listOf([], { total: 2 }) })],
    ['404', told(good, 'steps', { status: 404 })],
  ])('fails on %s', (_what, lines) => {
    expect(verdictOf(judge('no-steps-before-the-start', lines))).toBe('fail');
  });

  it.each([
    ['a node', told(good, 'node states', { answer: { items: NODES } })],
    ['a bare array', told(good, 'node states', { answer: [] })],
    ['404', told(good, 'node states', { status: 404 })],
  ])('fails on %s of the node states', (_what, lines) => {
    expect(verdictOf(judge('no-node-states-before-the-start', lines))).toBe('fail');
  });

  it('says nothing of one that had begun', () => {
    const begun = told(good, 'run', { answer: { status: 'COMPLETED' } });
    for (const check of ['no-steps-before-the-start', 'no-node-states-before-the-start'])
      expect(judge(check, begun)[0]).toMatch(/^inconclusive begun \(because AR-2\.1e\)/);
  });
});
