import { BAD_TOKENS } from '../core/scenario.ts';
import type { Judgement } from '../judge/judge.ts';
import type { Plan } from '../plan/plan.ts';
import { hostOf } from './conclusion.ts';
import type { CampaignReport } from './model.ts';

type Connectivity = CampaignReport['connectivity'];

/** How the target could be reached, and what about that was not tried. */
export function connectivityOf(plan: Plan, judgement: Judgement | undefined): Connectivity {
  const facts = judgement?.facts.connectivity;
  const skew = facts?.skew;
  const seen = {
    host: hostOf(plan.target.wsUrl),
    versions: [...(facts?.versions ?? [])],
    auth: (facts?.auth ?? []).map((row) => ({ ...row })),
    ...(skew === undefined
      ? {}
      : {
          skew: { n: skew.n, lowMs: skew.lowMs, highMs: skew.highMs, isContradictory: skew.isContradictory },
        }),
  };
  return { ...seen, notVerified: [...notVerified(plan, seen, judgement)] };
}

function notVerified(
  plan: Plan,
  seen: Omit<Connectivity, 'notVerified'>,
  judgement: Judgement | undefined,
): readonly string[] {
  if (seen.auth.length === 0) return ['Anything about the socket: no dial was made.'];
  const measured = new Set(judgement?.facts.measures.map(({ measure }) => measure));
  const { capabilities } = plan;
  const missing = (['sub-protocol-auth', 'browser-origins', 'listed-origin'] as const).filter(
    (name) => !capabilities[name].available,
  );
  return [
    ...untriedTokens(plan, seen.auth),
    ...missing.map((name) => `${name}: ${capabilities[name].reason}.`),
    ...(plan.origins.listed === undefined && capabilities['listed-origin'].available
      ? ['That a listed browser origin is let in: no listed origin is configured.']
      : []),
    ...(seen.versions.length === 0 ? ['The version: no health answer told one.'] : []),
    ...clockGap(seen.skew),
    ...(measured.has('ping') ? [] : ['The ping: none was answered.']),
    ...(plan.target.wsUrl.startsWith('ws:') ? ['TLS: the socket is dialled without it.'] : []),
    'Other ways to the target: it was dialled from one machine, through the proxies that its environment names.',
  ];
}

/** The label of a dial with a bad token ends in the kind of the token: `bad token: expired`. */
function untriedTokens(plan: Plan, auth: Connectivity['auth']): readonly string[] {
  const tried = (kind: string): boolean =>
    auth.some(({ label }) => label === kind || label.endsWith(` ${kind}`));
  const untried = BAD_TOKENS.filter((kind) => !tried(kind));
  if (untried.length === 0) return [];
  const minting = plan.capabilities['mint-tokens'];
  const why = minting.available ? 'no selected scenario dials with them' : minting.reason;
  return [`That tokens of these kinds are refused: ${untried.join(', ')} (${why}).`];
}

function clockGap(skew: Connectivity['skew']): readonly string[] {
  if (skew === undefined) return ["The target's clock: no answer carried a date."];
  if (skew.isContradictory) return ["The target's clock: the dates of its answers contradict each other."];
  return [];
}
