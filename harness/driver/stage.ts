import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { WebSocket } from 'ws';
import type { Actor, BadToken, ConnectAsk, Stage } from '../core/scenario.ts';
import type { Plan, PlannedTrial } from '../plan/plan.ts';
import type { Carriage, Dialect } from '../protocol/agent-event.ts';
import type { TokenSource } from './auth.ts';
import type { Hooks } from './catcher.ts';
import type { Outages } from './faults.ts';
import type { Fixtures, Request } from './fixtures.ts';
import { exchange } from './http.ts';
import type { Journal } from './journal.ts';
import type { Network } from './network.ts';
import type { Pacer } from './pacer.ts';
import { JournalledSocket } from './socket.ts';
import { apartOf, type Disturbance, disturb } from './through.ts';

/** All that a trial needs in order to reach the target. */
export interface StageWay {
  readonly plan: Plan;
  readonly trial: PlannedTrial;
  readonly journal: Journal;
  readonly network: Network;
  readonly tokens: TokenSource;
  readonly dialect: Dialect;
  readonly pacer: Pacer;
  readonly ended: AbortSignal;
  readonly fixtures: Fixtures;
  readonly hooks: Hooks;
  readonly outages: Outages;
  /** Sockets that the trial opened, so that none outlives it. */
  readonly opened: Set<JournalledSocket>;
}

/** The stage of one trial: its actors, its words, its numbers. Nothing in it knows what is expected. */
export function setStage(way: StageWay): Stage {
  const { plan, trial, tokens } = way;
  const generator = xoroshiro128plus(trial.seed);
  const word = (label: string): string =>
    createHash('sha256').update(`${plan.campaign}/${trial.id}/${label}`).digest('hex').slice(0, 12);
  let requests = 0;
  const nextRequestId = (): string => {
    requests += 1;
    return `rq-${word('request')}-${requests}`;
  };
  const actors = trial.actors.map((planned) => createActor(way, planned, nextRequestId));
  return {
    trial: trial.number,
    thresholds: plan.thresholds,
    origins: plan.origins,
    variationPoints: plan.variationPoints,
    health: plan.target.endpoints['health'] ?? '/health',
    actors,
    offers: (capability) => plan.capabilities[capability].available,
    actor(index = 0) {
      const actor = actors[index];
      if (actor === undefined) throw new RangeError(`scenario ${trial.scenario} has no actor ${index}`);
      return actor;
    },
    without: (dependency, act) => way.outages.without(dependency, act),
    pause: (ms) => delay(ms, undefined, { signal: way.ended }),
    hook: (label) => way.hooks.open(label, `${word(`hook ${label}`)}${word(`hook of ${label}`)}`),
    nonce: word,
    random: () => uniformFloat64(generator),
    badToken: (kind: BadToken) => tokens.badToken(kind, trial.actors[0]?.identity ?? 0),
  };
}

const SURFACES = { ingest: 'telemetryIngest', query: 'telemetryQuery' } as const;

/** Where a request goes: only to the target, or where its profile says that a part of it is. */
function placeOf(
  { target }: Pick<Plan, 'target'>,
  surface: keyof typeof SURFACES | undefined,
): { readonly url: string; readonly shown: string } {
  const place = surface === undefined ? '/' : (target.endpoints[SURFACES[surface]] ?? '/');
  const shown = place.replace(/\/+$/, '');
  return place.startsWith('/') ? { url: `${target.url}${shown}`, shown } : { url: shown, shown };
}

/** Removals go on when the campaign was ended: what we made is ours to take away. */
const neverEnded = new AbortController().signal;

function createActor(
  way: StageWay,
  planned: PlannedTrial['actors'][number],
  nextRequestId: () => string,
): Actor {
  const { plan, journal, network, tokens, fixtures } = way;
  const requestUntil =
    (ended: AbortSignal): Request =>
    async (ask) => {
      const token = ask.authenticated === false ? '' : await tokens.token(planned.identity);
      const http = {
        ...placeOf(plan, ask.surface),
        dispatcher: network.dispatcher,
        journal,
        actor: planned.name,
        ended,
        keptBytes: plan.limits.frameBytes,
      };
      return exchange(http, ask, token === '' ? undefined : token, ask.withinMs ?? plan.thresholds.httpMs);
    };
  const request = requestUntil(way.ended);
  return {
    name: planned.name,
    tenant: planned.tenant,
    user: planned.user,
    request,
    create: (ask) => fixtures.create(request, ask, requestUntil(neverEnded)),
    briefToken: (seconds) => tokens.brief(seconds, planned.identity),
    async connect(ask) {
      const token = ask.token ?? (await tokens.token(planned.identity));
      return dial(way, planned.name, ask, token, nextRequestId);
    },
  };
}

