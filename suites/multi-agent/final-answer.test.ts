import { describe, expect, it } from 'vitest';
import {
  coordinatedBy,
  DATA,
  family,
  isOf,
  leaving,
  OPTIMISATION,
  refusedWith,
  silentAfter,
  telling,
} from '../test-support/families.ts';
import type { Beat } from '../test-support/transcripts.ts';
import { findingsOf } from '../test-support/verdicts.ts';

type Story = readonly Beat[];

const judge = (transcript: ReturnType<typeof coordinatedBy>): readonly string[] =>
  findingsOf('multi-agent/answer-rests-on-sub-runs', transcript);
const briefly = (findings: readonly string[]): readonly string[] =>
  findings.map((finding) => finding.split(': ')[0] ?? '');
const answered = (answer: string): readonly string[] => briefly(judge(coordinatedBy(family(answer))));

const INVENTED = family('The total is 4,210.50 USD, and 948,213.77 can be saved.');
const resultOf = (story: Story, run: string, data: Readonly<Record<string, unknown>>): Story =>
  telling(story, isOf(run, 'tool_completed'), (beat) => ({ data: { ...beat.data, ...data } }));

describe('multi-agent/answer-rests-on-sub-runs', () => {
  it('passes on the figures that the sub-runs found', () => {
    expect(judge(coordinatedBy(family()))).toMatchInlineSnapshot(`
      [
        "pass their-figures: within 240000 ms an answer with amounts that the sub-runs found, and no others | 2 of theirs: 4,210.50, 812.25",
      ]
    `);
  });

  it('fails on a figure that nobody found', () => {
    expect(judge(coordinatedBy(INVENTED))).toMatchInlineSnapshot(`
      [
        "fail invented-figures: within 240000 ms an answer with amounts that the sub-runs found, and no others | 1 that no tool and no sub-run found: 948,213.77",
      ]
    `);
  });

  it('fails on an answer without figures of theirs', () => {
    expect(judge(coordinatedBy(family('All went well, and a lot can be saved.')))).toMatchInlineSnapshot(`
      [
        "fail no-figures: within 240000 ms an answer with amounts that the sub-runs found, and no others | no figure that a tool of a sub-run found",
      ]
    `);
  });

  it('fails on an answer that comes too late', () => {
    const late = telling(family(), isOf('run-1', 'agent_completed'), () => ({ afterMs: 240_000 }));
    expect(briefly(judge(coordinatedBy(late)))).toEqual(['fail late']);
  });

  it.each([
    ['rounded', 'About 4,211 in all, 812.3 of it to be saved.'],
    ['cut', 'About 4.2k, to be exact 4210.5; 812.2 to be saved.'],
    ['written as elsewhere', 'Gesamt 4.210,50 EUR, davon 812,25 EUR.'],
    ['written with thin spaces and a currency', 'USD4\u202f210.50, or $812.25 less.'],
    ['with a difference', '4210.50 now, 3,398.25 afterwards.'],
    ['with what was asked', 'Of 4210.50 the 612.75 of that day is most.'],
    ['with percentages', '4210.50, and 19.29 % of it, or 37.5 % of something, can be saved.'],
    ['among dates, names and years', 'On 2031-05-17 at 12:34, in 2027, vm-90210 (m5.24xlarge): 4210.50.'],
    ['in a list', '1. 4210.50\n2. 812.25\n3. wait 30 days'],
  ])('takes figures %s', (_what, answer) => {
    expect(answered(answer)).toEqual(['pass their-figures']);
  });

  it.each([
    ['changed by some cents', 'The total is 4210.59 and 812.25 can be saved.', 'fail invented-figures'],
    ['a yearly sum that no tool worked out', '4210.50 now, 9,747.00 in a year.', 'fail invented-figures'],
    ['only what was asked', 'On that day it was 612.75.', 'fail no-figures'],
  ])('does not take %s', (_what, answer, expected) => {
    expect(answered(answer)).toEqual([expected]);
  });

  it('takes a figure that a tool of the supervisor worked out', () => {
    const data = { tool_call_id: 'call-9', tool_name: 'calculate' };
    const opened = { type: 'tool_executing', data: { ...data, arguments: {} }, afterMs: 1, seq: 6 };
    const result = { ...data, status: 'success', result: { yearly: 9747 }, error: null, duration_ms: 1 };
    const story = family('4210.50 now, 9,747.00 in a year.').flatMap((beat): Story => {
      if (!isOf('run-1')(beat) || beat.seq < 6) return [beat];
      const moved = { ...beat, seq: beat.seq + 2 };
      return beat.seq === 6
        ? [opened, { ...opened, type: 'tool_completed', data: result, seq: 7 }, moved]
        : [moved];
    });
    expect(briefly(judge(coordinatedBy(story)))).toEqual(['pass their-figures']);
  });

  it('does not take what the request holds as well for a figure of theirs', () => {
    const known = resultOf(family('It was 612.75.'), 'run-2', { result: { most: 612.75 } });
    expect(briefly(judge(coordinatedBy(known)))).toEqual(['inconclusive only-known-figures']);
  });

  it.each<[string, Story, string]>([
    ['a sub-run that was not heard', leaving(INVENTED, isOf('run-3')), 'MA-2'],
    ['no sub-run', INVENTED.filter((beat) => isOf('run-1')(beat) && beat.type !== 'agent_handoff'), 'MA-1'],
    ['a sub-run without an end', leaving(INVENTED, isOf('run-3', 'agent_completed')), 'MA-2'],
    ['a call without an end', renumber(leaving(INVENTED, isOf('run-3', 'tool_completed'))), 'LC-5'],
    ['a result that is none', resultOf(INVENTED, 'run-3', { result: null }), 'LC-7'],
    ['events that are missing', leaving(INVENTED, isOf('run-3', 'agent_thinking')), 'LC-9'],
    [
      'tools that were not seen',
      renumber(leaving(INVENTED, (beat) => isOf('run-3')(beat) && beat.type.startsWith('tool_'))),
      'LC-14',
    ],
  ])('calls nothing invented after %s', (_what, story, because) => {
    expect(briefly(judge(coordinatedBy(story)))).toEqual([
      `inconclusive foreign-figures (because ${because})`,
    ]);
  });

  it('calls nothing invented in a recording that is not whole', () => {
    const found = briefly(judge(coordinatedBy(INVENTED, { isCut: true })));
    expect(found).toContain('inconclusive foreign-figures');
    expect(found.filter((line) => /^(pass|fail)/.test(line))).toEqual([]);
  });

  it('leaves it open where there is no answer', () => {
    expect(briefly(judge(silentAfter([])))).toEqual(['inconclusive no-end (because CN-4)']);
    expect(briefly(judge(refusedWith('AGENT_NOT_FOUND')))).toEqual(['inconclusive no-end (because MA-1)']);
    const wordless = telling(family(), isOf('run-1', 'agent_completed'), () => ({ data: {} }));
    expect(briefly(judge(coordinatedBy(wordless)))).toEqual(['inconclusive no-answer (because LC-7)']);
    const failed = telling(family(), isOf('run-1', 'agent_completed'), () => ({ type: 'agent_failed' }));
    expect(briefly(judge(coordinatedBy(failed)))).toEqual(['inconclusive not-completed (because CN-9)']);
  });

  it('gives up where there are too many numbers to tell one from another', () => {
    const result = { rows: Array.from({ length: 30_000 }, (_, index) => index * 1.37) };
    expect(briefly(judge(coordinatedBy(resultOf(INVENTED, 'run-2', { result }))))).toEqual([
      'inconclusive too-many-numbers',
    ]);
  });

  it('knows both agents of the story', () => {
    const agents = family().flatMap(({ over }) => over?.['agent'] ?? []);
    expect([...new Set(agents)]).toEqual([DATA, OPTIMISATION]);
  });
});

/** Each run counts anew, as one does that simply tells less. */
function renumber(story: Story): Story {
  const counts = new Map<string, number>();
  return story.map((beat) => {
    const run = beat.run ?? 'run-1';
    const seq = (counts.get(run) ?? 0) + 1;
    counts.set(run, seq);
    return { ...beat, seq };
  });
}
