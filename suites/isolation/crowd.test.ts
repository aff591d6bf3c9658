import { describe, expect, it } from 'vitest';
import type { Transcript } from '../../harness/evidence/transcript.ts';
import { USERS } from '../../scenarios/isolation.ts';
import {
  type Beat,
  completed,
  executed,
  executing,
  started,
  storyOf,
  Tape,
  thinking,
} from '../test-support/transcripts.ts';
import { findingsOf } from '../test-support/verdicts.ts';

const CANARIES: Readonly<Record<string, string>> = {
  ada: 'prkvzljjgvrhptqmkqngqqnmrrtjsvpmpzqj',
  grace: 'rgrrnwwrwxmprqhjhxqzslnjwnxqmtwsnskh',
};
const TOTALS: Readonly<Record<string, string>> = { ada: '410.00', grace: '730.00' };
const NAMES = ['ada', 'grace'] as const;
type Name = (typeof NAMES)[number];

const answer = (of: Name): Readonly<Record<string, unknown>> => ({
  response: `The total is ${TOTALS[of]} USD; svc-${CANARIES[of]} costs most.`,
});
const story = (of: Name): readonly Beat[] =>
  storyOf(started(), thinking(), executing(), executed(), completed()).map((beat) => ({
    ...beat,
    run: `run-${of}`,
    data: beat.type === 'agent_completed' ? { ...beat.data, ...answer(of) } : beat.data,
  }));

interface Telling {
  /** What each user is told, in place of the own story. */
  readonly stories?: Partial<Record<Name, readonly Beat[]>>;
  /** What else comes to the idle socket of grace. */
  readonly onIdle?: Readonly<Record<string, unknown>>;
  /** The runs one after the other. */
  readonly inTurn?: boolean;
  /** The last ping is not answered. */
  readonly isDeaf?: boolean;
  /** Whose event comes to the idle socket of grace instead. */
  readonly taken?: boolean;
}

function crowd({
  stories = {},
  onIdle,
  inTurn = false,
  isDeaf = false,
  taken = false,
}: Telling = {}): Transcript {
  const tape = new Tape('users-at-once');
  const busy = NAMES.map((name) => tape.as(name).session(USERS.busy));
  const idle = NAMES.map((name) => tape.as(name).session(USERS.idle).pings());
  const asks = busy.map((wire, index) => {
    const name = NAMES[index] ?? 'ada';
    const cost = TOTALS[name];
    return wire.asks(USERS.run, {
      message: `What is the total?\n\nReport ${CANARIES[name]}:\n2025-03-01,svc-${CANARIES[name]},${cost}`,
    });
  });
  const told = NAMES.map((name) => stories[name] ?? story(name));
  const tellTo = (index: number, beat: Beat | undefined): void => {
    const asked = asks[index];
    if (beat === undefined || asked === undefined) return;
    tape.wait(beat.afterMs);
    (taken ? idle[1] : busy[index])?.tellsOne(asked, beat);
  };
  const longest = Math.max(...told.map(({ length }) => length));
  const turns = told.flatMap((beats, index) => beats.map((beat) => ({ index, beat })));
  const mixed = Array.from({ length: longest }, (_, at) =>
    told.map((beats, index) => ({ index, beat: beats[at] })),
  ).flat();
  for (const { index, beat } of inTurn ? turns : mixed) tellTo(index, beat);
  if (onIdle !== undefined) idle[1]?.receives(onIdle);
  if (taken)
    for (const [index, wire] of busy.entries()) wire.misses(`end of ${asks[index]?.requestId}`, 120_000);
  for (const wire of [...busy, ...idle]) {
    if (isDeaf) wire.pings(null).closes();
    else wire.listens().closes();
  }
  return tape.transcript();
}

const verdicts = (check: string, telling: Telling = {}): readonly string[] =>
  findingsOf(`isolation/${check}`, crowd(telling), { 'VP-FANOUT': 'originating-socket' });

const withThought = (of: Name, thought: string): readonly Beat[] =>
  story(of).map((beat) =>
    beat.type === 'agent_thinking' ? { ...beat, data: { ...beat.data, thought } } : beat,
  );

const CHECKS = [
  'keeps-words-apart',
  'names-only-the-owner',
  'leaves-the-idle-alone',
  'keeps-disguised-words-apart',
  'answers-from-own-data',
  'finds-planted-leaks',
  'keeps-many-apart',
  'keeps-older-sockets-served',
];

describe('users at once', () => {
  it.each(CHECKS)('who are kept apart: %s passes', (check) => {
    const all = verdicts(check);
    expect(all.length).toBeGreaterThan(0);
    expect(all.filter((finding) => !finding.startsWith('pass'))).toEqual([]);
  });

  it.each(CHECKS.filter((check) => check !== 'names-only-the-owner'))(
    'of whom nobody came: %s says nothing',
    (check) => {
      const nobody = new Tape('users-at-once').transcript();
      expect(findingsOf(`isolation/${check}`, nobody)[0]).toMatch(/^inconclusive/);
    },
  );

  it.each(['keeps-words-apart', 'keeps-disguised-words-apart', 'finds-planted-leaks', 'keeps-many-apart'])(
    'whose runs did not overlap: %s says nothing',
    (check) => {
      expect(verdicts(check, { inTurn: true })).toEqual([expect.stringMatching(/^inconclusive not-at-once/)]);
    },
  );

  it.each(['keeps-words-apart', 'leaves-the-idle-alone'])(
    'whose sockets were not alive: %s says nothing',
    (check) => {
      expect(verdicts(check, { isDeaf: true })[0]).toMatch(/^inconclusive not-alive \(because CN-3\)/);
    },
  );
});

