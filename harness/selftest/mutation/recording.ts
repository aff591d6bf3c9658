/** Recorded campaigns that were good, and what the judge says of them once a transcript has been changed. */

import { catalogue } from '../../../suites/catalogue.ts';
import { loadPlan, loadTranscript } from '../../campaign/folder.ts';
import type { Verdict } from '../../core/verdict.ts';
import { decodeTranscript, type ReadTranscript } from '../../evidence/codec.ts';
import { Recorder } from '../../evidence/recorder.ts';
import { createRedactor } from '../../evidence/redaction.ts';
import type { Entry, EntryDraft, Transcript, TranscriptHeader } from '../../evidence/transcript.ts';
import { createJudge } from '../../judge/judge.ts';
import type { Plan, PlannedTrial } from '../../plan/plan.ts';
import { dialectOf } from '../../protocol/dialects/registry.ts';

/** A campaign in memory. */
export interface Recording {
  readonly plan: Plan;
  readonly transcripts: ReadonlyMap<string, Transcript>;
}

/** One transcript as a mutant has it; its entries are numbered and sealed anew. */
export interface Change {
  readonly trial: string;
  readonly entries: readonly Entry[];
  readonly header?: Partial<TranscriptHeader>;
}

export type Verdicts = ReadonlyMap<string, Verdict>;

/** Reads the folder of a campaign; trials that were not needed are left out. */
export function readRecording(dir: string): Recording {
  const plan = loadPlan(dir);
  const transcripts = plan.trials.flatMap(({ id }) => {
    const transcript = loadTranscript(dir, id)?.transcript;
    return transcript === undefined ? [] : [[id, transcript] as const];
  });
  return { plan, transcripts: new Map(transcripts) };
}

const BOUNDLESS = { entries: Number.POSITIVE_INFINITY, bytes: Number.POSITIVE_INFINITY };

/** Written by the recorder and read back by the codec, as evidence is. */
export function reseal(original: Transcript, { entries, header }: Change): ReadTranscript {
  const lines: string[] = [];
  const sink = { write: (text: string) => void lines.push(text), close: () => undefined };
  const recorder = new Recorder({ ...original.header, ...header }, sink, createRedactor(), BOUNDLESS);
  for (const { seq: _seq, at, ...draft } of entries) recorder.record(at, draft as EntryDraft);
  const { seal } = original;
  const endedAt = Math.max(seal?.endedAtMs ?? 0, entries.at(-1)?.at ?? 0);
  const observer = seal?.observer ?? { loopDelayP99Ms: 0, stalledMs: 0, samples: 0 };
  recorder.seal(endedAt, seal?.end ?? 'finished', observer);
  return decodeTranscript(lines.join(''));
}

/**
 * What campaign checks need besides the trial that they are about: clocks are compared at both ends of a campaign, and
 * only the thorough run takes long enough for anything to be held back in it.
 */
const isCompanion = ({ moment, scenario }: PlannedTrial): boolean =>
  moment !== 'any' || scenario === 'thorough-analysis';

/** Judges a recording with one of its transcripts changed, and remembers what the unchanged one gives. */
export class Bench {
  readonly recording: Recording;
  readonly #unchanged = new Map<string, Verdicts>();

  constructor(recording: Recording) {
    this.recording = recording;
  }

  /** Over that trial and its companions, which takes milliseconds; or over the whole campaign. */
  judge(change: Change, of: 'trial' | 'campaign'): Verdicts {
    const original = this.recording.transcripts.get(change.trial);
    if (original === undefined) throw new TypeError(`there is no trial ${change.trial}`);
    return this.#verdicts(this.#cut(change.trial, of), change.trial, reseal(original, change));
  }

  unchanged(trial: string, of: 'trial' | 'campaign'): Verdicts {
    const key = of === 'campaign' ? of : `trial ${trial}`;
    const known = this.#unchanged.get(key) ?? this.#verdicts(this.#cut(trial, of));
    this.#unchanged.set(key, known);
    return known;
  }

  #cut(trial: string, of: 'trial' | 'campaign'): Plan {
    const { plan } = this.recording;
    if (of === 'campaign') return plan;
    return { ...plan, trials: plan.trials.filter((one) => one.id === trial || isCompanion(one)) };
  }

  #verdicts(plan: Plan, changed?: string, read?: ReadTranscript): Verdicts {
    const dialect = dialectOf(plan.target);
    if (dialect === undefined) throw new TypeError(`dialect ${plan.target.dialect} is unknown`);
    const judge = createJudge(plan, catalogue, dialect);
    for (const { id } of plan.trials) {
      const transcript = this.recording.transcripts.get(id);
      judge.take(id, id === changed ? read : transcript === undefined ? undefined : { transcript });
    }
    return new Map(judge.conclude().checks.map(({ check, verdict }) => [check, verdict]));
  }
}
