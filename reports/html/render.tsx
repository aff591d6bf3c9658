/**
 * The report as one file that opens from a disk, without a network and without a server. The page is written whole;
 * its script only narrows, opens and copies, and nothing of the report is in it.
 */
import { createHash } from 'node:crypto';
import type { JSX } from 'preact';
import { renderToString } from 'preact-render-to-string';
import type { HistorySummary } from '../../harness/history/summary.ts';
import type { CampaignReport } from '../../harness/report/model.ts';
import { SCRIPT, STYLE } from './assets.ts';
import { Facts } from './facts.tsx';
import { Findings } from './findings.tsx';
import { Latency } from './latency.tsx';
import { shown } from './parts.tsx';
import { Requirements } from './requirements.tsx';
import { Runs } from './runs.tsx';
import { Summary } from './summary.tsx';
import { Tables } from './tables.tsx';
import { Trend } from './trend.tsx';

/** The page; with what earlier campaigns say where that is known. */
export function renderHtml(report: CampaignReport, history?: HistorySummary): string {
  return `<!doctype html>\n${renderToString(<Page report={report} history={history} />)}\n`;
}

const sourceOf = (text: string): string =>
  `'sha256-${createHash('sha256').update(text, 'utf8').digest('base64')}'`;

/** Our own script and style and nothing else, from nowhere: what slipped through as markup would still do nothing. */
const POLICY = [
  "default-src 'none'",
  `script-src ${sourceOf(SCRIPT)}`,
  `style-src ${sourceOf(STYLE)}`,
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

interface PageProps {
  readonly report: CampaignReport;
  readonly history: HistorySummary | undefined;
}

const Page = ({ report, history }: PageProps): JSX.Element => (
  <html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta http-equiv="Content-Security-Policy" content={POLICY} />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="referrer" content="no-referrer" />
      <meta name="color-scheme" content="light dark" />
      <link rel="icon" href="data:," />
      <title>{shown(report.conclusion, 120)}</title>
      <style dangerouslySetInnerHTML={{ __html: STYLE }} />
    </head>
    <body>
      <a class="skip" href="#summary">
        to the conclusion
      </a>
      <Top report={report} history={history} />
      <main>
        <Summary report={report} />
        <Findings report={report} />
        <Latency report={report} />
        <Runs report={report} />
        <Tables report={report} />
        <Trend history={history} />
        <Requirements report={report} />
        <Facts report={report} />
      </main>
      <script dangerouslySetInnerHTML={{ __html: SCRIPT }} />
    </body>
  </html>
);

function Top({ report, history }: PageProps): JSX.Element {
  const parts = [
    { id: 'findings', title: 'Findings', isThere: true },
    { id: 'latency', title: 'Latency', isThere: report.measures.length + report.claims.length > 0 },
    { id: 'runs', title: 'Runs', isThere: report.timelines.length > 0 },
    { id: 'isolation', title: 'Isolation', isThere: report.tables.length > 0 },
    { id: 'trend', title: 'Trend', isThere: (history?.campaigns.length ?? 0) > 1 },
    { id: 'requirements', title: 'Requirements', isThere: true },
    { id: 'campaign', title: 'Campaign', isThere: true },
  ];
  return (
    <header class="top">
      <a class="name" href="#summary">
        {shown(report.target.name, 40)}
      </a>
      <nav aria-label="Parts of the report">
        {parts
          .filter(({ isThere }) => isThere)
          .map(({ id, title }) => (
            <a key={id} href={`#${id}`}>
              {title}
            </a>
          ))}
      </nav>
      <button type="button" class="needs-script" data-theme-switch aria-label="switch between light and dark">
        ◐
      </button>
    </header>
  );
}
