/** `npm run bench [-- --part cost|latency|capacity|judging|tracer|report] [--quick]`: what the harness itself costs. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { capacityTable, FULL_CAPACITY, measureCapacity, TINY_CAPACITY } from './capacity.ts';
import { FULL_JUDGING, judgingTable, measureJudging, TINY_JUDGING } from './judging.ts';
import { FULL_LATENCY, latencyTable, measureLatency, TINY_LATENCY } from './latency.ts';
import { FULL_REPORT, measureReport, reportTable, TINY_REPORT } from './report.ts';
import { costTable, FULL_COST, measureCost, TINY_COST } from './socket-cost.ts';
import { FULL_STAGES, measureStages, stagesTable, TINY_STAGES } from './stages.ts';
import { FULL_TRACER, measureTracer, TINY_TRACER, tracerTable } from './tracer.ts';

const { values } = parseArgs({
  options: {
    part: { type: 'string', multiple: true, default: [] },
    quick: { type: 'boolean', default: false },
    out: { type: 'string', default: join('results', 'bench') },
  },
});

interface Part {
  readonly title: string;
  /** The figures and how they are shown. */
  readonly measure: (quick: boolean) => Promise<{ readonly figures: unknown; readonly shown: string }>;
}

const PARTS: Readonly<Record<string, Part>> = {
  cost: {
    title: 'a  processor time per event, against a client that only receives and parses',
    async measure(quick) {
      const traffic = await measureCost(quick ? TINY_COST : FULL_COST);
      const stages = measureStages(quick ? TINY_STAGES : FULL_STAGES);
      return { figures: { traffic, stages }, shown: `${costTable(traffic)}\n\n${stagesTable(stages)}` };
    },
  },
  latency: {
    title: "b  error of measured times, against the target's own monotonic clock",
    async measure(quick) {
      const figures = await measureLatency(quick ? TINY_LATENCY : FULL_LATENCY);
      return { figures, shown: latencyTable(figures) };
    },
  },
  capacity: {
    title: 'c  open sessions without a loss, and what one costs in memory',
    async measure(quick) {
      const figures = await measureCapacity(quick ? TINY_CAPACITY : FULL_CAPACITY);
      return { figures, shown: capacityTable(figures) };
    },
  },
  judging: {
    title: 'd  judging, one transcript at a time, with all suites',
    async measure(quick) {
      const figures = await measureJudging(quick ? TINY_JUDGING : FULL_JUDGING);
      return { figures, shown: judgingTable(figures) };
    },
  },
  tracer: {
    title: 'e  the tracer of the reference: a step with and without it, and an ingest that is away',
    async measure(quick) {
      const figures = await measureTracer(quick ? TINY_TRACER : FULL_TRACER);
      return { figures, shown: tracerTable(figures) };
    },
  },
  report: {
    title: 'f  the HTML report of a large campaign: writing it, and opening it',
    async measure(quick) {
      const figures = await measureReport(quick ? TINY_REPORT : FULL_REPORT);
      return { figures, shown: reportTable(figures) };
    },
  },
};

const say = (text: string): void => void process.stdout.write(`${text}\n`);

async function main(): Promise<void> {
  const unknown = values.part.find((name) => !Object.hasOwn(PARTS, name));
  if (unknown !== undefined) {
    say(`--part is "${unknown}": expected ${Object.keys(PARTS).join(', ')}`);
    process.exitCode = 2;
    return;
  }
  const chosen = Object.entries(PARTS).filter(
    ([name]) => values.part.length === 0 || values.part.includes(name),
  );
  const startedAt = new Date().toISOString();
  const machine = { node: process.version, cores: cpus().length };
  say(`${startedAt}  Node ${machine.node}, ${machine.cores} cores\n`);
  const parts: Record<string, unknown> = {};
  for (const [name, { title, measure }] of chosen) {
    say(title);
    const { figures, shown } = await measure(values.quick);
    parts[name] = figures;
    say(`${shown}\n`);
  }
  mkdirSync(values.out, { recursive: true });
  const path = join(values.out, `${startedAt.replaceAll(':', '-')}.json`);
  writeFileSync(path, `${JSON.stringify({ startedAt, machine, quick: values.quick, parts }, null, 2)}\n`);
  say(`written to ${path}`);
}

await main();
