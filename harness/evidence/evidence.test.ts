import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { decodeTranscript } from './codec.ts';
import { fileSink } from './file-sink.ts';
import { type EvidenceBounds, Recorder } from './recorder.ts';
import { createRedactor, heldSecret, type Redactor } from './redaction.ts';
import { type EntryDraft, TRANSCRIPT_FORMAT, type TranscriptHeader } from './transcript.ts';

const HEADER: TranscriptHeader = {
  format: TRANSCRIPT_FORMAT,
  campaign: 'c-1',
  scenario: 'plain-session',
  trial: 'plain-session-1',
  seed: 7,
  startedAt: '2026-01-05T10:00:00.000Z',
  harness: '0.1.0',
  actors: [{ name: 'ada' }],
};
const OBSERVER = { loopDelayP99Ms: 1, stalledMs: 2, samples: 3 };
const AMPLE: EvidenceBounds = { entries: 10_000, bytes: 10_000_000 };

function record(drafts: readonly EntryDraft[], redactor: Redactor = createRedactor(), bounds = AMPLE) {
  let text = '';
  let isClosed = false;
  const sink = {
    write: (block: string) => {
      text += block;
    },
    close: () => {
      isClosed = true;
    },
  };
  const recorder = new Recorder(HEADER, sink, redactor, bounds);
  const seqs = drafts.map((draft, index) => recorder.record(index * 1.5, draft));
  return {
    recorder,
    seqs,
    finish: () => recorder.seal(99.5, 'finished', OBSERVER),
    text: () => text,
    isClosed: () => isClosed,
  };
}

function sealedText(drafts: readonly EntryDraft[], redactor?: Redactor, bounds?: EvidenceBounds): string {
  const recording = record(drafts, redactor, bounds);
  recording.finish();
  return recording.text();
}

const frame = (text: string): EntryDraft => ({
  kind: 'ws.frame',
  actor: 'ada',
  socket: 1,
  direction: 'in',
  encoding: 'utf8',
  bytes: Buffer.byteLength(text),
  text,
});
const THREE = [frame('{"type":"pong"}'), frame('"ü€😀\n\u2028'), frame('')];

const anyDraft: fc.Arbitrary<EntryDraft> = fc.oneof(
  fc.string({ unit: 'binary' }).map(frame),
  fc.record({
    kind: fc.constant('ws.close' as const),
    actor: fc.string(),
    socket: fc.nat(),
    code: fc.nat(4999),
    reason: fc.string({ unit: 'grapheme' }),
    by: fc.constantFrom('target' as const, 'harness' as const, 'network' as const),
  }),
  fc.record({
    kind: fc.constant('http.response' as const),
    actor: fc.constant('ada'),
    exchange: fc.nat(),
    status: fc.nat(599),
    headers: fc.dictionary(fc.string(), fc.string()),
    body: fc.string(),
    encoding: fc.constant('utf8' as const),
    bytes: fc.nat(),
  }),
);

describe('what was recorded', () => {
  it('is read back as it was, whatever came over the wire', () => {
    fc.assert(
      fc.property(fc.array(anyDraft, { maxLength: 20 }), (drafts) => {
        const { transcript, damage } = decodeTranscript(sealedText(drafts));
        expect(damage).toBeUndefined();
        expect(transcript?.header).toEqual(HEADER);
        const expected = drafts.map((draft, index) => ({ seq: index + 1, at: index * 1.5, ...draft }));
        expect(transcript?.entries).toEqual(JSON.parse(JSON.stringify(expected)));
        expect(transcript?.seal).toMatchObject({
          entries: drafts.length,
          end: 'finished',
          observer: OBSERVER,
        });
      }),
    );
  });

  it('is digested as it stands in the file', () => {
    const text = sealedText(THREE);
    const lines = text.trimEnd().split('\n');
    const sealed = `${lines.slice(0, -1).join('\n')}\n`;
    const { seal } = JSON.parse(lines.at(-1) ?? '') as { seal: { digest: string } };
    expect(seal.digest).toBe(createHash('sha256').update(sealed).digest('hex'));
  });

  it('is not added to once it is sealed', () => {
    const recording = record(THREE);
    recording.finish();
    expect(recording.isClosed()).toBe(true);
    const before = recording.text();
    expect(recording.recorder.record(200, frame('late'))).toBe(0);
    recording.recorder.flush();
    expect(recording.text()).toBe(before);
  });

  it('reaches the sink in blocks, and on demand', () => {
    const recording = record([frame('x')]);
    expect(recording.text().split('\n')).toHaveLength(2);
    recording.recorder.flush();
    expect(recording.text().split('\n')).toHaveLength(3);
    recording.recorder.record(5, frame('y'.repeat(40_000)));
    expect(recording.text().split('\n')).toHaveLength(4);
  });
});

