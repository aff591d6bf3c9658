import type { Suite } from '../../harness/core/suite.ts';
import type { TrialView } from '../../harness/judge/views.ts';
import {
  cancellation,
  costOptimisation,
  largeFrames,
  memory,
  singleAnalysis,
  thoroughAnalysis,
  threeAtOnce,
  twoSockets,
} from '../../scenarios/chat-runs.ts';
import { campaignBracket } from '../../scenarios/connectivity.ts';
import {
  accountsAddUp,
  eventsAreNumbered,
  eventsAreWellFormed,
  eventsNameTheirRun,
  noDrift,
  noStrayEvents,
} from './content.ts';
import { closesCalls, endsOnce, leavesNoCallOpen, showsAllFive, startsFirst, thinksAloud } from './order.ts';
import { requirements } from './requirements.ts';
import {
  cancelsRuns,
  keepsToItsSockets,
  remembersItsThread,
  runsInterleave,
  takesLargeFrames,
} from './situations.ts';
import { durationsAreTrue, eventsLeaveAsTheyHappen, neverGoesSilent, stampsTellTheTime } from './timing.ts';

export const lifecycle: Suite<TrialView> = {
  id: 'lifecycle',
  title: 'Lifecycle: the events of a run reach their user',
  requirements,
  scenarios: [
    campaignBracket,
    singleAnalysis,
    thoroughAnalysis,
    costOptimisation,
    threeAtOnce,
    twoSockets,
    cancellation,
    memory,
    largeFrames,
  ],
  checks: [
    showsAllFive,
    startsFirst,
    endsOnce,
    thinksAloud,
    closesCalls,
    leavesNoCallOpen,
    eventsAreWellFormed,
    eventsNameTheirRun,
    noStrayEvents,
    eventsAreNumbered,
    stampsTellTheTime,
    eventsLeaveAsTheyHappen,
    neverGoesSilent,
    durationsAreTrue,
    accountsAddUp,
    noDrift,
    runsInterleave,
    keepsToItsSockets,
    cancelsRuns,
    remembersItsThread,
    takesLargeFrames,
  ],
};
