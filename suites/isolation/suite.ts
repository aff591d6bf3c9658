import type { Suite } from '../../harness/core/suite.ts';
import type { TrialView } from '../../harness/judge/views.ts';
import { usersAtOnce } from '../../scenarios/isolation.ts';
import {
  findsPlantedLeaks,
  keepsDisguisedWordsApart,
  keepsManyApart,
  keepsWordsApart,
  leavesTheIdleAlone,
  namesOnlyTheOwner,
} from './crowd.ts';
import { whoSeesWhom } from './matrix.ts';
import { loudNeighbour, troubledNeighbour } from './neighbours.ts';
import { overHttp } from './over-http.ts';
import { requirements } from './requirements.ts';
import { answersFromOwnData, keepsOlderSocketsServed, succeedsOftenEnough } from './served.ts';

const cases = [overHttp, troubledNeighbour, loudNeighbour];

export const isolation: Suite<TrialView> = {
  id: 'isolation',
  title: 'Isolation: one user never sees the data of another',
  requirements,
  scenarios: [usersAtOnce, ...cases.map(({ scenario }) => scenario)],
  tables: [whoSeesWhom],
  checks: [
    keepsWordsApart,
    namesOnlyTheOwner,
    leavesTheIdleAlone,
    keepsDisguisedWordsApart,
    answersFromOwnData,
    findsPlantedLeaks,
    keepsManyApart,
    succeedsOftenEnough,
    keepsOlderSocketsServed,
    ...cases.flatMap(({ checks }) => checks),
  ],
};
