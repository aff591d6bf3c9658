import { defineScenario } from '../harness/core/scenario.ts';
import { costTable, fenced } from './data-sets.ts';
import { awaitEnd } from './listening.ts';

/** The agent that has others work. */
export const SUPERVISOR = 'supervisor_agent';
/** By which checks find its run. */
export const COORDINATION = 'coordination of several agents';

const ROWS = 48;
const QUESTION =
  'Have this cost report worked on by everyone who can help: first analyse it (the total cost, which service costs ' +
  'most), then find where money can be saved and how much. Put the results of both into one answer, with their figures.';

export const coordination = defineScenario({
  id: 'coordination',
  purpose: 'has a supervisor coordinate an analysis and a cost optimisation',
  needs: ['multi-agent'],
  // The supervisor's own, and those of the two agents it cannot do without.
  agentRuns: 3,
  async play(stage) {
    const socket = await stage.actor().connect({ label: 'session' });
    if (await socket.greeted()) {
      const table = fenced(costTable(stage.random, ROWS));
      const message = `${QUESTION}\n\nReport ${stage.nonce('report')}:\n${table}`;
      const withinMs = stage.thresholds.multiAgentMs;
      const run = { label: COORDINATION, agent: SUPERVISOR, message, withinMs };
      await awaitEnd(stage, socket, [socket.start(run)]);
    }
    await socket.close();
  },
});
