import type { RunHandle, Socket, Stage } from '../harness/core/scenario.ts';

/**
 * Waits for the end of the runs, then listens on for the grace period and has a ping answered: that nothing
 * followed is only known of a socket that was still alive.
 */
export async function awaitEnd(stage: Stage, socket: Socket, runs: readonly RunHandle[]): Promise<void> {
  await Promise.all(runs.map((run) => run.ended()));
  await listenOn(stage, socket);
}

/** The grace period and its witness. */
export async function listenOn(stage: Stage, socket: Socket): Promise<void> {
  await socket.listen(stage.thresholds.graceMs);
  await socket.ping();
}
