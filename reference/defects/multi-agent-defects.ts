import type { Defect } from './defect.ts';
import {
  changingEvents,
  dataOf,
  type Frame,
  firstOfRun,
  isEvent,
  readFrame,
  receivingThrough,
  renumbered,
  replacing,
  rewriting,
  runOf,
  TERMINAL,
  withData,
} from './frames.ts';

const isSub = (frame: Frame): boolean => isEvent(frame) && typeof frame['parent_run_id'] === 'string';
const isHandOver = (frame: Frame): boolean => frame['type'] === 'agent_handoff';
const isTerminal = (frame: Frame): boolean => TERMINAL.has(frame['type']);

const DATA = 'unified_data_agent';
const OPTIMISATION = 'optimization_agent';
const SUPERVISOR = 'supervisor_agent';

/** The names of the two agents, each for the other. */
const swapped = (name: unknown): unknown =>
  name === DATA ? OPTIMISATION : name === OPTIMISATION ? DATA : name;

/** Changes what is sent of sub-runs, one for one. */
const changingSubRuns = (change: (frame: Frame) => Frame) =>
  changingEvents(() => (frame) => (isSub(frame) ? change(frame) : frame));

/** Changes the answer of the supervisor. */
const answering = (change: (response: string) => string) =>
  replacing(['agent_completed'], (frame) =>
    frame['agent'] === SUPERVISOR
      ? withData(frame, { response: change(String(dataOf(frame)['response'])) })
      : frame,
  );

