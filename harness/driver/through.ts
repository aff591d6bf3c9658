import { connect as connectPlain } from 'node:net';
import { connect as connectSecurely } from 'node:tls';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { ClientOptions } from 'ws';
import { HarnessError } from '../core/errors.ts';
import type { ConnectAsk, NetworkFault } from '../core/scenario.ts';
import { openFaultyWay } from './proxy.ts';

export interface Disturbance {
  readonly options: ClientOptions;
  readonly strike: () => void;
  readonly close: () => void;
}

/** What no ordinary client does, in words; undefined for an ordinary client. */
export function apartOf({ apart, through, pongs }: ConnectAsk): string | undefined {
  if (through !== undefined) return apart ?? `through ${JSON.stringify(through)}`;
  return apart ?? (pongs === false ? 'answers no ping of the target' : undefined);
}

/**
 * Has a socket reach its target by a way that can be disturbed. The URL stays as it is, and with it the host header
 * and the name that TLS verifies; only the connection below is another.
 * @throws HarnessError `FAULT_FAILED` where a proxy of the environment stands in between.
 */
export async function disturb(
  url: string,
  fault: NetworkFault,
  given: { readonly isDirect: boolean; readonly seed: number; readonly onBreak: () => void },
): Promise<Disturbance> {
  const { protocol, hostname, port } = new URL(url);
  const isSecure = protocol === 'wss:';
  if (!given.isDirect)
    throw new HarnessError(
      'FAULT_FAILED',
      `the way to ${hostname} leads through a proxy of the environment`,
      {
        hint: 'name the host in NO_PROXY, or leave out what disturbs the network',
      },
    );
  const generator = xoroshiro128plus(given.seed);
  const host = hostname.replace(/^\[|\]$/g, '');
  const way = await openFaultyWay({
    host,
    port: port === '' ? (isSecure ? 443 : 80) : Number(port),
    fault,
    random: () => uniformFloat64(generator),
    onBreak: given.onBreak,
  });
  const local = { host: '127.0.0.1', port: way.port };
  const open = (options: object) =>
    isSecure ? connectSecurely({ servername: host, ...options, ...local }) : connectPlain(local);
  return { options: { createConnection: open as never }, strike: way.strike, close: way.close };
}
