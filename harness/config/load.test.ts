import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { inFolder, jwt, OPEN, SITE } from './test-support/loading.ts';

const { load, refusal } = inFolder();

describe('secrets', () => {
  const value = 'hunter2-hunter2';
  const password = {
    TARGET_TOKEN_URL: 'https://l.example/t',
    TARGET_USERNAME: 'ada',
    TARGET_PASSWORD: value,
  };
  const client = {
    TARGET_TOKEN_URL: 'https://l.example/t',
    TARGET_CLIENT_ID: 'ada',
    TARGET_CLIENT_SECRET: value,
  };

  it.each([{ TARGET_TOKENS: value }, { TARGET_JWT_SECRET: value }, password, client])(
    'are in no form in which the configuration is shown: %#',
    async (env) => {
      const config = await load({ ...SITE, ...env });
      const shown = [
        JSON.stringify(config),
        inspect(config, { depth: 9, showHidden: true }),
        String(config.credentials),
      ];
      expect(shown.join()).not.toContain('hunter2');
      expect(shown.join()).toContain('[secret TARGET_');
    },
  );

  it.each([
    { TARGET_URL: `https://ada:${value}@staging.example` },
    { TARGET_URL: `htps://ada:${value}@staging.example` },
    { TARGET_URL: `https://s.example/?token=${value}` },
    { ...OPEN, TARGET_NAME: `${value} ${jwt('ada', 'acme')}` },
    { ...SITE, TARGET_TOKENS: `["${value}"` },
    { ...SITE, TARGET_TOKENS: `[{"tokn":"${value}"}]` },
    { ...SITE, TARGET_TOKENS: `${value},${value}` },
    { ...SITE, TARGET_TOKENS: `"${value}"` },
    { ...SITE, TARGET_TOKENS_FILE: value },
    { ...SITE, TARGET_JWT_SECRET: `["${value}","${value}2"]` },
    { ...SITE, TARGET_JWT_SECRET_FILE: value },
    { ...SITE, ...client, TARGET_CLIENT_ID: 'ada,alan' },
    { ...SITE, ...password, TARGET_TOKEN_URL: `https://ada:${value}@l.example/t` },
    { ...SITE, TARGET_TOKNES: value },
  ])('are in no error message: %#', async (env) => {
    const error = await refusal(env);
    expect(`${inspect(error)}${error.hint}`).not.toContain('hunter2');
  });
});
