/** Everything that a user received, by surface, as texts that can be searched. */
import { parseJson } from '../../harness/core/json.ts';
import type { EvidenceRef } from '../../harness/evidence/transcript.ts';
import type { SocketView, TrialView } from '../../harness/judge/views.ts';
import type { Canary, CanarySearch, Dress } from './canaries.ts';

/** Where something was received. */
export type Surface = 'chat' | 'stream' | 'http' | 'error' | 'telemetry';

/** One text that a user received: a frame, an answer, or what the frames of a socket say one after another. */
export interface Received {
  readonly actor: string;
  readonly surface: Surface;
  readonly text: string;
  readonly ref: EvidenceRef;
  /** Said over several frames. */
  readonly isStrung?: true;
}

/** Something of one user's that another received. */
export interface Leak {
  readonly canary: Canary;
  readonly dress: Dress;
  readonly received: Received;
}

/** All that was received in the trial. */
export function receivedIn(view: TrialView): readonly Received[] {
  const chat = view.sockets.flatMap((socket) => ofSocket(view, socket, 'chat'));
  const streams = view.streams.flatMap((socket) => ofSocket(view, socket, 'stream'));
  const answers = view.exchanges.flatMap(({ actor, request, response }): Received[] => {
    if (response === undefined) return [];
    const text = `${JSON.stringify(response.headers)}\n${response.body}`;
    return [{ actor, surface: surfaceOf(request.url, response.status), text, ref: view.ref(response.seq) }];
  });
  return [...chat, ...streams, ...answers];
}

function surfaceOf(url: string, status: number): Surface {
  if (/^\/(v1|metrics)\b/.test(url)) return 'telemetry';
  return status >= 400 ? 'error' : 'http';
}

function ofSocket(view: TrialView, socket: SocketView, surface: Surface): readonly Received[] {
  const { actor, inbound, refused, close } = socket;
  const one = (text: string, ...seqs: readonly number[]): Received => ({
    actor: actor.name,
    surface,
    text,
    ref: view.ref(...seqs),
  });
  return [
    ...inbound.map(({ text, seq }) => one(text, seq)),
    ...strung(inbound).map(({ text, seqs }) => ({ ...one(text, ...seqs), isStrung: true as const })),
    ...(refused === undefined
      ? []
      : [one(`${JSON.stringify(refused.headers)}\n${refused.body}`, refused.seq)]),
    ...(close === undefined || close.by === 'harness' ? [] : [one(close.reason, close.seq)]),
  ];
}

/** How many entries a finding names for what was said over several frames. */
const MOST_REFS = 20;

/** What the frames say in the same place, one after another: a secret may come in pieces. */
function strung(
  inbound: SocketView['inbound'],
): readonly { readonly text: string; readonly seqs: readonly number[] }[] {
  const places = new Map<string, { texts: string[]; seqs: number[] }>();
  for (const { text, seq } of inbound)
    for (const [place, said] of leavesOf(parseJson(text))) {
      const strand = places.get(place) ?? { texts: [], seqs: [] };
      strand.texts.push(said);
      strand.seqs.push(seq);
      places.set(place, strand);
    }
  return [...places.values()]
    .filter(({ texts }) => texts.length > 1)
    .map(({ texts, seqs }) => ({ text: texts.join(''), seqs: seqs.slice(0, MOST_REFS) }));
}

/** Deeper than anything the protocol has. */
const DEEPEST = 12;

function leavesOf(value: unknown, place = '', depth = 0): readonly (readonly [string, string])[] {
  if (typeof value === 'string') return [[place, value]];
  if (typeof value !== 'object' || value === null || depth > DEEPEST) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    leavesOf(inner, Array.isArray(value) ? `${place}[]` : `${place}.${key}`, depth + 1),
  );
}

/** What users received of each other; what is in one frame already is not told again of several. */
export function leaksIn(received: readonly Received[], { search }: CanarySearch): readonly Leak[] {
  const leaksOf = (those: readonly Received[]): readonly Leak[] =>
    those.flatMap((one) =>
      search(one.text).flatMap(({ canary, dress }): Leak[] =>
        canary.owner === one.actor ? [] : [{ canary, dress, received: one }],
      ),
    );
  const whole = leaksOf(received.filter(({ isStrung }) => isStrung === undefined));
  const told = new Set(whole.map((leak) => `${leak.received.actor}\n${leak.canary.word}`));
  const pieces = leaksOf(received.filter(({ isStrung }) => isStrung === true))
    .filter((leak) => !told.has(`${leak.received.actor}\n${leak.canary.word}`))
    .map((leak): Leak => ({ ...leak, dress: 'in pieces' }));
  return [...whole, ...pieces];
}
