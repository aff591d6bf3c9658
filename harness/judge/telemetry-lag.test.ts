import { expect, it } from 'vitest';
import type { Entry, EntryDraft } from '../evidence/transcript.ts';
import { agentEventsV1 } from '../protocol/dialects/agent-events-v1.ts';
import { viewTrial } from './build-views.ts';
import { AWAITED, showings, telemetryLags } from './telemetry-lag.ts';

/** An exchange: when it was asked and answered, and with what. */
type Line = readonly [
  label: string,
  method: string,
  url: string,
  askedAt: number,
  answeredAt: number,
  status: number,
];

function viewOf(...lines: readonly Line[]) {
  const drafts = lines.flatMap(
    ([label, method, url, askedAt, answeredAt, status], exchange): (EntryDraft & { at: number })[] => {
      const common = { actor: 'ada', exchange, headers: {} } as const;
      const body = JSON.stringify({ run_id: 'r-1' });
      return [
        { ...common, kind: 'http.request', label, method, url, at: askedAt },
        {
          ...common,
          kind: 'http.response',
          status,
          body,
          encoding: 'utf8',
          bytes: body.length,
          at: answeredAt,
        },
      ];
    },
  );
  const entries = drafts.map((draft, index) => ({ ...draft, seq: index + 1 })) as unknown as readonly Entry[];
  const header = { trial: 't-1', scenario: 's', startedAt: '2026-01-05T10:00:00.000Z', actors: [] };
  return viewTrial({ header, entries } as unknown as Parameters<typeof viewTrial>[0], agentEventsV1);
}

const taken: Line = ['ingest', 'POST', 'https://in.example/v1/runs', 0, 10, 201];
const asked = (askedAt: number, status: number): Line => [
  AWAITED,
  'GET',
  '/v1/runs/r-1',
  askedAt,
  askedAt + 5,
  status,
];

it('counts from the answer to the ingest to the reading that showed the run', () => {
  const view = viewOf(taken, asked(20, 404), asked(60, 404), asked(140, 200), asked(400, 200));
  expect(telemetryLags(view)).toEqual([135]);
  expect(showings(view)).toMatchObject([{ runId: 'r-1', since: 10, unseen: { request: { at: 60 } } }]);
});

it('has no sample of a run that never showed, and none of one that was not waited for', () => {
  const never = viewOf(taken, asked(20, 404));
  expect([telemetryLags(never), showings(never)[0]?.shown]).toEqual([[], undefined]);
  expect(showings(viewOf(taken, ['run', 'GET', '/v1/runs/r-1', 20, 25, 200]))).toEqual([]);
});

it('does not know since when a run is there that was not taken here', () => {
  expect(showings(viewOf(asked(20, 200)))).toEqual([]);
  expect(showings(viewOf(['ingest', 'POST', '/v1/runs', 0, 10, 409], asked(20, 200)))).toEqual([]);
});
