/**
 * What is left of a campaign when it is over: the artefacts in its folder, the words on the console, and what a
 * pipeline that runs us wants to be told. Renderers are pure and loaded when they are needed.
 */
import { mkdirSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { renderJson } from '../../reports/json.ts';
import { foldForGitHub, foldForGitLab } from '../../reports/pipeline.ts';
import { renderTerminal } from '../../reports/terminal.ts';
import { harnessIdentity } from '../campaign/basis.ts';
import { loadTranscript, writeArtefact } from '../campaign/folder.ts';
import { readProcessEnvironment } from '../config/load.ts';
import type { HarnessOptions } from '../config/options.ts';
import { ARTEFACTS, type ArtefactName, USUAL_ARTEFACTS } from '../core/artefacts.ts';
import type { ExitCode } from '../core/exit-code.ts';
import { sendTrace } from '../driver/send-trace.ts';
import type { Transcript } from '../evidence/transcript.ts';
import type { HistorySummary } from '../history/summary.ts';
import type { CampaignReport } from '../report/model.ts';
import { tellPipeline } from './pipeline.ts';
import { progressForm } from './progress.ts';

/** What is written, and where the trace is sent besides. */
export type Writing = Pick<HarnessOptions, 'reporters' | 'traces'>;

/** Of a folder, its files; otherwise the text. */
type Written = string | readonly { readonly name: string; readonly text: string }[];
type Render = (
  report: CampaignReport,
  dir: string,
  history: HistorySummary | undefined,
) => Written | Promise<Written>;

const RENDERERS: Readonly<Record<ArtefactName, Render>> = {
  json: (report) => renderJson(report),
  markdown: async (report) => (await import('../../reports/markdown.ts')).renderMarkdown(report),
  html: async (report, _dir, history) =>
    (await import('../../reports/html/render.tsx')).renderHtml(report, history),
  junit: async (report) => (await import('../../reports/junit.ts')).renderJUnit(report),
  badge: async (report) => (await import('../../reports/badge.ts')).renderBadge(report),
  stats: async (report) => (await import('../../reports/stats-csv.ts')).renderStatsCsv(report),
  metrics: async (report) => (await import('../../reports/openmetrics.ts')).renderOpenMetrics(report),
  otlp: async (report) => (await import('../../reports/otlp.ts')).renderOtlp(report),
  connectivity: async (report) => (await import('../../reports/connectivity.ts')).renderConnectivity(report),
  allure: async (report) => (await import('../../reports/allure.ts')).allureResults(report),
  har: async (report, dir) =>
    (await import('../evidence/har.ts')).harOf(transcriptsOf(report, dir), harnessIdentity()),
};

/** One at a time: all of them together may be larger than what fits. */
function* transcriptsOf(report: CampaignReport, dir: string): Iterable<Transcript> {
  for (const { trial } of report.evidence.trials) {
    const transcript = loadTranscript(dir, trial)?.transcript;
    if (transcript !== undefined) yield transcript;
  }
}

/**
 * Writes the forms of the report that are asked for into the campaign's folder. The document itself must be
 * written; of the others each that cannot be is told, since no verdict is lost with it.
 * @returns the names of what was written
 */
export async function writeReports(
  report: CampaignReport,
  dir: string,
  { reporters, traces }: Writing = { reporters: USUAL_ARTEFACTS, traces: undefined },
  history?: HistorySummary,
): Promise<readonly string[]> {
  const written: string[] = [];
  for (const name of reporters) {
    try {
      write(dir, ARTEFACTS[name].file, await RENDERERS[name](report, dir, history));
      written.push(ARTEFACTS[name].file);
    } catch (cause) {
      if (name === 'json') throw cause;
      warn(
        `${ARTEFACTS[name].file} was not written: ${cause instanceof Error ? cause.message : String(cause)}`,
      );
    }
  }
  if (traces !== undefined) await send(report, traces);
  return written;
}

function write(dir: string, file: string, written: Written): void {
  if (typeof written === 'string') {
    writeArtefact(dir, file, written);
    return;
  }
  const folder = join(dir, file);
  // Results of an earlier rendering would be shown beside those of this one.
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  for (const { name, text } of written) writeArtefact(folder, name, text);
}

async function send(report: CampaignReport, traces: NonNullable<Writing['traces']>): Promise<void> {
  const { renderOtlp } = await import('../../reports/otlp.ts');
  const failed = await sendTrace(traces, renderOtlp(report));
  if (failed !== undefined) warn(`the trace was not sent to OTEL_EXPORTER_OTLP_ENDPOINT: ${failed}`);
}

const warn = (text: string): void => void process.stderr.write(`${text}\n`);

/** Tells the result on the standard output, and the pipeline in its own way; returns the exit code. */
export function announce(
  report: CampaignReport,
  dir: string,
  options: { readonly color: boolean },
): ExitCode {
  const env = readProcessEnvironment();
  const { colour } = progressForm(process.stdout.isTTY === true, env);
  const path = relative(process.cwd(), dir) || '.';
  const unicode = /utf-?8/i.test(`${env['LC_ALL'] ?? ''}${env['LC_CTYPE'] ?? ''}${env['LANG'] ?? ''}`);
  const text = renderTerminal(report, { colour: colour && options.color, unicode, path });
  process.stdout.write(folded(report, text, env));
  tellPipeline(report, env);
  return report.exitCode as ExitCode;
}

function folded(
  report: CampaignReport,
  text: string,
  env: Readonly<Record<string, string | undefined>>,
): string {
  if (env['GITHUB_ACTIONS'] === 'true') return foldForGitHub(report, text);
  return env['GITLAB_CI'] === 'true' ? foldForGitLab(report, text) : text;
}