describe('bounds', () => {
  it('on entries end the keeping, and the seal tells', () => {
    const recording = record(THREE, undefined, { entries: 2, bytes: 1e6 });
    expect(recording.seqs).toEqual([1, 2, 0]);
    expect(recording.finish().overflow).toBe('more than 2 entries');
    const { transcript, damage } = decodeTranscript(recording.text());
    expect([damage, transcript?.entries.length, transcript?.seal?.overflow]).toEqual([
      undefined,
      2,
      'more than 2 entries',
    ]);
  });

  it('on bytes do so too', () => {
    const recording = record([frame('x'.repeat(500)), frame('y')], undefined, { entries: 10, bytes: 600 });
    expect(recording.seqs).toEqual([1, 0]);
    expect(recording.finish().overflow).toBe('more than 600 bytes');
  });

  it('that were just reached are no overflow', () => {
    expect(record(THREE, undefined, { entries: 3, bytes: 1e6 }).finish().overflow).toBeUndefined();
  });
});

describe('a file that is not whole', () => {
  const whole = Buffer.from(sealedText(THREE));

  it('cut off at any byte gives no sealed transcript and no exception', () => {
    for (let length = 0; length < whole.length; length += 1) {
      const { transcript, damage } = decodeTranscript(whole.subarray(0, length).toString('utf8'));
      expect(damage, `after ${length} bytes`).toBeTypeOf('string');
      expect(transcript?.seal).toBeUndefined();
    }
    expect(decodeTranscript(whole.toString('utf8')).damage).toBeUndefined();
  });

  it('keeps the entries before the cut', () => {
    const text = whole.toString('utf8');
    const cut = text.slice(0, text.indexOf('"seq":3'));
    const { transcript, damage } = decodeTranscript(cut);
    expect([transcript?.entries.length, damage]).toEqual([2, 'it was never sealed']);
  });

  it('changed in any byte of header or entries is found out', () => {
    const text = whole.toString('latin1');
    const sealAt = text.indexOf('{"seal"');
    fc.assert(
      fc.property(fc.nat(sealAt - 1), (index) => {
        const changed = Buffer.from(whole);
        changed[index] = (changed[index] ?? 0) ^ 1;
        expect(decodeTranscript(changed.toString('utf8')).damage).toBeTypeOf('string');
      }),
    );
  });

  it.each([
    ['an entry is gone', (lines: string[]) => lines.toSpliced(2, 1), 'line 3 is not entry 2'],
    ['an entry came in', (lines: string[]) => lines.toSpliced(2, 0, lines[2] ?? ''), 'line 4 is not entry 3'],
    [
      'the last entry is gone',
      (lines: string[]) => lines.toSpliced(3, 1),
      'the seal counts 3 entries, the file holds 2',
    ],
    ['something follows the seal', (lines: string[]) => [...lines, '{}'], 'line 5 is not entry 4'],
    ['it was sealed twice', (lines: string[]) => [...lines, lines.at(-1) ?? ''], 'line 5 is not entry 4'],
    [
      'an entry of an unknown kind',
      (lines: string[]) => lines.with(1, '{"seq":1,"kind":"x"}'),
      'line 2 is not entry 1',
    ],
  ])('%s', (_what, change, damage) => {
    const lines = whole.toString('utf8').trimEnd().split('\n');
    const read = decodeTranscript(`${change(lines).join('\n')}\n`);
    expect([read.damage, read.transcript?.seal]).toEqual([damage, undefined]);
  });

  it.each([
    '',
    '\n',
    'null\n',
    '{"header":null}\n',
    '{"header":7}\n',
    '{"header":{}}\n',
    '{"header":{"format":"agent-conformance/transcript@2"}}\n',
    `{"header":{"format":"${TRANSCRIPT_FORMAT}"}}\n`,
    `${JSON.stringify({ header: HEADER })}\n{"seal":null}\n`,
    `${JSON.stringify({ header: HEADER })}\n{"seal":{}}\n`,
    `${JSON.stringify({ header: HEADER })}\n{"seal":7}\n`,
    `${JSON.stringify({ header: HEADER })}\nnull\n7\n`,
  ])('%j is told, not thrown', (text) => {
    const read = decodeTranscript(text);
    expect(read.damage).toBeTypeOf('string');
    expect(read.transcript?.seal).toBeUndefined();
  });

  it('of lines that are any JSON at all is told, not thrown', () => {
    fc.assert(
      fc.property(fc.array(fc.json(), { maxLength: 4 }), (lines) => {
        const texts = [JSON.stringify({ header: HEADER }), ...lines].map((line) => `${line}\n`).join('');
        expect(decodeTranscript(texts).damage).toBeTypeOf('string');
        expect(decodeTranscript(lines.map((line) => `${line}\n`).join('')).damage).toBeTypeOf('string');
      }),
    );
  });
});

