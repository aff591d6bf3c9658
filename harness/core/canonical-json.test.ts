import { describe, expect, it } from 'vitest';
import { canonicalInstant, canonicalJson, canonicalText } from './canonical-json.ts';

describe('the same JSON', () => {
  it('is the same text, whatever the order of its members', () => {
    expect(canonicalText('{"b": [1, {"d":4,"c":3.0}], "a":"x"}')).toBe('{"a":"x","b":[1,{"c":3,"d":4}]}');
    expect(canonicalJson({ a: 1 })).not.toBe(canonicalJson({ a: 2 }));
    expect(canonicalJson([1, 2])).not.toBe(canonicalJson([2, 1]));
  });

  it('has its times in one notation, and only what is named as a time', () => {
    const [short, long] = ['2024-05-01T10:00:00.120Z', '2024-05-01T10:00:00.120000+00:00'];
    expect(canonicalJson({ created_at: short })).toBe(canonicalJson({ created_at: long }));
    expect(canonicalJson({ content: short })).not.toBe(canonicalJson({ content: long }));
    expect(canonicalInstant('2024-05-01T10:00:00.121Z')).not.toBe(canonicalInstant(short));
    expect([canonicalInstant(null), canonicalInstant('soon')]).toEqual([null, 'soon']);
  });

  it('leaves alone what is no JSON', () => {
    expect(canonicalText('not {json')).toBe('not {json');
    expect(canonicalJson(undefined)).toBe('');
  });
});
