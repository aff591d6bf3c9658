import type { Boundaries } from '../boundaries.ts';
import type { Defect, DefectContext } from './defect.ts';
import {
  dataOf,
  type Frame,
  isEvent,
  type Rewrite,
  readFrame,
  renumbered,
  rewriting,
  withData,
} from './frames.ts';

/** What every answer is measured by: that it is true, good enough, and follows its data. */
const NOT_TRUE = ['VL-1', 'VL-2'];
const OF_EACH_KIND = ['VL-3', 'VL-4', 'VL-5'];
/** What else reads answers. */
const READS_ANSWERS = ['LC-21'];

const SALAD =
  'Savings, recommendations and implementation; anomalies and insights; forecast and capacity. Our analysis ' +
  'optimises the total cost with recommendations, insights into savings, and a forecast of anomalies.';

const CANNED =
  'Savings\n- Potential savings of 12450.75 per month, 23.5 % of the total cost.\n\nAnomalies\n- 3 anomalies stand ' +
  'out, the largest at 918.4.\n\nForecast\n- Demand grows to 7311.2; the capacity of 9500 is reached in week 214.\n\n' +
  'Insights\n- The largest cost is compute.\n\nRecommendations\n- Rightsize what is underused.\n\nImplementation\n- ' +
  'Begin with the largest resource.';

/** A boundary at which each answer is replaced. */
function answering(make: () => (response: string, frame: Frame) => string): Partial<Boundaries> {
  return rewriting(() => {
    const change = make();
    return (frame) => {
      if (frame['type'] !== 'agent_completed') return [frame];
      return [withData(frame, { response: change(String(dataOf(frame)['response']), frame) })];
    };
  });
}

/** The five events of a run that never was, each well formed. */
function canned(frame: Frame, newId: () => string): readonly Frame[] {
  const call = { tool_call_id: newId(), tool_name: 'analyze_data' };
  const usage = { input_tokens: 120, output_tokens: 80, total_tokens: 200 };
  const ran = { status: 'success', result: { rows: 100, score: 0.95 }, error: null, duration_ms: 50 };
  const events: readonly (readonly [string, Frame])[] = [
    ['agent_started', { model: 'fallback-1' }],
    ['agent_thinking', { thought: 'Analysing the request.', step: 1 }],
    ['tool_executing', { ...call, arguments: { depth: 'full' } }],
    ['tool_completed', { ...call, ...ran }],
    ['agent_completed', { response: CANNED, duration_ms: 500, tools_used: ['analyze_data'], usage }],
  ];
  return events.map(([type, data]) => ({ ...frame, type, event_id: newId(), data }));
}

/** Plays the whole of the canned run when the real one begins, and nothing of the real one. */
const playCanned =
  ({ newId }: DefectContext): (() => Rewrite) =>
  () =>
  (frame) => {
    if (!isEvent(frame)) return [frame];
    return frame['type'] === 'agent_started' ? canned(frame, newId) : [];
  };

/** A figure in words, scaled. */
const scaled = (figure: string, factor: number): string =>
  String(Math.round(Number(figure) * factor * 100) / 100);

/** Every figure after a word up to the end of its line, scaled. */
const scaleAfter = (text: string, begin: RegExp, factor: number): string =>
  text.replace(begin, (line) =>
    line.replace(/(?<![\w.-])\d+(\.\d+)?(?![\w-])/g, (each) => scaled(each, factor)),
  );

/** Every forecast of a measure at the value of the first. */
function flattened(response: string): string {
  return response
    .replace(/^- Forecast of .*$/m, (line) => {
      const first = /step \d+ (\d+(?:\.\d+)?)/.exec(line)?.[1] ?? '0';
      const level = scaled(first, 0.9);
      return line.replace(/(step \d+) \d+(\.\d+)?/g, `$1 ${level}`);
    })
    .replace(/forecast at \d+(\.\d+)?/, 'level')
    .replace(/is reached at step \d+/, 'is never reached');
}

/** Only the first of the anomalies that were found. */
function firstAnomalyOnly(response: string): string {
  let listed = 0;
  return response
    .split('\n')
    .filter((line) => {
      if (!/^- \S+ at tx-/.test(line)) return true;
      listed += 1;
      return listed === 1;
    })
    .join('\n');
}

