/** Messages that no client should send, requests that are made twice, and clients that misbehave on their socket. */
import { type Actor, defineScenario, type Socket, type Stage } from '../harness/core/scenario.ts';
import {
  AGENT,
  inLanes,
  inLedger,
  type Ledger,
  open,
  openLedger,
  runOnce,
  shortRun,
} from './resilience-runs.ts';

/** What must come of a bad message: an error with one of these codes, or a close with this one. */
export interface BadMessage {
  readonly label: string;
  readonly frame: (stage: Stage) => string | Uint8Array;
  readonly as?: 'text' | 'binary';
  readonly codes?: readonly string[];
  readonly closes?: number;
}

const MIB = 1_048_576;
/** A message above a limit that is larger than this is not sent: it would cost more than it shows. */
const LARGEST_SENT_BYTES = 4 * MIB;
const NESTED = 5_000;

const plain = (label: string, frame: string, ...codes: readonly string[]): BadMessage => ({
  label,
  frame: () => frame,
  codes,
});

/** An object that is wrong in one respect only. */
const wrong = (label: string, message: Readonly<Record<string, unknown>>, code = 'INVALID_REQUEST') => ({
  label,
  frame: (stage: Stage) => JSON.stringify({ request_id: `rq-${stage.nonce(label)}`, ...message }),
  codes: [code],
});

const start = (payload: Readonly<Record<string, unknown>>) => ({ type: 'start_agent', payload });

const largestOf = (stage: Stage): number => Number(stage.variationPoints['VP-MAXMSG'] ?? Number.NaN);

/** Kinds of bad message; those of one family share a socket. Each closing kind is a family of its own. */
export const BAD_MESSAGES: Readonly<Record<string, readonly BadMessage[]>> = {
  'not JSON': [
    plain('prose', 'hello, is anybody there?', 'INVALID_JSON'),
    plain('nothing', '', 'INVALID_JSON'),
    plain('half an object', '{"type": "start_agent", "payload": {"agent"', 'INVALID_JSON'),
  ],
  'no object': [
    plain('an array', '[]', 'INVALID_REQUEST'),
    plain('a number', '17', 'INVALID_REQUEST'),
    plain('null', 'null', 'INVALID_REQUEST'),
    plain('a text', '"start_agent"', 'INVALID_REQUEST'),
    // Whether so much nesting is still JSON is for the parser to say.
    plain('deep nesting', `${'['.repeat(NESTED)}${']'.repeat(NESTED)}`, 'INVALID_REQUEST', 'INVALID_JSON'),
  ],
  'wrong members': [
    wrong('no type', {}),
    wrong('a type that is no text', { type: 17 }),
    wrong('no payload', { type: 'start_agent' }),
    wrong('a payload that is no object', { type: 'start_agent', payload: 'agent' }),
    wrong('no agent', start({ message: 'hello' })),
    wrong('an agent that is no text', start({ agent: [AGENT], message: 'hello' })),
    wrong('no message', start({ agent: AGENT })),
    wrong('a message that is no text', start({ agent: AGENT, message: { text: 'hello' } })),
    wrong('no run to cancel', { type: 'cancel_agent', payload: {} }),
  ],
  'unknown type': [wrong('an unknown type', { type: 'dance' }, 'UNKNOWN_MESSAGE_TYPE')],
  binary: [{ label: 'a binary message', frame: () => new Uint8Array([1, 2, 3]), closes: 1003 }],
  'no UTF-8': [
    { label: 'text that is no UTF-8', frame: () => new Uint8Array([0xff, 0xfe]), as: 'text', closes: 1007 },
  ],
  'too large': [
    {
      label: 'one byte too many',
      frame: (stage) => {
        const ping = JSON.stringify({ type: 'ping', request_id: `rq-${stage.nonce('large')}` });
        return `${ping}${' '.repeat(largestOf(stage) + 1 - ping.length)}`;
      },
      closes: 1009,
    },
  ],
};

/** Labels of sockets and runs. */
export const MESSAGES = {
  control: 'run on a socket left alone',
  family: (family: string) => `bad messages: ${family}`,
  run: (family: string) => `run after: ${family}`,
  unknown: 'agent that does not exist',
  afterUnknown: 'run after an unknown agent',
} as const;

/** How many such sockets there are at once. */
const LANES = 3;

/** What can be sent here: a limit that nobody declared, or a huge one, cannot be exceeded. */
const isSent = (stage: Stage, family: string): boolean =>
  family !== 'too large' || largestOf(stage) < LARGEST_SENT_BYTES;

