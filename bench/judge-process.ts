/** Judges a campaign's folder, or only parses it, in a process of its own; says what that took. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { evidencePath, loadPlan, loadTranscript } from '../harness/campaign/folder.ts';
import { createJudge } from '../harness/judge/judge.ts';
import type { Plan } from '../harness/plan/plan.ts';
import { agentEventsV1 } from '../harness/protocol/dialects/agent-events-v1.ts';
import { catalogue } from '../suites/catalogue.ts';
import type { JudgingOutcome } from './judging.ts';

const { values } = parseArgs({
  options: { dir: { type: 'string', default: '' }, only: { type: 'string', default: 'judge' } },
});

/** The least that can be done with the evidence: every line, and every frame in it, as JSON. */
function parseAll(plan: Plan): Pick<JudgingOutcome, 'entries' | 'passes'> {
  let entries = 0;
  for (const { id } of plan.trials)
    for (const line of readFileSync(join(evidencePath(values.dir), `${id}.ndjson`), 'utf8').split('\n')) {
      if (!line.startsWith('{"seq"')) continue;
      const entry = JSON.parse(line) as { readonly kind: string; readonly text?: string };
      if (entry.text !== undefined) JSON.parse(entry.text);
      entries += 1;
    }
  return { entries, passes: 0 };
}

function judgeAll(plan: Plan): Pick<JudgingOutcome, 'entries' | 'passes'> {
  const judge = createJudge(plan, catalogue, agentEventsV1);
  for (const { id } of plan.trials) judge.take(id, loadTranscript(values.dir, id));
  const { trials, checks } = judge.conclude();
  return {
    entries: trials.reduce((sum, { entries }) => sum + entries, 0),
    passes: checks.reduce((sum, { counts }) => sum + counts.pass, 0),
  };
}

const plan = loadPlan(values.dir);
const before = process.cpuUsage();
const startedAt = performance.now();
const done = values.only === 'parse' ? parseAll(plan) : judgeAll(plan);
const { user, system } = process.cpuUsage(before);
const outcome: JudgingOutcome = {
  ...done,
  cpuMs: (user + system) / 1000,
  wallMs: performance.now() - startedAt,
  peakResidentBytes: process.resourceUsage().maxRSS * 1024,
};
process.send?.(outcome);
if (process.connected) process.disconnect();
