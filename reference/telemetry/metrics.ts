import { Counter, Registry } from 'prom-client';

/** What the ingest counts since it was started; nothing of what was sent is in it. */
export interface TelemetryMetrics {
  readonly ingested: () => void;
  readonly duplicate: () => void;
  readonly failed: () => void;
  readonly contentType: string;
  /** The counters as text for Prometheus. */
  readonly text: () => Promise<string>;
}

/** Counters of one deployment; every deployment of a process has its own. */
export function telemetryMetrics(): TelemetryMetrics {
  const registry = new Registry();
  const counter = (name: string, help: string) => new Counter({ name, help, registers: [registry] });
  const ingested = counter('runs_ingested_total', 'Runs that were stored.');
  const duplicate = counter('runs_duplicate_total', 'Runs that were stored already and sent again.');
  const failed = counter('runs_failed_total', 'Runs that were refused or could not be stored.');
  return {
    ingested: () => ingested.inc(),
    duplicate: () => duplicate.inc(),
    failed: () => failed.inc(),
    contentType: registry.contentType,
    text: () => registry.metrics(),
  };
}