async function dial(
  way: StageWay,
  actor: string,
  ask: ConnectAsk,
  token: string,
  nextRequestId: () => string,
): Promise<JournalledSocket> {
  const { plan, journal, network, dialect } = way;
  const surface = ask.stream === undefined ? 'chat' : 'stream';
  const { url: origin, wsUrl } = plan.target;
  const place = ask.stream === undefined ? wsUrl : `${origin.replace(/^http/, 'ws')}${ask.stream}`;
  const intendedAt = journal.since(await way.pacer.turn());
  const { protocols, headers, query } = credentialsOf(ask, token, dialect);
  const url = withQuery(place, query);
  const id = journal.nextId();
  const apart = apartOf(ask);
  const dialled = {
    kind: 'ws.dial',
    ...({ actor, socket: id, label: ask.label, url, surface, protocols, headers } as const),
    ...(apart === undefined ? {} : { apart }),
  } as const;
  const agent = network.agentFor(url);
  const disturbance = await disturbanceOf(way, ask, { id, actor, url, isDirect: agent === undefined });
  journal.record(journal.now(), { ...dialled, intendedAt });
  const ws = new WebSocket(url, [...protocols], {
    headers,
    perMessageDeflate: false,
    maxPayload: plan.limits.frameBytes,
    ...(network.ca === undefined ? {} : { ca: network.ca }),
    ...(agent === undefined ? {} : { agent }),
    ...(ask.pongs === false ? { autoPong: false } : {}),
    ...disturbance?.options,
  });
  if (disturbance !== undefined) ws.once('close', disturbance.close);
  const { thresholds, limits } = plan;
  const about = { id, actor, journal, dialect, surface, thresholds, nextRequestId } as const;
  const { frameBytes: keptBytes } = limits;
  const socket = new JournalledSocket({ ...about, keptBytes, strike: disturbance?.strike }, ws);
  way.opened.add(socket);
  await socket.settled(thresholds.connectMs);
  return socket;
}

/** How the token travels, if it does: as asked, else as the target declares, which holds for its chat socket. */
function credentialsOf(ask: ConnectAsk, token: string, dialect: Dialect): Required<Carriage> {
  const carriage = carriageOf(ask, token, dialect);
  const origin = ask.origin === undefined ? {} : { origin: ask.origin };
  return {
    headers: { ...carriage.headers, ...origin },
    protocols: carriage.protocols ?? [],
    query: carriage.query ?? {},
  };
}

function carriageOf({ credentials, stream }: ConnectAsk, token: string, dialect: Dialect): Carriage {
  if (token === '' || credentials === 'none') return {};
  if (credentials === 'sub-protocol') return { protocols: dialect.offer(token) };
  if (credentials === undefined && stream === undefined && dialect.carry !== undefined)
    return dialect.carry(token);
  return { headers: { authorization: `Bearer ${token}` } };
}

function withQuery(url: string, query: Readonly<Record<string, string>>): string {
  const whole = new URL(url);
  for (const [name, value] of Object.entries(query)) whole.searchParams.set(name, value);
  return Object.keys(query).length === 0 ? url : whole.href;
}

async function disturbanceOf(
  { journal, trial }: StageWay,
  { through }: ConnectAsk,
  { id, actor, url, isDirect }: { id: number; actor: string; url: string; isDirect: boolean },
): Promise<Disturbance | undefined> {
  if (through === undefined) return undefined;
  const onBreak = (): void => {
    const broken = { fault: through.breaks ?? 'none', phase: 'begun' } as const;
    journal.record(journal.now(), { kind: 'fault', actor, socket: id, ...broken });
  };
  return disturb(url, through, { isDirect, seed: trial.seed + id, onBreak });
}
