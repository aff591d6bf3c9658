/** Bad input for the ingest and the queries of the telemetry. */
import fc from 'fast-check';
import {
  at,
  awkward,
  type BadInput,
  getting,
  json,
  noId,
  noObject,
  notJson,
  posted,
  type Wrong,
} from './odd-values.ts';

type Fields = Readonly<Record<string, unknown>>;

/** What is in no column: for members that are required. */
const nothing = fc.oneof(
  fc.constant(null),
  fc.array(fc.integer(), { maxLength: 3 }),
  fc.dictionary(fc.string({ maxLength: 5 }), fc.integer(), { maxKeys: 3 }),
);

/** A word that no list of words has. */
const noWord = awkward.map((text) => `no-such-${text}`);

const NO_TIMES = ['yesterday', '2026-13-45T99:00:00Z', 'x'.repeat(5000), '\u0000'] as const;
const LONG = 'é'.repeat(300);

/** Members of a run that are out of shape or range. */
const wrongMembers = fc.oneof(
  fc.tuple(fc.constantFrom('agent_id', 'agent_version', 'status', 'started_at'), nothing),
  fc.tuple(fc.constantFrom('agent_id', 'agent_version', 'environment'), fc.constantFrom('', LONG)),
  fc.tuple(fc.constant('status'), noWord),
  fc.tuple(fc.constantFrom('started_at', 'ended_at'), fc.constantFrom(...NO_TIMES)),
  fc.tuple(fc.constant('run_id'), noWord),
  fc.tuple(fc.constant('steps'), fc.oneof(noWord, fc.constantFrom([null], [[]], ['step'], { seq: 0 }))),
  // It goes with failed runs only, and this one succeeded.
  fc.tuple(fc.constant('failure'), fc.constant({ failure_type: 'tool', failure_code: 'a', message: 'b' })),
  fc.tuple(fc.stringMatching(/^other_[a-z]{1,9}$/), fc.oneof(fc.integer(), awkward)),
);

/** Members of the only step that are out of shape or range. */
const wrongStepMembers = fc.oneof(
  fc.tuple(fc.constantFrom('name', 'step_type', 'started_at', 'seq', 'latency_ms'), nothing),
  fc.tuple(fc.constant('latency_ms'), fc.oneof(fc.integer({ max: -1 }), fc.constantFrom(1.5, 'slow'))),
  fc.tuple(fc.constant('seq'), fc.oneof(fc.integer({ max: -1 }), fc.integer({ min: 1 }))),
  fc.tuple(fc.constant('step_type'), noWord),
  fc.tuple(fc.constant('name'), fc.constantFrom('', LONG)),
  fc.tuple(fc.constant('step_id'), noWord),
  fc.tuple(fc.constant('metadata'), fc.oneof(noWord, fc.constantFrom([1], 17))),
  fc.tuple(fc.stringMatching(/^other_[a-z]{1,9}$/), awkward),
);

/** A run that is good but for one thing. */
function wrongRuns(path: string, run: Fields, step: Fields): Wrong {
  const missing = fc
    .constantFrom('agent_id', 'agent_version', 'status', 'started_at')
    .map((name) => json({ ...run, [name]: undefined }));
  return fc.oneof(
    posted(
      path,
      wrongMembers.map(([name, value]) => json({ ...run, [name]: value })),
    ),
    posted(
      path,
      wrongStepMembers.map(([name, value]) => json({ ...run, steps: [{ ...step, [name]: value }] })),
    ),
    posted(path, missing),
    posted(path, noObject),
    notJson(path),
  );
}

/** Parameters that are out of range, or are none; a list may take them for something in range. */
const wrongFilters = (
  path: string,
  names: readonly ('start_time' | 'end_time' | 'page' | 'page_size')[],
): Wrong =>
  getting(
    fc
      .constantFrom(...names)
      .chain((name) =>
        fc
          .constantFrom(...(name.endsWith('time') ? NO_TIMES : ['0', '-1', 'abc', '1e3x', 'NaN', '\u0000']))
          .map((value) => `${path}?${name}=${encodeURIComponent(value)}`),
      ),
  );

/** Every endpoint with what it must refuse; the run and its step are good ones. */
export function badTelemetryInputs(run: Fields, step: Fields): readonly BadInput[] {
  const runs = '/v1/runs';
  const unknown = fc.oneof(noId, fc.uuid()).map((id) => `${runs}/${id}`);
  const of = (endpoint: string, surface: 'ingest' | 'query', request: Wrong): BadInput => ({
    endpoint,
    request: at(surface, request),
  });
  return [
    of('POST /v1/runs', 'ingest', wrongRuns(runs, run, step)),
    of('GET /v1/runs', 'query', wrongFilters(runs, ['start_time', 'end_time', 'page', 'page_size'])),
    of('GET /v1/runs/{r}', 'query', getting(unknown)),
    of('GET …/{r}/steps', 'query', getting(unknown.map((path) => `${path}/steps`))),
    of('GET …/{r}/failures', 'query', getting(unknown.map((path) => `${path}/failures`))),
    of('GET /v1/stats', 'query', wrongFilters('/v1/stats', ['start_time', 'end_time'])),
  ];
}
