/** Small servers that answer, and are no platform. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';

export interface HollowTarget {
  readonly url: string;
  readonly stop: () => Promise<void>;
}

type Answer = (request: IncomingMessage, response: ServerResponse) => void;
type Session = (socket: WebSocket) => void;

const HEALTHY = JSON.stringify({
  status: 'healthy',
  service: 'hollow',
  version: '1',
  components: { store: { status: 'healthy' } },
});
const json = (response: ServerResponse, body: string): void =>
  void response.writeHead(200, { 'content-type': 'application/json' }).end(body);

/** Health as it should be, and nothing else over HTTP. */
const healthy: Answer = (request, response) =>
  request.url === '/health' ? json(response, HEALTHY) : void response.writeHead(404).end();

async function listen(server: Server | ReturnType<typeof createTcpServer>): Promise<HollowTarget> {
  const open = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => open.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () =>
      new Promise((resolve) => {
        for (const socket of open) socket.destroy();
        if (server.listening) server.close(() => resolve());
        else resolve();
      }),
  };
}

function serve(answer: Answer, session?: Session): Server {
  const server = createServer(answer);
  if (session === undefined) return server;
  const sockets = new WebSocketServer({ server });
  sockets.on('connection', (socket) => {
    socket.on('error', () => undefined);
    session(socket);
  });
  return server;
}

const greet = (socket: WebSocket): void =>
  socket.send(
    JSON.stringify({
      type: 'connection_established',
      connection_id: 'c-1',
      user_id: 'ada',
      server_version: '1',
      timestamp: new Date().toISOString(),
    }),
  );

const acknowledging: Session = (socket) => {
  greet(socket);
  socket.on('message', (data: Buffer) => {
    const { request_id } = JSON.parse(data.toString('utf8')) as { request_id?: string };
    socket.send(JSON.stringify({ type: 'ack', status: 'accepted', request_id }));
  });
};

const page: Answer = (_request, response) =>
  void response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>Sign in</title>');

/** Answers as it should, until so many messages have come; then nothing is there any more. */
function dying(messages: number): Server {
  let left = messages;
  const open = new Set<Socket>();
  const server: Server = serve(healthy, (socket) => {
    greet(socket);
    socket.on('message', (data: Buffer) => {
      const { type, request_id } = JSON.parse(data.toString('utf8')) as { type: string; request_id?: string };
      left -= 1;
      if (type === 'ping') socket.send(JSON.stringify({ type: 'pong', request_id }));
      if (left > 0) return;
      server.close();
      for (const one of open) one.destroy();
    });
  });
  server.on('connection', (socket) => void open.add(socket));
  return server;
}

/** What each is, and how it is started. */
export const HOLLOW: Readonly<Record<string, () => Promise<HollowTarget>>> = {
  'a wall of 403': () => listen(serve((_request, response) => void response.writeHead(403).end())),
  'a login page for everything': () => listen(serve(page)),
  'a redirect to a login page': () =>
    listen(
      serve((request, response) =>
        request.url === '/login'
          ? page(request, response)
          : void response.writeHead(302, { location: '/login' }).end(),
      ),
    ),
  'an acknowledgement of every message': () => listen(serve(healthy, acknowledging)),
  'an empty stream': () => listen(serve(healthy, greet)),
  'sockets that say nothing at all': () => listen(serve(healthy, () => undefined)),
  'a target that dies half-way': () => listen(dying(4)),
  '{} for everything': () => listen(serve((_request, response) => json(response, '{}'))),
  'sockets that are closed at once': () => listen(serve(healthy, (socket) => socket.close())),
  'connections that are closed at once': () => listen(createTcpServer((socket) => void socket.destroy())),
};
