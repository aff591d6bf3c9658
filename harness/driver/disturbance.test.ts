/** Ways that are disturbed and dependencies that are taken away, against servers made here. */
import { createServer as createHttpServer, type Server as HttpServer } from 'node:http';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { getGlobalDispatcher } from 'undici';
import { afterEach, describe, expect, it } from 'vitest';
import type { NetworkFault } from '../core/scenario.ts';
import type { EntryDraft } from '../evidence/transcript.ts';
import { createFaultSwitch, type FaultSwitch, trackOutages } from './faults.ts';
import { type FaultyWay, openFaultyWay } from './proxy.ts';

const closing: (() => unknown)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

async function listen(server: Server | HttpServer): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => server.close());
  return (server.address() as AddressInfo).port;
}

/** A server that answers every byte with itself. */
async function echo(): Promise<number> {
  return listen(
    createServer((socket) => {
      closing.push(() => socket.destroy());
      socket.on('error', () => undefined);
      socket.pipe(socket);
    }),
  );
}

interface Connection {
  readonly way: FaultyWay;
  readonly client: Socket;
  readonly breaks: () => number;
  /** What came back, and how it ended. */
  readonly heard: () => string;
  readonly ended: Promise<string>;
  readonly until: (length: number) => Promise<void>;
}

async function through(fault: NetworkFault): Promise<Connection> {
  let breaks = 0;
  const onBreak = (): void => {
    breaks += 1;
  };
  const way = await openFaultyWay({
    host: '127.0.0.1',
    port: await echo(),
    fault,
    random: () => 0.5,
    onBreak,
  });
  const client = connect(way.port, '127.0.0.1');
  closing.push(
    () => way.close(),
    () => client.destroy(),
  );
  let heard = '';
  const waiting = new Set<() => void>();
  client.on('data', (chunk) => {
    heard += chunk.toString();
    for (const look of waiting) look();
  });
  const ended = new Promise<string>((resolve) => {
    client.once('error', (error) => resolve((error as NodeJS.ErrnoException).code ?? 'error'));
    client.once('close', () => resolve('closed'));
  });
  const until = (length: number): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => {
        if (heard.length >= length) resolve();
      };
      waiting.add(look);
      look();
    });
  return { way, client, breaks: () => breaks, heard: () => heard, ended, until };
}

describe('a way', () => {
  it('passes everything in order where only its delay is another', async () => {
    const { client, until, heard } = await through({ latencyMs: 5, jitterMs: 10, slowStartMs: 20 });
    const pieces = Array.from({ length: 20 }, (_, index) => `piece ${index};`);
    const begun = performance.now();
    for (const piece of pieces) client.write(piece);
    await until(pieces.join('').length);
    expect(heard()).toBe(pieces.join(''));
    expect(performance.now() - begun).toBeGreaterThan(25);
  });

  it('passes only so much in a second', async () => {
    const { client, until } = await through({ bytesPerSecond: 100_000 });
    const begun = performance.now();
    client.write('x'.repeat(20_000));
    await until(20_000);
    expect(performance.now() - begun).toBeGreaterThan(195);
  });

  it('passes more than it may keep', async () => {
    const { client, until } = await through({ latencyMs: 1 });
    client.write('x'.repeat(3_000_000));
    await until(3_000_000);
  });

  it('is reset when it is struck', async () => {
    const { way, client, until, ended, breaks } = await through({ breaks: 'reset' });
    client.write('hello');
    await until(5);
    way.strike();
    way.strike();
    expect(await ended).toBe('ECONNRESET');
    expect(breaks()).toBe(1);
  });

  it('ends after so many bytes from the target', async () => {
    const { client, ended, heard, breaks } = await through({ breaks: 'cut', afterBytes: 7 });
    client.write('0123456789');
    expect(await ended).toBe('closed');
    expect(heard()).toBe('0123456');
    expect(breaks()).toBe(1);
  });

  it.each(['half-open', 'slow-close'] as const)('falls silent: %s', async (breaks) => {
    const { way, client, until, heard, ended } = await through({ breaks });
    client.write('hello');
    await until(5);
    way.strike();
    client.write('more');
    if (breaks === 'slow-close') expect(await ended).toBe('closed');
    else expect(client.destroyed).toBe(false);
    expect(heard()).toBe('hello');
  });

  it('does nothing where no break was asked for', async () => {
    const { way, client, until } = await through({});
    way.strike();
    client.write('hello');
    await until(5);
  });
});

