import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { isProxy } from './address.ts';
import { duration, placeOf, type Reader, refuse, text, whole } from './reader.ts';
import { Secret } from './secret.ts';

/** What the harness itself is told: where results go, how hard it may work, how it reaches the network. */
export interface HarnessOptions {
  /** Absolute. */
  readonly resultsDir: string;
  /** Absolute; stored evidence to judge instead of driving. */
  readonly evidenceDir: string | undefined;
  readonly evidenceKeepDays: number;
  readonly seed: number;
  /** Quiet trials that may overlap. */
  readonly concurrency: number;
  readonly readyTimeoutMs: number;
  readonly maxMinutes: number | undefined;
  /** Secret, since a proxy's URL commonly carries a password. */
  readonly proxy: { readonly http?: Secret; readonly https?: Secret; readonly no?: string };
  /** Absolute; PEM certificates to trust besides Node's own. */
  readonly caFile: string | undefined;
}

/** As many quiet trials as a small staging deployment bears without one slowing another. */
const CONCURRENCY = 4;

/** With a probe that has just begun, the preflight must be over within 15 s. */
const READY_AT_MOST_MS = 14_000;

/** Reads everything that is ours and not the target's. */
export function readOptions(reader: Reader): HarnessOptions {
  const folder = (name: 'HARNESS_RESULTS_DIR' | 'HARNESS_EVIDENCE') => {
    const path = text(reader, name);
    return path === undefined ? undefined : resolve(reader.cwd, path);
  };
  refuseLateCertificates(reader);
  return {
    resultsDir: folder('HARNESS_RESULTS_DIR') ?? resolve(reader.cwd, 'results'),
    evidenceDir: folder('HARNESS_EVIDENCE'),
    evidenceKeepDays: whole(reader, 'HARNESS_EVIDENCE_KEEP_DAYS', { from: 0, to: 3650, example: 30 }) ?? 30,
    seed: whole(reader, 'HARNESS_SEED', { from: 0, to: 2_147_483_647, example: 1 }) ?? 1,
    concurrency: whole(reader, 'HARNESS_CONCURRENCY', { from: 1, to: 1000, example: 4 }) ?? CONCURRENCY,
    readyTimeoutMs: readyTimeout(reader),
    maxMinutes: whole(reader, 'HARNESS_MAX_MINUTES', { from: 1, to: 1440, example: 60 }),
    proxy: readProxy(reader),
    caFile: readCaFile(reader),
  };
}

function readyTimeout(reader: Reader): number {
  const range = { from: 100, to: READY_AT_MOST_MS, example: 10_000 };
  return duration(reader, 'HARNESS_READY_TIMEOUT_MS', range) ?? 10_000;
}

function readProxy(reader: Reader): HarnessOptions['proxy'] {
  const [http, https] = [proxyOf(reader, 'HTTP_PROXY'), proxyOf(reader, 'HTTPS_PROXY')];
  const no = text(reader, 'NO_PROXY');
  return {
    ...(http === undefined ? {} : { http }),
    ...(https === undefined ? {} : { https }),
    ...(no === undefined ? {} : { no }),
  };
}

function proxyOf(reader: Reader, name: 'HTTP_PROXY' | 'HTTPS_PROXY'): Secret | undefined {
  const value = text(reader, name);
  if (value === undefined) return undefined;
  if (isProxy(value)) return new Secret(name, value);
  refuse(reader, name, 'an http:// or https:// URL', 'http://proxy.example.com:3128');
  return undefined;
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

/** Node reads this variable before any program runs, so a file that we read comes too late for it. */
function refuseLateCertificates(reader: Reader): void {
  const source = reader.settings.get('NODE_EXTRA_CA_CERTS')?.source ?? '';
  if (source === '') return;
  reader.report(
    `${placeOf(reader, 'NODE_EXTRA_CA_CERTS')} comes too late: expected it in the environment, or TARGET_CA_FILE`,
  );
}
