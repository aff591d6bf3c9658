/**
 * What a run was given to work on, read back from the evidence: from the frame that was sent, or from the context item
 * that it names. The judge neither generates the data again nor needs the seed: generators change from version to
 * version, and what was sent stays what it was, so that old evidence keeps its meaning.
 */
import { parseJson } from '../../harness/core/json.ts';
import type { FrameEntry } from '../../harness/evidence/transcript.ts';
import type { RunView, TrialView } from '../../harness/judge/views.ts';

/** A question and the table that it is about. */
export interface Sent {
  readonly message: string;
  /** What was asked, without the data. */
  readonly question: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

const FENCE = /```(csv|json)\n([\s\S]*?)\n```/;

type Json = Readonly<Record<string, unknown>>;

const isRecord = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** All texts of a frame, whatever a dialect calls the members that hold them. */
function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

function frameOf(run: RunView, view: TrialView): FrameEntry | undefined {
  const entry = view.transcript.entries[run.askedSeq - 1];
  // Of a frame that was cut only the beginning is known.
  return entry?.kind === 'ws.frame' && entry.cut === undefined ? entry : undefined;
}

/** What the run was asked, with its data; nothing where it was given none that can be read back. */
export function sentTo(run: RunView, view: TrialView): Sent | undefined {
  const texts = textsIn(parseJson(frameOf(run, view)?.text ?? ''));
  const message = texts.reduce((longest, text) => (text.length > longest.length ? text : longest), '');
  const item = FENCE.test(message) ? undefined : contextItem(texts, view);
  return item === undefined ? tableIn(message) : tableOf(message, message, item);
}

/** A message that brings its data in a fenced block. */
export function tableIn(message: string): Sent | undefined {
  const [block, format, content] = FENCE.exec(message) ?? [];
  if (block === undefined || content === undefined) return undefined;
  const question = message.replace(block, '').trim();
  return tableOf(message, question, format === 'json' ? csvOfRecords(content) : content);
}

/** The content of the first context item of this trial that the frame names. */
function contextItem(texts: readonly string[], view: TrialView): string | undefined {
  const made = view.exchanges
    .filter(({ request }) => request.method === 'POST' && request.url.endsWith('/context-items'))
    .find(({ response }) => texts.includes(memberOf(response?.body, 'id') ?? ''));
  return memberOf(made?.request.body, 'content');
}

/** A member of a JSON object that is text. */
function memberOf(json: string | undefined, name: string): string | undefined {
  const value = parseJson(json);
  const member = isRecord(value) ? value[name] : undefined;
  return typeof member === 'string' ? member : undefined;
}

/** Records as the lines of a table; our words need no quoting. */
function csvOfRecords(content: string): string {
  const records = parseJson(content);
  if (!Array.isArray(records)) return '';
  const [first] = records;
  if (!isRecord(first)) return '';
  const columns = Object.keys(first);
  const lines = records
    .filter(isRecord)
    .map((record) => columns.map((name) => String(record[name])).join(','));
  return [columns.join(','), ...lines].join('\n');
}

function tableOf(message: string, question: string, csv: string): Sent | undefined {
  const [header, ...lines] = csv.split('\n').map((line) => line.split(','));
  if (header === undefined || header.length < 2 || lines.length === 0) return undefined;
  return { message, question, columns: header, rows: lines.filter((line) => line.length === header.length) };
}
