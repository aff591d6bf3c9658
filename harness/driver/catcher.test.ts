/** The catcher against real requests: what it keeps, what it does not, and that its port can be had. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import type { EntryDraft } from '../evidence/transcript.ts';
import { type Catcher, openCatcher, openHooks } from './catcher.ts';
import type { Journal } from './journal.ts';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

function kept(): { readonly journal: Journal; readonly entries: EntryDraft[] } {
  const entries: EntryDraft[] = [];
  let id = 0;
  const journal: Journal = {
    now: () => 7,
    since: (at) => at,
    record: (_at, draft) => entries.push(draft),
    nextId: () => {
      id += 1;
      return id;
    },
  };
  return { journal, entries };
}

async function open(options = { url: undefined as string | undefined, port: 0 }): Promise<Catcher> {
  const catcher = await openCatcher(options);
  closing.push(() => catcher.close());
  return catcher;
}

const post = (url: string, body: string) => fetch(url, { method: 'POST', body }).then(({ status }) => status);

it('keeps what arrives at an address, in order, and answers 204', async () => {
  const { journal, entries } = kept();
  const hook = openHooks(await open(), journal).open('webhook', 'a-word');
  expect([await post(hook.url, '{"run_id":"r-1"}'), await post(hook.url, 'ü')]).toEqual([204, 204]);
  expect(await hook.arrived(2, 5_000)).toBe(true);
  expect(entries).toMatchObject([
    { kind: 'hook.open', hook: 1, label: 'webhook', url: hook.url },
    { kind: 'hook.request', hook: 1, method: 'POST', body: '{"run_id":"r-1"}', encoding: 'utf8', bytes: 16 },
    { kind: 'hook.request', hook: 1, body: 'ü' },
  ]);
});

it('keeps nothing that was sent elsewhere, or after the trial', async () => {
  const { journal, entries } = kept();
  const hooks = openHooks(await open(), journal);
  const { url } = hooks.open('webhook', 'a-word');
  expect([await post(`${url}2`, ''), await post(new URL('/', url).href, '')]).toEqual([404, 404]);
  hooks.stop();
  expect(await post(url, '')).toBe(404);
  expect(entries.map(({ kind }) => kind)).toEqual(['hook.open']);
});

it('cuts what is too large, and says so', async () => {
  const { journal, entries } = kept();
  const hook = openHooks(await open(), journal).open('webhook', 'a-word');
  await post(hook.url, 'x'.repeat(100_000)).catch(() => undefined);
  expect(await hook.arrived(1, 5_000)).toBe(true);
  expect(entries.at(-1)).toMatchObject({ kind: 'hook.request', cut: expect.any(String) });
});

it('notes what did not arrive', async () => {
  const { journal, entries } = kept();
  const hooks = openHooks(await open(), journal);
  expect(await hooks.open('webhook', 'a-word').arrived(1, 20)).toBe(false);
  expect(entries.at(-1)).toMatchObject({ kind: 'deadline', hook: 1, waitedFor: 'request 1 at webhook' });
  const waiting = hooks.open('another', 'b-word').arrived(1, 60_000);
  hooks.stop();
  expect(await waiting).toBe(false);
});

it('tells the public address, and hears with its path and without', async () => {
  const { journal, entries } = kept();
  const catcher = await open({ url: 'https://hooks.example.com/in', port: 0 });
  expect(openHooks(catcher, journal).open('webhook', 'a-word').url).toBe(
    'https://hooks.example.com/in/a-word',
  );
  expect(entries).toMatchObject([{ url: 'https://hooks.example.com/in/a-word' }]);
});

it('says which port it cannot have', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  closing.push(() => other.close());
  const { port } = other.address() as AddressInfo;
  await expect(openCatcher({ url: undefined, port })).rejects.toThrow(
    `port ${port} cannot be listened on (EADDRINUSE): expected a free one in HARNESS_CATCHER_PORT`,
  );
});
