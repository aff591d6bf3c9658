/** What is measured, with its unit. A sample is one number, counted from the intended start. */
export const MEASURES = {
  connect: 'from the intended dial to the open socket',
  greeting: 'from the open socket to the greeting',
  ping: 'from a ping to its pong',
  'first-event': 'from asking for a run to its first lifecycle event',
  'first-tool': 'from asking for a run to its first tool event',
  completion: 'from asking for a run to its completion',
  'start-to-tool': 'from the first lifecycle event of a run to its first tool event',
  'tool-to-end': 'from the first tool event of a run to its completion',
  'start-to-end': 'from the first lifecycle event of a run without tools to its completion',
  'largest-gap': 'the longest silence between two events of a run',
  cancel: 'from asking for a cancellation to the terminal event',
  http: 'from an HTTP request to its whole answer, a good one',
  'first-event-under-load':
    'from the intended dial to the first lifecycle event of the run asked for at once, under load',
  'telemetry-lag': 'from the end of a run, or its ingest, to its first showing in the telemetry',
  recovery: 'from the break of a connection to the completion of the run, which was asked for again',
} as const;
export type MeasureName = keyof typeof MEASURES;

/**
 * What two campaigns are compared by. Each of a run begins where another one ended, so that one slow stage is one
 * difference; what is counted from the beginning, as `completion` is, would show it a second time.
 */
const STAGES = [
  'connect',
  'greeting',
  'ping',
  'first-event',
  'start-to-tool',
  'tool-to-end',
  'start-to-end',
  'cancel',
  'http',
] as const satisfies readonly MeasureName[];

const STAGE_NAMES: ReadonlySet<MeasureName> = new Set(STAGES);

/** Whether campaigns are compared by it. */
export const isStage = (measure: MeasureName): boolean => STAGE_NAMES.has(measure);

/**
 * What became of something that is measured. `deadline`: it had not come when we stopped waiting, `ms` is how long that
 * was. `never`: it did not come within some limit of its own, so that it exceeds this one whatever `ms` is. `failed`: it
 * can no longer come, and `ms` says nothing.
 */
export interface Sample {
  readonly measure: MeasureName;
  /** The agent, the endpoint, or the fault; absent where all are alike. */
  readonly of?: string;
  readonly outcome: 'came' | 'deadline' | 'never' | 'failed';
  readonly ms: number;
  /** When it began, on the clock of its transcript. */
  readonly from: number;
  /** Entries that show it. */
  readonly entries: readonly number[];
}
