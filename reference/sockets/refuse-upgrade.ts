import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';

/** Answers an upgrade with an HTTP error of the usual shape and ends the connection. */
export function refuseUpgrade(
  stream: Duplex,
  status: number,
  code: string,
  detail: string,
  headers: readonly string[] = [],
): void {
  const body = JSON.stringify({ detail, code });
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    `Date: ${new Date().toUTCString()}`,
    'Vary: Origin',
    'Connection: close',
    ...(status === 401 ? ['WWW-Authenticate: Bearer'] : []),
    ...(status === 429 || status === 503 ? ['Retry-After: 1'] : []),
    ...headers,
  ];
  stream.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}
