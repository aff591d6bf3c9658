import { expect, it } from 'vitest';
import type { Entry, EntryDraft, Transcript } from '../evidence/transcript.ts';
import { excerptOf } from './excerpt.ts';

const ada = { actor: 'ada' } as const;
const frame = (socket: number, text: string, direction: 'in' | 'out' = 'in'): EntryDraft => ({
  kind: 'ws.frame',
  ...ada,
  socket,
  direction,
  encoding: 'utf8',
  bytes: text.length,
  text,
});

function transcriptOf(drafts: readonly EntryDraft[]): Transcript {
  const entries = drafts.map((draft, index) => ({ seq: index + 1, at: index * 10, ...draft }) as Entry);
  const header = {
    format: 'agent-conformance/transcript@1',
    campaign: 'c',
    scenario: 's',
    trial: 's-1',
    seed: 1,
    startedAt: '2026-01-05T10:00:00.000Z',
    harness: '0',
    actors: [],
  } as const;
  return { header, entries };
}

const at = (...entries: readonly number[]) => [{ trial: 's-1', entries }];
const started = JSON.stringify({
  data: { model: 'secret text' },
  run_id: 'r1',
  type: 'agent_started',
  seq: 1,
});

it('shows what is pointed at and its neighbours on the same socket', () => {
  const transcript = transcriptOf([
    {
      kind: 'ws.dial',
      ...ada,
      socket: 1,
      label: 'main',
      url: 'wss://t/ws',
      protocols: [],
      headers: {},
      intendedAt: 0,
    },
    frame(2, '{"type":"other"}'),
    frame(1, '{"type":"start_agent","request_id":"rq-1","message":"hello"}', 'out'),
    frame(2, '{"type":"other"}'),
    frame(1, started),
    { kind: 'deadline', ...ada, socket: 1, waitedFor: 'end of rq-1', afterMs: 120_000 },
    { kind: 'ws.close', ...ada, socket: 1, code: 1000, reason: '', by: 'harness' },
  ]);
  expect(excerptOf(at(5), transcript)).toMatchInlineSnapshot(`
    [
      {
        "at": 20,
        "seq": 3,
        "step": {
          "actor": "ada",
          "channel": "socket 1",
          "direction": "out",
          "isMeant": false,
          "kind": "ws.frame",
          "wire": ""type":"start_agent" "request_id":"rq-1"",
        },
        "text": "-> ada ws.frame "type":"start_agent" "request_id":"rq-1"",
        "trial": "s-1",
      },
      {
        "at": 40,
        "seq": 5,
        "step": {
          "actor": "ada",
          "channel": "socket 1",
          "direction": "in",
          "isMeant": true,
          "kind": "ws.frame",
          "wire": ""type":"agent_started" "seq":1 "run_id":"r1"",
        },
        "text": "<- ada ws.frame "type":"agent_started" "seq":1 "run_id":"r1"",
        "trial": "s-1",
      },
      {
        "at": 50,
        "seq": 6,
        "step": {
          "actor": "ada",
          "channel": "socket 1",
          "direction": "none",
          "isMeant": false,
          "kind": "deadline",
          "wire": "no end of rq-1 within 120000 ms",
        },
        "text": "-- ada deadline no end of rq-1 within 120000 ms",
        "trial": "s-1",
      },
    ]
  `);
  expect(excerptOf(at(1, 6), transcript).map(({ text }) => text)).toMatchInlineSnapshot(`
    [
      "-> ada ws.dial main wss://t/ws",
      "-> ada ws.frame "type":"start_agent" "request_id":"rq-1"",
      "<- ada ws.frame "type":"agent_started" "seq":1 "run_id":"r1"",
      "-- ada deadline no end of rq-1 within 120000 ms",
      "-> ada ws.close 1000  by harness",
    ]
  `);
});

it('shows exchanges, and notes without a channel alone', () => {
  const transcript = transcriptOf([
    {
      kind: 'http.request',
      ...ada,
      exchange: 1,
      label: 'health',
      method: 'GET',
      url: 'https://t/health',
      headers: {},
    },
    { kind: 'deadline', ...ada, waitedFor: 'nothing', afterMs: 5 },
    {
      kind: 'http.response',
      ...ada,
      exchange: 1,
      status: 503,
      headers: {},
      body: '{"status":"down","detail":"a long story"}',
      encoding: 'utf8',
      bytes: 4,
    },
  ]);
  expect(excerptOf(at(2), transcript).map(({ seq }) => seq)).toEqual([2]);
  expect(excerptOf(at(3), transcript).map(({ text }) => text)).toEqual([
    '-> ada http.request GET https://t/health',
    '<- ada http.response 503 "status":"down"',
  ]);
});

it('keeps foreign text short and visible', () => {
  const esc = String.fromCharCode(27);
  const transcript = transcriptOf([
    frame(1, `${esc}[2J${String.fromCharCode(0x202e)}${'x'.repeat(5000)}`),
    frame(1, JSON.stringify({ type: `a\u2066${'y'.repeat(500)}` })),
  ]);
  for (const { text } of excerptOf(at(1, 2), transcript)) {
    expect(text.length).toBeLessThanOrEqual('<- ada ws.frame '.length + 80);
    expect(text).not.toMatch(/\p{C}/u);
  }
});

it('is bounded, ordered, and total', () => {
  const transcript = transcriptOf(Array.from({ length: 100 }, () => frame(1, '{}')));
  const seqs = excerptOf(at(...Array.from({ length: 50 }, (_, index) => 100 - index)), transcript).map(
    ({ seq }) => seq,
  );
  expect(seqs).toHaveLength(12);
  expect(seqs).toEqual([...seqs].sort((a, b) => a - b));
  expect(excerptOf(at(0, 101, -1), transcript)).toEqual([]);
  expect(excerptOf([{ trial: 'another-1', entries: [1] }], transcript)).toEqual([]);
});
