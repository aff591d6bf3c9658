import { defineCampaignCheck } from '../../harness/core/check.ts';
import { type Finding, inconclusive, pass } from '../../harness/core/finding.ts';
import type { EvidenceRef } from '../../harness/evidence/transcript.ts';
import { healthVersion } from '../../harness/judge/version.ts';
import type { TrialView } from '../../harness/judge/views.ts';
import { badTokens, campaignBracket, plainSession } from '../../scenarios/connectivity.ts';
import { say } from '../statements.ts';
import { clockBounds } from './health.ts';

/** The parts of the connectivity report, and the requirement whose breach leaves a part empty. */
const PARTS = {
  version: 'CN-1',
  connect: 'CN-2',
  ping: 'CN-3',
  'auth matrix': 'CN-2',
  'clock skew': 'CN-8',
} as const;
type Part = keyof typeof PARTS;

interface PartFact {
  readonly part: Part;
  readonly n: number;
  readonly ref: EvidenceRef;
}

function partsOf(view: TrialView): readonly PartFact[] {
  const ref = view.ref(view.transcript.entries.at(-1)?.seq ?? 0);
  const counts: Readonly<Record<Part, number>> = {
    version: view.exchanges.filter(({ response }) => healthVersion(response?.body ?? '') !== undefined)
      .length,
    connect: view.sockets.filter(({ open }) => open !== undefined).length,
    ping: view.sockets.flatMap(({ pings }) => pings).filter(({ pong }) => pong !== undefined).length,
    'auth matrix': view.scenario === badTokens.id ? view.sockets.length : 0,
    'clock skew': clockBounds(view).length,
  };
  return (Object.keys(PARTS) as Part[]).map((part) => ({ part, n: counts[part], ref }));
}

export const statesConnectivity = defineCampaignCheck<TrialView, PartFact>({
  id: 'connectivity/states-connectivity',
  requirement: 'CN-11',
  title: 'the connectivity report rests on evidence in every part',
  scenarios: [campaignBracket.id, plainSession.id, badTokens.id],
  restsOn: 'CN-2',
  collect: (view) => partsOf(view),
  conclude: (facts) =>
    (Object.keys(PARTS) as Part[]).map((part): Finding => {
      const own = facts.filter((fact) => fact.part === part && fact.n > 0);
      const n = own.reduce((sum, fact) => sum + fact.n, 0);
      const refs = (n > 0 ? own : facts).slice(0, 1).map(({ ref }) => ref);
      const statement = say('stated', `${part}: n at least 1`, `${part}: n=${n}`, ...refs);
      return n > 0 ? pass(statement) : inconclusive({ ...statement, code: 'not-stated' }, PARTS[part]);
    }),
});
