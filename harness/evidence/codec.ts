import { createHash } from 'node:crypto';
import {
  type Entry,
  type Seal,
  TRANSCRIPT_FORMAT,
  type Transcript,
  type TranscriptHeader,
} from './transcript.ts';

/** A transcript as read back, and what is wrong with the file, if anything. */
export interface ReadTranscript {
  /** Absent when not even the header could be read. */
  readonly transcript?: Transcript;
  /** Why it cannot support a pass although it could be read. */
  readonly damage?: string;
}

const ENTRY_KINDS: ReadonlySet<string> = new Set<Entry['kind']>([
  'http.request',
  'http.response',
  'http.aborted',
  'ws.dial',
  'ws.open',
  'ws.refused',
  'ws.frame',
  'ws.ping',
  'ws.pong',
  'ws.close',
  'hook.open',
  'hook.request',
  'deadline',
  'transport.error',
  'fault',
]);

function parseLine(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

function headerOf(line: string | undefined): TranscriptHeader | string {
  const header = parseLine(line ?? '')?.['header'];
  if (!isRecord(header)) return 'the first line is not a transcript header';
  const { format, actors, trial, scenario, startedAt } = header;
  if (format !== TRANSCRIPT_FORMAT)
    return `its format is "${String(format)}", expected "${TRANSCRIPT_FORMAT}"`;
  const isWhole = [trial, scenario, startedAt].every((text) => typeof text === 'string');
  if (!isWhole || !Array.isArray(actors)) return 'its header is not whole';
  return header as unknown as TranscriptHeader;
}

/** The entries up to the first line that is not the next entry. */
function entriesOf(lines: readonly string[]): { entries: readonly Entry[]; damage?: string } {
  const entries: Entry[] = [];
  for (const line of lines) {
    const entry = parseLine(line) as Entry | undefined;
    if (entry === undefined || entry.seq !== entries.length + 1 || !ENTRY_KINDS.has(entry.kind))
      return { entries, damage: `line ${entries.length + 2} is not entry ${entries.length + 1}` };
    entries.push(entry);
  }
  return { entries };
}

/** Why the seal does not fit what it seals. */
function sealDamage(seal: Seal, sealed: string, entries: number): string | undefined {
  if (seal.entries !== entries) return `the seal counts ${seal.entries} entries, the file holds ${entries}`;
  const digest = createHash('sha256').update(sealed).digest('hex');
  return digest === seal.digest ? undefined : 'the digest does not fit the entries';
}

/** Reads the text of a transcript file; total, since the file may have been cut off anywhere. */
export function decodeTranscript(text: string): ReadTranscript {
  const lines = text.split('\n');
  lines.pop(); // What follows the last newline is empty, or a line that was never finished.
  const header = headerOf(lines[0]);
  if (typeof header === 'string') return { damage: header };
  const seal = parseLine(lines.at(-1) ?? '')?.['seal'];
  const last = isRecord(seal) ? (seal as unknown as Seal) : undefined;
  const body = entriesOf(lines.slice(1, last === undefined ? undefined : -1));
  const transcript = { header, entries: body.entries };
  if (last === undefined) return { transcript, damage: body.damage ?? 'it was never sealed' };
  const sealed = text.slice(0, text.lastIndexOf('\n', text.length - 2) + 1);
  const damage = body.damage ?? sealDamage(last, sealed, body.entries.length);
  return damage === undefined ? { transcript: { ...transcript, seal: last } } : { transcript, damage };
}
