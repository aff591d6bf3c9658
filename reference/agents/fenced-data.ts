/** How a data set is written. */
export type DataFormat = 'csv' | 'json';

/** A fenced block of data found in a message. */
export interface FencedBlock {
  readonly format: DataFormat;
  readonly content: string;
}

/** A message taken apart: what was said, and the data that came with it. */
export interface ParsedMessage {
  readonly prose: string;
  readonly blocks: readonly FencedBlock[];
}

const OPENING = /^[ \t]*```[ \t]*(csv|json)[ \t]*$/i;
const CLOSING = /^[ \t]*```[ \t]*$/;

interface OpenBlock {
  readonly format: DataFormat;
  readonly lines: string[];
}

const LONGEST_FENCE = 64; // characters; spares long lines the pattern

function openingOf(line: string): OpenBlock | undefined {
  const format = line.length < LONGEST_FENCE ? OPENING.exec(line)?.[1]?.toLowerCase() : undefined;
  return format === 'csv' || format === 'json' ? { format, lines: [] } : undefined;
}

/**
 * Separates prose from fenced CSV and JSON blocks. A block that is never closed ends with the
 * message. Takes time proportional to the length of the message, whatever is in it.
 */
export function parseMessage(message: string): ParsedMessage {
  const prose: string[] = [];
  const found: OpenBlock[] = [];
  let open: OpenBlock | undefined;
  for (const line of message.split(/\r?\n/)) {
    if (open !== undefined) {
      if (CLOSING.test(line)) open = undefined;
      else open.lines.push(line);
      continue;
    }
    open = openingOf(line);
    if (open === undefined) prose.push(line);
    else found.push(open);
  }
  const blocks = found.map(({ format, lines }) => ({ format, content: lines.join('\n') }));
  return { prose: prose.join('\n').trim(), blocks };
}
