/** What the scenarios of resilience do alike: runs that are short, on sockets that only their own checks judge. */
import type { Actor, ConnectAsk, RunHandle, Socket, Stage, StartAsk } from '../harness/core/scenario.ts';

/** By which the sockets of these scenarios are known: nothing on them is an ordinary session. */
const APART = 'a session that something is done to';

export const AGENT = 'unified_data_agent';

/** Something to note: of all that can be asked, it takes the least. */
const note = (stage: Stage, label: string): string =>
  `Please note this: the maintenance window ${stage.nonce(label)} begins on Tuesday.`;

/** A short run. */
export const shortRun = (stage: Stage, label: string, over: Partial<StartAsk> = {}): StartAsk => ({
  label,
  agent: AGENT,
  message: note(stage, label),
  ...over,
});

/** A greeted socket that is apart; undefined when there was no greeting. */
export async function open(
  actor: Actor,
  label: string,
  over: Partial<ConnectAsk> = {},
): Promise<Socket | undefined> {
  const socket = await actor.connect({ label, apart: APART, ...over });
  if (await socket.greeted()) return socket;
  await socket.close();
  return undefined;
}

/** The label under which the runs of the trial's own project are read. */
export const LISTED = 'runs of the own project';

/** A project of the trial's own, where runs can be listed: it tells of runs that no event tells of. */
export interface Ledger {
  readonly projectId: string;
  /** Reads what the project has; once everything has ended. */
  readonly read: () => Promise<unknown>;
}

/** Opens a ledger; undefined where the target offers none. */
export async function openLedger(stage: Stage, actor: Actor): Promise<Ledger | undefined> {
  if (!stage.offers('agents-api') || !stage.offers('fixtures')) return undefined;
  const body = { name: `conformance ${stage.nonce('project')}` };
  const id = (await actor.create({ label: 'create project', path: '/api/projects', body }))?.['id'];
  if (typeof id !== 'string') return undefined;
  const path = `/api/projects/${encodeURIComponent(id)}/agent-runs?limit=100`;
  return { projectId: id, read: () => actor.request({ label: LISTED, method: 'GET', path }) };
}

/** Has a run belong to that project. */
export const inLedger = (ledger: Ledger | undefined): Partial<StartAsk> =>
  ledger === undefined ? {} : { projectId: ledger.projectId };

/** Opens a socket, has one run on it and waits for its end; whether there was an end. */
export async function runOnce(stage: Stage, actor: Actor, label: string): Promise<boolean> {
  const socket = await open(actor, label);
  if (socket === undefined) return false;
  const ended = await socket.start(shortRun(stage, label)).ended();
  await socket.close();
  return ended;
}

/** Cancels what has begun: a run that was only to be begun should cost no more than that. */
export async function cutShort(run: RunHandle): Promise<void> {
  if (!(await run.answered())) return;
  run.cancel();
  await run.ended();
}

/** Does so many things at most at once. */
export async function inLanes<T>(
  items: readonly T[],
  lanes: number,
  act: (item: T) => Promise<void>,
): Promise<void> {
  const waiting = [...items];
  const lane = async (): Promise<void> => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await act(item);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}
