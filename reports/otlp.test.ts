import { expect, it } from 'vitest';
import { assembleReport } from '../harness/report/assemble.ts';
import type { CampaignReport } from '../harness/report/model.ts';
import { redCampaign } from '../harness/report/sample-campaign.ts';
import { renderOtlp } from './otlp.ts';
import { HOSTILE, stoppedReport } from './test-support/reports.ts';

interface Span {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly status: { readonly code: number };
  readonly droppedEventsCount: number;
  readonly attributes: readonly { readonly key: string; readonly value: Readonly<Record<string, unknown>> }[];
  readonly events: readonly { readonly name: string; readonly timeUnixNano: string }[];
}

const RUN = {
  why: 'agent',
  trial: 'two-tenants-1',
  label: 'first',
  agent: 'supervisor_agent',
  actor: 'ada',
  seq: 3,
  askedMs: 10.25,
  end: 'completed',
  tookMs: 500.5,
  omitted: 2,
  events: [
    { seq: 4, atMs: 1.125, kind: 'run.started' },
    { seq: 5, atMs: 20, kind: 'tool.executing', tool: 'sql' },
  ],
} as const;

function drivenReport(runs: readonly object[] = [RUN, { ...RUN, seq: 9, end: 'deadline' }]): CampaignReport {
  const report = assembleReport(redCampaign());
  const trials = report.evidence.trials.map((one, index) => ({
    ...one,
    startedAt: `2026-01-05T10:00:0${index + 1}.000Z`,
    tookMs: 1234.5,
  }));
  const timelines = runs as CampaignReport['timelines'];
  return { ...report, timelines, evidence: { ...report.evidence, trials } };
}

const spansOf = (report: CampaignReport): readonly Span[] =>
  JSON.parse(renderOtlp(report)).resourceSpans[0]?.scopeSpans[0].spans ?? [];
const attributeOf = (span: Span | undefined, key: string): unknown =>
  Object.values(span?.attributes.find((one) => one.key === key)?.value ?? {})[0];

it('is one trace: a span for the campaign, for each trial, for each agent run', () => {
  const spans = spansOf(drivenReport());
  expect(spans.map(({ name }) => name)).toEqual([
    'campaign',
    'trial two-tenants-1',
    'trial two-tenants-2',
    'invoke_agent supervisor_agent',
    'invoke_agent supervisor_agent',
  ]);
  expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(1);
  expect(new Set(spans.map(({ spanId }) => spanId)).size).toBe(spans.length);
  const ids = new Set(spans.map(({ spanId }) => spanId));
  for (const { traceId, spanId, parentSpanId, name } of spans) {
    expect(traceId).toMatch(/^[0-9a-f]{32}$/);
    expect(spanId).toMatch(/^[0-9a-f]{16}$/);
    expect(ids.has(parentSpanId ?? '')).toBe(name !== 'campaign');
  }
});

it('tells a run in the words of the conventions for generative AI', () => {
  const [good, bad] = spansOf(drivenReport()).slice(3);
  expect(attributeOf(good, 'gen_ai.operation.name')).toBe('invoke_agent');
  expect(attributeOf(good, 'gen_ai.agent.name')).toBe('supervisor_agent');
  expect([good?.startTimeUnixNano, good?.endTimeUnixNano]).toEqual([
    '1767607201010250000',
    '1767607201510750000',
  ]);
  expect(good?.events.map(({ name, timeUnixNano }) => [name, timeUnixNano])).toEqual([
    ['run.started', '1767607201011375000'],
    ['tool.executing', '1767607201030250000'],
  ]);
  expect([good?.status.code, good?.droppedEventsCount]).toEqual([0, 2]);
  expect([bad?.status.code, attributeOf(bad, 'error.type')]).toEqual([2, 'deadline']);
});

it('gives the same ids when it is rendered again', () => {
  expect(renderOtlp(drivenReport())).toBe(renderOtlp(drivenReport()));
});

it('holds no control characters of the target, and no more of its names than a reader wants', () => {
  const long = HOSTILE.repeat(100);
  const text = renderOtlp(drivenReport([{ ...RUN, agent: long, label: long, actor: long }]));
  expect(text).not.toMatch(/[^\P{C}\n]|\\u00|\\r|\\n/u);
  expect(text.length).toBeLessThan(12_000);
});

it('has no span where nothing was driven, and none for a run without a time', () => {
  expect(JSON.parse(renderOtlp(stoppedReport()))).toEqual({ resourceSpans: [] });
  const { askedMs: _, ...without } = RUN;
  expect(spansOf(drivenReport([without]))).toHaveLength(3);
});
