/**
 * Generated data whose shape is plain and whose words are new each time, so that an answer can only come from
 * reading it. The same random source gives the same data.
 */

export type Random = () => number;

const SERVICES = ['checkout', 'search', 'billing', 'ingest', 'reports', 'gateway'] as const;
const REGIONS = ['eu-west', 'us-east', 'ap-south'] as const;

const pick = <T>(random: Random, of: readonly T[]): T | undefined => of[Math.floor(random() * of.length)];

const dayOf = (index: number): string => new Date(Date.UTC(2025, 0, 1 + index)).toISOString().slice(0, 10);

/** Daily cloud costs with utilisation: what the analysing and the optimising agent are both asked about. */
export function costTable(random: Random, rows: number): string {
  const lines = ['date,service,region,cost_usd,cpu_utilisation'];
  for (let index = 0; index < rows; index += 1) {
    const service = SERVICES[index % SERVICES.length];
    const cost = (20 + random() * 180).toFixed(2);
    const utilisation = (0.05 + random() * 0.9).toFixed(2);
    lines.push(
      `${dayOf(Math.floor(index / SERVICES.length))},${service},${pick(random, REGIONS)},${cost},${utilisation}`,
    );
  }
  return lines.join('\n');
}

/** The table as a fenced block, the form that needs no fixtures. */
export const fenced = (csv: string): string => `\`\`\`csv\n${csv}\n\`\`\``;
