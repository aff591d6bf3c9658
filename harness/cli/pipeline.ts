import { appendFileSync } from 'node:fs';
import { renderMarkdown } from '../../reports/markdown.ts';
import { gitHubOutput } from '../../reports/pipeline.ts';
import type { CampaignReport } from '../report/model.ts';

/**
 * Appends to the files that GitHub names: the summary of the step, and its outputs `verdict` and `exit`. Where
 * one cannot be written that is told, and changes nothing.
 */
export function tellPipeline(
  report: CampaignReport,
  env: Readonly<Record<string, string | undefined>>,
): void {
  append(env, 'GITHUB_STEP_SUMMARY', () => renderMarkdown(report));
  append(env, 'GITHUB_OUTPUT', () => gitHubOutput(report));
}

function append(
  env: Readonly<Record<string, string | undefined>>,
  variable: string,
  render: () => string,
): void {
  const file = env[variable];
  if (file === undefined || file === '') return;
  try {
    appendFileSync(file, render());
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? 'unknown reason';
    process.stderr.write(`${variable} was not written (${code})\n`);
  }
}
