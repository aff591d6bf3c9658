import type { Boundaries } from './boundaries.ts';

type Layers = readonly Partial<Boundaries>[];

/** Puts the layers around the honest behaviour, the first one innermost. */
function layered<T>(honest: T, layers: readonly (((inner: T) => T) | undefined)[]): T {
  return layers.reduce((inner, layer) => layer?.(inner) ?? inner, honest);
}

/**
 * One set of boundaries out of many, the first one innermost. Which ones is asked anew for each request, upgrade and
 * socket, so that they may change; a socket keeps those it was opened with.
 */
export function stacked(layersNow: () => Layers): Boundaries {
  const of = <K extends keyof Boundaries>(boundary: K) => layersNow().map((each) => each[boundary]);
  return {
    http: (honest) => (request) => layered(honest, of('http'))(request),
    tokens: (honest) => (token) => layered(honest, of('tokens'))(token),
    upgrades: (honest) => (offer) => layered(honest, of('upgrades'))(offer),
    sockets: (honest) => (peer) => layered(honest, of('sockets'))(peer),
    keepAlive: (honest) => (socket, intervalMs) => layered(honest, of('keepAlive'))(socket, intervalMs),
    streams: (honest) => (peer, runId) => layered(honest, of('streams'))(peer, runId),
    exports: (honest) => (turn) => layered(honest, of('exports'))(turn),
    servers: (honest) => layered(honest, of('servers')),
  };
}

/** The same of layers that stay. */
export function combined(...layers: Layers): Boundaries {
  return stacked(() => layers);
}
