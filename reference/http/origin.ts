import type { Server } from 'node:http';
import { createAdaptorServer } from '@hono/node-server';
import type { HttpHandler } from '../boundaries.ts';

/** Longer than clients keep idle connections, so that a request never meets a connection just closed. */
const KEEP_ALIVE_MS = 65_000;

/** A port that is being listened on. */
export interface Origin {
  readonly url: string;
  readonly stop: () => Promise<void>;
}

/** A server that answers requests; it does not listen yet. */
export function serverOf(answer: HttpHandler): Server {
  const server = createAdaptorServer({ fetch: answer }) as Server;
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  return server;
}

async function closeServer(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  server.closeAllConnections();
  await closed;
}

/** Listens on a port, or on any free one for 0. */
export async function listen(server: Server, port: number, host: string): Promise<Origin> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const address = server.address();
  const taken = typeof address === 'object' && address !== null ? address.port : port;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${taken}`,
    stop: () => closeServer(server),
  };
}
