import type { Terms } from '../../harness/core/check.ts';
import { type BoundCase, defineCase } from '../../harness/core/contract-case.ts';
import { type Finding, fail, pass } from '../../harness/core/finding.ts';
import type { ExchangeView, TrialView } from '../../harness/judge/views.ts';
import { unknownId } from '../agents-api/drive.ts';
import {
  bodyOf,
  expectOf,
  fieldOf,
  labelled,
  looksTheSame,
  missing,
  refOf,
  status,
} from '../agents-api/expect.ts';
import { sentWith } from '../agents-api/made.ts';
import { conclude } from '../agents-api/run-parts.ts';
import { say } from '../statements.ts';
import { answered, difference, postAt, RUN_MEMBERS, stepsDiffer } from './account.ts';
import {
  awaitRun,
  type Fields,
  failed,
  type Ground,
  ingest,
  openGround,
  query,
  runBody,
  runIdFor,
  runPath,
  stepIdFor,
  store,
} from './ground.ts';
import { runsIn } from './list-shape.ts';

const OWN = 'ingest';
const THEIRS = 'ingest under the same ids';
const PARTS = { run: '', steps: '/steps', failures: '/failures' } as const;
type Part = keyof typeof PARTS;
const foreign = (part: Part): string => `foreign ${part}`;
const unknown = (part: Part): string => `unknown ${part}`;
const LIST = 'foreign list';
const STATS = 'foreign stats';
const READ = { own: 'own run afterwards', theirs: 'their run afterwards' } as const;

/** The other tenant looks at everything that the first one stored. */
async function look(other: Ground, owner: Ground, runId: string): Promise<void> {
  const nothing = unknownId(other.stage);
  for (const [part, below] of Object.entries(PARTS)) {
    await query(other, foreign(part as Part), `${runPath(runId)}${below}`);
    await query(other, unknown(part as Part), `${runPath(nothing)}${below}`);
  }
  const agent = `agent_id=${encodeURIComponent(owner.agentId)}`;
  await query(other, LIST, `/v1/runs?${agent}`);
  await query(other, STATS, `/v1/stats?${agent}`);
}

const isTaken = (view: TrialView): boolean => postAt(view, OWN)?.response?.status === 201;

/** The ids of the two runs that were asked for. */
const askedIds = (view: TrialView): readonly string[] =>
  view.exchanges.flatMap(({ request }) => /\/v1\/runs\/([^/?]+)/.exec(request.url)?.[1] ?? []);

/** Nothing of the other tenant in the lists. */
function judgeLists(view: TrialView, terms: Terms): readonly Finding[] {
  const [list, stats] = [labelled(view, LIST)[0], labelled(view, STATS)[0]];
  if (list === undefined || stats === undefined)
    return missing(view, 'lists asked for by another tenant', 'TR-5.1');
  const runs = runsIn(list, terms);
  if (runs === undefined) return missing(view, 'a list of runs', 'TR-5.1');
  const total = fieldOf(bodyOf(stats), 'total_runs');
  if (typeof total !== 'number') return missing(view, 'statistics', 'TR-9.1');
  const faults = [
    runs.length === 0 ? undefined : `${runs.length} runs of the other tenant listed`,
    total === 0 ? undefined : `${total} counted`,
  ];
  return conclude('seen', 'nothing of another tenant', faults, [refOf(view, list), refOf(view, stats)]);
}

function judgeForeign(view: TrialView, terms: Terms): readonly Finding[] {
  if (!isTaken(view)) return missing(view, 'a run of the first tenant', 'TR-1.1');
  const reading = labelled(view, foreign('run'))[0];
  if (reading === undefined) return missing(view, 'a foreign run asked for', 'TR-6.1');
  const choice = terms.variationPoints['VP-TRTENANT'];
  const isShared = reading.response?.status === 200;
  if (choice === 'none' || (choice === undefined && isShared)) return judgeShared(view);
  const parts = (Object.keys(PARTS) as readonly Part[]).flatMap((part) =>
    looksTheSame(view, unknown(part), foreign(part), askedIds(view)),
  );
  const hidden = isShared
    ? [fail(say('seen', 'nothing of another tenant', 'the run can be read', refOf(view, reading)))]
    : [];
  return [...hidden, ...parts, ...judgeLists(view, terms)];
}

