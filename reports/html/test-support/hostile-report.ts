/** A report in which every word that could come from a target is an attack on the page that shows it. */
import { assembleReport } from '../../../harness/report/assemble.ts';
import type { CampaignReport } from '../../../harness/report/model.ts';
import { redCampaign } from '../../../harness/report/sample-campaign.ts';

const RLO = String.fromCharCode(0x202e);
const ESC = String.fromCharCode(27);
const NUL = String.fromCharCode(0);

/** One after the other, so that each field has some of them. */
const ATTACKS = [
  '<script>window.hurt=1</script>',
  '</script><script>window.hurt=1</script>',
  '<img src=x onerror="window.hurt=1">',
  '"><svg onload=window.hurt=1>',
  `' onmouseover='window.hurt=1' x='`,
  '</style><style>body{background:url(http://evil.example/)}</style>',
  '<a href="javascript:window.hurt=1">x</a><base href="http://evil.example/">',
  '<iframe srcdoc="<script>parent.hurt=1</script>"></iframe>',
  '</title></head><body onload=window.hurt=1>',
  '<!--><meta http-equiv=refresh content="0;url=http://evil.example/">',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is meant to be text
  '${window.hurt=1}{{constructor.constructor("window.hurt=1")()}}',
  `${RLO}txt.exe${ESC}[2J${NUL}\r\n`,
] as const;

/** Words of a list, moments, and ids, which have to lead from a check to its requirement. */
const OURS = new Set([
  ...['format', 'verdict', 'level', 'disposition', 'state', 'code', 'why', 'direction', 'measure', 'answer'],
  ...['startedAt', 'endedAt', 'id', 'requirement', 'check', 'checks', 'end', 'kind', 'because'],
]);

function poison(value: unknown, name: string, counter: { n: number }): unknown {
  if (typeof value === 'string') return OURS.has(name) ? value : attack(value, counter);
  if (Array.isArray(value)) return value.map((one) => poison(one, name, counter));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, poison(one, key, counter)]));
}

function attack(text: string, counter: { n: number }): string {
  counter.n += 1;
  const [first, second] = [counter.n % ATTACKS.length, (counter.n * 5 + 3) % ATTACKS.length];
  return `${ATTACKS[first]}${text}${ATTACKS[second]}`;
}

/** The document; `long` makes every word some megabytes. */
export function hostileReport(long = false): CampaignReport {
  const report = withEverything(assembleReport(redCampaign()));
  const poisoned = poison(report, '', { n: 0 }) as CampaignReport;
  if (!long) return poisoned;
  const much = '<b>'.repeat(1_000_000);
  const checks = poisoned.checks.map((check) => ({
    ...check,
    title: much,
    findings: check.findings.map((one) => ({ ...one, expected: much, actual: much })),
  }));
  return { ...poisoned, checks, conclusion: much };
}

/** What the sample has not: an excerpt in parts, a run, a table. */
function withEverything(report: CampaignReport): CampaignReport {
  const step = {
    actor: 'ada',
    channel: 'socket 1',
    direction: 'in',
    kind: 'ws.frame',
    wire: '"type":"x"',
    isMeant: true,
  } as const;
  const checks = report.checks.map((check) => ({
    ...check,
    excerpt: [{ trial: 't-1', seq: 1, at: 5, text: 'line', step }],
  }));
  const event = { seq: 2, atMs: 4, kind: 'tool.started', tool: 'search' };
  const run = { why: 'failure', trial: 't-1', label: 'run', agent: 'agent', actor: 'ada', seq: 1 } as const;
  const cell = { row: 'ada', column: 'bob', aspect: 'words', looked: 5, found: 2 };
  const table = { id: 'a/b', title: 'Who sees whom', rows: 'whose', columns: 'who', cells: [cell] };
  return {
    ...report,
    checks,
    timelines: [{ ...run, end: 'failed', tookMs: 9, events: [event], omitted: 1 }],
    tables: [{ ...table, notLooked: ['names'] }],
  };
}
