/** Runs that must be taken: each shows something that the protocol allows. */
import { type Fields, failed, type Ground, runBody, stepBody, stepIdFor, timeAt } from './ground.ts';

const STEP_TYPES = ['plan', 'retrieve', 'tool', 'respond', 'other'] as const;

const CODES: Readonly<Record<string, string>> = {
  'code timeout': 'timeout',
  'code schema_invalid': 'schema_invalid',
  'code empty_retrieval': 'empty_retrieval',
  'code of one character': 'x',
  'code of 100 characters': 'custom-'.padEnd(100, 'x'),
};

/** Names, codes, counts, numbers and labels. */
const ALLOWED = {
  tool_name: 'search_tickets',
  http_status: 503,
  retry_count: 2,
  latency: 12.5,
  cache_hit: false,
  model: 'a-model-1',
  finish_reason: 'stop',
  region: null,
  tags: ['slow', 'retried'],
  sizes: { rows: 48, columns: 5 },
};

/** Keys with a forbidden word that is not their last. */
const LOOKS_FORBIDDEN = {
  context_size: 4096,
  response_length: 312,
  input_tokens: 120,
  output_tokens: 30,
  prompt_version: 'v7',
  'text-encoding': 'utf-8',
  'content.type': 'application/json',
  documentCount: 3,
};

/** Values that look like personal data to who does not look closely. */
const looksPersonal = (ground: Ground): Fields => ({
  finished: timeAt(ground, 0),
  day: timeAt(ground, 0).slice(0, 10),
  trace: stepIdFor(ground, 'trace', 0),
  // 19 digits, of no issuer.
  nanoseconds: `${ground.baseMs}000123`.padEnd(19, '7'),
  order: '4711000815',
  // 16 digits with an issuer's prefix, whose check digit is wrong.
  serial: '4242424242424241',
  plain_digits: '219099999',
  version: '1.20.3',
  range: '10-20',
  count: 2025550143,
});

/** A run of one step with this metadata. */
const withMetadata = (ground: Ground, name: string, metadata: Fields): Fields =>
  runBody(ground, name, { steps: [stepBody(ground, name, 0, { metadata })] });

const inOrder = (ground: Ground, name: string, order: readonly number[]): readonly Fields[] =>
  order.map((seq) => stepBody(ground, name, seq, { step_type: STEP_TYPES[seq] ?? 'other' }));

/** Who promises that a run of that name is taken. */
export const TAKEN_BY = {
  plain: 'TR-1.1',
  retried: 'TR-1.2',
  failed: 'TR-1.2',
  'all step types': 'TR-1.4',
  shuffled: 'TR-2.2',
  'failure tool': 'TR-1.6',
  'failure model': 'TR-1.6',
  'failure retrieval': 'TR-1.6',
  'failure orchestration': 'TR-1.6',
  'code timeout': 'TR-1.8',
  'code schema_invalid': 'TR-1.8',
  'code empty_retrieval': 'TR-1.8',
  'code of one character': 'TR-1.8',
  'code of 100 characters': 'TR-1.8',
  'no run_id': 'TR-1.10',
  'no environment': 'TR-1.13',
  'in flight': 'TR-1.15',
  'no steps': 'TR-1.18',
  allowed: 'TR-4.9',
  'looks forbidden': 'TR-4.10',
  'looks personal': 'TR-4.5',
} as const;
export type RunName = keyof typeof TAKEN_BY;

/** All of them, in the order in which they are sent. */
export function acceptedRuns(ground: Ground): Readonly<Record<RunName, Fields>> {
  const run = (name: string, over: Fields = {}): Fields => runBody(ground, name, over);
  const failure = (name: string, over: Fields): Fields => run(name, failed(over));
  const code = (name: keyof typeof CODES): Fields => failure(name, { failure_code: CODES[name] });
  const { run_id: _id, ...unnamed } = run('no run_id');
  const { environment: _environment, ...nowhere } = run('no environment');
  return {
    plain: run('plain', { steps: inOrder(ground, 'plain', [0, 1, 2]) }),
    retried: run('retried', {
      status: 'partial',
      steps: [0, 1, 2].map((seq) =>
        stepBody(ground, 'retried', seq, { latency_ms: 20 + seq, metadata: { attempt: seq + 1 } }),
      ),
    }),
    failed: failure('failed', { step_id: stepIdFor(ground, 'failed', 0) }),
    'all step types': run('all step types', { steps: inOrder(ground, 'all step types', [0, 1, 2, 3, 4]) }),
    shuffled: run('shuffled', { steps: inOrder(ground, 'shuffled', [2, 0, 1]) }),
    'failure tool': failure('failure tool', { failure_type: 'tool' }),
    'failure model': failure('failure model', { failure_type: 'model' }),
    'failure retrieval': failure('failure retrieval', { failure_type: 'retrieval' }),
    'failure orchestration': failure('failure orchestration', { failure_type: 'orchestration' }),
    'code timeout': code('code timeout'),
    'code schema_invalid': code('code schema_invalid'),
    'code empty_retrieval': code('code empty_retrieval'),
    'code of one character': code('code of one character'),
    'code of 100 characters': code('code of 100 characters'),
    'no run_id': unnamed,
    'no environment': nowhere,
    'in flight': run('in flight', {
      ended_at: null,
      steps: [stepBody(ground, 'in flight', 0, { ended_at: null })],
    }),
    'no steps': run('no steps', { steps: [] }),
    allowed: withMetadata(ground, 'allowed', ALLOWED),
    'looks forbidden': withMetadata(ground, 'looks forbidden', LOOKS_FORBIDDEN),
    'looks personal': withMetadata(ground, 'looks personal', looksPersonal(ground)),
  };
}
