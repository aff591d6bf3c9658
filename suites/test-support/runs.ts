/** The commonest transcripts: one run on one socket, and what may become of it. */
import type { Transcript } from '../../harness/evidence/transcript.ts';
import { type Beat, Tape, type TapeOptions } from './transcripts.ts';

/** One run of a story on one socket, listened to beyond its end. */
export function single(story: readonly Beat[], label = 'analysis', options: TapeOptions = {}): Transcript {
  const tape = new Tape('single-analysis', options);
  const wire = tape.session();
  wire.tells(wire.asks(label), story).listens().closes();
  return tape.transcript();
}

/** A run that falls silent: we wait, and give up. */
export function unending(story: readonly Beat[]) {
  const tape = new Tape('single-analysis');
  const wire = tape.session();
  const asked = wire.asks('analysis');
  wire.tells(asked, story).wait(120_000).misses(`end of ${asked.requestId}`, 120_000).listens().closes();
  return tape.transcript();
}

/** A run whose socket the target closes. */
export function droppedAfter(story: readonly Beat[], code = 1011) {
  const tape = new Tape('single-analysis');
  const wire = tape.session();
  wire.tells(wire.asks('analysis'), story).closes(code, 'target');
  return tape.transcript();
}

export function refused() {
  const tape = new Tape('single-analysis');
  const wire = tape.session();
  const { requestId } = wire.asks('analysis');
  wire.wait(10).receives({ type: 'error', code: 'RATE_LIMITED', message: 'later', request_id: requestId });
  wire.listens().closes();
  return tape.transcript();
}

export function silent() {
  return unending([]);
}

export function trialNumbered(number: number, transcript: Transcript) {
  const { header } = transcript;
  return { ...transcript, header: { ...header, trial: `${header.scenario}-${number}` } };
}
