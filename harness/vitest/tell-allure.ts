import type { AllureFacts } from '../../reports/allure.ts';

/** One of the messages by which allure-vitest hears from a worker; nobody reads them where it does not run. */
export type AllureMessage =
  | { readonly type: 'metadata'; readonly data: Readonly<Record<string, unknown>> }
  | { readonly type: 'attachment_content'; readonly data: Readonly<Record<string, unknown>> };

/** What Allure is told of a test besides its result: as messages, so that nothing of Allure is needed to tell it. */
function allureMessages({ historyId, excerpt, ...facts }: AllureFacts): readonly AllureMessage[] {
  const content = Buffer.from(excerpt).toString('base64');
  const data = {
    name: 'evidence',
    content,
    encoding: 'base64',
    contentType: 'text/plain',
    fileExtension: '.txt',
  };
  return [
    { type: 'metadata', data: { ...facts, historyId, testCaseId: historyId } },
    ...(excerpt === '' ? [] : [{ type: 'attachment_content', data } as const]),
  ];
}

/** Leaves them on the test, where the reporter of Allure looks for them. */
export function tellAllure(facts: AllureFacts | undefined, meta: object): void {
  if (facts === undefined) return;
  const told = meta as { allureRuntimeMessages?: AllureMessage[] };
  told.allureRuntimeMessages = [...(told.allureRuntimeMessages ?? []), ...allureMessages(facts)];
}