describe('what one user sent', () => {
  it('in a frame of another is a leak', () => {
    const stories = { ada: withThought('ada', `as ${CANARIES['grace']} said`) };
    expect(verdicts('keeps-words-apart', { stories })[0]).toMatch(
      /^fail leak.*ada received, plain, what grace sent/,
    );
    expect(verdicts('keeps-many-apart', { stories })[0]).toMatch(/^fail leak/);
    expect(verdicts('keeps-disguised-words-apart', { stories })[0]).toMatch(/^pass/);
  });

  it.each([
    ['encoded', (word: string) => Buffer.from(word).toString('base64')],
    ['reversed', (word: string) => [...word].reverse().join('')],
  ])('%s is a leak', (dress, disguise) => {
    const stories = { ada: withThought('ada', disguise(CANARIES['grace'] ?? '')) };
    expect(verdicts('keeps-disguised-words-apart', { stories })[0]).toMatch(
      new RegExp(`^fail leak.*received, ${dress},`),
    );
    expect(verdicts('keeps-words-apart', { stories })[0]).toMatch(/^pass/);
  });

  it('split over frames is a leak', () => {
    const pieces = (CANARIES['grace'] ?? '').match(/.{4}/g) ?? [];
    const thoughts = pieces.map((thought, step) => [20, 'agent_thinking', { thought, step }] as const);
    const split = storyOf(started(), ...thoughts, completed()).map((beat) => ({ ...beat, run: 'run-ada' }));
    expect(verdicts('keeps-disguised-words-apart', { stories: { ada: split } })[0]).toMatch(
      /^fail leak.*in pieces/,
    );
  });
});

describe('events', () => {
  it('that never came name no owner', () => {
    expect(verdicts('names-only-the-owner', { stories: { ada: [], grace: [] } })[0]).toMatch(
      /^inconclusive no-events \(because CN-4\)/,
    );
  });

  it('that name another user are told', () => {
    const stories = { ada: story('ada').map((beat) => ({ ...beat, over: { user_id: 'grace' } })) };
    expect(verdicts('names-only-the-owner', { stories })[0]).toMatch(/^fail wrong-user.*names grace/);
  });

  it("of another user's run on an idle socket are told", () => {
    const onIdle = {
      type: 'agent_thinking',
      event_id: 'e',
      seq: 2,
      run_id: 'run-ada',
      user_id: 'ada',
      data: {},
    };
    expect(verdicts('leaves-the-idle-alone', { onIdle })[0]).toMatch(/^fail overheard/);
    expect(verdicts('names-only-the-owner', { onIdle })[0]).toMatch(/^fail/);
  });

  it('that a newer socket took are told', () => {
    expect(verdicts('keeps-older-sockets-served', { taken: true })[0]).toMatch(/^fail taken/);
  });
});

describe('an answer', () => {
  const answering = (response: string) => ({
    ada: story('ada').map((beat) =>
      beat.type === 'agent_completed' ? { ...beat, data: { ...beat.data, response } } : beat,
    ),
  });

  it("with another user's figures fails", () => {
    expect(verdicts('answers-from-own-data', { stories: answering('It is 730.00 USD.') })[0]).toMatch(
      /^fail foreign-answer.*grace/,
    );
  });

  it('with neither shows nothing', () => {
    expect(verdicts('answers-from-own-data', { stories: answering('All is well.') })[0]).toMatch(
      /^inconclusive shows-nothing \(because VL-1\)/,
    );
  });
});

describe('isolation/succeeds-often-enough', () => {
  const lost = { ada: story('ada').slice(0, 2) };
  const sessions = (good: number, bad: number): readonly Transcript[] =>
    Array.from({ length: (good + bad) / 2 }, (_, index) => {
      const made = crowd(
        index < good / 2
          ? {}
          : { stories: { ada: lost.ada, grace: story('grace').slice(0, 2) }, taken: true },
      );
      return { ...made, header: { ...made.header, trial: `users-at-once-${index + 1}` } };
    });
  const judge = (good: number, bad: number) =>
    findingsOf('isolation/succeeds-often-enough', sessions(good, bad)).join();

  it('passes with 14 of 14', () => {
    expect(judge(14, 0)).toMatch(/^pass often-enough.*14 of 14/);
  });

  it('cannot tell with 4 of 4, and says how many more it takes', () => {
    expect(judge(4, 0)).toMatch(/^inconclusive too-few.*4 of 4.*10 more would settle it/);
  });

  it('fails with 4 of 14', () => {
    expect(judge(4, 10)).toMatch(/^fail too-seldom.*4 of 14/);
  });
});
