import { describe, expect, it } from 'vitest';
import { caseFindings, errorOf, exchanges, type Told } from '../test-support/exchanges.ts';
import { profileCases } from './profiles.ts';

const PROFILES = [
  {
    id: 'a-1',
    name: 'unified_data_agent',
    description: 'analyses',
    capabilities: ['data'],
    status: 'ACTIVE',
  },
  { id: 'a-2', name: 'optimization_agent', description: null, capabilities: [], status: 'ACTIVE' },
];

const alone = (id: string, over: Partial<Told> = {}): Told => ({
  label: 'profile',
  path: `/api/agents/profiles/${id}`,
  answer: PROFILES.find((profile) => profile.id === id),
  ...over,
});

const listed = (list: unknown, ...more: readonly Told[]) =>
  exchanges('api-profiles', { label: 'list', answer: list }, ...more, {
    label: 'list again',
    answer: PROFILES,
  });

const judge = (check: string, transcript: ReturnType<typeof exchanges>) =>
  caseFindings(profileCases, `agents-api/${check}`, transcript);

const [one, two] = PROFILES;

describe('agents-api/lists-profiles', () => {
  const verdict = (list: unknown) => judge('lists-profiles', listed(list))[0];

  it('passes on a bare array of profiles', () => {
    expect(verdict(PROFILES)).toMatch(/^pass/);
  });

  it.each([
    ['a page', { items: PROFILES }, 'no array'],
    ['nobody', [], 'an empty one'],
    ['no id', [{ ...one, id: undefined }], 'a profile without an id'],
    ['no capabilities', [{ ...one, capabilities: undefined }], 'a profile without capabilities'],
    ['no description', [{ ...one, description: undefined }], 'a profile without description'],
    ['an id twice', [one, { ...two, id: 'a-1' }], 'id a-1 twice'],
  ])('fails on %s', (_what, list, actual) => {
    expect(verdict(list)).toBe(`fail wrong-content: an array of profiles, each id once | ${actual}`);
  });

  it('fails on another status, and on no answer', () => {
    expect(judge('lists-profiles', exchanges('api-profiles', { label: 'list', status: 401 }))[0]).toMatch(
      /^fail/,
    );
    expect(judge('lists-profiles', exchanges('api-profiles', { label: 'list', isLost: true }))[0]).toMatch(
      /^fail/,
    );
  });
});

describe('agents-api/profiles-are-typed', () => {
  const verdict = (list: unknown) => judge('profiles-are-typed', listed(list))[0];

  it('passes on texts, and on a description that is null', () => {
    expect(verdict(PROFILES)).toMatch(/^pass/);
  });

  it.each([
    ['a name', { ...one, name: 7 }],
    ['a description', { ...one, description: 7 }],
    ['capabilities', { ...one, capabilities: [{ name: 'data' }] }],
  ])('fails on %s of another type', (_what, profile) => {
    expect(verdict([profile])).toMatch(/^fail wrong-content/);
  });

  it('leaves a list that is none to AR-9.1', () => {
    expect(verdict({ items: [] })).toMatch(/^inconclusive .*because AR-9\.1/);
  });
});

describe('agents-api/profile-equals-its-entry', () => {
  const verdict = (...more: readonly Told[]) =>
    judge('profile-equals-its-entry', listed(PROFILES, ...more))[0];

  it('passes on the same, whatever the order of its members', () => {
    const turned = Object.fromEntries(Object.entries(two ?? {}).reverse());
    expect(verdict(alone('a-1'), alone('a-2', { answer: turned }))).toMatch(/^pass/);
  });

  it('fails on another profile, a part of it, another status, no answer', () => {
    expect(verdict(alone('a-1', { answer: two }))).toMatch(/^fail another-profile/);
    expect(verdict(alone('a-1', { answer: { id: 'a-1' } }))).toMatch(/^fail another-profile/);
    expect(verdict(alone('a-1', { status: 404, answer: errorOf('AGENT_NOT_FOUND') }))).toMatch(
      /^fail wrong-status/,
    );
    expect(verdict(alone('a-1', { isLost: true }))).toMatch(/^fail no-answer/);
  });

  it('says nothing of an agent that somebody took away meanwhile, nor without a list', () => {
    const gone = alone('a-9', { status: 404, answer: errorOf('AGENT_NOT_FOUND') });
    expect(verdict(gone, alone('a-1'))).toMatch(/^pass/);
    expect(verdict()).toMatch(/^inconclusive .*because AR-9\.1/);
  });
});

describe('agents-api/refuses-unknown-profile', () => {
  const verdict = (told: Partial<Told>) =>
    judge('refuses-unknown-profile', exchanges('api-profiles-unknown', { label: 'unknown', ...told }))[0];

  it('passes on 404 and the words for it', () => {
    expect(verdict({ status: 404, answer: errorOf('AGENT_NOT_FOUND', 'Agent not found') })).toMatch(/^pass/);
  });

  it('fails on another status, code, or text', () => {
    expect(verdict({ status: 200, answer: one })).toMatch(/^fail wrong-status/);
    expect(verdict({ status: 401, answer: errorOf('UNAUTHENTICATED') })).toMatch(/^fail wrong-status/);
    expect(verdict({ status: 404, answer: errorOf('ROUTE_NOT_FOUND') })).toMatch(/^fail wrong-code/);
    expect(verdict({ status: 404, answer: errorOf('AGENT_NOT_FOUND', 'unknown') })).toMatch(
      /^fail wrong-content/,
    );
  });
});
