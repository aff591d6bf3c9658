import { parse } from 'csv-parse';
import { z } from 'zod';
import { ToolError } from '../agent.ts';
import type { DataFormat } from '../fenced-data.ts';
import { breathe } from '../pause.ts';
import { columnOf, type Dataset } from './dataset.ts';

/** A data set as it was handed over. */
export interface RawData {
  readonly name: string;
  readonly format: DataFormat;
  readonly content: string;
}

const CHUNK_CHARACTERS = 64 * 1024; // parsed in about a millisecond, so other sockets stay live
const MAX_COLUMNS = 200;

/** What stands in a cell; nested values are kept as their JSON. */
function cellText(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

async function csvRows(content: string, signal: AbortSignal): Promise<string[][]> {
  const rows: string[][] = [];
  const parser = parse({ bom: true, skip_empty_lines: true, trim: true, relax_column_count: false });
  const failed = new Promise<never>((_, reject) => {
    parser.once('error', reject);
  });
  failed.catch(() => undefined); // raced below; must not count as unhandled before
  parser.on('data', (row: string[]) => rows.push(row));
  const ended = new Promise<void>((resolve) => {
    parser.once('end', resolve);
  });
  for (let at = 0; at < content.length; at += CHUNK_CHARACTERS) {
    parser.write(content.slice(at, at + CHUNK_CHARACTERS));
    await Promise.race([breathe(signal), failed]);
  }
  parser.end();
  await Promise.race([ended, failed]);
  return rows;
}

const records = z.array(z.record(z.string(), z.unknown()));

/** The records of a JSON data set: an array of objects, or an object that holds exactly such a thing. */
function jsonRecords(content: string): readonly Readonly<Record<string, unknown>>[] {
  const parsed: unknown = JSON.parse(content);
  const direct = records.safeParse(parsed);
  if (direct.success) return direct.data;
  if (typeof parsed === 'object' && parsed !== null) {
    for (const value of Object.values(parsed)) {
      const nested = records.safeParse(value);
      if (nested.success && nested.data.length > 0) return nested.data;
    }
  }
  throw new Error('the JSON holds no array of objects');
}

function jsonRows(content: string): string[][] {
  const all = jsonRecords(content);
  const names = [...new Set(all.flatMap((record) => Object.keys(record)))];
  return [names, ...all.map((record) => names.map((name) => cellText(record[name])))];
}

function invalid(format: DataFormat, why: string): ToolError {
  return new ToolError(
    `INVALID_${format.toUpperCase()}`,
    `the data is not valid ${format.toUpperCase()}: ${why}`,
  );
}

/** Why parsing failed, without repeating the data. */
function reasonOf(error: unknown): string {
  if (error instanceof Error && 'lines' in error && typeof error.lines === 'number') {
    return `line ${error.lines} does not fit the header`;
  }
  return error instanceof SyntaxError ? 'it cannot be parsed' : 'it has no table';
}

function checkHeader(format: DataFormat, header: readonly string[] | undefined, rowCount: number): void {
  if (header === undefined || header.length === 0) throw invalid(format, 'it is empty');
  if (rowCount === 0) throw invalid(format, 'it has a header but no rows');
  if (header.length > MAX_COLUMNS) throw invalid(format, `it has more than ${MAX_COLUMNS} columns`);
}

/** Reads a data set, in pieces, giving way between them; rejects with a `ToolError` when it is not one. */
export async function parseDataset(raw: RawData, signal: AbortSignal): Promise<Dataset> {
  let rows: string[][];
  try {
    rows = raw.format === 'csv' ? await csvRows(raw.content, signal) : jsonRows(raw.content);
  } catch (error) {
    signal.throwIfAborted();
    throw invalid(raw.format, reasonOf(error));
  }
  const [header, ...body] = rows;
  checkHeader(raw.format, header, body.length);
  const columns = [];
  for (const [index, name] of (header ?? []).entries()) {
    const texts = body.map((row) => row[index] ?? '');
    columns.push(columnOf(name === '' ? `column_${index + 1}` : name, texts));
    await breathe(signal);
  }
  return { name: raw.name, rowCount: body.length, columns };
}
