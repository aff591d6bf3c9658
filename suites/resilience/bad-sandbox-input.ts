/** Bad input for every endpoint of the sandbox. */
import fc from 'fast-check';
import {
  awkward,
  type BadInput,
  getting,
  json,
  noId,
  noObject,
  noText,
  notJson,
  posted,
  type Wrong,
} from './odd-values.ts';

/** What exists, for the requests to be wrong about in one respect only. */
export interface Tested {
  /** `/api/agents/{a}` */
  readonly agent: string;
  readonly testId: string;
}

const GOOD = { payload: { message: 'Is anybody there?' } };

/** Anything but an object: for a payload, which may be any object. */
const noMember = fc.oneof(
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
  awkward,
  fc.array(fc.integer(), { maxLength: 3 }),
);

/** Nothing that anybody takes for a boolean. */
const noTrigger = fc.oneof(
  awkward.map((text) => `no trigger: ${text}`),
  fc.array(fc.boolean(), { maxLength: 2 }),
  fc.constant({ webhook: true }),
);

const wrongTests = (path: string): Wrong =>
  fc.oneof(
    posted(
      path,
      noMember.map((payload) => json({ payload })),
    ),
    posted(
      path,
      noTrigger.map((trigger) => json({ ...GOOD, simulate_webhook: trigger })),
    ),
    posted(path, fc.constant(json({ simulate_webhook: true }))),
    posted(path, noObject),
    notJson(path),
  );

/** One test is there, the other is not, or is no id at all. */
function wrongComparisons(path: string, testId: string): Wrong {
  const other = fc.oneof(noText, noId, fc.uuid());
  const pairs = fc.tuple(fc.boolean(), other).map(([isFirst, id]) => (isFirst ? [id, testId] : [testId, id]));
  return fc.oneof(
    posted(
      path,
      pairs.map(([one, two]) => json({ test_id_1: one, test_id_2: two })),
    ),
    posted(
      path,
      fc.constantFrom('test_id_1', 'test_id_2').map((name) => json({ [name]: testId })),
    ),
    posted(path, noObject),
    notJson(path),
  );
}

const wrongPages = (path: string): Wrong =>
  getting(
    fc
      .tuple(fc.constantFrom('limit', 'offset'), fc.constantFrom('-1', 'abc', '1e3x', ' ', 'NaN', '\u0000'))
      .map(([name, value]) => `${path}?${name}=${encodeURIComponent(value)}`),
  );

/** Every endpoint with what it must refuse. */
export function badSandboxInputs({ agent, testId }: Tested): readonly BadInput[] {
  const unknown = noId.map((id) => `/api/agents/${id}`);
  const noTest = fc.oneof(noId, fc.uuid());
  const of = (endpoint: string, request: Wrong): BadInput => ({ endpoint, request });
  return [
    of('POST /api/agents/{a}/test', wrongTests(`${agent}/test`)),
    of(
      'POST /api/agents/{unknown}/test',
      unknown.map((path) => ({ method: 'POST', path: `${path}/test`, body: json(GOOD) })),
    ),
    of(
      'GET …/test-history',
      fc.oneof(wrongPages(`${agent}/test-history`), getting(unknown.map((path) => `${path}/test-history`))),
    ),
    of('GET …/test/{t}', getting(noTest.map((id) => `${agent}/test/${id}`))),
    of('POST …/test/compare', wrongComparisons(`${agent}/test/compare`, testId)),
  ];
}
