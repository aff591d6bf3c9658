/**
 * A way to the target that can be disturbed: a TCP proxy in this process that forwards one connection, late, slowly,
 * in part or not at all. It sees bytes and never what they mean, so TLS goes through it untouched.
 */
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { NetworkFault } from '../core/scenario.ts';

export interface ProxyWay {
  readonly host: string;
  readonly port: number;
  readonly fault: NetworkFault;
  /** A seeded number in [0, 1). */
  readonly random: () => number;
  /** Called once, when the connection breaks. */
  readonly onBreak: () => void;
}

export interface FaultyWay {
  readonly port: number;
  /** Breaks the connection now, in the way that the fault names; nothing if it names none, or it is broken already. */
  readonly strike: () => void;
  readonly close: () => void;
}

const LOOPBACK = '127.0.0.1';
/** What may wait to be forwarded before the sender has to wait too. */
const MOST_WAITING_BYTES = 64 * 1024;
/** How long a connection that closes slowly lingers without forwarding anything. */
const LINGER_MS = 1_000;

/** Listens on a port of its own for the one connection that it forwards. */
export async function openFaultyWay(way: ProxyWay): Promise<FaultyWay> {
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true });
  let line: Line | undefined;
  server.once('connection', (client: Socket) => {
    line = new Line(way, client);
    server.close();
  });
  const port = await listen(server);
  return {
    port,
    strike: () => line?.strike(),
    close: () => {
      server.close();
      line?.end();
    },
  };
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, LOOPBACK, () => resolve((server.address() as AddressInfo).port));
  });
}

/** The two halves of one connection. */
class Line {
  readonly #way: ProxyWay;
  readonly #client: Socket;
  readonly #target: Socket;
  #isBroken = false;
  #fromTarget = 0;

  constructor(way: ProxyWay, client: Socket) {
    this.#way = way;
    this.#client = client;
    this.#target = connect({ host: way.host, port: way.port, allowHalfOpen: true });
    for (const socket of [this.#client, this.#target]) {
      socket.setNoDelay(true);
      socket.on('error', () => this.end());
    }
    this.#client.once('close', () => this.#target.destroy());
    this.#target.once('close', () => this.#client.destroy());
    void this.#begin();
  }

  async #begin(): Promise<void> {
    if (this.#way.fault.slowStartMs !== undefined) await delay(this.#way.fault.slowStartMs);
    this.#forward(this.#client, this.#target, (chunk) => chunk);
    this.#forward(this.#target, this.#client, (chunk) => this.#counted(chunk));
  }

  strike(): void {
    const { breaks } = this.#way.fault;
    if (this.#isBroken || breaks === undefined) return;
    this.#isBroken = true;
    this.#way.onBreak();
    if (breaks === 'cut') this.end();
    else if (breaks === 'reset') this.#reset();
    else this.#silence();
    if (breaks === 'slow-close') void delay(LINGER_MS, undefined, { ref: false }).then(() => this.end());
  }

  #reset(): void {
    this.#client.resetAndDestroy();
    this.#target.resetAndDestroy();
  }

  end(): void {
    this.#isBroken = true;
    this.#client.destroy();
    this.#target.destroy();
  }

  /** Both ends stay, and neither hears of the other any more. */
  #silence(): void {
    this.#client.pause();
    this.#target.pause();
  }

  /** The part of what came from the target that still passes; the rest meets the break. */
  #counted(chunk: Buffer): Buffer {
    const { afterBytes = Number.POSITIVE_INFINITY } = this.#way.fault;
    const passing = chunk.subarray(0, Math.max(0, afterBytes - this.#fromTarget));
    this.#fromTarget += chunk.length;
    return passing;
  }

  /** Each piece leaves in order, after the delay, and no sooner than the one before it has passed. */
  #forward(from: Socket, to: Socket, take: (chunk: Buffer) => Buffer): void {
    const { latencyMs = 0, jitterMs = 0, bytesPerSecond } = this.#way.fault;
    let free = 0;
    let waiting = 0;
    const later = (bytes: number, act: () => void): void => {
      const passing = bytesPerSecond === undefined ? 0 : (bytes / bytesPerSecond) * 1000;
      const now = performance.now();
      free = Math.max(free, now + latencyMs + jitterMs * this.#way.random()) + passing;
      if (free <= now) act();
      else setTimeout(act, free - now).unref();
    };
    from.on('data', (chunk: Buffer) => {
      const passing = take(chunk);
      waiting += chunk.length;
      if (waiting > MOST_WAITING_BYTES) from.pause();
      later(passing.length, () => {
        waiting -= chunk.length;
        this.#pass(from, to, passing, waiting > MOST_WAITING_BYTES);
        if (passing.length < chunk.length) this.strike();
      });
    });
    to.on('drain', () => this.#goOn(from));
    from.once('end', () =>
      later(0, () => {
        if (!this.#isBroken) to.end();
      }),
    );
    this.#goOn(from);
  }

  #pass(from: Socket, to: Socket, bytes: Buffer, isFull: boolean): void {
    if (this.#isBroken) return;
    if (!to.write(bytes)) from.pause();
    else if (!isFull) from.resume();
  }

  #goOn(from: Socket): void {
    if (!this.#isBroken) from.resume();
  }
}
