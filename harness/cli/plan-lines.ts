import { OWN_REFERENCE } from '../core/safety.ts';
import { ASSUMED_TOKENS, type ClaimForecast, type Forecast, type Span } from '../plan/forecast.ts';
import type { Plan } from '../plan/plan.ts';
import { counted, plainText } from '../report/plain-text.ts';

const FACT = 13;
const fact = (name: string, text: string): string => `  ${name.padEnd(FACT)}${text}`;
const number = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 0 });

/** What would be driven, in words; never a word about what the target would do. */
export function planLines(plan: Plan, expected: Forecast, isKnown: boolean): readonly string[] {
  const { target, seed, trials, requirements, checks } = plan;
  const selected = requirements.filter((one) => one.selected).length;
  const many = checks.filter((one) => one.selected).length;
  return [
    `would drive ${placeOf(target)} (profile ${plainText(target.profile)}, seed ${seed})`,
    fact('judged', `${selected} of ${requirements.length} requirements by ${counted(many, 'check')}`),
    fact('trials', trialsText(trials)),
    fact('agent runs', spanText(expected.agentRuns, number.format)),
    fact(
      'time',
      `about ${spanText(expected.ms, minutes)}; ${isKnown ? 'as in the last campaign' : 'assumed'}`,
    ),
    fact('tokens', `about ${spanText(expected.tokens, number.format)}; ${ASSUMPTION}`),
    fact('cost', costText(plan, expected)),
    ...claimLines(expected.claims),
    ...leftOutLines(plan),
    'nothing was driven, so nothing is known of the target',
    `VERDICT=NONE planned=${selected}/${requirements.length} trials=${trials.length} agent_runs=${plan.agentRuns}..${plan.agentRunsAtMost} exit=0`,
  ];
}

const placeOf = ({ name, url, environment }: Plan['target']): string =>
  environment === OWN_REFERENCE
    ? 'a reference deployment of its own'
    : `${plainText(name)} at ${plainText(url)}`;

const ASSUMPTION = `assumed ${number.format(ASSUMED_TOKENS.input)} in and ${number.format(ASSUMED_TOKENS.output)} out for each run`;

function trialsText(trials: Plan['trials']): string {
  const of = (interference: string): number =>
    trials.filter((trial) => trial.interference === interference).length;
  const toppingUp = trials.filter(({ topUp }) => topUp === true).length;
  return `${trials.length}: ${of('quiet')} quiet, ${of('load')} under load, ${of('disruptive')} disruptive; ${toppingUp} of them only while samples are needed`;
}

const spanText = ({ least, most }: Span, text: (value: number) => string): string =>
  text(least) === text(most) ? text(least) : `${text(least)} to ${text(most)}`;

const minutes = (ms: number): string =>
  ms < 60_000 ? `${Math.ceil(ms / 1000)} s` : `${Math.ceil(ms / 6_000) / 10} min`;

function costText({ prices }: Plan, { dollars }: Forecast): string {
  if (prices === undefined || dollars === undefined) return 'not known: the profile declares no prices';
  const text = spanText(dollars, (value) => `$${value.toFixed(2)}`);
  return `about ${text}; prices ${plainText(prices.version)}, from ${plainText(prices.fallback ?? 'the cheapest model')} to the dearest`;
}

function claimLines(claims: readonly ClaimForecast[]): readonly string[] {
  const [first] = claims;
  if (first === undefined) return [];
  const width = Math.max(...claims.map(({ check }) => check.length));
  return [
    fact(
      'claims',
      `95 % within a limit: ${first.leastToHold} good samples decide at the earliest, a healthy target needs at most ${first.plannedToHold} in 19 of 20 campaigns`,
    ),
    ...claims.map(({ check, n, canHold, plannedToHold }) => {
      const can = !canHold ? 'cannot be decided for' : n < plannedToHold ? 'may stay open' : 'can be decided';
      return fact('', `${check.padEnd(width)}  n at most ${number.format(n)}: ${can}`);
    }),
  ];
}

function leftOutLines({ requirements }: Plan): readonly string[] {
  const reasons = new Map<string, string[]>();
  for (const { id, selected, reason } of requirements)
    if (!selected) reasons.set(reason, [...(reasons.get(reason) ?? []), id]);
  return [...reasons].map(([reason, ids], index) => {
    const shown =
      ids.length > 4 ? `${ids.slice(0, 4).join(', ')} and ${ids.length - 4} more` : ids.join(', ');
    return fact(index === 0 ? 'left out' : '', `${shown}: ${plainText(reason)}`);
  });
}