/** Hand-overs and sub-runs that are not what they should be. */
export const multiAgentDefects: readonly Defect[] = [
  {
    id: 'D-MA-NO-SUB-RUN',
    family: 'missing',
    title: 'hand-overs are announced, and nothing comes of them',
    breaks: '4.6',
    mustFail: ['MA-2'],
    mayFail: ['LC-12'],
    build: () => rewriting(() => (frame) => (isSub(frame) ? [] : [frame])),
  },
  {
    id: 'D-MA-NO-PARENT',
    family: 'missing',
    title: 'sub-runs do not name their parent',
    breaks: '4.6',
    mustFail: ['MA-2'],
    mayFail: [],
    build: () => changingSubRuns((frame) => ({ ...frame, parent_run_id: null })),
  },
  {
    id: 'D-MA-WRONG-PARENT',
    family: 'wrong id',
    title: 'sub-runs name a parent that did not hand over to them',
    breaks: '4.6',
    mustFail: ['MA-2'],
    mayFail: [],
    build: ({ newId }) => {
      const other = newId();
      return changingSubRuns((frame) => ({ ...frame, parent_run_id: other }));
    },
  },
  {
    id: 'D-MA-NEVER-ENDS',
    family: 'stuck state',
    title: 'sub-runs never end',
    breaks: '4.6',
    mustFail: ['MA-2'],
    mayFail: [],
    build: () => rewriting(() => (frame) => (isSub(frame) && isTerminal(frame) ? [] : [frame])),
  },
  {
    id: 'D-MA-NO-START',
    family: 'missing',
    title: 'sub-runs begin without agent_started',
    breaks: '4.6',
    mustFail: ['MA-2'],
    mayFail: ['LC-13'],
    build: () =>
      rewriting(
        renumbered(() => (frame) => (isSub(frame) && frame['type'] === 'agent_started' ? [] : [frame])),
      ),
  },
  {
    id: 'D-MA-OUTLIVES',
    family: 'reordered',
    title: 'the last sub-run ends after its parent',
    breaks: '4.6',
    mustFail: ['MA-3'],
    mayFail: ['LC-11', 'LC-13'],
    build: () =>
      rewriting(() => {
        const held = new Map<unknown, Frame>();
        return (frame) => {
          if (isSub(frame) && isTerminal(frame) && frame['agent'] === OPTIMISATION) {
            held.set(frame['parent_run_id'], frame);
            return [];
          }
          const late = isTerminal(frame) ? held.get(runOf(frame)) : undefined;
          return late === undefined ? [frame] : [frame, late];
        };
      }),
  },
  {
    id: 'D-MA-ANNOUNCED-LATE',
    family: 'reordered',
    title: 'a sub-run is announced after it has started',
    breaks: '4.6',
    mustFail: ['MA-3'],
    mayFail: ['LC-11'],
    build: () =>
      rewriting(() => {
        const held = new Map<unknown, Frame>();
        const isFirst = firstOfRun();
        return (frame) => {
          if (isHandOver(frame)) {
            held.set(dataOf(frame)['to_run_id'], frame);
            return [];
          }
          const late = isEvent(frame) && isFirst(frame) ? held.get(runOf(frame)) : undefined;
          return late === undefined ? [frame] : [frame, late];
        };
      }),
  },
  {
    id: 'D-MA-ORDER',
    family: 'reordered',
    title: 'the optimisation agent comes before the data agent',
    breaks: '4.6',
    mustFail: ['MA-4'],
    mayFail: [],
    build: () =>
      changingEvents(() => (frame) => {
        if (isHandOver(frame)) return withData(frame, { to_agent: swapped(dataOf(frame)['to_agent']) });
        return isSub(frame) ? { ...frame, agent: swapped(frame['agent']) } : frame;
      }),
  },
  {
    id: 'D-MA-ALONE',
    family: 'missing',
    title: 'only one agent takes part besides the supervisor',
    breaks: '4.6',
    mustFail: ['MA-1'],
    mayFail: ['MA-5', 'LC-12'],
    build: () =>
      rewriting(
        renumbered(
          () => (frame) =>
            (isSub(frame) && frame['agent'] === OPTIMISATION) ||
            (isHandOver(frame) && dataOf(frame)['to_agent'] === OPTIMISATION)
              ? []
              : [frame],
        ),
      ),
  },
  {
    id: 'D-MA-NO-SUPERVISOR',
    family: 'missing',
    title: 'nobody knows the supervisor',
    breaks: '4.4',
    mustFail: ['MA-1'],
    mayFail: [],
    build: () =>
      receivingThrough((peer, pass) => (text) => {
        const { payload, request_id } = readFrame(text);
        if ((payload as Frame | undefined)?.['agent'] !== SUPERVISOR) return pass(text);
        peer.send({ type: 'error', code: 'AGENT_NOT_FOUND', message: 'no agent of that name', request_id });
      }),
  },
  {
    id: 'D-MA-ONE-RUN',
    family: 'wrong id',
    title: 'the events of sub-runs come under the run_id of their parent',
    breaks: '4.6',
    mustFail: ['MA-2', 'LC-2', 'LC-3', 'LC-8', 'LC-9'],
    mayFail: ['LC-4', 'LC-5', 'LC-6', 'LC-10', 'LC-11', 'LC-13', 'LC-14', 'MA-1', 'MA-3', 'MA-4', 'MA-5'],
    build: () =>
      changingSubRuns((frame) => ({ ...frame, run_id: frame['parent_run_id'], parent_run_id: null })),
  },
  {
    id: 'D-MA-OTHER-USER',
    family: 'wrong user',
    title: 'sub-runs belong to another user',
    breaks: '4.6',
    mustFail: ['MA-2', 'LC-8'],
    mayFail: ['IS-2'],
    build: () => changingSubRuns((frame) => ({ ...frame, user_id: 'somebody-else' })),
  },
  {
    id: 'D-MA-INVENTED',
    family: 'wrong figure',
    title: 'the supervisor adds a figure that nobody found',
    breaks: '4.6',
    mustFail: ['MA-5'],
    mayFail: [],
    build: () => answering((response) => `${response}\n\nIn a year this comes to 948,213.77.`),
  },
  {
    id: 'D-MA-NO-FIGURES',
    family: 'missing',
    title: 'the supervisor answers without what its sub-runs found',
    breaks: '4.6',
    mustFail: ['MA-5'],
    mayFail: [],
    build: () => answering(() => 'Both agents have finished. All went well, and a lot can be saved.'),
  },
];
