import pLimit from 'p-limit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readProcessEnvironment } from '../config/load.ts';
import { openBench, type SelfTestBench } from './campaigns.ts';

let bench: SelfTestBench;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(() => bench.close());

const isFull = readProcessEnvironment()['PROVE'] === 'full';

/** Half a minute each; PROVE=full takes the time for more of them, and one with the budget to decide every claim. */
const CAMPAIGNS = isFull ? 40 : 3;
const ROOM = { HARNESS_MAX_AGENT_RUNS: '1200' };
/** Target and harness share one process here: two campaigns would find its limits instead of the target's faults. */
const AT_ONCE = 1;
const PATIENCE_MS = CAMPAIGNS * 90_000;

it(
  `finds nothing in ${CAMPAIGNS} campaigns against the clean reference`,
  async () => {
    const limit = pLimit(AT_ONCE);
    const campaigns = Array.from({ length: CAMPAIGNS }, (_, index) =>
      limit(() =>
        bench.campaign({ env: { HARNESS_SEED: String(index + 1), ...(isFull && index === 0 ? ROOM : {}) } }),
      ),
    );
    const reports = (await Promise.all(campaigns)).map(({ report }) => report);
    const notPassed = reports.flatMap(({ campaign, requirements, checks }) =>
      requirements
        .filter(({ verdict }) => verdict !== undefined && verdict !== 'pass')
        .map(({ id, verdict }) => {
          const finding = checks.find((check) => check.requirement === id && check.verdict !== 'pass')
            ?.findings[0];
          return `${campaign} ${id} ${verdict}: ${finding?.code} ${finding?.actual}, expected ${finding?.expected}`;
        }),
    );
    expect(notPassed).toEqual([]);
    expect(reports.map(({ exitCode }) => exitCode)).toEqual(reports.map(() => 0));
  },
  PATIENCE_MS,
);
