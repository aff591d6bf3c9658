import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DEFECT_CATALOGUE } from '../../../reference/defects/catalogue.ts';
import type { DefectFacts } from '../../../reference/defects/defect.ts';
import { catalogue } from '../../../suites/catalogue.ts';
import type { Verdict } from '../../core/verdict.ts';
import type { CampaignReport } from '../../report/model.ts';
import { type Extent, type Job, PART_EVERY, planJobs, suitesFor, WHOLE_EVERY } from './job.ts';
import { deviationsOf, type Look, lookAt, NO_DEFECT } from './look.ts';
import { killMatrixPage, withFigures } from './pages.ts';
import { type ProofBasis, proof, prove } from './proof.ts';
import { remaining } from './run.ts';

const ROOT = join(import.meta.dirname, '../../..');
const read = (name: string): string => readFileSync(join(ROOT, name), 'utf8');

const jobsAt = (extent: Extent, rotation: number, cleanCampaigns = 2): readonly Job[] =>
  planJobs({ suites: catalogue, defects: DEFECT_CATALOGUE, extent, rotation, cleanCampaigns });

const DEFECT: DefectFacts = {
  id: 'D-X',
  title: 'breaks LC-1',
  breaks: '4.3',
  family: 'reordered',
  mustFail: ['LC-1'],
  mayFail: ['LC-2'],
};

type Told = readonly [id: string, verdict: Verdict, because?: readonly string[]];

/** As much of a report as is looked at. */
function reportOf(...told: readonly Told[]): CampaignReport {
  const requirements = told.map(([id, verdict, because = []]) => ({ id, verdict, because }));
  const checks = told.map(([id, verdict]) => ({
    id: `lifecycle/${id.toLowerCase()}`,
    requirement: id,
    verdict,
    findings: [{ code: 'seen', actual: 'so it was' }],
  }));
  return { requirements, checks } as unknown as CampaignReport;
}

const JOB: Job = {
  id: 'D-X',
  defect: 'D-X',
  seed: 1,
  selectors: ['lifecycle'],
  agentRuns: 0,
  alone: false,
  seconds: 1,
};
const HOW = { alone: false, tookMs: 1, noise: [], commit: 'abc' };
const CLEAN: Job = { ...JOB, id: 'clean-1' };
const { defect: _none, ...NO_JOB } = CLEAN;

describe('the jobs of a run', () => {
  it('drive every defect against what it concerns, the longest first, claims in turn with the rest', () => {
    const jobs = jobsAt('default', 5);
    expect(new Set(jobs.flatMap(({ defect }) => defect ?? []))).toEqual(
      new Set(DEFECT_CATALOGUE.map(({ id }) => id)),
    );
    const isClaim = ({ agentRuns }: Job): boolean => agentRuns > 0;
    const lengths = jobs.filter((job) => !isClaim(job)).map(({ seconds }) => seconds);
    expect(lengths).toEqual(lengths.toSorted((a, b) => b - a));
    const claims = jobs.filter(isClaim).length;
    expect(jobs.slice(0, 2 * claims).map(isClaim)).toEqual(Array(claims).fill([true, false]).flat());
  });

  it('drive every defect against every suite in a full run, once', () => {
    const [job] = jobsAt('full', 0).filter(({ defect }) => defect === 'I004');
    for (const { id, requirements } of catalogue) {
      const isThere = (selector: string): boolean =>
        selector === id || requirements.some((one) => one.id === selector);
      expect(job?.selectors.some(isThere), id).toBe(true);
    }
    expect(new Set(jobsAt('full', 0).map(({ id }) => id)).size).toBe(jobsAt('full', 0).length);
  });

  it('leave out in one rotation what they drive in another', () => {
    const parts = Array.from({ length: PART_EVERY }, (_, rotation) => jobsAt('part', rotation, 0));
    expect(new Set(parts.flat().flatMap(({ defect }) => defect ?? [])).size).toBe(DEFECT_CATALOGUE.length);
    const defects = DEFECT_CATALOGUE.filter(({ id }) => id === 'I004');
    const driven = Array.from({ length: WHOLE_EVERY * 3 }, (_, rotation) => rotation).flatMap((rotation) =>
      planJobs({ suites: catalogue, defects, extent: 'default', rotation, cleanCampaigns: 0 }),
    );
    const reached = catalogue.filter(({ id, requirements }) =>
      driven.some(({ selectors }) => selectors.includes(id) || selectors.includes(requirements[0]?.id ?? '')),
    );
    expect(reached.length).toBe(catalogue.length);
  });

  it('give other seeds to the clean campaigns of other rotations', () => {
    const seeds = [0, 1, 2].flatMap((rotation) =>
      jobsAt('part', rotation).flatMap(({ defect, noise }) => (defect === undefined ? [noise] : [])),
    );
    expect(new Set(seeds).size).toBe(6);
  });

  it('decide only the claims that a defect concerns', () => {
    const [job] = jobsAt('default', 1, 0).filter(({ defect }) => defect === 'D-HEALTH-LIES');
    expect(job?.selectors).not.toContain('latency');
    expect(job?.selectors.filter((selector) => selector.startsWith('LT-'))).not.toEqual([]);
  });

  it('put what no requirement would notice through the chat suites', () => {
    expect(suitesFor({ ...DEFECT, mustFail: [] }, catalogue)).toEqual(['connectivity', 'lifecycle']);
  });
});

