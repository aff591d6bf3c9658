import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { ARTEFACT_NAMES, type ArtefactName, readArtefacts, USUAL_ARTEFACTS } from '../core/artefacts.ts';
import { address, base, isProxy } from './address.ts';
import { duration, placeOf, type Reader, refuse, text, whole } from './reader.ts';
import { readTraceExport, type TraceExport } from './traces.ts';

/** Where the harness listens for what the target sends by itself. */
export interface CatcherOptions {
  /** Where the target reaches it, without a slash at its end; undefined where that is this machine. */
  readonly url: string | undefined;
  /** 0 for any free one. */
  readonly port: number;
}

/** What the harness itself is told: where results go, how hard it may work, how it reaches the network. */
export interface HarnessOptions {
  /** Absolute. */
  readonly resultsDir: string;
  /** Absolute; stored evidence to judge instead of driving. */
  readonly evidenceDir: string | undefined;
  readonly evidenceKeepDays: number;
  /** What is written when a campaign is over. */
  readonly reporters: readonly ArtefactName[];
  readonly traces: TraceExport | undefined;
  readonly seed: number;
  /** Quiet trials that may overlap. */
  readonly concurrency: number;
  /** Principals that act at once where a crowd is asked for. */
  readonly users: number;
  readonly catcher: CatcherOptions;
  readonly readyTimeoutMs: number;
  readonly maxMinutes: number | undefined;
  /** Agent runs that topping up may bring the campaign to. */
  readonly maxAgentRuns: number;
  readonly maxTokens: number | undefined;
  /** Absolute; the report of an earlier campaign that latencies are compared with. */
  readonly baselineReport: string | undefined;
  /** A PostgreSQL database for the history; without it, a file among the results. */
  readonly historyUrl: string | undefined;
  /** Absolute; PEM certificates to trust besides Node's own. */
  readonly caFile: string | undefined;
}

/** As many quiet trials as a small staging deployment bears without one slowing another. */
const CONCURRENCY = 4;

/** Concurrent users, as docs/protocol.md section 4 names them. */
const USERS = 5;

/**
 * A target without a fault is done after some 80 runs for each claim; one that exceeds a limit once in a hundred runs needs
 * two to three times as many. This is room for that; nothing is driven that no claim needs.
 */
const MAX_AGENT_RUNS = 1_200;

/** With a probe that has just begun, the preflight must be over within 15 s. */
const READY_AT_MOST_MS = 14_000;

/** Reads everything that is ours and not the target's. */
export function readOptions(reader: Reader): HarnessOptions {
  const folder = (name: 'HARNESS_RESULTS_DIR' | 'HARNESS_EVIDENCE' | 'HARNESS_BASELINE_REPORT') => {
    const path = text(reader, name);
    return path === undefined ? undefined : resolve(reader.cwd, path);
  };
  refuseLateNetwork(reader);
  return {
    resultsDir: folder('HARNESS_RESULTS_DIR') ?? resolve(reader.cwd, 'results'),
    evidenceDir: folder('HARNESS_EVIDENCE'),
    evidenceKeepDays: whole(reader, 'HARNESS_EVIDENCE_KEEP_DAYS', { from: 0, to: 3650, example: 30 }) ?? 30,
    reporters: readReporters(reader),
    traces: readTraceExport(reader),
    seed: whole(reader, 'HARNESS_SEED', { from: 0, to: 2_147_483_647, example: 1 }) ?? 1,
    concurrency: whole(reader, 'HARNESS_CONCURRENCY', { from: 1, to: 1000, example: 4 }) ?? CONCURRENCY,
    users: whole(reader, 'HARNESS_USERS', { from: 2, to: 1000, example: 25 }) ?? USERS,
    catcher: readCatcher(reader),
    readyTimeoutMs: readyTimeout(reader),
    maxMinutes: whole(reader, 'HARNESS_MAX_MINUTES', { from: 1, to: 1440, example: 60 }),
    maxAgentRuns:
      whole(reader, 'HARNESS_MAX_AGENT_RUNS', { from: 0, to: 1_000_000, example: 500 }) ?? MAX_AGENT_RUNS,
    maxTokens: whole(reader, 'HARNESS_MAX_TOKENS', { from: 1, to: 1e12, example: 2_000_000 }),
    baselineReport: folder('HARNESS_BASELINE_REPORT'),
    historyUrl: readHistoryUrl(reader),
    caFile: readCaFile(reader),
  };
}

function readReporters(reader: Reader): readonly ArtefactName[] {
  const list = text(reader, 'HARNESS_REPORTERS');
  const read = list === undefined ? USUAL_ARTEFACTS : readArtefacts(list);
  if (!('unknown' in read)) return read;
  const words = ['usual', ...ARTEFACT_NAMES].join(', ');
  refuse(reader, 'HARNESS_REPORTERS', `a list of ${words}`, 'usual,allure');
  return USUAL_ARTEFACTS;
}

function readCatcher(reader: Reader): CatcherOptions {
  const example = 'https://hooks.example.com';
  const url = address(reader, 'HARNESS_CATCHER_URL', { schemes: ['http:', 'https:'], example });
  const port = whole(reader, 'HARNESS_CATCHER_PORT', { from: 1, to: 65_535, example: 8099 });
  if (url !== undefined && port === undefined && text(reader, 'HARNESS_CATCHER_PORT') === undefined)
    reader.report('HARNESS_CATCHER_URL needs HARNESS_CATCHER_PORT: expected the port it is forwarded to');
  return { url: url === undefined ? undefined : base(url), port: port ?? 0 };
}

function readHistoryUrl(reader: Reader): string | undefined {
  const url = text(reader, 'HISTORY_DATABASE_URL');
  if (url === undefined || (URL.canParse(url) && /^postgres(ql)?:$/.test(new URL(url).protocol))) return url;
  refuse(
    reader,
    'HISTORY_DATABASE_URL',
    'a postgresql:// URL',
    'postgresql://history@db.example.com/history',
  );
  return undefined;
}

function readyTimeout(reader: Reader): number {
  const range = { from: 100, to: READY_AT_MOST_MS, example: 10_000 };
  return duration(reader, 'HARNESS_READY_TIMEOUT_MS', range) ?? 10_000;
}

function readCaFile(reader: Reader): string | undefined {
  const path = text(reader, 'TARGET_CA_FILE');
  if (path === undefined) return undefined;
  const file = resolve(reader.cwd, path);
  if (looksLikePem(file)) return file;
  refuse(reader, 'TARGET_CA_FILE', 'a readable PEM file of certificates', 'certificates/staging-ca.pem');
  return undefined;
}

function looksLikePem(file: string): boolean {
  try {
    return readFileSync(file, 'utf8').includes('-----BEGIN CERTIFICATE-----');
  } catch {
    return false;
  }
}

/**
 * These are for the libraries that open connections, and Node itself: they read the environment, so a value
 * in a file of ours would silently do nothing.
 */
function refuseLateNetwork(reader: Reader): void {
  for (const name of ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'NODE_EXTRA_CA_CERTS'] as const) {
    const source = reader.settings.get(name)?.source ?? '';
    const instead = name === 'NODE_EXTRA_CA_CERTS' ? ', or TARGET_CA_FILE' : '';
    if (source !== '')
      reader.report(`${placeOf(reader, name)} comes too late: expected it in the environment${instead}`);
  }
  for (const name of ['HTTP_PROXY', 'HTTPS_PROXY'] as const) {
    const value = text(reader, name);
    if (value !== undefined && !isProxy(value))
      refuse(reader, name, 'an http:// or https:// URL', 'http://proxy.example.com:3128');
  }
}
