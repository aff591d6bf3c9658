/**
 * Every limit the harness judges or waits by; times in milliseconds. A profile may set each one; the report prints
 * every departure from the defaults, so that a lowered bar is seen by whoever reads the result.
 */
export interface Thresholds {
  /** From the intended dial to the open socket. */
  readonly connectMs: number;
  /** From the open socket to the greeting. */
  readonly greetingMs: number;
  /** From a ping to its pong. */
  readonly pongMs: number;
  /** From `start_agent` to the first lifecycle event of its run. */
  readonly firstEventMs: number;
  /** From `start_agent` to the first tool event. */
  readonly firstToolMs: number;
  /** From `start_agent` to the terminal event. */
  readonly completionMs: number;
  readonly optimisationMs: number;
  readonly multiAgentMs: number;
  /** The longest silence between two events of a run. */
  readonly silenceMs: number;
  /** From `cancel_agent` to the terminal event. */
  readonly cancelMs: number;
  /** An HTTP answer. */
  readonly httpMs: number;
  /** The answer of the health endpoint, the one a cold deployment may take its time over. */
  readonly healthMs: number;
  /** How long a socket is listened to when the point is that nothing comes. */
  readonly graceMs: number;
  /** How much later than its smallest lag an event of a run may arrive. */
  readonly heldBackMs: number;
  /** Two clocks or two accounts of one duration agree within the larger of this and the next. */
  readonly toleranceMs: number;
  readonly tolerancePercent: number;
  /** Above this uncertainty or skew of the wall clocks, comparisons of wall times are not made. */
  readonly skewMs: number;
  /** How long a run may take to show in the telemetry. */
  readonly telemetryMs: number;
  /** Share of sessions, and of good answers, that must succeed, from 0 to 1. */
  readonly successRate: number;
  /** Share of attempts after a fault that must succeed, from 0 to 1. */
  readonly resilienceRate: number;
  /** The score from which an answer is a good one, from 0 to 1. */
  readonly answerQuality: number;
}
