import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type RawData, WebSocket, WebSocketServer } from 'ws';
import { principalKey } from '../auth/principal.ts';
import type { ChatPeer, ChatReceiver, KeepAlive, UpgradeDecision, UpgradeGate } from '../boundaries.ts';
import type { Clock } from '../clock.ts';
import type { Limits } from '../settings.ts';
import { closeAtExpiry, closeSocket } from './keep-alive.ts';
import { refuseUpgrade } from './refuse-upgrade.ts';

/** A path at which sockets are served. */
export interface SocketDoor {
  /** Its one group, if it has any, is what the door is asked for. */
  readonly path: RegExp;
  readonly maxPerUser: number;
  readonly open: (peer: ChatPeer, wanted: string) => ChatReceiver;
}

/** What the socket side of a deployment is composed of. */
export interface SocketServerParts {
  readonly gate: UpgradeGate;
  readonly doors: readonly SocketDoor[];
  readonly clock: Clock;
  readonly keepAlive: KeepAlive;
  readonly pingIntervalMs: number;
  readonly limits: Limits;
}

type OpenDecision = Extract<UpgradeDecision, { readonly kind: 'open' }>;

/** Where a request leads: a door, and what is wanted there. */
interface Destination {
  readonly door: SocketDoor;
  readonly wanted: string;
}

/** As much may wait unsent before a sender who cares pauses. */
const COMFORTABLE_BYTES = 256 * 1024;

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // no id of ours, whatever it is
  }
}

const pathOf = (request: IncomingMessage): string => (request.url ?? '').split('?')[0] ?? '';

function offeredProtocols(request: IncomingMessage): readonly string[] {
  const header = request.headers['sec-websocket-protocol'] ?? '';
  return header
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

/** An unasked pong, which peers ignore (RFC 6455 5.5.3), goes out behind everything else; when it has left, so has the rest. */
function drained(socket: WebSocket): Promise<void> {
  return new Promise((resolve) => {
    socket.once('close', resolve);
    socket.pong('', false, () => {
      socket.off('close', resolve);
      resolve();
    });
  });
}

/** Accepts sockets on an HTTP server. */
export class SocketServer {
  readonly #parts: SocketServerParts;
  readonly #sockets = new Map<SocketDoor, Map<string, Set<WebSocket>>>();
  /** The protocol decided for an upgrade, which the library asks for in mid-handshake. */
  readonly #protocols = new WeakMap<IncomingMessage, string | undefined>();
  readonly #server: WebSocketServer;

  constructor(parts: SocketServerParts) {
    this.#parts = parts;
    this.#server = new WebSocketServer({
      noServer: true,
      maxPayload: parts.limits.maxFrameBytes,
      perMessageDeflate: false,
      handleProtocols: (_, request) => this.#protocols.get(request) ?? false,
    });
  }

  /** Handles an upgrade request of the HTTP server. */
  async upgrade(request: IncomingMessage, stream: Duplex, head: Buffer): Promise<void> {
    stream.on('error', () => stream.destroy());
    const destination = this.#destinationOf(request);
    if (destination === undefined) {
      refuseUpgrade(stream, 404, 'ROUTE_NOT_FOUND', 'no socket is served at this path');
      return;
    }
    const { authorization, origin } = request.headers;
    const decision = await this.#parts.gate({
      path: pathOf(request),
      authorization,
      origin,
      protocols: offeredProtocols(request),
    });
    if (stream.destroyed) return;
    if (decision.kind === 'refuse') {
      refuseUpgrade(stream, decision.status, decision.code, decision.detail);
      return;
    }
    if (decision.kind === 'open' && this.#isFull(destination.door, decision)) {
      refuseUpgrade(stream, 429, 'RATE_LIMITED', 'too many sockets at once; close one');
      return;
    }
    this.#protocols.set(request, decision.protocol);
    this.#server.handleUpgrade(request, stream, head, (socket) => {
      socket.on('error', () => undefined); // the library closes the socket with the right code itself
      if (decision.kind === 'close') {
        if (decision.frame !== undefined) socket.send(JSON.stringify(decision.frame));
        closeSocket(socket, decision.closeCode, decision.reason);
      } else this.#serve(socket, destination, decision);
    });
  }

  /** Closes every socket with 1001 and waits until they are gone. */
  async stop(): Promise<void> {
    const all = [...this.#server.clients];
    const gone = all.map(
      (socket) =>
        new Promise<void>((resolve) => {
          if (socket.readyState === WebSocket.CLOSED) resolve();
          else socket.once('close', () => resolve());
        }),
    );
    for (const socket of all) closeSocket(socket, 1001, 'the deployment is going away');
    await Promise.all(gone);
  }

  #destinationOf(request: IncomingMessage): Destination | undefined {
    const path = pathOf(request);
    for (const door of this.#parts.doors) {
      const match = door.path.exec(path);
      if (match !== null) return { door, wanted: decoded(match[1] ?? '') };
    }
    return undefined;
  }

  #isFull(door: SocketDoor, { credential }: OpenDecision): boolean {
    const open = this.#sockets.get(door)?.get(principalKey(credential.principal))?.size ?? 0;
    return open >= door.maxPerUser;
  }

  #count(socket: WebSocket, door: SocketDoor, key: string): void {
    const atDoor = this.#sockets.get(door) ?? new Map<string, Set<WebSocket>>();
    this.#sockets.set(door, atDoor);
    const open = atDoor.get(key) ?? new Set<WebSocket>();
    atDoor.set(key, open.add(socket));
    socket.once('close', () => {
      open.delete(socket);
      if (open.size === 0) atDoor.delete(key);
    });
  }

  #peer(socket: WebSocket, { credential }: OpenDecision): ChatPeer {
    const { maxUnsentBytes } = this.#parts.limits;
    return {
      credential,
      send: (frame) => {
        if (socket.readyState !== WebSocket.OPEN) return;
        if (socket.bufferedAmount > maxUnsentBytes) closeSocket(socket, 1013, 'the reader is too slow');
        else socket.send(JSON.stringify(frame));
      },
      close: (code, reason) => closeSocket(socket, code, reason),
      drop: () => socket.terminate(),
      drained: () => (socket.bufferedAmount > COMFORTABLE_BYTES ? drained(socket) : undefined),
    };
  }

  #serve(socket: WebSocket, { door, wanted }: Destination, decision: OpenDecision): void {
    const { clock, keepAlive, pingIntervalMs } = this.#parts;
    this.#count(socket, door, principalKey(decision.credential.principal));
    keepAlive(socket, pingIntervalMs);
    closeAtExpiry(socket, () => decision.credential.expiresAtMs - clock.now());
    const receiver = door.open(this.#peer(socket, decision), wanted);
    socket.on('message', (data: RawData, isBinary: boolean) => {
      if (isBinary) closeSocket(socket, 1003, 'only text messages are understood');
      else if (socket.readyState === WebSocket.OPEN) receiver.message(data.toString());
    });
    socket.once('close', () => receiver.closed());
  }
}
