/**
 * The driver against real sockets that misbehave. The servers are made here, listen on port 0, and know
 * nothing of the harness.
 */
import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { type AddressInfo, connect, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { Secret } from '../config/secret.ts';
import { defineScenario, type Scenario } from '../core/scenario.ts';
import { decodeTranscript } from '../evidence/codec.ts';
import { createRedactor } from '../evidence/redaction.ts';
import type { Entry, Transcript } from '../evidence/transcript.ts';
import { inOrder } from '../plan/order.ts';
import type { Plan, PlannedTrial } from '../plan/plan.ts';
import { createTokenSource } from './auth.ts';
import { openNetwork } from './network.ts';
import { createPacer } from './pacer.ts';
import { play, type StoppingRule } from './play.ts';
import { systemClock } from './system-clock.ts';

const TOKEN = 'token-of-ada-that-nobody-may-see';
const folder = mkdtempSync(join(tmpdir(), 'driver-'));
afterAll(() => rmSync(folder, { recursive: true }));

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

type Upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => unknown;
type Answer = (request: IncomingMessage, response: ServerResponse) => unknown;

async function listen(server: Server): Promise<number> {
  const sockets = new Set<Duplex>();
  server.on('connection', (socket: Duplex) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

const hello: Answer = (_request, response) => response.end('{}');

async function serve(answer: Answer = hello, upgrade?: Upgrade): Promise<string> {
  const server = createServer(answer);
  if (upgrade !== undefined) server.on('upgrade', upgrade);
  return `http://127.0.0.1:${await listen(server)}`;
}

/** A chat server that does with a socket whatever the test says. */
function serveChat(onSocket: (socket: WebSocket) => unknown): Promise<string> {
  const chat = new WebSocketServer({ noServer: true });
  return serve(hello, (request, socket, head) => chat.handleUpgrade(request, socket, head, onSocket));
}

/** The 101 by hand, so that what follows in the same packet is ours to choose. */
function switching({ headers }: IncomingMessage, ...frames: readonly Buffer[]): Buffer {
  const key = `${headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
  const accept = createHash('sha1').update(key).digest('base64');
  const lines = ['HTTP/1.1 101 Switching Protocols', 'Upgrade: websocket', 'Connection: Upgrade'];
  return Buffer.concat([
    Buffer.from([...lines, `Sec-WebSocket-Accept: ${accept}`, '', ''].join('\r\n')),
    ...frames,
  ]);
}

/** An unmasked text frame below 126 bytes. */
const textFrame = (text: string): Buffer =>
  Buffer.concat([Buffer.from([0x81, text.length]), Buffer.from(text)]);

const GREETING = '{"type":"connection_established","connection_id":"c","user_id":"ada"}';

const THRESHOLDS: Plan['thresholds'] = {
  connectMs: 400,
  greetingMs: 300,
  pongMs: 300,
  firstEventMs: 300,
  firstToolMs: 300,
  completionMs: 400,
  optimisationMs: 400,
  multiAgentMs: 400,
  silenceMs: 300,
  cancelMs: 300,
  httpMs: 400,
  healthMs: 400,
  graceMs: 20,
  heldBackMs: 1000,
  toleranceMs: 250,
  tolerancePercent: 5,
  skewMs: 2000,
  telemetryMs: 60_000,
  successRate: 0.8,
  resilienceRate: 0.6,
  answerQuality: 0.7,
};

interface Driving {
  readonly trials?: number;
  readonly concurrency?: number;
  readonly startsPerSecond?: number;
  readonly frameBytes?: number;
  readonly ended?: AbortSignal;
  readonly stopping?: StoppingRule;
  readonly caFile?: string;
  readonly endpoints?: Readonly<Record<string, string>>;
  /** The dialect and its words, where it is not the usual one. */
  readonly speaks?: Pick<Plan['target'], 'dialect' | 'vocabulary'>;
}

function planOf(url: string, driving: Driving): Plan {
  const { trials = 1, concurrency = 4, startsPerSecond = 1000, frameBytes = 65_536 } = driving;
  return {
    campaign: 'c-1',
    harness: { version: '0.1.0' },
    target: {
      url,
      wsUrl: `${url.replace(/^http/, 'ws')}/ws`,
      dialect: 'agent-events.v1',
      ...driving.speaks,
      endpoints: { health: '/health', ...driving.endpoints },
    },
    thresholds: THRESHOLDS,
    origins: { unlisted: 'https://other.example' },
    limits: {
      concurrency,
      startsPerSecond,
      agentRuns: 0,
      frameBytes,
      entriesPerTrial: 1000,
      evidenceBytesPerTrial: 1e7,
    },
    trials: Array.from({ length: trials }, (_, index) =>
      trialOf({
        id: `visit-${index + 1}`,
        number: index + 1,
        ...(driving.stopping === undefined ? {} : { topUp: true }),
      }),
    ),
  } as unknown as Plan;
}

const trialOf = (over: Partial<PlannedTrial> = {}): PlannedTrial => ({
  id: 'visit-1',
  scenario: 'visit',
  number: 1,
  seed: 7,
  interference: 'quiet',
  moment: 'any',
  actors: [{ name: 'ada', identity: 0, user: 'ada' }],
  ...over,
});

/** Plays the script against the target and reads back what it left. */
async function drive(
  url: string,
  script: Scenario['play'],
  driving: Driving = {},
): Promise<{ transcript: Transcript; entries: readonly Entry[]; kinds: readonly string[]; text: string }> {
  const dir = mkdtempSync(join(folder, 'campaign-'));
  const network = openNetwork(driving.caFile);
  closing.push(() => network.close());
  const redactor = createRedactor();
  redactor.learn('token-1', TOKEN);
  const credentials = { scheme: 'tokens', tokens: [new Secret('TARGET_TOKENS-1', TOKEN)] } as const;
  await play(planOf(url, driving), {
    scenarios: new Map([['visit', defineScenario({ id: 'visit', purpose: 'a visit', play: script })]]),
    network,
    tokens: createTokenSource(credentials, { identities: [{ name: 'ada', user: 'ada' }] }, systemClock),
    redactor,
    clock: systemClock,
    evidenceDir: dir,
    ended: driving.ended ?? new AbortController().signal,
    watch: () => undefined,
    stopping: driving.stopping,
  });
  const text = readFileSync(join(dir, 'visit-1.ndjson'), 'utf8');
  const { transcript, damage } = decodeTranscript(text);
  if (transcript === undefined || damage !== undefined) throw new Error(`damaged: ${damage}`);
  const { entries } = transcript;
  return { transcript, entries, text, kinds: entries.map(({ kind }) => kind) };
}

const find = <K extends Entry['kind']>(entries: readonly Entry[], kind: K): Extract<Entry, { kind: K }> => {
  const entry = entries.find((one): one is Extract<Entry, { kind: K }> => one.kind === kind);
  if (entry === undefined)
    throw new Error(`there is no ${kind} among ${entries.map((one) => one.kind).join(', ')}`);
  return entry;
};

const visit: Scenario['play'] = async (stage) => {
  const socket = await stage.actor().connect({ label: 'session' });
  await socket.greeted();
  await socket.close();
};

/** As a visit, without the closing handshake that a server made by hand does not know. */
const glance: Scenario['play'] = async (stage) => {
  const socket = await stage.actor().connect({ label: 'session' });
  await socket.greeted();
  socket.drop();
};

describe('a socket', () => {
  it('does not miss a frame that comes in the packet of the upgrade', async () => {
    let greeted: boolean | undefined;
    const url = await serve(hello, (request, socket) =>
      socket.write(switching(request, textFrame(GREETING))),
    );
    const { entries } = await drive(url, async (stage) => {
      greeted = await (await stage.actor().connect({ label: 'session' })).greeted();
    });
    expect(greeted).toBe(true);
    expect(find(entries, 'ws.frame').text).toBe(GREETING);
  });

  it('that is closed before any greeting is told so, at once', async () => {
    const url = await serveChat((socket) => socket.close(1000));
    const { entries, kinds } = await drive(url, visit);
    expect(find(entries, 'ws.close')).toMatchObject({ code: 1000, by: 'target' });
    expect(kinds).not.toContain('deadline');
  });

  it('that is cut without a close frame was cut by the network', async () => {
    const url = await serveChat((socket) => socket.terminate());
    expect(find((await drive(url, visit)).entries, 'ws.close')).toMatchObject({ code: 1006, by: 'network' });
  });

  it('whose upgrade is never answered ends at its deadline, which is an entry', async () => {
    const url = await serve(hello, () => undefined);
    const { entries, transcript } = await drive(url, visit);
    expect(find(entries, 'deadline')).toMatchObject({ waitedFor: 'open socket', afterMs: 400 });
    expect(transcript.seal?.end).toBe('finished');
  });

  it('that is half open lets every wait end at its deadline', async () => {
    const url = await serve(hello, (request, socket) => socket.write(switching(request)));
    const seen: boolean[] = [];
    const { entries } = await drive(url, async (stage) => {
      const socket = await stage.actor().connect({ label: 'session' });
      seen.push(socket.isOpen, await socket.greeted(), await socket.ping());
      const run = socket.start({ label: 'analysis', agent: 'a', message: 'm' });
      seen.push(await run.answered(), await run.ended());
    });
    expect(seen).toEqual([true, false, false, false, false]);
    const waits = entries.flatMap((entry) =>
      entry.kind === 'deadline' ? [entry.waitedFor.split(' ')[0]] : [],
    );
    expect(waits).toEqual(['greeting', 'pong', 'answer', 'end']);
  });

  it('that drips its bytes is put together again', async () => {
    const url = await serve(hello, (request, socket) => {
      const bytes = switching(request, textFrame(GREETING));
      let sent = 0;
      const timer = setInterval(() => {
        socket.write(bytes.subarray(sent, sent + 16));
        sent += 16;
        if (sent >= bytes.length) clearInterval(timer);
      }, 2);
    });
    const { entries } = await drive(url, glance);
    expect(find(entries, 'ws.frame').text).toBe(GREETING);
  });

  it('that is refused shows status, headers and the beginning of the body', async () => {
    const url = await serve(hello, (_request, socket) => {
      const body = 'x'.repeat(9_000);
      socket.end(
        `HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Bearer\r\nContent-Length: 9000\r\n\r\n${body}`,
      );
    });
    const refused = find((await drive(url, visit)).entries, 'ws.refused');
    expect([refused.status, refused.headers['www-authenticate']]).toEqual([401, 'Bearer']);
    expect(refused.body.length).toBeLessThanOrEqual(4_096);
  });

  it('that is refused with a body that never ends is over at its deadline', async () => {
    const url = await serve(hello, (_request, socket) =>
      socket.write('HTTP/1.1 503 Service Unavailable\r\nContent-Length: 100\r\n\r\nwait'),
    );
    const startedAt = performance.now();
    const { entries } = await drive(url, visit);
    expect(find(entries, 'deadline').waitedFor).toBe('open socket');
    expect(performance.now() - startedAt).toBeLessThan(4_000);
  });

  it.each([
    'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n',
    'SSH-2.0-OpenSSH\r\n',
    'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: wrong\r\n\r\n',
  ])('that is answered with %j never opens, and nothing is thrown', async (answer) => {
    const url = await serve(hello, (_request, socket) => socket.end(answer));
    const { kinds, transcript } = await drive(url, visit);
    expect(transcript.seal?.end).toBe('finished');
    expect(kinds.some((kind) => kind === 'ws.refused' || kind === 'transport.error')).toBe(true);
  });

  it('to a port on which nobody listens is a transport error', async () => {
    const url = await serve();
    for (const close of closing.splice(0)) await close();
    expect(find((await drive(url, visit)).entries, 'transport.error').code).toBe('ECONNREFUSED');
  });

  it('keeps binary frames in base64', async () => {
    const url = await serveChat((socket) => socket.send(Buffer.from([0, 255, 7])));
    const { entries } = await drive(url, visit);
    expect(find(entries, 'ws.frame')).toMatchObject({ encoding: 'base64', text: 'AP8H', bytes: 3 });
  });

  it('with a frame above the bound does not keep the frame', async () => {
    const url = await serveChat((socket) => socket.send(`{"type":"${'x'.repeat(70_000)}"}`));
    const { entries, text, transcript } = await drive(url, visit);
    expect(text.length).toBeLessThan(10_000);
    expect(find(entries, 'transport.error').code).toBe('WS_ERR_UNSUPPORTED_MESSAGE_LENGTH');
    expect(transcript.seal?.end).toBe('finished');
  });

  it('with text that is no UTF-8 is ended, and told', async () => {
    const url = await serve(hello, (request, socket) =>
      socket.write(switching(request, Buffer.from([0x81, 0x02, 0xc3, 0x28]))),
    );
    expect(find((await drive(url, glance)).entries, 'transport.error').code).toBe('WS_ERR_INVALID_UTF8');
  });

  it('notes pings and answers them', async () => {
    const url = await serveChat((socket) => {
      socket.ping();
      socket.once('pong', () => socket.send(GREETING));
    });
    const { entries, kinds } = await drive(url, visit);
    expect(kinds).toContain('ws.ping');
    expect(find(entries, 'ws.frame').text).toBe(GREETING);
  });

  it('dropped by the script ends without a close frame, and by us', async () => {
    let note = (_code: number): void => undefined;
    const noted = new Promise<number>((resolve) => {
      note = resolve;
    });
    const url = await serveChat((socket) => {
      socket.on('close', note);
      socket.send(GREETING);
    });
    const { kinds } = await drive(url, async (stage) => {
      const socket = await stage.actor().connect({ label: 'session' });
      await socket.greeted();
      socket.drop();
      await noted;
    });
    expect([await noted, kinds.includes('transport.error')]).toEqual([1006, false]);
  });

  it('sends its token as asked, and no transcript holds it', async () => {
    const heard: unknown[] = [];
    const url = await serve(hello, (request, socket) => {
      heard.push([request.headers.authorization, request.headers['sec-websocket-protocol']]);
      socket.end(`HTTP/1.1 401 No\r\nX-Echo: ${request.headers.authorization}\r\n\r\n${TOKEN}`);
    });
    const { text, entries } = await drive(url, async (stage) => {
      await stage.actor().connect({ label: 'header' });
      await stage.actor().connect({ label: 'sub-protocol', credentials: 'sub-protocol' });
      await stage.actor().connect({ label: 'none', credentials: 'none' });
    });
    expect(heard).toEqual([
      [`Bearer ${TOKEN}`, undefined],
      [undefined, `agent-events.v1,jwt.${TOKEN}`],
      [undefined, undefined],
    ]);
    expect(text).not.toContain(TOKEN);
    expect(find(entries, 'ws.refused').body).toBe('⟦secret token-1 raw⟧');
  });
});

describe('a request', () => {
  const ask: Scenario['play'] = async (stage) => {
    await stage.actor().request({ label: 'health', method: 'GET', path: '/health' });
  };

  it('and its answer are kept', async () => {
    const url = await serve((_request, response) =>
      response.writeHead(418, { 'x-a': ['1', '2'] }).end('tea'),
    );
    const { entries } = await drive(url, ask);
    expect(find(entries, 'http.request')).toMatchObject({ method: 'GET', url: '/health', exchange: 1 });
    expect(find(entries, 'http.response')).toMatchObject({
      status: 418,
      body: 'tea',
      encoding: 'utf8',
      bytes: 3,
    });
    expect(find(entries, 'http.response').headers['x-a']).toBe('1, 2');
  });

  it.each<[string, Answer]>([
    ['is never answered', () => undefined],
    ['has an answer that never ends', (_request, response) => response.write('{"status":')],
    [
      'has an answer that drips',
      (_request, response) => {
        const timer = setInterval(() => response.write('x'), 20);
        response.on('close', () => clearInterval(timer));
      },
    ],
  ])('that %s is over at its deadline', async (_what, answer) => {
    const url = await serve(answer);
    const startedAt = performance.now();
    const { entries, kinds } = await drive(url, ask);
    expect(find(entries, 'deadline')).toMatchObject({ waitedFor: 'http answer', afterMs: 400, exchange: 1 });
    expect(kinds).toEqual(['http.request', 'deadline', 'http.aborted']);
    expect(performance.now() - startedAt).toBeLessThan(3_000);
  });

  it('that is answered without end and at full speed is bounded in size', async () => {
    const block = Buffer.alloc(1 << 20, 'x');
    let sent = 0;
    const url = await serve((_request, response) => {
      const more = (): void => {
        while (!response.destroyed && response.write(block)) sent += block.length;
      };
      response.on('drain', more);
      more();
    });
    const { entries, text } = await drive(url, async (stage) => {
      await stage.actor().request({ label: 'flood', method: 'GET', path: '/', withinMs: 10_000 });
    });
    const response = find(entries, 'http.response');
    expect([response.body.length, response.cut?.length]).toEqual([65_536, 64]);
    expect(text.length).toBeLessThan(100_000);
    expect(sent).toBeLessThan(64 * (1 << 20));
  });

  it('that is cut off in the middle is a transport error', async () => {
    const url = await serve((_request, response) => {
      response.writeHead(200, { 'content-length': '100' }).write('half');
      setImmediate(() => response.destroy());
    });
    const { kinds } = await drive(url, ask);
    expect(kinds).toEqual(['http.request', 'transport.error', 'http.aborted']);
  });

  it('for a side of the telemetry goes where the profile says, and is told apart', async () => {
    const asked: string[] = [];
    const hear =
      (who: string): Answer =>
      (request, response) => {
        asked.push(`${who} ${request.url} ${request.headers.authorization}`);
        response.end();
      };
    const [target, ingest] = [await serve(hear('target')), await serve(hear('ingest'))];
    const endpoints = { telemetryIngest: `${ingest}/in/`, telemetryQuery: '/out' };
    const { entries } = await drive(
      target,
      async (stage) => {
        const ask = { label: 'runs', method: 'GET', path: '/v1/runs' } as const;
        await stage.actor().request({ ...ask, surface: 'ingest' });
        await stage.actor().request({ ...ask, surface: 'query' });
        await stage.actor().request(ask);
      },
      { endpoints },
    );
    const token = `Bearer ${TOKEN}`;
    expect(asked).toEqual([
      `ingest /in/v1/runs ${token}`,
      `target /out/v1/runs ${token}`,
      `target /v1/runs ${token}`,
    ]);
    const urls = entries.flatMap((entry) => (entry.kind === 'http.request' ? entry.url : []));
    expect(urls).toEqual([`${ingest}/in/v1/runs`, '/out/v1/runs', '/v1/runs']);
  });

  it('is not sent elsewhere by a redirect', async () => {
    const paths: unknown[] = [];
    const url = await serve((request, response) => {
      paths.push(request.url);
      response.writeHead(302, { location: '/elsewhere' }).end();
    });
    expect(find((await drive(url, ask)).entries, 'http.response').status).toBe(302);
    expect(paths).toEqual(['/health']);
  });
});

describe('playing', () => {
  it('starts at its pace, whoever asks, and a late caller gets no burst', async () => {
    const clock = { now: () => performance.now(), wall: () => Date.now() };
    const pacer = createPacer(50, clock);
    const intended = await Promise.all(Array.from({ length: 6 }, () => pacer.turn()));
    const gaps = intended.slice(1).map((at, index) => at - (intended[index] ?? 0));
    for (const gap of gaps) expect(gap).toBeCloseTo(20, 5);
  });

  it('dials at the pace of the plan and notes what was meant', async () => {
    const arrivals: number[] = [];
    const url = await serve(hello, (_request, socket) => {
      arrivals.push(performance.now());
      socket.end('HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n');
    });
    const { entries } = await drive(
      url,
      async (stage) => {
        await Promise.all([1, 2, 3, 4].map((index) => stage.actor().connect({ label: `${index}` })));
      },
      { startsPerSecond: 20 },
    );
    const meant = entries.flatMap((entry) => (entry.kind === 'ws.dial' ? [entry.intendedAt] : []));
    expect(meant.slice(1).map((at, index) => Math.round(at - (meant[index] ?? 0)))).toEqual([50, 50, 50]);
    expect((arrivals.at(-1) ?? 0) - (arrivals[0] ?? 0)).toBeGreaterThan(120);
  });

  it('keeps opening before quiet before load before disruptive before closing, the loud ones alone', () => {
    const trials = [
      trialOf({ id: 'z', moment: 'closing' }),
      trialOf({ id: 'd', interference: 'disruptive' }),
      trialOf({ id: 'l', interference: 'load' }),
      trialOf({ id: 'm', interference: 'load', topUp: true }),
      trialOf({ id: 't', topUp: true }),
      trialOf({ id: 'q' }),
      trialOf({ id: 'a', moment: 'opening' }),
    ];
    expect(inOrder(trials).map((group) => [group.concurrency, ...group.trials.map(({ id }) => id)])).toEqual([
      ['many', 'a'],
      ['many', 'q'],
      ['many', 't'],
      ['one', 'l'],
      ['one', 'm'],
      ['one', 'd'],
      ['many', 'z'],
    ]);
  });

  it('keeps to the concurrency of the plan', async () => {
    let now = 0;
    let most = 0;
    await drive(
      await serve(),
      async (stage) => {
        now += 1;
        most = Math.max(most, now);
        await stage.pause(20);
        now -= 1;
      },
      { trials: 6, concurrency: 2 },
    );
    expect(most).toBe(2);
  });

  it('begins nothing that is not needed any more, and finishes what was begun before', async () => {
    const begun: number[] = [];
    const over: string[] = [];
    const asked: string[] = [];
    let letGo = (): void => undefined;
    const others = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    const stopping: StoppingRule = {
      finished: ({ id }) => over.push(id),
      isNeeded: ({ id }) => {
        asked.push(id);
        return over.length === 0;
      },
    };
    const script: Scenario['play'] = async ({ trial }) => {
      begun.push(trial);
      // The second and third are under way when the first, which decides, is over.
      if (trial > 1) await others;
      else setImmediate(() => setImmediate(letGo));
    };
    const { transcript } = await drive(await serve(), script, { trials: 6, concurrency: 3, stopping });
    expect(begun).toEqual([1, 2, 3]);
    expect(over.toSorted()).toEqual(['visit-1', 'visit-2', 'visit-3']);
    expect(asked).toHaveLength(6);
    expect(transcript.seal?.end).toBe('finished');
  });

  it('seals what an interruption left, as aborted, at once', async () => {
    const controller = new AbortController();
    const url = await serveChat((socket) => socket.send(GREETING));
    const startedAt = performance.now();
    const { transcript, kinds } = await drive(
      url,
      async (stage) => {
        const socket = await stage.actor().connect({ label: 'session' });
        await socket.greeted();
        setImmediate(() => controller.abort('SIGINT'));
        await socket.listen(60_000);
      },
      { ended: controller.signal },
    );
    expect(transcript.seal).toMatchObject({ end: 'aborted', reason: 'SIGINT' });
    expect(kinds).toContain('ws.frame');
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });

  it('seals a script of ours that throws as crashed, and goes on', async () => {
    const { transcript } = await drive(
      await serve(),
      async (stage) => {
        stage.actor(7);
      },
      { trials: 2 },
    );
    expect(transcript.seal).toMatchObject({ end: 'crashed' });
    expect(transcript.seal?.reason).toContain('scenario visit has no actor 7');
  });

  it('gives each trial words and numbers of its own, and the same ones again', async () => {
    const words: unknown[] = [];
    const script: Scenario['play'] = async (stage) => {
      words.push([stage.trial, stage.nonce('a'), stage.nonce('b'), stage.random()]);
    };
    await drive(await serve(), script, { trials: 2, concurrency: 1 });
    await drive(await serve(), script, { trials: 2, concurrency: 1 });
    expect(words.slice(0, 2)).toEqual(words.slice(2));
    const [first, second] = words as (readonly unknown[])[];
    expect(new Set([first?.[1], first?.[2], second?.[1], second?.[2]]).size).toBe(4);
  });
});

describe('certificates', () => {
  const key = join(folder, 'key.pem');
  const cert = join(folder, 'cert.pem');

  async function serveSecurely(): Promise<string> {
    const subject = ['-subj', '/CN=target', '-addext', 'subjectAltName=IP:127.0.0.1'];
    const made = [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:prime256v1',
      '-nodes',
      '-days',
      '2',
    ];
    execFileSync('openssl', [...made, '-keyout', key, '-out', cert, ...subject], { stdio: 'ignore' });
    const server = createSecureServer(
      { key: readFileSync(key), cert: readFileSync(cert) },
      (_request, response) => response.end('{}'),
    );
    server.on('upgrade', (request, socket) => socket.write(switching(request, textFrame(GREETING))));
    return `https://127.0.0.1:${await listen(server)}`;
  }
  const both: Scenario['play'] = async (stage) => {
    await stage.actor().request({ label: 'health', method: 'GET', path: '/health' });
    await glance(stage);
  };

  it('of an authority of one’s own are trusted where it is given, for requests and sockets', async () => {
    const { kinds } = await drive(await serveSecurely(), both, { caFile: cert });
    expect(kinds).toEqual(expect.arrayContaining(['http.response', 'ws.open', 'ws.frame']));
  });

  it('are refused otherwise', async () => {
    const { entries } = await drive(await serveSecurely(), both);
    const codes = entries.flatMap((entry) => (entry.kind === 'transport.error' ? [entry.code] : []));
    expect(codes).toEqual(['DEPTH_ZERO_SELF_SIGNED_CERT', 'DEPTH_ZERO_SELF_SIGNED_CERT']);
  });
});

describe('a process of its own', () => {
  const HERE = new URL('.', import.meta.url).href;

  /** Runs a script with this environment and nothing else of ours; the promise ends when the process does. */
  function run(
    script: string,
    env: Readonly<Record<string, string>>,
  ): Promise<{ code: number | null; out: string }> {
    return new Promise((resolve) => {
      const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
        env,
        cwd: fileURLToPath(new URL('../..', import.meta.url)),
        timeout: 15_000,
      });
      let out = '';
      child.stdout.on('data', (text) => {
        out += String(text);
      });
      child.stderr.on('data', (text) => {
        out += String(text);
      });
      child.on('close', (code) => resolve({ code, out }));
    });
  }

  const ASK = (url: string): string => `
    import { WebSocket } from 'ws';
    import { openNetwork } from '${HERE}network.ts';
    const network = openNetwork(undefined);
    const answer = await network.dispatcher.request({ origin: '${url}', path: '/health', method: 'GET' });
    console.log('http', answer.statusCode, await answer.body.text());
    const wsUrl = '${url.replace('http', 'ws')}/ws';
    const socket = new WebSocket(wsUrl, { agent: network.agentFor(wsUrl) });
    socket.on('message', (data) => { console.log('ws', String(data).slice(9, 31)); socket.terminate(); });
    socket.on('error', (error) => console.log('ws', error.message));
    socket.on('close', () => network.close());
  `;

  /** A proxy that tunnels; it tells what it was asked for. */
  async function serveProxy(): Promise<{ url: string; asked: string[] }> {
    const asked: string[] = [];
    const server = createServer((_request, response) => response.writeHead(502).end());
    server.on('connect', (request, client: Duplex) => {
      asked.push(String(request.url));
      const [host, port] = String(request.url).split(':');
      const upstream = connect(Number(port), host, () => {
        client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
        upstream.pipe(client).pipe(upstream);
      });
      upstream.on('error', () => client.destroy());
      client.on('error', () => upstream.destroy());
    });
    return { url: `http://127.0.0.1:${await listen(server)}`, asked };
  }
  const target = (): Promise<string> =>
    serve(
      (_request, response) => response.end('direct or not'),
      (request, socket) => socket.write(switching(request, textFrame(GREETING))),
    );
  const ANSWERED = 'http 200 direct or not\nws connection_established\n';

  it('goes through the proxy of the environment, requests and sockets alike', async () => {
    const [url, proxy] = [await target(), await serveProxy()];
    const { out } = await run(ASK(url), { HTTP_PROXY: proxy.url });
    expect(out).toBe(ANSWERED);
    expect(proxy.asked).toEqual([url.slice(7), url.slice(7)]);
  });

  it.each(['127.0.0.1', '*', 'example.com,127.0.0.1'])(
    'goes straight where NO_PROXY is %s',
    async (noProxy) => {
      const [url, proxy] = [await target(), await serveProxy()];
      const { out } = await run(ASK(url), {
        HTTP_PROXY: proxy.url,
        HTTPS_PROXY: proxy.url,
        NO_PROXY: noProxy,
      });
      expect(out).toBe(ANSWERED);
      expect(proxy.asked).toEqual([]);
    },
  );

  it('does not use the proxy for https for a target without it', async () => {
    const [url, proxy] = [await target(), await serveProxy()];
    expect((await run(ASK(url), { HTTPS_PROXY: proxy.url })).out).toBe(ANSWERED);
    expect(proxy.asked).toEqual([]);
  });

  it('ends by itself when the trial is over, whatever the target still holds open', async () => {
    const url = await serve(
      (_request, response) => response.write('never ends'),
      (request, socket) => socket.write(switching(request)),
    );
    const refusing = await serve(hello, (_request, socket) =>
      socket.write('HTTP/1.1 503 Busy\r\nContent-Length: 100\r\n\r\nwait'),
    );
    const script = `
      import { mkdtempSync } from 'node:fs';
      import { createRedactor } from '${HERE}../evidence/redaction.ts';
      import { createTokenSource } from '${HERE}auth.ts';
      import { openNetwork } from '${HERE}network.ts';
      import { play } from '${HERE}play.ts';
      import { systemClock } from '${HERE}system-clock.ts';
      const plan = ${JSON.stringify(planOf(url, {}))};
      for (const url of ['${url}', '${refusing}']) {
        const network = openNetwork(undefined);
        plan.target = { ...plan.target, url, wsUrl: url.replace('http', 'ws') };
        await play(plan, {
          scenarios: new Map([['visit', { async play(stage) {
            void stage.actor().connect({ label: 'left open' });
            void stage.actor().request({ label: 'left open', method: 'GET', path: '/' });
            await stage.actor().connect({ label: 'session' });
          } }]]),
          network,
          tokens: createTokenSource({ scheme: 'none' }, { identities: [{ name: 'ada' }] }, systemClock),
          redactor: createRedactor(),
          clock: systemClock,
          evidenceDir: mkdtempSync('${folder}/child-'),
          ended: new AbortController().signal,
          watch: () => undefined,
        });
        await network.close();
      }
      console.log('done');
    `;
    expect(await run(script, {})).toEqual({ code: 0, out: 'done\n' });
  });
});

