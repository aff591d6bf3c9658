import { beforeAll, describe, expect, it } from 'vitest';
import { HTTP_OPERATORS } from './http.ts';
import { OPERATORS } from './operators.ts';
import { RECORDED, record } from './record.ts';
import { Bench, type Recording, reseal } from './recording.ts';
import { mutationScore, type OperatorScore } from './score.ts';
import { unexplained } from './survivors.ts';

/** A few of each operator, and always the same ones; `npm run prove` tries more. */
const SEED = 20_261;
const EACH = 4;

let chat: Recording;
let http: Recording;
beforeAll(async () => {
  const [one, two] = await record(RECORDED.chat, RECORDED.http);
  if (one === undefined || two === undefined) throw new TypeError('two campaigns were asked for');
  chat = one;
  http = two;
}, 240_000);

const scoreOf = (
  operators: typeof OPERATORS,
  recording: Recording,
  runsPerOperator = EACH,
): readonly OperatorScore[] =>
  mutationScore({ seed: SEED, runsPerOperator, operators, recordings: [recording] });

const idle = (scores: readonly OperatorScore[]): readonly string[] =>
  scores.filter(({ asDeclared }) => asDeclared === 0).map(({ id }) => id);

describe('a recording', () => {
  it('is judged as it was when it is sealed again, whole and in part', () => {
    const bench = new Bench(chat);
    const [[trial, transcript] = []] = chat.transcripts;
    if (trial === undefined || transcript === undefined) throw new TypeError('nothing was recorded');
    const same = { trial, entries: transcript.entries };
    expect(reseal(transcript, same).transcript?.entries).toEqual(transcript.entries);
    for (const of of ['trial', 'campaign'] as const)
      expect(bench.judge(same, of)).toEqual(bench.unchanged(trial, of));
    expect([...bench.unchanged(trial, 'campaign').values()].filter((verdict) => verdict !== 'pass')).toEqual(
      [],
    );
  });
});

describe('what the chat socket may not say is noticed, and what it may is not', () => {
  it('by every operator', () => {
    const scores = scoreOf(
      OPERATORS.filter((operator) => !HTTP_OPERATORS.includes(operator)),
      chat,
    );
    expect(unexplained(scores)).toEqual([]);
    expect(idle(scores)).toEqual([]);
  });
});

describe('what may not be answered over HTTP is noticed where it is asked about', () => {
  it('by every operator', () => {
    const scores = scoreOf(HTTP_OPERATORS, http, 2 * EACH);
    expect(unexplained(scores)).toEqual([]);
    expect(idle(scores)).toEqual([]);
  });
});

it('names each operator once', () => {
  const ids = OPERATORS.map(({ id }) => id);
  expect(ids).toEqual([...new Set(ids)]);
  expect(OPERATORS.filter(({ clause }) => !/^docs\/protocol\.md [\d.]+$/.test(clause))).toEqual([]);
});
