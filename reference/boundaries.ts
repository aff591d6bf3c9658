import type { Server } from 'node:http';
import type { WebSocket } from 'ws';
import type { Credential } from './auth/principal.ts';
import type { TurnExport } from './runs/account.ts';

/** Answers one HTTP request. */
export type HttpHandler = (request: Request) => Promise<Response>;

/** Verifies a bearer token; `undefined` is a refusal. */
export type TokenVerifier = (token: string | undefined) => Promise<Credential | undefined>;

/** What a client offers when it asks for a socket. */
export interface UpgradeOffer {
  readonly path: string;
  readonly authorization: string | undefined;
  readonly origin: string | undefined;
  readonly protocols: readonly string[];
}

/** The decision about a socket: open it, refuse it over HTTP, or open it only to close it. */
export type UpgradeDecision =
  | { readonly kind: 'open'; readonly credential: Credential; readonly protocol: string | undefined }
  | {
      readonly kind: 'refuse';
      readonly status: 401 | 403 | 429 | 503;
      readonly code: string;
      readonly detail: string;
    }
  | {
      readonly kind: 'close';
      readonly closeCode: number;
      readonly reason: string;
      /** What is said before it closes. */
      readonly frame?: object;
      readonly protocol?: string | undefined;
    };

/** Decides about a socket. */
export type UpgradeGate = (offer: UpgradeOffer) => Promise<UpgradeDecision>;

/** The deployment's end of one open socket. */
export interface ChatPeer {
  readonly credential: Credential;
  readonly send: (frame: object) => void;
  readonly close: (code: number, reason: string) => void;
  /** Cuts the connection without a close frame. */
  readonly drop: () => void;
  /** Resolves when what was sent before has left, or nearly; at once when the peer reads fast enough. */
  readonly drained: () => Promise<void> | undefined;
}

/** What happens to a socket after it was opened. */
export interface ChatReceiver {
  readonly message: (text: string) => void;
  readonly closed: () => void;
}

/** Starts a session on a socket that was just opened. */
export type ChatOpener = (peer: ChatPeer) => ChatReceiver;

/** Watches whether the peer of a socket is still there. */
export type KeepAlive = (socket: WebSocket, intervalMs: number) => void;

/** Starts the stream of a run on a socket that was just opened. */
export type StreamOpener = (peer: ChatPeer, runId: string) => ChatReceiver;

/**
 * The places where a deployment meets the world. Each takes the honest behaviour and answers with
 * the one to use, so that deviations can be composed around code that does not know of them
 * (docs/protocol.md 9).
 */
export interface Boundaries {
  readonly http: (honest: HttpHandler) => HttpHandler;
  readonly tokens: (honest: TokenVerifier) => TokenVerifier;
  readonly upgrades: (honest: UpgradeGate) => UpgradeGate;
  readonly sockets: (honest: ChatOpener) => ChatOpener;
  readonly streams: (honest: StreamOpener) => StreamOpener;
  readonly keepAlive: (honest: KeepAlive) => KeepAlive;
  /** Where runs that ended are told to the telemetry. */
  readonly exports: (honest: TurnExport) => TurnExport;
  /** The servers that write answers to the wire, before they listen. */
  readonly servers: (honest: Server) => Server;
}
