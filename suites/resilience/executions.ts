/** Runs that nobody hears of: what the trial's own project lists beside what was asked for. */
import type { EvidenceRef } from '../../harness/evidence/transcript.ts';
import type { RunView, TrialView } from '../../harness/judge/views.ts';
import { LISTED } from '../../scenarios/resilience-runs.ts';
import { bodyOf, fieldOf, labelled, refOf } from '../agents-api/expect.ts';

/** More runs than there were requests for them. */
export interface Surplus {
  /** `2 runs of 1 request are listed` */
  readonly told: string;
  readonly ref: EvidenceRef;
}

/** What was sent to ask for a run. */
const sentFor = (view: TrialView, { askedSeq }: RunView): string =>
  view.transcript.entries.flatMap((entry) =>
    entry.kind === 'ws.frame' && entry.seq === askedSeq ? [entry.text] : [],
  )[0] ?? '';

/** What each run was asked, as it stands in JSON with its quotes: our messages are too short to be cut. */
function queriesIn(body: unknown): readonly string[] {
  const items = fieldOf(body, 'items');
  const runs: readonly unknown[] = Array.isArray(items) ? items : [];
  return runs.flatMap((run) => {
    const query = fieldOf(run, 'inputQuery');
    return typeof query === 'string' && query.length > 0 ? [JSON.stringify(query)] : [];
  });
}

/**
 * Whether the project lists more runs with the message of these requests than there were requests. Nothing where that
 * cannot be told: there is no list, or a part was handed over, which is a run of its own. A listed run belongs to these
 * requests if what was asked is in them and in no other.
 */
export function surplusOf(
  view: TrialView,
  own: readonly RunView[],
  others: readonly RunView[] = [],
): Surplus | undefined {
  const list = labelled(view, LISTED).at(-1);
  if (list?.response?.status !== 200 || own.some(({ subRuns }) => subRuns.length > 0)) return undefined;
  const [mine, theirs] = [own, others].map((runs) => runs.map((run) => sentFor(view, run)));
  const isMine = (query: string): boolean =>
    mine?.some((text) => text.includes(query)) === true && !theirs?.some((text) => text.includes(query));
  const listed = queriesIn(bodyOf(list)).filter(isMine).length;
  const asked = new Set(own.map(({ requestId }) => requestId)).size;
  if (listed <= asked) return undefined;
  const requests = asked === 1 ? 'request' : 'requests';
  return { told: `${listed} runs of ${asked} ${requests} are listed`, ref: refOf(view, list) };
}
