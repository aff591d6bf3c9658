import { describe, expect, it } from 'vitest';
import type { Transcript } from '../../harness/evidence/transcript.ts';
import { caseFindings, dialStream, frameOf, tell } from '../test-support/exchanges.ts';
import { cutAfter } from '../test-support/paper-stage.ts';
import { type Fields, listOf, verdictOf } from '../test-support/stories.ts';
import {
  completed,
  executed,
  executing,
  started,
  storyOf,
  Tape,
  thinking,
} from '../test-support/transcripts.ts';
import { dryRunCase } from './dry-run.ts';
import { OF } from './follow.ts';

const RUN = 'run beside a dry run';
const WORD = 'ghjklmnpqrstvwxzghjklmnpqrstvwxzghjk';
const TEST_ID = 'test-1';

/** What differs from a dry run that nobody hears of. */
interface Heard {
  readonly onStream?: Fields;
  readonly onTestStream?: Fields;
  readonly onChat?: Fields;
  readonly listed?: readonly Fields[];
  /** The run is over before the dry run is. */
  readonly isOver?: boolean;
  readonly status?: number;
}

function transcriptOf({
  onStream,
  onTestStream,
  onChat,
  listed = [],
  isOver = false,
  status = 200,
}: Heard = {}): Transcript {
  const tape = new Tape(dryRunCase.scenario.id);
  const wire = tape.session();
  const asked = wire.asks(RUN);
  const [first, ...rest] = storyOf(started(), thinking(), executing(), executed(), completed());
  if (first === undefined) throw new TypeError('a story has a beginning');
  wire.tells(asked, [first]);
  const stream = dialStream(tape, OF.stream(RUN)).opens();
  stream.receives(frameOf(tape, 'agent.run.created', 1, { run: { id: 'run-1', projectId: 'p-1' } }));
  if (isOver) wire.tells(asked, rest);
  const answer = { test_id: TEST_ID, status: 'success' };
  const body = { payload: { message: `What is in ${WORD}?` } };
  tell(tape, { label: 'dry run', method: 'POST', path: '/api/agents/a-1/test', body, status, answer });
  if (onChat !== undefined) wire.receives(onChat);
  if (onStream !== undefined) stream.receives(onStream);
  const other = dialStream(tape, 'stream of the dry run', `/api/stream/agents/${TEST_ID}`).opens();
  other.receives(onTestStream ?? { error: 'run_not_found', runId: TEST_ID }).closes(1008, 'target');
  if (!isOver) {
    wire.tells(asked, rest);
    stream.receives(frameOf(tape, 'agent.run.completed', 2, { run: { id: 'run-1', status: 'COMPLETED' } }));
  }
  stream.closes(1000, 'target');
  tell(tape, { label: 'runs afterwards', answer: listOf([{ id: 'run-1' }, ...listed]) });
  wire.pings().closes();
  return tape.transcript();
}

const judge = (transcript: Transcript): readonly string[] =>
  caseFindings([dryRunCase], 'cross-surface/dry-runs-do-not-show', transcript);

describe('a dry run', () => {
  it('that nobody hears of passes', () => {
    expect(verdictOf(judge(transcriptOf()))).toBe('pass');
  });

  const foreign = { type: 'agent.run.created', runId: TEST_ID, run: { id: TEST_ID } };
  const event = { type: 'agent_started', event_id: 'e', seq: 1, run_id: TEST_ID, request_id: null, data: {} };
  it.each<[string, Heard]>([
    ['on the stream of another run', { onStream: foreign }],
    ['on a stream of its own', { onTestStream: foreign }],
    ['on the chat socket', { onChat: event }],
    ['by its words', { onChat: { type: 'note', text: WORD } }],
    ['among the runs', { listed: [{ id: TEST_ID }] }],
    ['among the runs by its words', { listed: [{ id: 'run-2', inputQuery: WORD }] }],
  ])('that shows %s fails', (_where, heard) => {
    expect(judge(transcriptOf(heard))[0]).toMatch(/^fail dry-run-shows/);
  });

  it('without a witness, or that was not made, is left open', () => {
    expect(judge(transcriptOf({ isOver: true }))[0]).toMatch(/^inconclusive .*because AR-10\.1/);
    expect(judge(new Tape(dryRunCase.scenario.id).transcript())[0]).toMatch(
      /^inconclusive .*because AR-9\.1/,
    );
  });

  it('breaches nothing when the recording ends early', () => {
    const whole = transcriptOf();
    for (let kept = 0; kept < whole.entries.length; kept += 1)
      expect(judge(cutAfter(whole, kept)).filter((finding) => finding.startsWith('fail'))).toEqual([]);
  });
});
