import { handling, withBody } from './answers.ts';
import type { Defect } from './defect.ts';
import { type Frame, readFrame } from './frames.ts';
import {
  failureIn,
  hearing,
  lenient,
  listIn,
  strict,
  TELEMETRY_METRICS,
  TELEMETRY_RUN,
  TELEMETRY_RUNS,
  telemetry,
  withSteps,
} from './telemetry-answers.ts';

const SECTION = { breaks: '7' } as const;

/** What the requirements on privacy look for besides the refusal. */
const LEFT_BEHIND = telemetry(4);

const NAMES_CONTENT = /prompt|response|output|input|content|text|message|reasoning|thought|document|chunk/i;

/** A run whose metadata keeps only some members, at the first level or at all of them. */
function keeping(run: Frame, keeps: (key: string, value: unknown) => boolean): Frame {
  return withSteps(run, (step) => ({
    ...step,
    metadata: Object.fromEntries(
      Object.entries((step['metadata'] ?? {}) as Frame).filter(([key, value]) => keeps(key, value)),
    ),
  }));
}

function isNested(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}

/** The members that the protocol knows. */
const MEMBERS: ReadonlySet<string> = new Set([
  ...['run_id', 'agent_id', 'agent_version', 'environment', 'status', 'started_at', 'ended_at', 'steps'],
  ...['failure', 'step_id', 'seq', 'step_type', 'name', 'latency_ms', 'metadata'],
  ...['failure_type', 'failure_code', 'message'],
]);

function known(body: Frame): Frame {
  return Object.fromEntries(Object.entries(body).filter(([name]) => MEMBERS.has(name)));
}

/** Remembers what was refused, for those who must not. */
function afterRefusal(remember: (run: Frame) => void) {
  return handling(
    ({ method, path }) => method === 'POST' && TELEMETRY_RUNS.test(path),
    async ({ request }, honest) => {
      const copy = request.clone();
      const response = await honest(request);
      if (response.status === 422) remember(readFrame(await copy.text()));
      return response;
    },
  ).http;
}

