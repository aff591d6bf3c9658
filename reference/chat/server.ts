import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type RawData, WebSocket, WebSocketServer } from 'ws';
import { principalKey } from '../auth/principal.ts';
import type { ChatOpener, ChatPeer, UpgradeDecision, UpgradeGate } from '../boundaries.ts';
import type { Clock } from '../clock.ts';
import type { Limits } from '../settings.ts';
import { closeAtExpiry, closeSocket, keepAlive } from './keep-alive.ts';
import { refuseUpgrade } from './refuse-upgrade.ts';

/** What the socket side of a deployment is composed of. */
export interface ChatServerParts {
  readonly gate: UpgradeGate;
  readonly open: ChatOpener;
  readonly clock: Clock;
  readonly pingIntervalMs: number;
  readonly limits: Limits;
}

type OpenDecision = Extract<UpgradeDecision, { readonly kind: 'open' }>;

/** The path of the chat socket. */
const CHAT_PATH = '/ws';

function offeredProtocols(request: IncomingMessage): readonly string[] {
  const header = request.headers['sec-websocket-protocol'] ?? '';
  return header
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

/** Accepts chat sockets on an HTTP server. */
export class ChatServer {
  readonly #parts: ChatServerParts;
  readonly #sockets = new Map<string, Set<WebSocket>>();
  /** The protocol decided for an upgrade, which the library asks for in mid-handshake. */
  readonly #protocols = new WeakMap<IncomingMessage, string | undefined>();
  readonly #server: WebSocketServer;

  constructor(parts: ChatServerParts) {
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
    if ((request.url ?? '').split('?')[0] !== CHAT_PATH) {
      refuseUpgrade(stream, 404, 'ROUTE_NOT_FOUND', 'no socket is served at this path');
      return;
    }
    const { authorization, origin } = request.headers;
    const decision = await this.#parts.gate({ authorization, origin, protocols: offeredProtocols(request) });
    if (stream.destroyed) return;
    if (decision.kind === 'refuse') {
      refuseUpgrade(stream, decision.status, decision.code, decision.detail);
      return;
    }
    if (decision.kind === 'open' && this.#isFull(decision)) {
      refuseUpgrade(stream, 429, 'RATE_LIMITED', 'too many sockets at once; close one');
      return;
    }
    this.#protocols.set(request, decision.kind === 'open' ? decision.protocol : undefined);
    this.#server.handleUpgrade(request, stream, head, (socket) => {
      socket.on('error', () => undefined); // the library closes the socket with the right code itself
      if (decision.kind === 'close') closeSocket(socket, decision.closeCode, decision.reason);
      else this.#serve(socket, decision);
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

  #isFull({ credential }: OpenDecision): boolean {
    const open = this.#sockets.get(principalKey(credential.principal))?.size ?? 0;
    return open >= this.#parts.limits.maxSocketsPerUser;
  }

  #count(socket: WebSocket, key: string): void {
    const open = this.#sockets.get(key) ?? new Set<WebSocket>();
    this.#sockets.set(key, open.add(socket));
    socket.once('close', () => {
      open.delete(socket);
      if (open.size === 0) this.#sockets.delete(key);
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
    };
  }

  #serve(socket: WebSocket, decision: OpenDecision): void {
    const { clock, open, pingIntervalMs } = this.#parts;
    this.#count(socket, principalKey(decision.credential.principal));
    keepAlive(socket, pingIntervalMs);
    closeAtExpiry(socket, () => decision.credential.expiresAtMs - clock.now());
    const receiver = open(this.#peer(socket, decision));
    socket.on('message', (data: RawData, isBinary: boolean) => {
      if (isBinary) closeSocket(socket, 1003, 'only text messages are understood');
      else if (socket.readyState === WebSocket.OPEN) receiver.message(data.toString());
    });
    socket.once('close', () => receiver.closed());
  }
}
