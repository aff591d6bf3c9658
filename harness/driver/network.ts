import { readFileSync } from 'node:fs';
import type { Agent as HttpAgent } from 'node:http';
import { rootCertificates } from 'node:tls';
import { ProxyAgent } from 'proxy-agent';
import { getProxyForUrl } from 'proxy-from-env';
import { type Dispatcher, EnvHttpProxyAgent } from 'undici';

/** The way to the target: through the proxies of the environment where they apply, with its certificates. */
export interface Network {
  readonly dispatcher: Dispatcher;
  /** The agent for a socket's upgrade; undefined where the way is direct. */
  readonly agentFor: (wsUrl: string) => HttpAgent | undefined;
  readonly ca: string[] | undefined;
  readonly close: () => Promise<void>;
}

/** Connections kept open to one origin for HTTP. */
const CONNECTIONS = 64;

/** Opens the way; `caFile` is a PEM file of authorities to trust besides the system's. */
export function openNetwork(caFile: string | undefined): Network {
  const ca = caFile === undefined ? undefined : [...rootCertificates, readFileSync(caFile, 'utf8')];
  const tls = ca === undefined ? {} : { connect: { ca }, requestTls: { ca } };
  const dispatcher = new EnvHttpProxyAgent({ connections: CONNECTIONS, ...tls });
  return {
    dispatcher,
    agentFor(wsUrl) {
      // HTTP_PROXY and HTTPS_PROXY are what people set; nobody sets WSS_PROXY.
      const asHttp = wsUrl.replace(/^ws/, 'http');
      if (getProxyForUrl(asHttp) === '') return undefined;
      return new ProxyAgent({
        getProxyForUrl: () => getProxyForUrl(asHttp),
        ...(ca === undefined ? {} : { ca }),
      });
    },
    ca,
    close: () => dispatcher.close(),
  };
}
