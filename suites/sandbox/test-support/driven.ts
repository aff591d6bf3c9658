/** Drives a case against the sandbox in memory, some answers changed, and has one of its checks judge what was seen. */

import type { BoundCase } from '../../../harness/core/contract-case.ts';
import { parseJson } from '../../../harness/core/json.ts';
import type { Actor, HttpAsk, Stage } from '../../../harness/core/scenario.ts';
import type { Transcript } from '../../../harness/evidence/transcript.ts';
import type { TrialView } from '../../../harness/judge/views.ts';
import { caseFindings, tell } from '../../test-support/exchanges.ts';
import { Tape } from '../../test-support/transcripts.ts';
import { planOf } from '../../test-support/verdicts.ts';
import { type Answered, HonestSandbox } from './honest-sandbox.ts';

/** What becomes of an answer; nothing where it never came. */
export type Change = (answer: Answered, ask: HttpAsk) => Answered | undefined;
export type Changes = Readonly<Record<string, Change>>;
export type Choices = Readonly<Record<string, string>>;

/** As the default profile declares them. */
export const DECLARED: Choices = {
  'VP-TEST201': '200',
  'VP-AGENT404': '404',
  'VP-COMPARE404': '404',
  'VP-FORBID': '404',
  'VP-DEFTENANT': 'token-tenant',
  'VP-PARTIAL': 'kept',
  'VP-ERRTYPE': 'label',
  'VP-MOCKECHO': 'echoes',
  'VP-REDACT': 'redacted',
  'VP-422': 'reject-422',
  'VP-CLAMP': 'reject-422',
  'VP-STATECONFLICT': '409',
};

/** The labels that changes apply to: one, or all with `*`. */
const changeOf = (changes: Changes, label: string): Change | undefined => changes[label] ?? changes['*'];

function actorOn(tape: Tape, sandbox: HonestSandbox, index: number, changes: Changes): Actor {
  const tenant = index % 2 === 0 ? 'acme' : 'globex';
  const request = async (ask: HttpAsk) => {
    const { method, path, headers = {} } = ask;
    const honest = sandbox.answer({ tenant, method, path, headers, body: parseJson(ask.body) });
    const change = changeOf(changes, ask.label);
    const answer = change === undefined ? honest : change(honest, ask);
    const told = { label: ask.label, method: method as 'GET', path, body: ask.body };
    if (answer === undefined) tell(tape, { ...told, isLost: true });
    else tell(tape, { ...told, status: answer.status, answer: answer.body });
    return answer && { status: answer.status, headers: {}, body: JSON.stringify(answer.body) };
  };
  const create: Actor['create'] = async ({ label, path, body }) => {
    const answer = await request({ label, method: 'POST', path, body: JSON.stringify(body) });
    return answer?.status === 201 ? (parseJson(answer.body) as Readonly<Record<string, unknown>>) : undefined;
  };
  return { name: `${tenant}/${index}`, tenant, user: String(index), request, create } as unknown as Actor;
}

/** The transcript that the case leaves. */
export async function driven(
  bound: BoundCase<TrialView>,
  changes: Changes = {},
  choices: Choices = DECLARED,
): Promise<Transcript> {
  const tape = new Tape(bound.scenario.id);
  const sandbox = new HonestSandbox();
  const actors = Array.from({ length: 6 }, (_, index) => actorOn(tape, sandbox, index, changes));
  const { thresholds } = planOf([], []);
  const words = new Map<string, string>();
  const nonce = (label: string): string => {
    const word = words.get(label) ?? (words.size + 1).toString(16).padStart(12, '0');
    words.set(label, word);
    return word;
  };
  const stage = {
    trial: 1,
    thresholds,
    variationPoints: choices,
    health: '/health',
    actors,
    actor: (index = 0) => actors[index],
    pause: async () => undefined,
    nonce,
    random: () => 0.5,
  };
  await bound.scenario.play(stage as unknown as Stage);
  return tape.transcript();
}

/** The findings of a check on what the case leaves. */
export const judgeOf =
  (bound: BoundCase<TrialView>) =>
  async (check: string, changes: Changes = {}, choices: Choices = DECLARED): Promise<readonly string[]> =>
    caseFindings([bound], `sandbox/${check}`, await driven(bound, changes, choices), choices, PRICED);

/** The price table of docs/protocol.md, as far as it is needed. */
export const PRICED = {
  prices: {
    version: 'of the test',
    fallback: 'gpt-4o-mini',
    models: {
      'gpt-4o-mini': { input_nusd: 150, output_nusd: 600 },
      'gpt-4o': { input_nusd: 2_500, output_nusd: 10_000 },
    },
  },
} as const;

export const status =
  (code: number): Change =>
  ({ body }) => ({ status: code, body });
export const body =
  (make: (was: unknown) => unknown): Change =>
  (answer) => ({ ...answer, body: make(answer.body) });
export const refusal =
  (code: number, word: string, detail: unknown = 'no'): Change =>
  () => ({ status: code, body: { detail, code: word } });
export const lost: Change = () => undefined;

export const passes = (findings: readonly string[]): boolean =>
  findings.length > 0 && findings.every((line) => line.startsWith('pass'));
