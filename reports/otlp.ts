/**
 * The campaign as a trace in OTLP/JSON, for any viewer of traces: one span for the campaign, one for each trial,
 * one for each agent run that the report tells event by event, its events as span events. Names, times and
 * kinds alone: what agents were asked and what they said is evidence, and stays with it. Attributes follow the
 * semantic conventions for generative AI where these have a word.
 */
import { createHash } from 'node:crypto';
import {
  type Attributes,
  type HrTime,
  SpanKind,
  type SpanStatus,
  SpanStatusCode,
  TraceFlags,
} from '@opentelemetry/api';
import { JsonTraceSerializer } from '@opentelemetry/otlp-transformer';
import { type Resource, resourceFromAttributes } from '@opentelemetry/resources';
import { exitMeaning } from '../harness/report/exit.ts';
import type { CampaignReport, ReportedTimeline } from '../harness/report/model.ts';
import { plainText } from '../harness/report/plain-text.ts';

type Span = Parameters<typeof JsonTraceSerializer.serializeRequest>[0][number];
type Trial = CampaignReport['evidence']['trials'][number];

/** A full campaign has some hundreds. */
const MOST_TRIALS = 2_000;

/** One ExportTraceServiceRequest; without a time to begin at there is nothing to show, and no span. */
export function renderOtlp(report: CampaignReport): string {
  return `${new TextDecoder().decode(JsonTraceSerializer.serializeRequest([...spansOf(report)]))}\n`;
}

interface Drawn {
  readonly name: string;
  /** What makes it this span and no other: the same report gives the same ids. */
  readonly id: string;
  readonly parent?: string;
  readonly kind?: SpanKind;
  readonly startMs: number;
  readonly tookMs: number;
  readonly attributes: Attributes;
  readonly status?: SpanStatus;
  readonly events?: Span['events'];
  /** Events that the report does not hold. */
  readonly omitted?: number;
}

function spansOf(report: CampaignReport): readonly Span[] {
  const begun = Date.parse(report.startedAt ?? '');
  if (Number.isNaN(begun)) return [];
  const trials = report.evidence.trials
    .filter(({ startedAt }) => startedAt !== undefined)
    .slice(0, MOST_TRIALS);
  const starts = new Map(trials.map(({ trial, startedAt }) => [trial, Date.parse(startedAt ?? '')]));
  const drawn = [
    campaignSpan(report, begun),
    ...trials.map((trial) => trialSpan(trial, starts.get(trial.trial) ?? begun)),
    ...report.timelines.flatMap((run) => runSpan(run, starts.get(run.trial))),
  ];
  const resource = resourceOf(report);
  return drawn.map((one) => spanOf(one, report, resource));
}

function campaignSpan(report: CampaignReport, startMs: number): Drawn {
  const { totals, exitCode, campaign, endedAt, plan } = report;
  return {
    name: 'campaign',
    id: 'campaign',
    startMs,
    tookMs: Math.max(0, (Date.parse(endedAt ?? '') || startMs) - startMs),
    attributes: {
      'conformance.campaign': plainText(campaign),
      'conformance.exit_code': exitCode,
      'conformance.requirements.selected': totals.selected,
      'conformance.requirements.failed': totals.fail,
      'conformance.requirements.inconclusive': totals.inconclusive,
      'conformance.plan.seal': plan.seal,
      'conformance.plan.seed': plan.seed,
    },
    status: statusOf(exitCode === 0, exitMeaning(exitCode)),
  };
}

const statusOf = (isWell: boolean, message: string): SpanStatus =>
  isWell ? { code: SpanStatusCode.UNSET } : { code: SpanStatusCode.ERROR, message: plainText(message) };