/** Without tenants everybody sees the run, and the same one. */
function judgeShared(view: TrialView): readonly Finding[] {
  const [reading] = labelled(view, foreign('run'));
  if (reading === undefined) return missing(view, 'a foreign run asked for', 'TR-6.1');
  const answer = expectOf(view, reading, status(200));
  if (answer.some(({ verdict }) => verdict !== 'pass')) return answer;
  const fault = difference(sentWith(postAt(view, OWN)), bodyOf(reading), ['run_id', 'agent_id']);
  return conclude('another-run', 'the run that everybody sees', [fault], [refOf(view, reading)]);
}

/** Each tenant has its own run under the same ids. */
function judgeIds(view: TrialView, terms: Terms): readonly Finding[] {
  const [own, theirs] = [postAt(view, OWN), postAt(view, THEIRS)];
  if (!isTaken(view) || own === undefined || theirs === undefined)
    return missing(view, 'a run of each tenant', 'TR-1.1');
  const isShared = labelled(view, foreign('run'))[0]?.response?.status === 200;
  const choice = terms.variationPoints['VP-TRTENANT'];
  if (choice === 'none' || (choice === undefined && isShared)) return judgeSharedIds(view, theirs);
  if (isShared) return missing(view, 'tenants apart', 'TR-11.2');
  return judgeOwnRuns(view, own, theirs);
}

/** Without tenants there is one run under these ids. */
function judgeSharedIds(view: TrialView, theirs: ExchangeView): readonly Finding[] {
  if (answered(labelled(view, READ.own)[0]) === undefined)
    return missing(view, 'the run of the first tenant', 'TR-6.1');
  return [pass(say('shared', 'ids are shared where there are no tenants', 'they are', refOf(view, theirs)))];
}

function judgeOwnRuns(view: TrialView, own: ExchangeView, theirs: ExchangeView): readonly Finding[] {
  const answer = expectOf(view, theirs, status(201));
  if (answer.some(({ verdict }) => verdict !== 'pass')) return answer;
  if (labelled(view, READ.own).length === 0 || answered(labelled(view, READ.theirs)[0]) === undefined)
    return missing(view, 'the runs of both tenants afterwards', 'TR-6.4');
  const faults = [judgeKept(view, own, READ.own), judgeKept(view, theirs, READ.theirs)];
  const refs = [own, theirs].map((one) => refOf(view, one));
  return [...answer, ...conclude('mixed-up', 'each tenant reads its own run', faults, refs)];
}

function judgeKept(view: TrialView, sent: Parameters<typeof sentWith>[0], label: string): string | undefined {
  const shown = answered(labelled(view, label)[0]);
  const body = sentWith(sent);
  if (shown === undefined) return `"${label}" cannot be read`;
  return difference(body, shown, RUN_MEMBERS) ?? stepsDiffer(body, fieldOf(shown, 'steps'));
}

export const tenantsCase: BoundCase<TrialView> = defineCase<TrialView>({
  id: 'telemetry-tenants',
  purpose: 'has another tenant look for a run, and store one of its own under the same ids',
  needs: ['telemetry'],
  actors: 2,
  tenants: 'two',
  async drive(stage) {
    const [owner, other] = [await openGround(stage, 0), await openGround(stage, 1)];
    const name = 'of the first tenant';
    const runId = runIdFor(owner, name);
    const own: Fields = runBody(owner, name, failed({ step_id: stepIdFor(owner, name, 0) }));
    await store(owner, OWN, own);
    await look(other, owner, runId);
    const theirs = { ...own, agent_id: other.agentId, agent_version: '2.0.0' };
    const answer = await ingest(other, THEIRS, theirs);
    if (answer?.status === 201) await awaitRun(other, runId);
    await query(owner, READ.own, runPath(runId));
    await query(other, READ.theirs, runPath(runId));
  },
  checks: [
    {
      id: 'telemetry/hides-foreign-runs',
      requirement: 'TR-11.2',
      title: 'the runs of another tenant look like unknown ones, as declared',
      judge: judgeForeign,
    },
    {
      id: 'telemetry/ids-belong-to-their-tenant',
      requirement: 'TR-3.4',
      title: 'another tenant may use the same ids, and each reads its own run',
      judge: judgeIds,
    },
  ],
});
