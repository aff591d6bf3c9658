/** What a refusal must be, and that nothing is left of what was refused. */
import type { Terms } from '../../harness/core/check.ts';
import type { Finding } from '../../harness/core/finding.ts';
import type { TrialView } from '../../harness/judge/views.ts';
import {
  bodyOf,
  declared,
  error,
  expectOf,
  fieldOf,
  isOneChoice,
  labelled,
  missing,
  refOf,
  type status,
} from '../agents-api/expect.ts';
import { conclude } from '../agents-api/run-parts.ts';
import { awaitRun, type Fields, type Ground, ingest, query, runBody, runIdFor, runPath } from './ground.ts';

type Expectation = ReturnType<typeof status>;

/** An error with one of these codes, as far as the declared shape of errors has codes. */
export const refusal =
  (terms: Terms, ...codes: readonly string[]): Expectation =>
  (about) => {
    const shape = terms.variationPoints['VP-ERRSHAPE'];
    if (shape === 'error-status-path') return [];
    if (shape === undefined && fieldOf(bodyOf(about.exchange), 'error') !== undefined) return [];
    return error(...codes)(about);
  };

/** The statuses for a body out of shape. */
export const outOfShape = ({ variationPoints }: Terms): readonly number[] =>
  declared(variationPoints['VP-422'], { 'reject-422': 422, 'reject-400': 400 });

/** Label of the run that is sent last and must be taken: what was sent before it has gone the same way. */
const WITNESS = 'ingest witness';
const LIST = 'list afterwards';
export const afterwards = (label: string): string => `afterwards: ${label}`;

/** Sends these bodies, then a good run, and looks for what must not be there. */
export async function sendRefused(
  ground: Ground,
  bodies: Readonly<Record<string, Fields | string>>,
  below: readonly string[] = [''],
): Promise<void> {
  for (const [label, body] of Object.entries(bodies)) await ingest(ground, label, body);
  const witness = await ingest(ground, WITNESS, runBody(ground, 'witness'));
  if (witness?.status === 201) await awaitRun(ground, runIdFor(ground, 'witness'));
  for (const [label, body] of Object.entries(bodies)) {
    const id = typeof body === 'string' ? undefined : body['run_id'];
    if (typeof id !== 'string') continue;
    for (const part of below) await query(ground, afterwards(label), `${runPath(id)}${part}`);
  }
  await query(ground, LIST, `/v1/runs?agent_id=${encodeURIComponent(ground.agentId)}&page_size=100`);
}

/** Why it is not known whether something was stored. */
function unwitnessed(view: TrialView): readonly Finding[] | undefined {
  const [witness] = labelled(view, WITNESS);
  if (witness?.response?.status !== 201) return missing(view, 'a good run that is taken', 'TR-1.1');
  const id = fieldOf(bodyOf(witness), 'run_id');
  const isShown = view.exchanges.some(
    ({ request, response }) => response?.status === 200 && request.url.endsWith(runPath(String(id))),
  );
  return isShown ? undefined : missing(view, 'a good run that shows', 'TR-6.4');
}

const isEmptyList = (body: unknown): boolean => Array.isArray(body) && body.length === 0;

/** That no run of these labels is there: 404 for its id, while a run that was sent later shows. */
export function nothingStored(view: TrialView, labels: readonly string[]): readonly Finding[] {
  const hidden = unwitnessed(view);
  if (hidden !== undefined) return hidden;
  const looked = labels.flatMap((label) =>
    labelled(view, afterwards(label)).map((exchange) => ({ label, exchange })),
  );
  if (looked.length === 0) return [];
  // An empty list shows nothing; that an unknown run has none is another clause's matter.
  const there = looked.filter(
    ({ exchange }) => exchange.response?.status === 200 && !isEmptyList(bodyOf(exchange)),
  );
  const refs = (there.length > 0 ? there : looked).map(({ exchange }) => refOf(view, exchange));
  const faults = there.map(({ label }) => `"${label}" can be read`);
  return conclude('stored', 'no run of a refused body', faults, refs.slice(0, 5));
}

/** All of these were refused so, all alike, and nothing is left of them. */
export function judgeRefused(
  view: TrialView,
  labels: readonly string[],
  ...expectations: readonly Expectation[]
): readonly Finding[] {
  const sent = labels.flatMap((label) => labelled(view, label));
  if (sent.length < labels.length) return missing(view, 'every request', 'TR-1.1');
  const answers = sent.flatMap((exchange) => expectOf(view, exchange, ...expectations));
  const wrong = answers.filter(({ verdict }) => verdict !== 'pass');
  if (wrong.length > 0) return wrong;
  const choice = isOneChoice(view, ...labels);
  return choice.length > 0 ? choice : [...answers, ...nothingStored(view, labels)];
}
