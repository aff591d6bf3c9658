import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Socket, Stage } from '../harness/core/scenario.ts';
import type { TokenSource } from '../harness/driver/auth.ts';
import { openHooks } from '../harness/driver/catcher.ts';
import { trackFixtures } from '../harness/driver/fixtures.ts';
import { type Journal, startJournal } from '../harness/driver/journal.ts';
import { openNetwork } from '../harness/driver/network.ts';
import { createPacer } from '../harness/driver/pacer.ts';
import type { JournalledSocket } from '../harness/driver/socket.ts';
import { setStage } from '../harness/driver/stage.ts';
import { systemClock } from '../harness/driver/system-clock.ts';
import { fileSink } from '../harness/evidence/file-sink.ts';
import { Recorder } from '../harness/evidence/recorder.ts';
import { createRedactor, type Redactor } from '../harness/evidence/redaction.ts';
import { type FrameEntry, TRANSCRIPT_FORMAT } from '../harness/evidence/transcript.ts';
import type { Plan, PlannedTrial } from '../harness/plan/plan.ts';
import { agentEventsV1 } from '../harness/protocol/dialects/agent-events-v1.ts';
import {
  type Contestant,
  errorsOf,
  machineOffsetMs,
  messageOf,
  type Received,
  type TargetEvent,
} from './contestants.ts';
import { benchPlan, USERS } from './plan.ts';

/** As play.ts flushes while a trial is under way. */
const FLUSH_MS = 250;

const segment = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A token as an issuer would sign it, for nobody. */
function tokenOf(user: string): string {
  const claims = {
    sub: user,
    tenant: 'acme',
    iss: 'https://issuer.invalid',
    iat: 1_700_000_000,
    exp: 1_800_000_000,
  };
  return [segment({ alg: 'HS256', typ: 'JWT' }), segment(claims), randomBytes(32).toString('base64url')].join(
    '.',
  );
}

/** A redactor that looks for what a campaign with six users looks for: their tokens, and the signing secret. */
export function benchRedactor(tokens: readonly string[] = USERS.map(tokenOf)): Redactor {
  const redactor = createRedactor();
  tokens.forEach((token, index) => {
    redactor.learn(`token-${index + 1}`, token);
  });
  redactor.learn('jwt-secret', randomBytes(24).toString('hex'));
  return redactor;
}

const TRIAL: PlannedTrial = {
  id: 'bench-1',
  scenario: 'bench',
  number: 1,
  seed: 1,
  interference: 'load',
  moment: 'any',
  actors: USERS.map((user, identity) => ({ name: `acme/${user}`, identity, tenant: 'acme', user })),
};

interface OursState {
  readonly plan: Plan;
  readonly tokens: readonly string[];
  readonly journal: Journal;
  readonly recorder: Recorder;
  readonly path: string;
  readonly opened: Set<JournalledSocket>;
  readonly sockets: Socket[];
  /** Adds up to the machine's monotonic clock with a time stamp of the transcript. */
  readonly originMs: number;
  readFrom: number;
}

/** The harness's own client, from the dial to the transcript on disk. */
export function oursContestant(url: string, dir: string): Contestant {
  const state = startOurs(url, dir);
  const flushing = setInterval(() => state.recorder.flush(), FLUSH_MS);
  return {
    async open(sessions, perSecond) {
      const stage = stageOf(state, perSecond);
      const dialling = Array.from({ length: sessions }, async (_, index) => {
        const socket = await stage.actor(index % USERS.length).connect({ label: 'session' });
        state.sockets.push(socket);
        return socket.greeted();
      });
      return (await Promise.all(dialling)).filter((greeted) => greeted).length;
    },
    async play(wave) {
      const pacer = createPacer(wave.startsPerSecond, systemClock);
      const ask = { label: 'run', agent: 'data_agent', message: messageOf(wave) };
      const runs = state.sockets.slice(0, wave.sessions).map(async (socket) => {
        await pacer.turn();
        return socket.start(ask).ended();
      });
      await Promise.all(runs);
    },
    takeReceived: () => takeReceived(state),
    close: () => {
      clearInterval(flushing);
      for (const socket of state.opened) socket.drop();
    },
  };
}

function startOurs(url: string, dir: string): OursState {
  const tokens = USERS.map(tokenOf);
  const header = {
    format: TRANSCRIPT_FORMAT,
    campaign: 'bench',
    scenario: TRIAL.scenario,
    trial: TRIAL.id,
    seed: TRIAL.seed,
    startedAt: new Date(systemClock.wall()).toISOString(),
    harness: '0.0.0',
    actors: TRIAL.actors.map(({ name, tenant, user }) => ({ name, tenant, user })),
  } as const;
  const path = join(dir, `${TRIAL.id}.ndjson`);
  const bounds = { entries: Number.MAX_SAFE_INTEGER, bytes: Number.MAX_SAFE_INTEGER };
  const recorder = new Recorder(header, fileSink(path), benchRedactor(tokens), bounds);
  const journal = startJournal(recorder, systemClock);
  const originMs = machineOffsetMs(systemClock.now) - journal.since(0);
  const rest = { opened: new Set<JournalledSocket>(), sockets: [], originMs, readFrom: 0 };
  return { plan: benchPlan(url), tokens, journal, recorder, path, ...rest };
}

function stageOf(state: OursState, perSecond: number): Stage {
  const { plan, journal, opened, tokens } = state;
  const source: TokenSource = {
    token: async (identity) => tokens[identity] ?? '',
    badToken: async () => undefined,
    brief: async () => undefined,
    claims: () => undefined,
    secrets: () => [],
    onSecret: () => () => undefined,
  };
  return setStage({
    plan,
    trial: TRIAL,
    journal,
    network: openNetwork(undefined),
    tokens: source,
    dialect: agentEventsV1,
    fixtures: trackFixtures(),
    outages: { without: async () => false, restore: async () => undefined },
    hooks: openHooks(undefined, journal),
    pacer: createPacer(perSecond, systemClock),
    ended: new AbortController().signal,
    opened,
  });
}

/** Reads the transcript on from where it was last read: what counts is what was kept. */
function takeReceived(state: OursState): Received {
  state.recorder.flush();
  const text = readFileSync(state.path).subarray(state.readFrom).toString('utf8');
  state.readFrom += Buffer.byteLength(text);
  const frames = text
    .split('\n')
    .filter((line) => line.includes('"kind":"ws.frame"'))
    .map((line) => JSON.parse(line) as FrameEntry);
  const asked = new Map<string, number>();
  for (const { at, intent } of frames)
    if (intent?.kind === 'start') asked.set(intent.requestId, at + state.originMs);
  const events = frames.filter(
    ({ direction, text: frame }) => direction === 'in' && frame.includes('sent_ns'),
  );
  const perSession = state.sockets.map(() => 0);
  for (const { socket } of events) perSession[socket - 1] = (perSession[socket - 1] ?? 0) + 1;
  const stamped = events.map(({ at, text: frame }) => ({
    atMs: at + state.originMs,
    event: JSON.parse(frame) as TargetEvent,
  }));
  return { perSession, ...errorsOf(stamped, asked) };
}