describe('a look', () => {
  it('deviates in nothing where what must fail does and the rest names it', () => {
    const report = reportOf(['LC-1', 'fail'], ['LC-2', 'fail'], ['LC-3', 'inconclusive', ['LC-1']]);
    expect(deviationsOf(report, DEFECT)).toEqual([]);
  });

  it.each<[string, readonly Told[], RegExp]>([
    ['passes what must fail', [['LC-1', 'pass']], /LC-1 must fail, and is pass/],
    [
      'leaves it open',
      [
        ['LC-1', 'inconclusive', ['LC-2']],
        ['LC-2', 'fail'],
      ],
      /LC-1 must fail/,
    ],
    [
      'fails what is whole',
      [
        ['LC-1', 'fail'],
        ['LC-3', 'fail'],
      ],
      /LC-3 fails, and may not/,
    ],
    [
      'errs',
      [
        ['LC-1', 'fail'],
        ['LC-3', 'error'],
      ],
      /LC-3 is an error/,
    ],
    [
      'points beside',
      [
        ['LC-1', 'fail'],
        ['LC-3', 'inconclusive', ['LC-4']],
        ['LC-4', 'pass'],
      ],
      /which is whole/,
    ],
    [
      'points nowhere',
      [
        ['LC-1', 'fail'],
        ['LC-3', 'inconclusive'],
      ],
      /LC-3 is inconclusive/,
    ],
    ['judges nothing', [], /nothing was judged/],
  ])('deviates where it %s', (_what, told, expected) => {
    expect(deviationsOf(reportOf(...told), DEFECT).join()).toMatch(expected);
  });

  it('lets a deployment that declares less than it does leave things open, and fail nothing', () => {
    const report = reportOf(['LC-1', 'inconclusive'], ['LC-2', 'pass']);
    expect(deviationsOf(report, NO_DEFECT, true)).toEqual([]);
    expect(deviationsOf(reportOf(['LC-1', 'fail']), NO_DEFECT, true)).toHaveLength(1);
  });
});

describe('a run', () => {
  const red = lookAt(JOB, reportOf(['LC-1', 'pass']), DEFECT, HOW);
  const green = lookAt(JOB, reportOf(['LC-1', 'fail'], ['LC-5', 'pass']), DEFECT, { ...HOW, alone: true });
  const figures = { rotation: 1, processes: 2, atOnce: 3, patience: 1, seconds: 60 };
  const basis: ProofBasis = {
    ...figures,
    suites: catalogue,
    defects: [DEFECT],
    isWhole: false,
    mutations: undefined,
    wantsMutations: false,
    extent: 'default',
  };

  it('looks again alone at what deviated beside others, and once only', () => {
    expect(remaining([JOB], []).together).toEqual([JOB]);
    expect(remaining([JOB], [red])).toMatchObject({ together: [], again: [JOB] });
    expect(remaining([JOB], [red, { ...red, alone: true }])).toMatchObject({ together: [], again: [] });
    expect(remaining([{ ...JOB, alone: true }], []).alone).toHaveLength(1);
  });

  it('shows both looks and counts the second', () => {
    const document = prove([red, green], basis);
    expect(document.failures).toEqual([]);
    expect(document.secondLooks).toEqual([{ job: 'D-X', first: red.deviations, alone: [] }]);
    expect(prove([red], basis).failures).toHaveLength(1);
  });

  it('misses no check without a defect once every defect was driven', () => {
    expect(prove([green], { ...basis, isWhole: true }).failures.join('\n')).toContain(
      'lifecycle/ends-once catches no defect',
    );
  });

  it('is red over a mutant that survived without a reason, and tells of one that has one', () => {
    const tally = { operators: 1, mutants: 10, asDeclared: 9 };
    const lost = { operator: 'lose-pong', does: 'does not answer a ping', where: 'plain-1, pong', count: 1 };
    const known = { ...lost, where: 'browser-origins-1, pong', reason: 'judged elsewhere' };
    const mutated = {
      seed: 1,
      breaking: tally,
      harmless: { ...tally, asDeclared: 10 },
      survivors: [lost, known],
    };
    const told = prove([green], { ...basis, mutations: mutated, wantsMutations: true });
    expect(told.failures.filter((failure) => failure.includes('lose-pong'))).toEqual([
      'lose-pong survived in 1 places, and nobody knows why: plain-1, pong',
    ]);
    expect(killMatrixPage(told)).toContain('| browser-origins-1, pong | judged elsewhere |');
  });

  it('says that none in three hundred is at most one in a hundred, and counts what was none', () => {
    const quiet = (index: number): Look =>
      lookAt({ ...NO_JOB, id: `clean-${index}` }, reportOf(['LC-1', 'pass']), NO_DEFECT, HOW);
    const looks = Array.from({ length: 300 }, (_, index) => quiet(index));
    const { clean, specificity } = prove(looks, basis);
    expect(clean.falseAlarms).toMatchObject({ count: 0, of: 300 });
    expect(clean.falseAlarms.bound).toBeCloseTo(1 - 0.05 ** (1 / 300), 6);
    expect(specificity.bound).toBeCloseTo(0.05 ** (1 / 300), 6);
    const alarm = lookAt({ ...NO_JOB, id: 'clean-1' }, reportOf(['LC-1', 'fail']), NO_DEFECT, HOW);
    const again = { ...quiet(1), alone: true };
    expect(prove([...looks, alarm], basis).clean.falseAlarms.count).toBe(1);
    expect(prove([alarm, again], basis).clean).toMatchObject({
      falseAlarms: { count: 0 },
      atFirstLook: { count: 1 },
    });
  });
});

describe.runIf(existsSync(join(ROOT, 'docs/proof.json')))('docs/proof.json', () => {
  const published = () => proof.parse(JSON.parse(read('docs/proof.json')));

  it('is what docs/kill-matrix.md shows', () => {
    expect(read('docs/kill-matrix.md')).toBe(killMatrixPage(published()));
  });

  it('is what README.md states', () => {
    expect(withFigures(read('README.md'), published())).toBe(read('README.md'));
  });
});
