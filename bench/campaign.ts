/** A campaign's folder as a load of one size would leave it: real recorder, real plan, conforming traffic. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { evidencePath, planPath } from '../harness/campaign/folder.ts';
import { fileSink } from '../harness/evidence/file-sink.ts';
import { Recorder } from '../harness/evidence/recorder.ts';
import { createRedactor } from '../harness/evidence/redaction.ts';
import { TRANSCRIPT_FORMAT } from '../harness/evidence/transcript.ts';
import type { Plan, PlannedTrial } from '../harness/plan/plan.ts';
import { sealPlan } from '../harness/plan/seal.ts';
import { singleAnalysis } from '../scenarios/chat-runs.ts';
import { eventFrame, greetingFrame } from './frames.ts';
import { benchPlan } from './plan.ts';

export interface CampaignShape {
  readonly transcripts: number;
  readonly entriesEach: number;
}

const ACTOR = { name: 'acme/ann', tenant: 'acme', user: 'ann' };
const URL_OF_NOBODY = 'ws://127.0.0.1:9/';
const EVENTS_PER_RUN = 14;
const RUNS_PER_SOCKET = 10;
/** Between two entries. */
const STEP_MS = 20;
const STARTED_AT = Date.parse('2026-01-05T10:00:00.000Z');

/** Writes the folder; returns its plan. */
export function writeCampaign(dir: string, { transcripts, entriesEach }: CampaignShape): Plan {
  const { seal: _seal, ...plan } = benchPlan(URL_OF_NOBODY);
  const trials = Array.from({ length: transcripts }, (_, index) => trialOf(index + 1));
  const sealed = sealPlan({ ...plan, trials });
  mkdirSync(evidencePath(dir), { recursive: true });
  writeFileSync(planPath(dir), JSON.stringify(sealed));
  for (const trial of trials)
    writeTranscript(join(evidencePath(dir), `${trial.id}.ndjson`), trial, entriesEach);
  return sealed;
}

const trialOf = (number: number): PlannedTrial => ({
  id: `${singleAnalysis.id}-${number}`,
  scenario: singleAnalysis.id,
  number,
  seed: number,
  interference: 'quiet',
  moment: 'any',
  actors: [{ name: ACTOR.name, identity: 0, tenant: ACTOR.tenant, user: ACTOR.user }],
});

/** A recorder whose clock goes one step further with every entry. */
interface Pen {
  readonly recorder: Recorder;
  at: number;
}

function next(pen: Pen): { readonly at: number; readonly timestamp: string } {
  pen.at += STEP_MS;
  return { at: pen.at, timestamp: new Date(STARTED_AT + pen.at - 1).toISOString() };
}

function writeTranscript(path: string, trial: PlannedTrial, entries: number): void {
  const header = {
    format: TRANSCRIPT_FORMAT,
    campaign: 'bench',
    scenario: trial.scenario,
    trial: trial.id,
    seed: trial.seed,
    startedAt: new Date(STARTED_AT).toISOString(),
    harness: '0.0.0',
    actors: [ACTOR],
  } as const;
  const recorder = new Recorder(header, fileSink(path), createRedactor(), {
    entries,
    bytes: Number.MAX_SAFE_INTEGER,
  });
  const pen: Pen = { recorder, at: 0 };
  const entriesPerSocket = 4 + RUNS_PER_SOCKET * (1 + EVENTS_PER_RUN);
  for (let socket = 1; socket <= Math.floor(entries / entriesPerSocket); socket += 1)
    writeSocket(pen, socket);
  recorder.seal(pen.at, 'finished', { loopDelayP99Ms: 1, stalledMs: 2, samples: 100 });
}

function writeSocket(pen: Pen, socket: number): void {
  const own = { actor: ACTOR.name, socket };
  const dialled = next(pen);
  const dial = {
    kind: 'ws.dial',
    ...own,
    label: 'session',
    url: URL_OF_NOBODY,
    protocols: [],
    headers: {},
  } as const;
  pen.recorder.record(dialled.at, { ...dial, intendedAt: dialled.at });
  pen.recorder.record(next(pen).at, { kind: 'ws.open', ...own, protocol: '', headers: {} });
  const greeted = next(pen);
  writeFrame(pen, socket, greeted.at, greetingFrame(`c-${socket}`, ACTOR.user, greeted.timestamp));
  for (let run = 1; run <= RUNS_PER_SOCKET; run += 1) writeRun(pen, socket, run);
  pen.recorder.record(next(pen).at, { kind: 'ws.close', ...own, code: 1000, reason: '', by: 'harness' });
}

function writeFrame(pen: Pen, socket: number, at: number, text: string): void {
  const frame = { kind: 'ws.frame', actor: ACTOR.name, socket, direction: 'in' } as const;
  pen.recorder.record(at, { ...frame, text, encoding: 'utf8', bytes: text.length });
}

function writeRun(pen: Pen, socket: number, run: number): void {
  const requestId = `rq-${socket}-${run}`;
  const asked = next(pen);
  const payload = { agent: 'data_agent', message: 'What is the total?' };
  const text = JSON.stringify({ type: 'start_agent', request_id: requestId, payload });
  const frame = { kind: 'ws.frame', actor: ACTOR.name, socket, direction: 'out' } as const;
  const intent = { kind: 'start', requestId, agent: 'data_agent', label: 'analysis' } as const;
  pen.recorder.record(asked.at, { ...frame, text, encoding: 'utf8', bytes: text.length, intent });
  const ids = {
    requestId,
    runId: `run-${socket}-${run}`,
    threadId: `t-${socket}-${run}`,
    userId: ACTOR.user,
  };
  for (let seq = 1; seq <= EVENTS_PER_RUN; seq += 1) {
    const { at, timestamp } = next(pen);
    writeFrame(
      pen,
      socket,
      at,
      eventFrame({ ...ids, seq, of: EVENTS_PER_RUN, timestamp, durationMs: at - asked.at }),
    );
  }
}
