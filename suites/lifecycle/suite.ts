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
import { cancelsRuns } from './cancellation.ts';
import {
  accountsAddUp,
  eventsAreNumbered,
  eventsAreWellFormed,
  eventsNameTheirRun,
  noDrift,
  noStrayEvents,
} from './content.ts';
import { eventsLeaveAsTheyHappen, neverGoesSilent } from './delays.ts';
import { durationsAreTrue } from './durations.ts';
import { droppedSocket, failingTool } from './fixture-situations.ts';
import { closesCalls, endsOnce, leavesNoCallOpen, showsAllFive, startsFirst, thinksAloud } from './order.ts';
import { requirements } from './requirements.ts';
import { keepsToItsSockets, runsInterleave } from './sockets.ts';
import { remembersItsThread, takesLargeFrames } from './threads-and-frames.ts';
import { stampsTellTheTime } from './timestamps.ts';

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
    droppedSocket.scenario,
    failingTool.scenario,
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
    ...droppedSocket.checks,
    ...failingTool.checks,
  ],
};