describe('another dialect', () => {
  /** What came with the upgrade, and what was said afterwards. */
  async function visited(
    vocabulary: Plan['target']['vocabulary'],
    onSocket: (socket: WebSocket) => unknown,
  ): Promise<{ readonly asked: IncomingMessage; readonly text: string; readonly entries: readonly Entry[] }> {
    let asked: IncomingMessage | undefined;
    const chat = new WebSocketServer({ noServer: true, handleProtocols: ([first = '']) => first });
    const url = await serve(hello, (request, socket, head) => {
      asked = request;
      chat.handleUpgrade(request, socket, head, onSocket);
    });
    const { text, entries } = await drive(url, visit, { speaks: { dialect: 'netra', vocabulary } });
    if (asked === undefined) throw new Error('nobody came');
    return { asked, text, entries };
  }
  const greet = (socket: WebSocket): void => socket.send(GREETING);

  it.each([
    ['query-token', `/ws?token=${TOKEN}`],
    ['query-ticket', `/ws?ticket=${TOKEN}`],
  ] as const)('takes the token along as %s, and keeps it out of the evidence', async (token, path) => {
    const { asked, text } = await visited({ token }, greet);
    expect(asked.url).toBe(path);
    expect(asked.headers.authorization).toBeUndefined();
    expect(text).not.toContain(TOKEN);
  });

  it('takes the token along as a sub-protocol in its spelling', async () => {
    const { asked, text } = await visited({ token: 'bearer' }, greet);
    expect(asked.headers['sec-websocket-protocol']).toBe(`jwt-auth,bearer.${TOKEN}`);
    expect(text).not.toContain(TOKEN);
  });

  it('answers a handshake, and is greeted when it is over', async () => {
    const heard: string[] = [];
    const { entries } = await visited({ handshake: true }, (socket) => {
      socket.on('message', (data) => {
        heard.push(String(data));
        socket.send('{"type":"handshake_complete","thread_id":"t"}');
      });
      greet(socket);
      socket.send('{"type":"handshake_response","thread_id":"t","timestamp":7}');
    });
    expect(heard.map((text) => JSON.parse(text))).toEqual([
      { type: 'handshake_acknowledged', thread_id: 't', timestamp: 7 },
    ]);
    expect(entries.map(({ kind }) => kind)).not.toContain('deadline');
  });

  it('is not greeted by a handshake that never ends', async () => {
    const { entries } = await visited({ handshake: true }, greet);
    expect(find(entries, 'deadline').waitedFor).toBe('greeting');
  });
});