/** A place that is asked for what is to be unavailable. */
async function switchboard(status: (unavailable: readonly string[]) => number) {
  const asked: (readonly string[])[] = [];
  const port = await listen(
    createHttpServer((request, response) => {
      let body = '';
      request.on('data', (chunk) => {
        body += chunk;
      });
      request.on('end', () => {
        const { unavailable } = JSON.parse(body);
        asked.push(unavailable);
        response.writeHead(status(unavailable)).end('{}');
      });
    }),
  );
  return { url: `http://127.0.0.1:${port}/faults`, asked };
}

const switchOf = (faults: Parameters<typeof createFaultSwitch>[0]): FaultSwitch | undefined =>
  createFaultSwitch(faults, getGlobalDispatcher());

function outages(faults: FaultSwitch | undefined, over: { isDisruptive?: boolean; status?: number } = {}) {
  const told: string[] = [];
  const record = (_at: number, entry: EntryDraft): number =>
    told.push(entry.kind === 'fault' ? `${entry.fault} ${entry.phase}` : entry.kind);
  const journal = { now: () => 0, since: () => 0, nextId: () => 1, record };
  const health = async () => ({ status: over.status ?? 200, headers: {}, body: '' });
  const { isDisruptive = true } = over;
  return { told, ...trackOutages({ faults, journal, isDisruptive, health, healthMs: 1 }) };
}

describe('an outage', () => {
  it('is over when what should happen in it has happened, however that ended', async () => {
    const { url, asked } = await switchboard(() => 200);
    const { without, told } = outages(switchOf({ url }));
    const crash = without('store', async () => {
      throw new Error('a mistake');
    });
    await expect(crash).rejects.toThrow('a mistake');
    expect(asked).toEqual([['store'], []]);
    expect(told).toEqual(['without store begun', 'without store over']);
  });

  it('is ended for a script that was cut off', async () => {
    const { url, asked } = await switchboard(() => 200);
    const { without, restore } = outages(switchOf({ url }));
    await new Promise<void>((begun) => {
      void without('store', () => {
        begun();
        return new Promise<never>(() => undefined);
      });
    });
    await restore();
    expect(asked).toEqual([['store'], []]);
  });

  it('is none where the target knows no such dependency', async () => {
    const { url } = await switchboard((unavailable) => (unavailable.length === 0 ? 200 : 422));
    const { without, told } = outages(switchOf({ url }));
    expect(await without('moon', async () => void told.push('never'))).toBe(false);
    expect(told).toEqual(['without moon refused']);
  });

  it('is told when health does not say that it is over', async () => {
    const { url } = await switchboard(() => 200);
    const { without, told } = outages(switchOf({ url }), { status: 503 });
    await without('store', async () => undefined);
    expect(told).toEqual(['without store begun', 'without store stuck']);
  });

  it('cannot be had by a scenario that others run beside', async () => {
    const { url } = await switchboard(() => 200);
    const { without } = outages(switchOf({ url }), { isDisruptive: false });
    await expect(without('store', async () => undefined)).rejects.toThrow('disruptive');
  });

  it('says so when the switch does not work', async () => {
    const { url } = await switchboard(() => 500);
    const { without } = outages(switchOf({ url }));
    await expect(without('store', async () => undefined)).rejects.toThrow(/answered 500/);
  });

  it('is switched by a command as well', async () => {
    const script = 'process.exit(process.argv.slice(1).includes("moon") ? 2 : 0)';
    const command = switchOf({ command: [process.execPath, '-e', script] });
    expect(await command?.set(['store'])).toBe(true);
    expect(await command?.set(['moon'])).toBe(false);
    await expect(switchOf({ command: ['/nowhere/faults'] })?.set([])).rejects.toThrow(/FAULT|failed/);
  });
});