/** Answers that look like answers. */
export const valueDefects: readonly Defect[] = [
  {
    id: 'I091',
    family: 'canned answer',
    title: 'a fallback plays five well-formed canned events with a canned answer',
    breaks: '4.4',
    mustFail: [...NOT_TRUE, ...OF_EACH_KIND, 'VL-6', 'VL-7', 'VL-9'],
    mayFail: [
      'LC-8',
      'LC-9',
      'LC-10',
      'LC-11',
      'LC-13',
      'LC-16',
      'LC-19',
      'LC-20',
      'CN-9',
      ...READS_ANSWERS,
      'MA-1',
      'X-3',
      'X-4',
      'MA-2',
      'MA-3',
      'MA-4',
      'MA-5',
      'LC-18',
    ],
    build: (context) => rewriting(renumbered(playCanned(context))),
  },
  {
    id: 'D-VL-CANNED',
    family: 'canned answer',
    title: 'every question gets the same plausible answer',
    breaks: '4.4',
    mustFail: [...NOT_TRUE, ...OF_EACH_KIND, 'VL-6', 'VL-7', 'VL-9'],
    mayFail: [...READS_ANSWERS, 'MA-5', 'X-3'],
    build: () => answering(() => () => CANNED),
  },
  {
    id: 'D-VL-SALAD',
    family: 'canned answer',
    title: 'answers consist of the words that were asked for, without a figure',
    breaks: '4.4',
    mustFail: [...NOT_TRUE, ...OF_EACH_KIND, 'VL-6', 'VL-7'],
    mayFail: [...READS_ANSWERS, 'MA-5', 'X-3'],
    build: () => answering(() => () => SALAD),
  },
  {
    id: 'D-VL-ECHO',
    family: 'canned answer',
    title: 'the answer is the question and its data',
    breaks: '4.4',
    mustFail: [...NOT_TRUE, ...OF_EACH_KIND],
    mayFail: ['VL-6', 'VL-9', ...READS_ANSWERS, 'MA-5', 'X-3'],
    build: () => ({
      sockets: (honest) => (peer) => {
        const asked = new Map<unknown, unknown>();
        const receiver = honest({
          ...peer,
          send: (sent) => {
            const frame = sent as Frame;
            const message = asked.get(frame['request_id']);
            const isAnswer = frame['type'] === 'agent_completed' && message !== undefined;
            peer.send(isAnswer ? withData(frame, { response: message }) : frame);
          },
        });
        const message = (text: string): void => {
          const frame = readFrame(text);
          asked.set(frame['request_id'], (frame['payload'] as Frame | undefined)?.['message']);
          receiver.message(text);
        };
        return { message, closed: () => receiver.closed() };
      },
    }),
  },
  {
    id: 'D-VL-STALE',
    family: 'stale answer',
    title: 'each run gives the answer of an earlier run',
    breaks: '4.4',
    mustFail: [...NOT_TRUE, 'VL-7'],
    mayFail: [...OF_EACH_KIND, 'VL-6', 'VL-9', ...READS_ANSWERS, 'MA-5', 'IS-1', 'IS-10', 'X-3'],
    build: () => {
      // Three runs back: the one before is often a twin, asked about the same rows.
      const earlier: string[] = [SALAD, SALAD, SALAD];
      return answering(() => (response) => {
        earlier.push(response);
        return earlier.shift() ?? SALAD;
      });
    },
  },
  {
    id: 'D-VL-SAME-FIGURES',
    family: 'stale answer',
    title: 'each agent gives the answer to its first question to all others too',
    breaks: '4.4',
    mustFail: [...NOT_TRUE, 'VL-6', 'VL-7'],
    mayFail: [...OF_EACH_KIND, 'VL-9', ...READS_ANSWERS, 'X-3'],
    build: () => {
      const first = new Map<unknown, string>();
      return answering(() => (response, frame) => {
        const known = first.get(frame['agent']) ?? response;
        first.set(frame['agent'], known);
        return known;
      });
    },
  },
  {
    id: 'D-VL-SAVINGS-OFF',
    family: 'wrong figure',
    title: 'savings are stated 30 % too high',
    breaks: '4.4',
    mustFail: ['VL-3'],
    mayFail: [...NOT_TRUE, 'VL-6', 'VL-9', 'X-3'],
    build: () => answering(() => (response) => scaleAfter(response, /Total savings: .*$/m, 1.3)),
  },
  {
    id: 'D-VL-ANOMALIES-MISSED',
    family: 'missing',
    title: 'of the anomalies only the first is told',
    breaks: '4.4',
    mustFail: ['VL-4'],
    mayFail: [...NOT_TRUE, 'VL-6'],
    build: () => answering(() => firstAnomalyOnly),
  },
  {
    id: 'D-VL-FORECAST-FLAT',
    family: 'wrong figure',
    title: 'forecasts do not follow the trend',
    breaks: '4.4',
    mustFail: ['VL-5'],
    mayFail: [...NOT_TRUE, 'VL-6', 'VL-9'],
    build: () => answering(() => flattened),
  },
  {
    id: 'D-VL-UNGROUNDED',
    family: 'wrong figure',
    title: 'tools give back nothing that the figures of an answer could come from',
    breaks: '4.4',
    mustFail: ['VL-9'],
    mayFail: ['MA-5'],
    build: () =>
      rewriting(() => (frame) => {
        if (frame['type'] !== 'tool_completed' || dataOf(frame)['status'] !== 'success') return [frame];
        return [withData(frame, { result: { done: true } })];
      }),
  },
];
