import { type Reader, text } from './reader.ts';

/** Where the trace of a campaign is sent besides being written. */
export interface TraceExport {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * The variables by which OpenTelemetry names a collector; undefined where none is named. They are often set for
 * other programs, so nothing is refused here: what cannot be used shows when the trace cannot be sent.
 */
export function readTraceExport(reader: Reader): TraceExport | undefined {
  const endpoint = text(reader, 'OTEL_EXPORTER_OTLP_ENDPOINT');
  if (endpoint === undefined) return undefined;
  const pairs = (text(reader, 'OTEL_EXPORTER_OTLP_HEADERS') ?? '').split(',');
  return {
    url: `${endpoint.replace(/\/+$/, '')}/v1/traces`,
    headers: Object.fromEntries(pairs.flatMap(readPair)),
  };
}

/** `name=value` in percent encoding, as the specification has it. */
function readPair(pair: string): readonly (readonly [string, string])[] {
  const [, name, value = ''] = /^\s*([\w.-]+)\s*=([^\r\n]*)$/.exec(pair) ?? [];
  if (name === undefined) return [];
  try {
    return [[name.toLowerCase(), decodeURIComponent(value.trim())]];
  } catch {
    return [[name.toLowerCase(), value.trim()]];
  }
}
