import { lookup } from 'node:dns/promises';
import { readFileSync } from 'node:fs';
import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls, rootCertificates, type TLSSocket } from 'node:tls';
import { getProxyForUrl } from 'proxy-from-env';
import { type DoctorWay, fail, ok, type Sign, warn } from './doctor-sign.ts';
import { describeError } from './http.ts';

const WAIT_MS = 4_000;
/** Less than this, and the next campaign may meet an expired one. */
const RENEWAL_DAYS = 21;
const DAY_MS = 86_400_000;

/** Name, connection, certificate and proxies of the target's two origins. */
export async function examineNetwork({ target, caFile, clock }: DoctorWay): Promise<readonly Sign[]> {
  const urls = [target.url, target.wsUrl.replace(/^ws/, 'http')].map((url) => new URL(url));
  const origins = [...new Map(urls.map((url) => [url.origin, url])).values()];
  const each = await Promise.all(origins.map((url) => examineOrigin(url, caFile, clock.wall())));
  return each.flat();
}

async function examineOrigin(url: URL, caFile: string | undefined, now: number): Promise<readonly Sign[]> {
  const proxy = getProxyForUrl(url.href);
  // Behind a proxy it is the proxy that looks names up and connects.
  const asked = proxy === '' ? url : new URL(proxy);
  const isTls = url.protocol === 'https:' && proxy === '';
  const host = asked.hostname.replace(/^\[|\]$/g, '');
  const port = Number(asked.port) || (asked.protocol === 'https:' ? 443 : 80);
  const [name, connection] = await Promise.all([
    examineName(host),
    examineConnection({ host, port, isTls, caFile, now }),
  ]);
  const by = proxy === '' ? [] : [ok('proxy', `${url.host} is reached through ${asked.host}`)];
  return [...by, ...name, ...connection];
}

async function examineName(host: string): Promise<readonly Sign[]> {
  if (isIP(host) !== 0) return [ok('dns', `${host} is an address`)];
  try {
    const found = await within(lookup(host, { all: true }), WAIT_MS);
    return [ok('dns', `${host} is ${found.map(({ address }) => address).join(', ')}`)];
  } catch (cause) {
    const { code } = describeError(cause);
    return [
      fail('dns', `${host} cannot be looked up (${code})`, 'check TARGET_URL, the VPN, and the resolver'),
    ];
  }
}

interface Connecting {
  readonly host: string;
  readonly port: number;
  readonly isTls: boolean;
  readonly caFile: string | undefined;
  readonly now: number;
}

async function examineConnection(to: Connecting): Promise<readonly Sign[]> {
  const area = to.isTls ? 'tls' : 'tcp';
  const place = `${to.host}:${to.port}`;
  const began = performance.now();
  let socket: Socket | TLSSocket | undefined;
  try {
    socket = open(to);
    await within(once(socket, to.isTls ? 'secureConnect' : 'connect'), WAIT_MS);
    const took = `${Math.round(performance.now() - began)} ms`;
    const connected = ok(area, `${place} accepts connections, after ${took}`);
    return to.isTls ? [connected, certificateSign(socket as TLSSocket, to)] : [connected];
  } catch (cause) {
    const { code, message } = describeError(cause);
    return [fail(area, `${place} cannot be connected to (${code}: ${message})`, hintOf(code))];
  } finally {
    socket?.destroy();
  }
}

function open({ host, port, isTls, caFile }: Connecting): Socket | TLSSocket {
  if (!isTls) return connect({ host, port });
  const ca = caFile === undefined ? {} : { ca: [...rootCertificates, readFileSync(caFile, 'utf8')] };
  return connectTls({ host, port, ...(isIP(host) === 0 ? { servername: host } : {}), ...ca });
}

function certificateSign(socket: TLSSocket, { host, now }: Connecting): Sign {
  const { valid_to: until, issuer } = socket.getPeerCertificate();
  const days = Math.floor((Date.parse(until) - now) / DAY_MS);
  const said = `certificate of ${host} by ${String(issuer?.O ?? issuer?.CN ?? 'nobody named')}, valid for ${days} days`;
  return days < RENEWAL_DAYS ? warn('tls', said, 'renew it before it expires') : ok('tls', said);
}

const HINTS: readonly (readonly [RegExp, string])[] = [
  [/CERT|SIGNATURE|SELF_SIGNED|ISSUER/, 'name its authority with TARGET_CA_FILE, or mend the certificate'],
  [/REFUSED/, 'check the port of TARGET_URL, and that the deployment is up'],
  [/TIMEOUT|UNREACH/, 'check the firewall, the VPN, and the proxy variables'],
];

const hintOf = (code: string): string =>
  HINTS.find(([pattern]) => pattern.test(code))?.[1] ?? 'check TARGET_URL and the network';

function once(socket: Socket, event: string): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once(event, () => resolve());
    socket.once('error', reject);
  });
}

/** What it resolves to, or an error with the code `ETIMEDOUT`. */
async function within<T>(work: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    const error = Object.assign(new Error(`nothing within ${ms / 1000} s`), { code: 'ETIMEDOUT' });
    timer = setTimeout(() => reject(error), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
