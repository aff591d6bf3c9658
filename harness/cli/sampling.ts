/** How far the claims of a campaign have come, for a person at a terminal: estimate, interval, time to decision. */
import type { ClaimProgress } from '../judge/decide-claims.ts';

/** Claims named at once; a terminal has 24 lines. */
const MOST_NAMED = 4;

export interface Sampling {
  readonly take: (claims: readonly ClaimProgress[], at: number) => void;
  /** One line for all claims and one for each of those that are still open; none before there is a sample. */
  readonly lines: () => readonly string[];
}

/** Remembers the claims as they were last told, and how fast their samples came. */
export function createSampling(): Sampling {
  const first = new Map<string, { readonly n: number; readonly at: number }>();
  let latest: readonly ClaimProgress[] = [];
  let now = 0;

  const openClaims = (): readonly ClaimProgress[] =>
    latest.filter(({ check, n, more }) => more > 0 && n > (first.get(check)?.n ?? n));
  const timeLeft = ({ check, n, more }: ClaimProgress): string => {
    const since = first.get(check);
    if (since === undefined || n <= since.n) return '';
    return `, ${Math.ceil((more * (now - since.at)) / (n - since.n) / 1000)} s at this rate`;
  };
  const line = (claim: ClaimProgress): string =>
    `  ${claim.requirement}  ${estimateOf(claim)}, n ${claim.n}, ${claim.more} more at best${timeLeft(claim)}`;

  return {
    take(claims, at) {
      latest = claims;
      now = at;
      for (const { check, n } of claims) if (!first.has(check)) first.set(check, { n, at });
    },
    lines() {
      const open = openClaims();
      const decided = latest.filter(({ answer }) => answer !== 'undecided').length;
      if (latest.length === 0) return [];
      const more = open.length - MOST_NAMED;
      return [
        `  claims decided ${decided}/${latest.length}`,
        ...open.slice(0, MOST_NAMED).map(line),
        ...(more > 0 ? [`  and ${more} more`] : []),
      ];
    },
  };
}

function estimateOf({ measure, of, p95Ms, limitMs }: ClaimProgress): string {
  const name = of === undefined ? measure : `${measure} (${of})`;
  if (p95Ms === undefined) return `${name}: no sample`;
  const { point, low, high } = p95Ms;
  const to = high === undefined ? 'and more' : `to ${Math.round(high)}`;
  return `${name} p95 ${Math.round(point)} ms (${Math.round(low ?? 0)} ${to}), limit ${limitMs}`;
}
