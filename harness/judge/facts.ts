import type { Table } from '../core/table.ts';
import type { Plan, PlannedTrial } from '../plan/plan.ts';
import { type ClockSkew, clockSkew, type OffsetBound, offsetBound } from './clock-skew.ts';
import { type FixtureFacts, fixtureFacts } from './fixture-facts.ts';
import { collectMeasures, type MeasureFact, type SampleFact } from './measures.ts';
import { collectPace, type Pace } from './pace.ts';
import { isCompleted } from './run-facts.ts';
import { collectTables, type TableFact } from './tables.ts';
import { printable } from './tally.ts';
import { collectTimelines, type RunTimeline } from './timelines.ts';
import { versionOf } from './version.ts';
import type { ExchangeView, SocketView, TrialView } from './views.ts';

/** One way of connecting and how the target answered it. */
export interface AuthRow {
  readonly label: string;
  readonly answer: string;
  readonly n: number;
}

export interface CampaignFacts {
  readonly measures: readonly MeasureFact[];
  /** Of quiet trials. */
  readonly samples: readonly SampleFact[];
  readonly connectivity: {
    readonly versions: readonly string[];
    readonly auth: readonly AuthRow[];
    readonly skew: ClockSkew | undefined;
  };
  readonly startedAt: string | undefined;
  readonly endedAt: string | undefined;
  /** Over chat sockets, those that are apart too; and those made over HTTP. */
  readonly runs: { readonly asked: number; readonly completed: number; readonly made: number };
  readonly pace: Pace | undefined;
  readonly tables: readonly TableFact[];
  readonly fixtures: FixtureFacts;
  /** One run of each agent, and those that had no end. */
  readonly timelines: readonly RunTimeline[];
}

/** Paths of leftovers that are told; there should be none. */
const MOST_LEFT = 100;

export interface FactCollector {
  readonly take: (view: TrialView, trial: PlannedTrial) => void;
  readonly conclude: () => CampaignFacts;
}

/** Gathers what the report tells besides verdicts, transcript by transcript. */
export function createFacts(plan: Plan, declared: readonly Table<TrialView>[]): FactCollector {
  const tables = collectTables(declared);
  const measures = collectMeasures();
  const bounds: OffsetBound[] = [];
  const versions = new Set<string>();
  const auth = new Map<string, AuthRow>();
  const moments: number[] = [];
  const runs = { asked: 0, completed: 0, made: 0 };
  const pace = collectPace(plan);
  const fixtures: FixtureFacts[] = [];
  const timelines = collectTimelines();

  return {
    take(view, trial) {
      measures.take(view, trial);
      bounds.push(...view.exchanges.flatMap((exchange) => offsetBound(exchange, view) ?? []));
      for (const version of view.exchanges.flatMap((exchange) => versionOf(exchange, plan) ?? []))
        versions.add(printable(version));
      for (const socket of view.sockets) addAuth(auth, socket);
      fixtures.push(fixtureFacts(view.exchanges));
      countRuns(runs, view);
      pace.take(view);
      tables.take(view);
      timelines.take(view);
      const last = view.transcript.seal?.endedAtMs ?? view.transcript.entries.at(-1)?.at ?? 0;
      moments.push(view.wallAt(0), view.wallAt(last));
    },
    conclude: () => ({
      measures: measures.conclude(),
      samples: measures.samples(),
      connectivity: {
        versions: [...versions].sort(),
        auth: [...auth.values()].sort((a, b) => a.label.localeCompare(b.label)),
        skew: clockSkew(bounds),
      },
      startedAt: isoOf(moments.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY)),
      endedAt: isoOf(moments.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)),
      runs,
      pace: pace.conclude(),
      tables: tables.conclude(),
      fixtures: sumOf(fixtures),
      timelines: timelines.conclude(),
    }),
  };
}

const sumOf = (fixtures: readonly FixtureFacts[]): FixtureFacts => ({
  created: fixtures.reduce((sum, { created }) => sum + created, 0),
  removed: fixtures.reduce((sum, { removed }) => sum + removed, 0),
  left: fixtures
    .flatMap(({ left }) => left)
    .slice(0, MOST_LEFT)
    .map(printable),
});

function countRuns(runs: { asked: number; completed: number; made: number }, view: TrialView): void {
  const asked = [...view.runs, ...view.apart.flatMap((socket) => socket.runs)];
  runs.asked += asked.length;
  runs.completed += asked.filter(isCompleted).length;
  runs.made += view.exchanges.filter(isMadeRun).length;
}

const isMadeRun = ({ request, response }: ExchangeView): boolean =>
  request.method === 'POST' && /\/agent-runs$/.test(request.url) && response?.status === 201;

/** What became of a dial, in a few words that do not depend on the attempt. */
function answerOf(socket: SocketView): string {
  const { refused, open, greetings, close, errors } = socket;
  if (refused !== undefined) return `refused with ${refused.status}`;
  if (open === undefined) return errors[0]?.code ?? 'no answer';
  if (greetings.length > 0) return 'greeted';
  return close === undefined || close.by === 'harness' ? 'opened, not greeted' : `closed with ${close.code}`;
}

function addAuth(auth: Map<string, AuthRow>, socket: SocketView): void {
  const answer = answerOf(socket);
  const key = `${socket.label}\n${answer}`;
  auth.set(key, { label: socket.label, answer, n: (auth.get(key)?.n ?? 0) + 1 });
}

const isoOf = (wall: number): string | undefined =>
  Number.isFinite(wall) ? new Date(wall).toISOString() : undefined;
