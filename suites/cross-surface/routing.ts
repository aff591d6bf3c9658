import { type BoundCase, defineCase } from '../../harness/core/contract-case.ts';
import type { Finding } from '../../harness/core/finding.ts';
import type { TrialView } from '../../harness/judge/views.ts';
import { bodyOf, expectOf, fieldOf, labelled, missing, refOf, status } from '../agents-api/expect.ts';
import { conclude } from '../agents-api/run-parts.ts';

const PROFILES = '/api/agents/profiles';
/** Paths that two routes could claim, and who must not answer. */
const CLAIMED = ['/test-history', '/test/compare', '/test'] as const;
const label = (path: string): string => `profiles${path}`;

/** As an agent of the sandbox, `profiles` would have a history, or tests that are not found. */
function handlerFault(body: unknown): string | undefined {
  if (fieldOf(body, 'code') === 'TEST_NOT_FOUND')
    return 'the sandbox looked for a test of an agent "profiles"';
  return fieldOf(body, 'tests') === undefined ? undefined : 'the sandbox answered with a history';
}

function judgeRouting(view: TrialView): readonly Finding[] {
  const [profiles] = labelled(view, 'profiles');
  if (profiles?.response?.status !== 200) return missing(view, 'the profiles', 'AR-9.1');
  return CLAIMED.flatMap((path) =>
    labelled(view, label(path)).flatMap((exchange) => {
      const answer = expectOf(view, exchange, status(400, 404, 405, 422));
      if (answer.some(({ verdict }) => verdict !== 'pass')) return answer;
      const expected = `${PROFILES}${path} is no sandbox of an agent "profiles"`;
      return conclude('wrong-handler', expected, [handlerFault(bodyOf(exchange))], [refOf(view, exchange)]);
    }),
  );
}

export const routingCase: BoundCase<TrialView> = defineCase<TrialView>({
  id: 'cross-surface-routing',
  purpose: 'asks for paths that two APIs could claim',
  needs: ['agents-api', 'sandbox'],
  async drive(stage) {
    const ask = (name: string, path: string) => stage.actor().request({ label: name, method: 'GET', path });
    await ask('profiles', PROFILES);
    for (const path of CLAIMED) await ask(label(path), `${PROFILES}${path}`);
  },
  checks: [
    {
      id: 'cross-surface/keeps-routes-apart',
      requirement: 'X-5',
      title: 'paths under profiles never reach the sandbox',
      judge: judgeRouting,
    },
  ],
});
