/**
 * Runs whose answers can be right or wrong. A trial asks one question four times: about some data, the same rows in
 * another order, doubled values, and other data. So each run counts for the share of good answers, and its neighbours
 * show whether the data had anything to do with the answer.
 *
 * Two trials each: eight answers to one kind of question are the fewest that show, with one wrong among them, that
 * most are right.
 */
import {
  defineScenario,
  type Scenario,
  type Socket,
  type Stage,
  type StartAsk,
} from '../harness/core/scenario.ts';
import { csvOf, type Random, resourceBill } from './data-sets.ts';
import { awaitEnd } from './listening.ts';
import {
  anomalyFamily,
  CONTEXT_LABEL,
  capacityFamily,
  type Family,
  messageOf,
  savingsFamily,
  savingsQuestion,
  VALUE_LABELS,
  VARIATIONS,
  type Variation,
  type Words,
} from './value-questions.ts';

const TRIALS = 2;

interface Asking {
  readonly id: string;
  readonly purpose: string;
  readonly agent: string;
  readonly family: (random: Random, words: Words) => Family;
  readonly withinMs: (stage: Stage) => number;
}

const wordOf = (stage: Stage, label: string): string => stage.nonce(label).slice(0, 6);

function defineAsking({ id, purpose, agent, family, withinMs }: Asking): Scenario {
  return defineScenario({
    id,
    purpose,
    trials: TRIALS,
    agentRuns: VARIATIONS.length,
    async play(stage) {
      const questions = family(stage.random, {
        given: wordOf(stage, 'given'),
        other: wordOf(stage, 'other'),
      });
      // Both forms of data are understood; odd trials bring the one, even trials the other.
      const format = stage.trial % 2 === 1 ? 'csv' : 'json';
      const askOf = (variation: Variation): StartAsk => ({
        label: VALUE_LABELS[variation],
        agent,
        message: messageOf(questions[variation], format),
        withinMs: withinMs(stage),
      });
      const socket = await stage.actor().connect({ label: 'session' });
      if (await socket.greeted()) await askInTurn(stage, socket, askOf);
      await socket.close();
    },
  });
}

/** One after the other: these trials are about what is answered, and leave the target room. */
async function askInTurn(
  stage: Stage,
  socket: Socket,
  askOf: (variation: Variation) => StartAsk,
): Promise<void> {
  for (const variation of VARIATIONS) {
    if (!socket.isOpen) return;
    await socket.start(askOf(variation)).ended();
  }
  await awaitEnd(stage, socket, []);
}

export const valueSavings = defineAsking({
  id: 'value-savings',
  purpose: 'has the savings in a bill worked out, whose true figure is known',
  agent: 'optimization_agent',
  family: savingsFamily,
  withinMs: ({ thresholds }) => thresholds.optimisationMs,
});

export const valueAnomalies = defineAsking({
  id: 'value-anomalies',
  purpose: 'has planted anomalies looked for',
  agent: 'unified_data_agent',
  family: anomalyFamily,
  withinMs: ({ thresholds }) => thresholds.completionMs,
});

export const valueCapacity = defineAsking({
  id: 'value-capacity',
  purpose: 'has a known trend continued up to a limit',
  agent: 'unified_data_agent',
  family: capacityFamily,
  withinMs: ({ thresholds }) => thresholds.completionMs,
});

const idOf = (resource: Readonly<Record<string, unknown>> | undefined): string | undefined =>
  typeof resource?.['id'] === 'string' ? resource['id'] : undefined;

/** Hands the data over as a context item of a project of its own. */
async function handOver(stage: Stage, content: string): Promise<Partial<StartAsk> | undefined> {
  const actor = stage.actor();
  const name = `conformance ${stage.nonce('value project')}`;
  const projectId = idOf(
    await actor.create({ label: 'create project', path: '/api/projects', body: { name } }),
  );
  if (projectId === undefined) return undefined;
  const path = `/api/projects/${encodeURIComponent(projectId)}/context-items`;
  const body = { name: 'bill.csv', content };
  const itemId = idOf(await actor.create({ label: 'create context item', path, body }));
  return itemId === undefined ? undefined : { projectId, contextItemIds: [itemId] };
}

export const valueContextItem = defineScenario({
  id: 'value-context-item',
  purpose: 'has the savings in a bill worked out that comes as a context item',
  needs: ['fixtures'],
  agentRuns: 1,
  async play(stage) {
    const { text, data } = savingsQuestion(resourceBill(stage.random, wordOf(stage, 'item')));
    const item = await handOver(stage, csvOf(data));
    if (item === undefined) return;
    const socket = await stage.actor().connect({ label: 'session' });
    if (await socket.greeted()) {
      const withinMs = stage.thresholds.optimisationMs;
      const ask = { label: CONTEXT_LABEL, agent: 'optimization_agent', message: text, withinMs, ...item };
      await awaitEnd(stage, socket, [socket.start(ask)]);
    }
    await socket.close();
  },
});
