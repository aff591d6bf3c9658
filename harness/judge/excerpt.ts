/**
 * The lines of a transcript that a reader of a finding wants to see: what it points at and one neighbour on
 * either side. Names and ids are shown, content is not: a report travels further than the evidence.
 */
import { parseJson } from '../core/json.ts';
import type { Entry, EvidenceRef, Millis, Transcript } from '../evidence/transcript.ts';
import { closedBy } from './closing.ts';
import { printable } from './tally.ts';

/** One entry as a report shows it. */
export interface ExcerptLine {
  readonly trial: string;
  readonly seq: number;
  readonly at: Millis;
  readonly text: string;
  /** The same in parts, for a diagram. */
  readonly step?: ExcerptStep;
}

/** What went where: from the actor to the target, back, or nowhere when the harness only noted it. */
export interface ExcerptStep {
  readonly actor: string;
  /** `socket 2`, `exchange 7`: what belongs together. */
  readonly channel: string;
  readonly direction: (typeof STEP_DIRECTIONS)[number];
  readonly kind: string;
  readonly wire: string;
  /** Whether the finding points at it; otherwise it is a neighbour. */
  readonly isMeant: boolean;
}

export const STEP_DIRECTIONS = ['out', 'in', 'none'] as const;

/** A screen's worth: what is longer is read in the transcript. */
const MOST_LINES = 12;
/** Characters of wire text on a line: the place, not the content. */
const WIRE_CHARACTERS = 80;
/** Members that tell what a message is, most telling first; other ids follow them. */
const TELLING = ['type', 'event', 'code', 'status', 'seq', 'run_id', 'parent_run_id', 'request_id'];

/** The referenced entries of this transcript with their neighbours on the same socket or exchange, in order. */
export function excerptOf(refs: readonly EvidenceRef[], transcript: Transcript): readonly ExcerptLine[] {
  const { header, entries } = transcript;
  const own = refs.filter(({ trial }) => trial === header.trial).flatMap((ref) => ref.entries);
  const referenced = [...new Set(own)].filter((seq) => entries[seq - 1] !== undefined).slice(0, MOST_LINES);
  const neighbours = referenced.flatMap((seq) => neighboursOf(seq, entries));
  const shown = [...new Set([...referenced, ...neighbours])].slice(0, MOST_LINES).sort((a, b) => a - b);
  return shown.flatMap((seq) => {
    const entry = entries[seq - 1];
    if (entry === undefined) return [];
    const step = stepOf(entry, referenced.includes(seq));
    return [{ trial: header.trial, seq, at: entry.at, text: textOf(step), step }];
  });
}

/** Sequence numbers of the nearest entries before and after on the same channel. */
function neighboursOf(seq: number, entries: readonly Entry[]): readonly number[] {
  const entry = entries[seq - 1];
  const channel = entry === undefined ? undefined : channelOf(entry);
  if (channel === undefined) return [];
  const isSame = (other: Entry): boolean => channelOf(other) === channel;
  const before = entries.slice(0, seq - 1).findLast(isSame);
  const after = entries.slice(seq).find(isSame);
  return [before, after].flatMap((neighbour) => (neighbour === undefined ? [] : [neighbour.seq]));
}

function channelOf(entry: Entry): string | undefined {
  if ('socket' in entry) return `socket ${entry.socket}`;
  if ('hook' in entry) return `hook ${entry.hook}`;
  return 'exchange' in entry ? `exchange ${entry.exchange}` : undefined;
}

/** `->` leaves the harness, `<-` comes from the target, `--` is what the harness noted. */
const ARROWS = { out: '->', in: '<-', none: '--' } as const;

const textOf = ({ direction, actor, kind, wire }: ExcerptStep): string =>
  [ARROWS[direction], actor, kind, wire].join(' ').trimEnd();

function stepOf(entry: Entry, isMeant: boolean): ExcerptStep {
  const wire = printable(wireOf(entry)).trim();
  return {
    actor: printable(entry.actor),
    channel: channelOf(entry) ?? '',
    direction: directionOf(entry),
    kind: entry.kind,
    wire: wire.length <= WIRE_CHARACTERS ? wire : `${wire.slice(0, WIRE_CHARACTERS - 1)}…`,
    isMeant,
  };
}

/** Which way a close frame went; what the network ends went neither. */
const CLOSING = { target: 'in', harness: 'out', network: 'none' } as const;

function directionOf(entry: Entry): ExcerptStep['direction'] {
  switch (entry.kind) {
    case 'http.request':
    case 'ws.dial':
      return 'out';
    case 'http.response':
    case 'ws.open':
    case 'ws.refused':
    case 'hook.request':
      return 'in';
    case 'ws.frame':
    case 'ws.ping':
    case 'ws.pong':
      return entry.direction;
    case 'ws.close':
      return CLOSING[closedBy(entry)];
    case 'http.aborted':
    case 'hook.open':
    case 'deadline':
    case 'transport.error':
    case 'fault':
      return 'none';
  }
}

function wireOf(entry: Entry): string {
  switch (entry.kind) {
    case 'http.request':
      return `${entry.method} ${entry.url}`;
    case 'http.response':
    case 'ws.refused':
      return `${entry.status} ${gistOf(entry.body)}`;
    case 'ws.dial':
    case 'hook.open':
      return `${entry.label} ${entry.url}`;
    case 'hook.request':
      return `${entry.method} ${gistOf(entry.body)}`;
    case 'ws.open':
      return entry.protocol;
    case 'ws.frame':
      return entry.encoding === 'base64' ? `${entry.bytes} bytes, binary` : gistOf(entry.text);
    case 'ws.close':
      return `${entry.code} ${entry.reason} by ${closedBy(entry)}`;
    case 'deadline':
      return `no ${entry.waitedFor} within ${Math.round(entry.afterMs)} ms`;
    case 'transport.error':
      return `${entry.code} ${entry.message}`;
    case 'fault':
      return `${entry.fault} ${entry.phase}`;
    case 'http.aborted':
      return entry.reason;
    case 'ws.ping':
    case 'ws.pong':
      return '';
  }
}

/** The telling members of a JSON message; of anything else its beginning. */
function gistOf(text: string): string {
  const parsed = parseJson(text);
  if (typeof parsed !== 'object' || parsed === null) return text;
  const scalars = Object.entries(parsed).filter(([, value]) => isScalar(value));
  const telling = TELLING.flatMap((name) => scalars.filter(([key]) => key === name));
  const ids = scalars.filter(([key]) => /(^id|_id|Id)$/.test(key) && !TELLING.includes(key));
  const members = [...telling, ...ids].map(([key, value]) => `"${key}":${JSON.stringify(value)}`);
  return members.length === 0 ? text : members.join(' ');
}

const isScalar = (value: unknown): boolean => typeof value === 'string' || typeof value === 'number';