async function misbehave(stage: Stage, actor: Actor, family: string): Promise<void> {
  const socket = await open(actor, MESSAGES.family(family));
  if (socket === undefined) return;
  const { pongMs } = stage.thresholds;
  for (const [index, { label, frame, as, closes }] of (BAD_MESSAGES[family] ?? []).entries()) {
    socket.send(frame(stage), label, as);
    if (closes === undefined) await socket.refusals(index + 1, pongMs);
    else await socket.closed(pongMs);
  }
  const label = MESSAGES.run(family);
  // A socket that was closed is replaced by a new one, as any client would.
  if (socket.isOpen) await socket.start(shortRun(stage, label)).ended();
  else await runOnce(stage, actor, label);
  await socket.close();
}

async function askForNobody(stage: Stage, actor: Actor): Promise<void> {
  const socket = await open(actor, MESSAGES.unknown);
  if (socket === undefined) return;
  const ask = shortRun(stage, MESSAGES.unknown, { agent: `nobody-${stage.nonce('agent')}` });
  const refused = socket.start(ask);
  await refused.answered();
  // The same request, whole: what was refused left nothing behind.
  const { requestId } = refused;
  await socket.start(shortRun(stage, MESSAGES.afterUnknown, { requestId })).ended();
  await socket.close();
}

export const badMessages = defineScenario({
  id: 'bad-messages',
  purpose: 'sends every kind of bad message, each followed by a good run',
  agentRuns: Object.keys(BAD_MESSAGES).length + 2,
  async play(stage) {
    const actor = stage.actor();
    const acts = [
      () => runOnce(stage, actor, MESSAGES.control),
      () => askForNobody(stage, actor),
      ...Object.keys(BAD_MESSAGES)
        .filter((family) => isSent(stage, family))
        .map((family) => () => misbehave(stage, actor, family)),
    ];
    await inLanes(acts, LANES, async (act) => void (await act()));
  },
});

/** Labels of a request that is made twice. */
export const TWICE = { run: 'request made twice', again: 'the same request once more' } as const;

async function askTwice(stage: Stage, socket: Socket, ledger: Ledger | undefined): Promise<void> {
  const run = socket.start(shortRun(stage, TWICE.run, inLedger(ledger)));
  if (!(await run.answered())) return;
  run.repeat(TWICE.again);
  await run.ended();
  await socket.listen(stage.thresholds.graceMs);
  await socket.ping();
}

export const requestTwice = defineScenario({
  id: 'request-twice',
  purpose: 'makes the very same request twice on one socket',
  agentRuns: 2,
  async play(stage) {
    const actor = stage.actor();
    const ledger = await openLedger(stage, actor);
    const socket = await open(actor, TWICE.run);
    if (socket !== undefined) await askTwice(stage, socket, ledger);
    await socket?.close();
    await ledger?.read();
  },
});

/** Labels of a session with a token that soon expires. */
export const EXPIRY = { session: 'session with a brief token' } as const;
const LIFE_S = 3;

export const expiringSession = defineScenario({
  id: 'expiring-session',
  purpose: 'goes on with a session after its token has expired',
  needs: ['mint-tokens'],
  async play(stage) {
    const actor = stage.actor();
    const token = await actor.briefToken(LIFE_S);
    if (token === undefined) return;
    const socket = await open(actor, EXPIRY.session, { token });
    if (socket === undefined) return;
    await socket.ping();
    // Expiry is noticed at once, or when the clocks agree that it has come.
    await socket.listen(LIFE_S * 1000);
    if (stage.variationPoints['VP-EXPIRY'] === 'closes-1008')
      await socket.closed(stage.thresholds.skewMs + stage.thresholds.pongMs);
    else await socket.listen(stage.thresholds.skewMs);
    await socket.ping();
    await socket.close();
  },
});

/** The label of a client that answers no ping. */
export const SILENT = { session: 'session that answers no ping' } as const;
/** Pings that may pass before a peer that missed two of them is gone: the third finds it so, and one for delays. */
export const MOST_PINGS = 4;
const LONGEST_PING_S = 30;

/** How long a client that answers no ping may be left alone. */
const silentForMs = (pingSeconds: string | undefined): number =>
  Number(pingSeconds ?? LONGEST_PING_S) * 1000 * MOST_PINGS;

export const silentClient = defineScenario({
  id: 'silent-client',
  purpose: 'answers no ping of the target, and waits to be closed',
  async play(stage) {
    const socket = await open(stage.actor(), SILENT.session, { pongs: false });
    await socket?.closed(silentForMs(stage.variationPoints['VP-PING']));
    await socket?.close();
  },
});