function trialSpan({ trial, state, end, entries, note, tookMs = 0 }: Trial, startMs: number): Drawn {
  return {
    name: `trial ${plainText(trial, 100)}`,
    id: `trial ${trial}`,
    parent: 'campaign',
    startMs,
    tookMs,
    attributes: {
      'conformance.trial': plainText(trial),
      'conformance.evidence.state': state,
      'conformance.evidence.entries': entries,
      ...(end === undefined ? {} : { 'conformance.trial.end': plainText(end) }),
    },
    status: statusOf(state === 'sealed' && end === 'finished', note ?? end ?? state),
  };
}

const WELL: ReadonlySet<ReportedTimeline['end']> = new Set([
  'completed',
  'cancelled',
  'refused',
  'not-awaited',
]);

function runSpan(run: ReportedTimeline, trialStartMs: number | undefined): readonly Drawn[] {
  const { trial, label, agent, actor, end, seq, askedMs, tookMs, why, omitted } = run;
  if (trialStartMs === undefined || askedMs === undefined) return [];
  const startMs = trialStartMs + askedMs;
  const isWell = WELL.has(end);
  return [
    {
      name: `invoke_agent ${plainText(agent, 100)}`,
      id: `run ${trial} ${seq} ${label}`,
      parent: `trial ${trial}`,
      kind: SpanKind.CLIENT,
      startMs,
      tookMs,
      attributes: {
        'gen_ai.operation.name': 'invoke_agent',
        'gen_ai.agent.name': plainText(agent),
        'conformance.trial': plainText(trial),
        'conformance.run.label': plainText(label),
        'conformance.run.actor': plainText(actor),
        'conformance.run.end': end,
        'conformance.run.chosen_for': why,
        'conformance.evidence.entry': seq,
        ...(isWell ? {} : { 'error.type': end }),
      },
      status: statusOf(isWell, end),
      events: run.events.map(({ kind, atMs, tool, seq: entry }) => ({
        name: kind,
        time: hrTime(startMs + atMs),
        attributes: {
          'conformance.evidence.entry': entry,
          ...(tool === undefined ? {} : { 'gen_ai.tool.name': plainText(tool) }),
        },
        droppedAttributesCount: 0,
      })),
      omitted,
    },
  ];
}

const hrTime = (ms: number): HrTime => {
  const seconds = Math.floor(ms / 1000);
  return [seconds, Math.round((ms - seconds * 1000) * 1e6)];
};

/** Ids have to be unique and need not be random; these stay the same when a report is rendered again. */
const idOf = (text: string, bytes: number): string =>
  createHash('sha256')
    .update(text)
    .digest('hex')
    .slice(0, 2 * bytes);

const resourceOf = ({ harness, target }: CampaignReport): Resource =>
  resourceFromAttributes({
    'service.name': harness.name,
    'service.version': harness.version,
    'deployment.environment.name': plainText(target.environment),
    'conformance.target.name': plainText(target.name),
    'conformance.target.profile': plainText(target.profile),
    'conformance.target.versions': target.versions.slice(0, 5).map((version) => plainText(version, 100)),
  });

function spanOf(drawn: Drawn, { campaign, harness }: CampaignReport, resource: Resource): Span {
  const { name, id, parent, startMs, tookMs, attributes, status, events = [], omitted = 0 } = drawn;
  const traceId = idOf(campaign, 16);
  const contextOf = (of: string) => ({
    traceId,
    spanId: idOf(`${campaign} ${of}`, 8),
    traceFlags: TraceFlags.SAMPLED,
  });
  return {
    name,
    kind: drawn.kind ?? SpanKind.INTERNAL,
    spanContext: () => contextOf(id),
    ...(parent === undefined ? {} : { parentSpanContext: contextOf(parent) }),
    startTime: hrTime(startMs),
    endTime: hrTime(startMs + tookMs),
    duration: hrTime(tookMs),
    status: status ?? { code: SpanStatusCode.UNSET },
    attributes,
    links: [],
    events,
    ended: true,
    resource,
    instrumentationScope: { name: harness.name, version: harness.version },
    droppedAttributesCount: 0,
    droppedEventsCount: omitted,
    droppedLinksCount: 0,
  };
}