const SECRET = 'eyJhbGciOi.päss"word\\+/=&42';
const NAME = 'TARGET_TOKEN';

/** Every way in which a careless target might send a secret back, with text around it. */
const FORMS: readonly (readonly [string, string])[] = [
  ['raw', SECRET],
  ['raw', `Bearer ${SECRET}, and more`],
  ['json', JSON.stringify({ token: SECRET })],
  ['json', JSON.stringify({ body: JSON.stringify({ token: SECRET }) })],
  ['url', `https://target.example/?token=${encodeURIComponent(SECRET)}&x=1`],
  ['hex', `0x${Buffer.from(SECRET).toString('hex')}`],
  ['hex', Buffer.from(SECRET).toString('hex').toUpperCase()],
  ...['', 'a', 'ab', 'abc', 'user:'].flatMap((before) => [
    ['base64', Buffer.from(`${before}${SECRET} after`).toString('base64')] as const,
    ['base64', Buffer.from(`${before}${SECRET}`).toString('base64url')] as const,
  ]),
];

describe('a secret', () => {
  const redactor = createRedactor();
  redactor.learn(NAME, SECRET);

  it.each(FORMS)('in form %s is replaced: %s', (form, text) => {
    const redacted = redactor.redact(text);
    expect(redacted).toContain(`⟦secret ${NAME} ${form}⟧`);
    expect(heldSecret(redacted)).toBe(true);
    expect(redactor.find(text)).toContain(`⟦secret ${NAME} ${form}⟧`);
    expect(redactor.find(redacted)).toEqual([]);
    for (const whole of [SECRET, encodeURIComponent(SECRET), JSON.stringify(SECRET).slice(1, -1)])
      expect(redacted).not.toContain(whole);
  });

  it.each(FORMS)('in form %s never reaches the file: %s', (_form, text) => {
    const kept = sealedText([frame(text), { ...frame(''), actor: text } as EntryDraft], redactor);
    expect(redactor.find(kept)).toEqual([]);
    expect(kept).not.toContain(SECRET);
    const { transcript, damage } = decodeTranscript(kept);
    expect(damage).toBeUndefined();
    expect(heldSecret(JSON.stringify(transcript?.entries[0]))).toBe(true);
  });

  it('in the reason of an end is replaced too', () => {
    const recording = record([], redactor);
    recording.recorder.seal(1, 'crashed', OBSERVER, `it said ${SECRET}`);
    expect(recording.text()).not.toContain(SECRET);
  });

  it('of any kind, at any place, in any form, is found', () => {
    const secret = fc.string({ minLength: 8, maxLength: 40 }).filter((text) => text.trim().length > 7);
    fc.assert(
      fc.property(secret, fc.string({ maxLength: 5 }), (text, before) => {
        const own = createRedactor();
        own.learn('s', text);
        const encodings = [
          `${before}${text}`,
          encodeURIComponent(text),
          JSON.stringify(`${before}${text}`),
          Buffer.from(before + text).toString('base64'),
          Buffer.from(before + text).toString('base64url'),
          Buffer.from(before + text).toString('hex'),
        ];
        for (const encoded of encodings) expect(own.find(encoded), encoded).not.toEqual([]);
      }),
    );
  });

  it('that is the beginning of another is not mistaken for it', () => {
    const own = createRedactor();
    own.learn('short', 'abcdefgh');
    own.learn('long', 'abcdefgh-ijkl');
    expect(own.redact('abcdefgh-ijkl abcdefgh')).toBe('⟦secret long raw⟧ ⟦secret short raw⟧');
  });

  it('that is empty is none', () => {
    const own = createRedactor();
    own.learn('empty', '');
    expect([own.redact('anything'), own.find('anything')]).toEqual(['anything', []]);
  });

  it('equal secrets stay equal, different ones different', () => {
    const own = createRedactor();
    own.learn('a', 'first-secret');
    own.learn('b', 'other-secret');
    expect(own.redact('first-secret first-secret other-secret')).toBe(
      '⟦secret a raw⟧ ⟦secret a raw⟧ ⟦secret b raw⟧',
    );
  });
});

describe('the file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'evidence-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('belongs to its owner alone, and is never written over', () => {
    const path = join(folder, 'trial.ndjson');
    const recorder = new Recorder(HEADER, fileSink(path), createRedactor(), AMPLE);
    recorder.record(1, frame('x'));
    recorder.seal(2, 'finished', OBSERVER);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(() => fileSink(path)).toThrow('EEXIST');
    expect(decodeTranscript(readFileSync(path, 'utf8')).transcript?.entries).toHaveLength(1);
  });
});