/** An ingest that keeps what it must not, or refuses what it may keep. */
export const telemetryPrivacyDefects: readonly Defect[] = [
  {
    ...SECTION,
    id: 'D-TR-PROMPT-TAKEN',
    family: 'leaked raw',
    title: 'a run with a prompt in its metadata is taken',
    mustFail: ['TR-4.1'],
    mayFail: LEFT_BEHIND,
    build: () => lenient((run) => keeping(run, (key) => !/^prompts?$/.test(key))),
  },
  {
    ...SECTION,
    id: 'D-TR-WHOLE-KEYS-ONLY',
    family: 'leaked raw',
    title: 'a forbidden word with something before it is taken',
    mustFail: ['TR-4.2', 'TR-4.7'],
    mayFail: LEFT_BEHIND,
    build: () =>
      lenient((run) => keeping(run, (key) => !/[a-z][_.-]?(prompt|response|output|input|text)$/i.test(key))),
  },
  {
    ...SECTION,
    id: 'D-TR-THOUGHTS-TAKEN',
    family: 'leaked raw',
    title: 'chains of thought are taken',
    mustFail: ['TR-4.3'],
    mayFail: LEFT_BEHIND,
    build: () => lenient((run) => keeping(run, (key) => !/thought|reasoning/i.test(key))),
  },
  {
    ...SECTION,
    id: 'D-TR-LONG-TEXT',
    family: 'leaked raw',
    title: 'texts of any length are taken',
    mustFail: ['TR-4.4'],
    mayFail: LEFT_BEHIND,
    build: () =>
      lenient((run) => keeping(run, (_, value) => typeof value !== 'string' || value.length <= 100)),
  },
  {
    ...SECTION,
    id: 'D-TR-PERSONAL-TAKEN',
    family: 'leaked raw',
    title: 'personal data in the metadata is taken',
    mustFail: ['TR-4.5'],
    mayFail: LEFT_BEHIND,
    build: () =>
      lenient((run) => keeping(run, (key, value) => typeof value !== 'string' || NAMES_CONTENT.test(key))),
  },
  {
    ...SECTION,
    id: 'D-TR-DIGITS-REFUSED',
    family: 'over-refusal',
    title: 'every long row of digits counts as personal data',
    mustFail: ['TR-4.5'],
    mayFail: ['TR-4.9', 'TR-4.10', 'TR-2.4'],
    build: () =>
      strict('PRIVACY', (run) =>
        listIn(run, 'steps').some(({ metadata }) => /"\d{9,}"/.test(JSON.stringify(metadata ?? {}))),
      ),
  },
  {
    ...SECTION,
    id: 'D-TR-SECRET-IN-MESSAGE',
    family: 'leaked raw',
    title: 'the message of a failure is not looked into',
    mustFail: ['TR-4.6'],
    mayFail: LEFT_BEHIND,
    build: () =>
      lenient((run) => {
        const failure = failureIn(run);
        return failure === undefined ? run : { ...run, failure: { ...failure, message: 'left out' } };
      }),
  },
  {
    ...SECTION,
    id: 'M9',
    family: 'leaked raw',
    title: 'forbidden keys below the first level are taken',
    mustFail: ['TR-4.7'],
    mayFail: LEFT_BEHIND,
    build: () => lenient((run) => keeping(run, (_, value) => !isNested(value))),
  },
  {
    ...SECTION,
    id: 'D-TR-UNKNOWN-MEMBERS',
    family: 'swallowed error',
    title: 'members that nobody knows are left out in silence',
    mustFail: ['TR-4.8'],
    mayFail: [...LEFT_BEHIND, 'RS-13'],
    build: () =>
      lenient((run) => {
        const failure = failureIn(run);
        const outer = failure === undefined ? known(run) : { ...known(run), failure: known(failure) };
        return withSteps(outer, known);
      }),
  },
  {
    ...SECTION,
    id: 'D-TR-NUMBERS-AS-TEXT',
    family: 'drifted schema',
    title: 'numbers in the metadata come back as text',
    mustFail: ['TR-4.9'],
    mayFail: telemetry(1, 2, 3, 4, 6, 7),
    build: () =>
      hearing((run) =>
        withSteps(run, (step) => ({
          ...step,
          metadata: Object.fromEntries(
            Object.entries((step['metadata'] ?? {}) as Frame).map(([key, value]) => [
              key,
              typeof value === 'number' ? String(value) : value,
            ]),
          ),
        })),
      ),
  },
  {
    ...SECTION,
    id: 'M10',
    family: 'over-refusal',
    title: 'a key that only contains a forbidden word is refused',
    mustFail: ['TR-4.10'],
    mayFail: ['TR-4.9', 'TR-2.4'],
    build: () =>
      strict('PRIVACY', (run) =>
        listIn(run, 'steps').some(({ metadata }) =>
          Object.keys((metadata ?? {}) as Frame).some((key) => NAMES_CONTENT.test(key)),
        ),
      ),
  },
  {
    ...SECTION,
    id: 'D-TR-REFUSED-READABLE',
    family: 'half done',
    title: 'what was refused is stored all the same and can be read',
    mustFail: ['TR-4.11'],
    mayFail: ['TR-6.1', ...telemetry(1, 2, 3), ...LEFT_BEHIND],
    build: () => {
      const refused = new Map<unknown, Frame>();
      const remembering = afterRefusal((run) => refused.set(run['run_id'], run));
      const reading = handling(
        ({ method, path }) => method === 'GET' && TELEMETRY_RUN.test(path),
        async ({ request, path }, honest) => {
          const response = await honest(request);
          const kept = refused.get(path.split('/').at(-1));
          return response.status === 404 && kept !== undefined ? withBody(response, kept, 200) : response;
        },
      ).http;
      return { http: (honest) => reading?.(remembering?.(honest) ?? honest) ?? honest };
    },
  },
  {
    ...SECTION,
    id: 'D-TR-REFUSAL-ECHOES',
    family: 'leaked through an error',
    title: 'a refusal repeats what it refuses',
    mustFail: ['TR-4.11'],
    mayFail: ['TR-1.11', 'X-1'],
    build: () =>
      handling(
        ({ method, path }) => method === 'POST' && TELEMETRY_RUNS.test(path),
        async ({ request }, honest) => {
          const copy = request.clone();
          const response = await honest(request);
          if (response.status !== 422) return response;
          const { code } = (await response.json()) as Frame;
          return withBody(response, { detail: `not acceptable: ${await copy.text()}`, code });
        },
      ),
  },
  {
    ...SECTION,
    id: 'D-TR-METRICS-TELL',
    family: 'leaked through telemetry',
    title: 'the metrics repeat what was refused',
    mustFail: ['TR-4.11'],
    mayFail: ['TR-10.3'],
    build: () => {
      const refused: string[] = [];
      const remembering = afterRefusal((run) => refused.push(JSON.stringify(run['steps'] ?? {})));
      const telling = handling(
        ({ path }) => TELEMETRY_METRICS.test(path),
        async ({ request }, honest) => {
          const response = await honest(request);
          if (response.status >= 300) return response;
          const comments = refused.map((text) => `# refused ${text}\n`).join('');
          return new Response(`${await response.text()}${comments}`, response);
        },
      ).http;
      return { http: (honest) => telling?.(remembering?.(honest) ?? honest) ?? honest };
    },
  },
];
