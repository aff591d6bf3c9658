/** What happened to a run, told line by line, for the tests of the cases of its parts. */
import type { Transcript } from '../../harness/evidence/transcript.ts';
import { dialStream, frameOf, type Told, tell } from './exchanges.ts';
import { Tape } from './transcripts.ts';

export type Fields = Readonly<Record<string, unknown>>;
export type Frame = readonly [type: string, resource: Fields];

/** A subscriber and all that it heard. */
export interface Heard {
  readonly label: string;
  readonly frames: readonly Frame[];
}

export type Line = Told | Heard;

const isHeard = (line: Line): line is Heard => 'frames' in line;

/** Plays the lines in their order. */
export function playOut(scenario: string, lines: readonly Line[]): Transcript {
  const tape = new Tape(scenario);
  for (const line of lines) {
    if (!isHeard(line)) {
      tell(tape, line);
      continue;
    }
    const wire = dialStream(tape, line.label).opens();
    for (const [index, [type, resource]] of line.frames.entries())
      wire.wait(10).receives(frameOf(tape, type, index + 1, resource));
    wire.closes(1000, 'target');
  }
  return tape.transcript();
}

/** The story in which the lines of that label are told otherwise. */
export const told = (lines: readonly Line[], label: string, over: Partial<Told>): readonly Line[] =>
  lines.map((line) => (line.label === label && !isHeard(line) ? { ...line, ...over } : line));

/** The story without the lines of these labels. */
export const untold = (lines: readonly Line[], ...labels: readonly string[]): readonly Line[] =>
  lines.filter(({ label }) => !labels.includes(label));

/** The story in which the answer of that label differs in some members. */
export const answering = (lines: readonly Line[], label: string, over: Fields): readonly Line[] =>
  lines.map((line) =>
    line.label === label && !isHeard(line)
      ? { ...line, answer: { ...(line.answer as Fields), ...over } }
      : line,
  );

/** The story in which the subscribers hear something else. */
export const hearing = (
  lines: readonly Line[],
  edit: (frames: readonly Frame[]) => readonly Frame[],
): readonly Line[] => lines.map((line) => (isHeard(line) ? { ...line, frames: edit(line.frames) } : line));

/** A moment of the run, in milliseconds from its beginning. */
export const at = (ms: number): string => new Date(Date.parse('2026-01-05T10:00:00.000Z') + ms).toISOString();

export const runOf = (status: string, over: Fields = {}): Fields => ({
  id: 'run-1',
  projectId: 'project-1',
  workflowId: 'workflow-1',
  status,
  inputQuery: 'What is in there?',
  outputSummary: status === 'COMPLETED' ? 'All of it.' : null,
  startedAt: at(0),
  finishedAt: status === 'PENDING' || status === 'RUNNING' ? null : at(1_000),
  contextItemIds: [],
  turn: 1,
  ...over,
});

export const stepOf = (number: number, over: Fields = {}): Fields => ({
  id: `step-${number}`,
  runId: 'run-1',
  turn: 1,
  stepNumber: number,
  nodeId: 'work',
  stepType: 'tool',
  status: 'COMPLETED',
  input: null,
  output: null,
  error: null,
  durationMs: 10,
  startedAt: at(number * 10),
  completedAt: at(number * 10 + 10),
  ...over,
});

export const messageOf = (number: number, role: string, over: Fields = {}): Fields => ({
  id: `message-${number}`,
  runId: 'run-1',
  turn: 1,
  role,
  content: `content ${number}`,
  contextItemIds: [],
  createdAt: at(number * 10),
  ...over,
});

export const listOf = (items: readonly unknown[], over: Fields = {}): Fields => ({
  items,
  nextCursor: null,
  total: items.length,
  ...over,
});

const posted = (label: string, id: string): Told => ({
  label,
  method: 'POST',
  path: '/api/projects',
  status: 201,
  answer: { id },
});

/** A project and a run of it, made as every case makes them. */
export const SET_UP: readonly Told[] = [
  posted('create project', 'project-1'),
  posted('create workflow', 'workflow-1'),
  { label: 'start run', method: 'POST', status: 201, answer: runOf('PENDING') },
];

/** A reading of the run under that label. */
export const reads = (label: string, status: string, over: Fields = {}): Told => ({
  label,
  path: '/api/projects/project-1/agent-runs/run-1',
  answer: runOf(status, over),
});

/** A list, read in one page. */
export const lists = (label: string, items: readonly unknown[], over: Fields = {}): Told => ({
  label,
  answer: listOf(items, over),
});

/** The verdicts of findings, worst first where they differ. */
export function verdictOf(findings: readonly string[]): string {
  const verdicts = new Set(findings.map((finding) => finding.split(' ')[0] ?? ''));
  return ['error', 'fail', 'inconclusive', 'pass'].find((one) => verdicts.has(one)) ?? 'nothing';
}
