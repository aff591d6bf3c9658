import { BAD_TOKENS, defineScenario, type Stage } from '../harness/core/scenario.ts';
import { listenOn } from './listening.ts';

/** Labels by which checks find what a scenario did. */
export const LABELS = {
  session: 'session',
  header: 'session by header',
  subProtocol: 'session by sub-protocol',
  badToken: (kind: string) => `bad token: ${kind}`,
  preflight: (which: string) => `preflight from a ${which} origin`,
  simple: (which: string) => `request from a ${which} origin`,
  upgrade: (which: string) => `socket from a ${which} origin`,
} as const;

/** Readings this close together, over more than a second, tell when the second of the `Date` header changes. */
const CLOCK_READINGS = 8;
const CLOCK_STEP_MS = 140;

export const campaignBracket = defineScenario({
  id: 'campaign-bracket',
  purpose: 'reads health and clock at the beginning and at the end of the campaign',
  safety: 'read-only',
  moment: 'both-ends',
  async play(stage) {
    const actor = stage.actor();
    const health = { label: 'health', method: 'GET', path: stage.health, authenticated: false } as const;
    await actor.request({ ...health, withinMs: stage.thresholds.healthMs });
    // Readings spread over more than a second bracket the moment at which the Date header changes.
    const readings = Array.from({ length: CLOCK_READINGS }, async (_, index) => {
      await stage.pause(index * CLOCK_STEP_MS);
      await actor.request({ ...health, label: 'clock' });
    });
    await Promise.all(readings);
  },
});

export const plainSession = defineScenario({
  id: 'plain-session',
  purpose: 'opens a socket, has pings answered, listens, closes',
  safety: 'read-only',
  trials: 5,
  async play(stage) {
    const socket = await stage.actor().connect({ label: LABELS.session });
    if (await socket.greeted()) {
      await socket.ping();
      await listenOn(stage, socket);
    }
    await socket.close();
  },
});

export const waysIn = defineScenario({
  id: 'ways-in',
  purpose: 'brings the token by header and by sub-protocol',
  safety: 'read-only',
  needs: ['sub-protocol-auth'],
  async play(stage) {
    await Promise.all([
      visit(stage, { label: LABELS.header, credentials: 'header' }),
      visit(stage, { label: LABELS.subProtocol, credentials: 'sub-protocol' }),
    ]);
  },
});

export const badTokens = defineScenario({
  id: 'bad-tokens',
  purpose: 'tries to open a socket with every kind of token that must be refused',
  safety: 'read-only',
  async play(stage) {
    // A target that refuses everybody proves nothing about bad tokens: the good one comes along as witness.
    const attempts = BAD_TOKENS.map(async (kind) => {
      const token = await stage.badToken(kind);
      if (token !== undefined) await visit(stage, { label: LABELS.badToken(kind), token });
    });
    await Promise.all([visit(stage, { label: LABELS.session }), ...attempts]);
  },
});

export const browserOrigins = defineScenario({
  id: 'browser-origins',
  purpose: 'asks as a browser would, from an origin on the list and from one that is not',
  safety: 'read-only',
  needs: ['browser-origins'],
  async play(stage) {
    const { listed, unlisted } = stage.origins;
    const asks = [askFrom(stage, 'unlisted', unlisted)];
    if (listed !== undefined) asks.push(askFrom(stage, 'listed', listed));
    await Promise.all(asks);
  },
});

async function visit(
  stage: Stage,
  ask: { label: string; credentials?: 'header' | 'sub-protocol'; token?: string; origin?: string },
): Promise<void> {
  const socket = await stage.actor().connect(ask);
  if (socket.isOpen && (await socket.greeted())) await socket.ping();
  await socket.close();
}

async function askFrom(stage: Stage, which: string, origin: string): Promise<void> {
  const actor = stage.actor();
  const path = stage.health;
  const wanted = {
    'access-control-request-method': 'GET',
    'access-control-request-headers': 'authorization',
  };
  await Promise.all([
    actor.request({
      label: LABELS.preflight(which),
      method: 'OPTIONS',
      path,
      authenticated: false,
      headers: { origin, ...wanted },
    }),
    actor.request({ label: LABELS.simple(which), method: 'GET', path, headers: { origin } }),
    visit(stage, { label: LABELS.upgrade(which), origin }),
  ]);
}
