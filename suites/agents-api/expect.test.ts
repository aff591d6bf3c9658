import { describe, expect, it } from 'vitest';
import type { ExchangeView, TrialView } from '../../harness/judge/views.ts';
import { error, expectOf, looksTheSame, unchanged } from './expect.ts';

const answered = (label: string, status: number, body: string): ExchangeView =>
  ({
    label,
    actor: 'one',
    request: { seq: 1, at: 0, method: 'GET', url: 'http://target/api', headers: {}, body: undefined },
    response: { seq: 2, at: 1, status, headers: { 'content-type': 'application/json' }, body },
    failure: undefined,
  }) as unknown as ExchangeView;

const viewOf = (...exchanges: readonly ExchangeView[]): TrialView =>
  ({ exchanges, ref: () => ({ trial: 't-1', entries: [] }) }) as unknown as TrialView;

const verdicts = (findings: readonly { readonly verdict: string }[]): readonly string[] =>
  findings.map(({ verdict }) => verdict);

describe('two answers that nobody can tell apart', () => {
  const judge = (foreign: string) =>
    verdicts(
      looksTheSame(
        viewOf(answered('unknown', 404, '{"detail":"no","code":"X"}'), answered('foreign', 404, foreign)),
        'unknown',
        'foreign',
        [],
      ),
    );

  it('may be written otherwise', () => {
    expect(judge('{ "code": "X",\n "detail": "n\\u006f" }')).toEqual(['pass']);
  });

  it('may not say anything else', () => {
    expect(judge('{"detail":"not yours","code":"X"}')).toEqual(['fail']);
    expect(judge('{"detail":"no","code":"X","owner":"alan"}')).toEqual(['fail']);
  });
});

describe('what was not changed', () => {
  const judge = (after: string) =>
    verdicts(
      unchanged(
        viewOf(
          answered('before', 200, '{"total":0,"startedAt":"2024-05-01T10:00:00.120Z"}'),
          answered('after', 200, after),
        ),
        'before',
        'after',
      ),
    );

  it('may come in another order and with its times in another notation', () => {
    expect(judge('{"startedAt":"2024-05-01T10:00:00.120000+00:00","total":0}')).toEqual(['pass']);
  });

  it('has the same figures and moments', () => {
    expect(judge('{"total":1,"startedAt":"2024-05-01T10:00:00.120Z"}')).toEqual(['fail']);
    expect(judge('{"total":0,"startedAt":"2024-05-01T10:00:00.121Z"}')).toEqual(['fail']);
  });
});

describe('an error', () => {
  const judge = (body: string) => {
    const exchange = answered('refused', 404, body);
    return verdicts(expectOf(viewOf(exchange), exchange, error('RUN_NOT_FOUND')));
  };

  it('has its code, or the shape that has none', () => {
    expect(judge('{"detail":"no","code":"RUN_NOT_FOUND"}')).toEqual(['pass']);
    expect(judge('{"error":"no","status_code":404,"path":"/api"}')).toEqual(['pass']);
  });

  it('is not just any JSON', () => {
    expect(judge('{"detail":"no","code":"OTHER"}')).toEqual(['fail']);
    expect(judge('{"detail":"no"}')).toEqual(['fail']);
    expect(judge('{"error":"no"}')).toEqual(['fail']);
  });
});
