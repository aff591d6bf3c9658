/** A supervisor and the runs it hands over to, on a tape, for the tests of what is said about them. */
import type { Transcript } from '../../harness/evidence/transcript.ts';
import { COORDINATION, SUPERVISOR } from '../../scenarios/multi-agent.ts';
import {
  type Beat,
  completed,
  executed,
  executing,
  started,
  storyOf,
  Tape,
  thinking,
  withData,
} from './transcripts.ts';

export const DATA = 'unified_data_agent';
export const OPTIMISATION = 'optimization_agent';
const ANSWER = 'The total is 4,210.50 USD, and 812.25 can be saved.';

/** A sub-run of that agent whose tool found these numbers. */
function subRun(agent: string, run: string, result: unknown): readonly Beat[] {
  const told = storyOf(started(), thinking(), executing(), executed(), completed());
  return withData(told, 'tool_completed', { result }).map((beat) => ({
    ...beat,
    run,
    over: { agent, parent_run_id: 'run-1' },
  }));
}

const handOver = (
  agent: string,
  run: string,
): readonly [number, string, Readonly<Record<string, unknown>>] => [
  20,
  'agent_handoff',
  { to_agent: agent, to_run_id: run },
];

const DATA_RUN = subRun(DATA, 'run-2', { total: 4210.5, rows: 48 });
export const OPTIMISATION_RUN = subRun(OPTIMISATION, 'run-3', { total_saving: 812.25, share: 0.1929 });

/** All that a good supervisor tells, its own events and those of its sub-runs, in their order. */
export function family(answer = ANSWER): readonly Beat[] {
  const [start, thought, first, again, second, last, end] = storyOf(
    started(),
    thinking(),
    handOver(DATA, 'run-2'),
    thinking(60, 2),
    handOver(OPTIMISATION, 'run-3'),
    thinking(60, 3),
    completed(50, 2_520, []),
  );
  const own = [start, thought, first, again, second, last, end].filter((beat) => beat !== undefined);
  const told = withData(own, 'agent_completed', { response: answer });
  return [...told.slice(0, 3), ...DATA_RUN, ...told.slice(3, 5), ...OPTIMISATION_RUN, ...told.slice(5)];
}

export const isOf =
  (run: string, type?: string) =>
  (beat: Beat): boolean =>
    (beat.run ?? 'run-1') === run && (type === undefined || beat.type === type);

/** The story with what fits told otherwise. */
export const telling = (
  story: readonly Beat[],
  fits: (beat: Beat) => boolean,
  change: (beat: Beat) => Partial<Beat>,
): readonly Beat[] => story.map((beat) => (fits(beat) ? { ...beat, ...change(beat) } : beat));

/** The story without what fits, which takes no time then. */
export const leaving = (story: readonly Beat[], fits: (beat: Beat) => boolean): readonly Beat[] =>
  story.filter((beat) => !fits(beat));

/** A supervisor is asked, and this is told; somebody listens on, unless the recording breaks off. */
export function coordinatedBy(story: readonly Beat[], more: { readonly isCut?: true } = {}): Transcript {
  const tape = new Tape('coordination');
  const wire = tape.session();
  const message = 'How much is spent, and what can be saved?\n```csv\nday,cost\n2025-01-07,612.75\n```';
  wire.tells(wire.asks(COORDINATION, { agent: SUPERVISOR, message }), story);
  if (more.isCut === true) {
    const { seal: _, ...unsealed } = tape.transcript();
    return unsealed;
  }
  wire.listens().closes();
  return tape.transcript();
}

/** A supervisor that falls silent after this. */
export function silentAfter(story: readonly Beat[]): Transcript {
  const tape = new Tape('coordination');
  const wire = tape.session();
  const asked = wire.asks(COORDINATION, { agent: SUPERVISOR });
  wire.tells(asked, story).wait(240_000).misses(`end of ${asked.requestId}`, 240_000).listens().closes();
  return tape.transcript();
}

/** A supervisor that is refused. */
export function refusedWith(code: string): Transcript {
  const tape = new Tape('coordination');
  const wire = tape.session();
  const { requestId } = wire.asks(COORDINATION, { agent: SUPERVISOR });
  wire.wait(10).receives({ type: 'error', code, message: 'no', request_id: requestId });
  wire.listens().closes();
  return tape.transcript();
}
