import { type BoundCase, type CaseCheck, defineCase } from '../../harness/core/contract-case.ts';
import type { TrialView } from '../../harness/judge/views.ts';
import { bodyOf, fieldOf, status } from '../agents-api/expect.ts';
import { type Fields, failed, type Ground, openGround, runBody, stepBody, timeAt } from './ground.ts';
import { judgeRefused, outOfShape, refusal, sendRefused } from './refusals.ts';

type Change = (ground: Ground, name: string) => Fields;

const steps =
  (...changes: readonly Fields[]): Change =>
  (ground, name) => ({ steps: changes.map((over, at) => stepBody(ground, name, at, over)) });

const failure =
  (over: Fields): Change =>
  () =>
    failed(over);

/** An undefined member is left out of the JSON. */
const without =
  (name: string): Change =>
  () => ({ [name]: undefined });

const SHORT_OF = ['agent_id', 'agent_version', 'status', 'started_at'] as const;
const missingLabel = (name: string): string => `no ${name}`;

/** What makes a run one that has to be refused, by the requirement that says so. */
const REFUSED: Readonly<Record<string, Readonly<Record<string, Change>>>> = {
  'TR-1.3': {
    'status COMPLETED': () => ({ status: 'COMPLETED' }),
    'status in capitals': () => ({ status: 'SUCCESS' }),
    'status of no text': () => ({ status: 1 }),
  },
  'TR-1.5': {
    'step type tool_call': steps({ step_type: 'tool_call' }),
    'step type ?': steps({ step_type: '?' }),
  },
  'TR-1.7': {
    'failure type system': failure({ failure_type: 'system' }),
    'failure type ?': failure({ failure_type: '?' }),
  },
  'TR-1.8': {
    'failure code of no characters': failure({ failure_code: '' }),
    'failure code of 101 characters': failure({ failure_code: 'x'.repeat(101) }),
  },
  'TR-1.9': {
    'failure left out': () => ({ status: 'failure' }),
    'failure null': () => ({ status: 'failure', failure: null }),
  },
  'TR-1.11': Object.fromEntries(SHORT_OF.map((name) => [missingLabel(name), without(name)])),
  'TR-1.12': {
    'agent_version of 101 characters': () => ({ agent_version: '1'.repeat(101) }),
    'environment of 51 characters': () => ({ environment: 'e'.repeat(51) }),
    'agent_id of 256 characters': () => ({ agent_id: 'a'.repeat(256) }),
    'agent_id of no characters': () => ({ agent_id: '' }),
  },
  'TR-1.14': {
    'run that ends before it begins': (ground) => ({ ended_at: timeAt(ground, -1_000) }),
    'step that ends before it begins': (ground, name) =>
      steps({ ended_at: timeAt(ground, -1) })(ground, name),
  },
  'TR-1.16': {
    'negative latency': steps({ latency_ms: -1 }),
    'latency with a fraction': steps({ latency_ms: 1.5 }),
    'negative seq': steps({ seq: -1 }),
  },
  'TR-2.3': {
    'seq with a gap': steps({ seq: 0 }, { seq: 2 }),
    'seq twice': steps({ seq: 0 }, { seq: 0 }),
    'seq from 1': steps({ seq: 1 }, { seq: 2 }),
  },
};

/** The ids of the steps are of the case's own in every run, so that only the change is wrong. */
function refusedBodies(ground: Ground): Readonly<Record<string, Fields>> {
  const all = Object.values(REFUSED).flatMap((bodies) => Object.entries(bodies));
  return Object.fromEntries(
    all.map(([name, change]) => [name, runBody(ground, name, change(ground, name))] as const),
  );
}

const labelsOf = (requirement: string): readonly string[] => Object.keys(REFUSED[requirement] ?? {});

const refuses = (requirement: string, id: string, title: string): CaseCheck<TrialView> => ({
  id: `telemetry/${id}`,
  requirement,
  title,
  judge: (view, terms) =>
    judgeRefused(view, labelsOf(requirement), status(...outOfShape(terms)), refusal(terms, 'VALIDATION')),
});

/** The error names the member that is missing. */
const namesField: ReturnType<typeof status> = ({ exchange, view }) => {
  const name = SHORT_OF.find((one) => missingLabel(one) === exchange.label);
  const told = JSON.stringify(fieldOf(bodyOf(exchange), 'detail') ?? bodyOf(exchange) ?? '');
  if (name === undefined || told.includes(name)) return [];
  const refs = [view.ref(exchange.request.seq, exchange.response?.seq ?? exchange.request.seq)];
  const expected = `an error that names ${name}`;
  return [{ verdict: 'fail', code: 'field-not-named', expected, actual: told.slice(0, 120), refs }];
};

const checks: readonly CaseCheck<TrialView>[] = [
  refuses('TR-1.3', 'refuses-unknown-statuses', 'a run of another status is refused, and nothing stored'),
  refuses('TR-1.5', 'refuses-unknown-step-types', 'a step of another type is refused, and nothing stored'),
  refuses(
    'TR-1.7',
    'refuses-unknown-failure-types',
    'a failure of another type is refused, and nothing stored',
  ),
  refuses('TR-1.8', 'refuses-odd-failure-codes', 'a failure code that is empty or too long is refused'),
  refuses('TR-1.9', 'refuses-failures-without-failure', 'a failed run without its failure is refused'),
  {
    ...refuses(
      'TR-1.11',
      'refuses-runs-without-a-field',
      'a run without a required member is refused by its name',
    ),
    judge: (view, terms) =>
      judgeRefused(
        view,
        labelsOf('TR-1.11'),
        status(...outOfShape(terms)),
        refusal(terms, 'VALIDATION'),
        namesField,
      ),
  },
  refuses(
    'TR-1.12',
    'refuses-lengths',
    'an agent, a version or an environment outside its length is refused',
  ),
  refuses(
    'TR-1.14',
    'refuses-ends-before-beginnings',
    'a run or a step that ends before it begins is refused',
  ),
  refuses(
    'TR-1.16',
    'refuses-odd-numbers',
    'a latency below zero or with a fraction, and a seq below zero, are refused',
  ),
  refuses(
    'TR-2.3',
    'refuses-seq-with-holes',
    'steps that are not numbered from 0 without gap or repeat are refused',
  ),
];

const NOT_JSON: Readonly<Record<string, string>> = {
  'cut off': '{"agent_id":',
  'no JSON at all': 'agent_id=1',
  nothing: '',
};

export const refusedCases: readonly BoundCase<TrialView>[] = [
  defineCase<TrialView>({
    id: 'telemetry-refused-runs',
    purpose: 'sends runs that are out of shape or range, and looks whether anything of them is there',
    needs: ['telemetry'],
    async drive(stage) {
      const ground = await openGround(stage);
      await sendRefused(ground, refusedBodies(ground));
    },
    checks,
  }),
  defineCase<TrialView>({
    id: 'telemetry-no-json',
    purpose: 'sends bodies that are no JSON',
    needs: ['telemetry'],
    async drive(stage) {
      const ground = await openGround(stage);
      await sendRefused(ground, NOT_JSON);
    },
    checks: [
      {
        id: 'telemetry/refuses-what-is-no-json',
        requirement: 'TR-1.17',
        title: 'bodies that are empty, cut off or no JSON are refused with 400, 415 or 422',
        judge: (view, terms) =>
          Object.keys(NOT_JSON).flatMap((label) =>
            judgeRefused(view, [label], status(400, 415, 422), refusal(terms)),
          ),
      },
    ],
  }),
];
