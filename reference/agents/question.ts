/** What a question asks for. */
export interface Wishes {
  readonly everything: boolean;
  readonly anomalies: boolean;
  readonly forecast: boolean;
  readonly aggregates: boolean;
  readonly breakdown: boolean;
  readonly profile: boolean;
  readonly costs: boolean;
  readonly memory: boolean;
}

/** What somebody wants who wants all there is. */
export const EVERY_WISH: Wishes = {
  everything: true,
  anomalies: true,
  forecast: true,
  aggregates: true,
  breakdown: true,
  profile: true,
  costs: true,
  memory: false,
};

const EVERYTHING =
  /\b(thorough(ly)?|comprehensive|complete(ly)? (analysis|report|review)|full (analysis|report|review)|in depth|deep dive|everything|end[- ]to[- ]end)\b/i;
const ANOMALIES =
  /anomal|outlier|unusual|spike|irregular|abnormal|suspicious|strange|unexpected|does(n't| not) (belong|fit)/i;
const FORECAST =
  /forecast|predict|projection|extrapolat|future|capacity|trend|growth|run out|exhaust|\b(next|coming|following) (\w+ )?(hour|day|week|month|quarter|year|period)s?\b/i;
const AGGREGATES =
  /total|\bsum\b|average|\bmean\b|median|how (much|many)|maximum|minimum|highest|lowest|largest|smallest|\bmax\b|\bmin\b|key figures|aggregate|statistic/i;
const BREAKDOWN = /\b(by|per|for each|group|grouped|breakdown|break down|top|rank|compare|which)\b/i;
const PROFILE = /profile|describe|overview|summar|schema|columns|quality|missing|understand|explore/i;
const COSTS =
  /cost|spend|saving|\bsave|optimi[sz]|rightsiz|right-siz|idle|waste|cheap|expensive|budget|underused|underutili[sz]ed/i;
const MEMORY =
  /\b(recall|remember|remind)\b|\b(i|we)\b[^.?!]{0,40}\b(tell|told|say|said|mention(ed)?|give|gave|given|state[d]?|call(ed)?)\b|\bwhat (is|was|are|were) (my|our)\b/i;

/** Only the beginning of a message is read for wishes; nobody asks more than that. */
const READ_CHARACTERS = 20_000;

/** Reads what is asked for from the words of a question; deterministic, no model. */
export function readWishes(prose: string): Wishes {
  const text = prose.slice(0, READ_CHARACTERS);
  const everything = EVERYTHING.test(text);
  return {
    everything,
    anomalies: everything || ANOMALIES.test(text),
    forecast: everything || FORECAST.test(text),
    aggregates: everything || AGGREGATES.test(text),
    breakdown: everything || BREAKDOWN.test(text),
    profile: everything || PROFILE.test(text),
    costs: COSTS.test(text),
    memory: MEMORY.test(text),
  };
}

/** How far ahead a forecast is wanted. */
export interface Horizon {
  readonly count: number;
  readonly unit: string;
}

const COUNTS: Readonly<Record<string, number>> = {
  a: 1,
  an: 1,
  one: 1,
  two: 2,
  three: 3,
  four: 4,
  five: 5,
  six: 6,
  seven: 7,
  eight: 8,
  nine: 9,
  ten: 10,
  twelve: 12,
  fourteen: 14,
  thirty: 30,
};

const HORIZON =
  /\b(?:next|coming|following|for|in|over|within)\s+(?:the\s+)?(?:next\s+|coming\s+|following\s+)?(?:(\d{1,4}|[a-z]+)\s+)?(hour|day|week|month|quarter|year|period|step|point)s?\b/gi;
const AHEAD =
  /\b(\d{1,4}|[a-z]+)[\s-]+(hour|day|week|month|quarter|year|period|step|point)s?[\s-]+(?:ahead|forecast|horizon|outlook|projection)\b/i;

function countOf(word: string | undefined, phrase: string): number | undefined {
  if (word === undefined) return /next|coming|following/i.test(phrase) ? 1 : undefined;
  return /^\d+$/.test(word) ? Number(word) : COUNTS[word.toLowerCase()];
}

/** Reads the horizon from a question: "next 3 months", "in 14 days", "6-month forecast"; else three steps. */
export function readHorizon(prose: string): Horizon {
  const text = prose.slice(0, READ_CHARACTERS);
  for (const match of [AHEAD.exec(text), ...text.matchAll(HORIZON)]) {
    const count = countOf(match?.[1], match?.[0] ?? '');
    if (match !== null && count !== undefined && count > 0)
      return { count, unit: (match[2] ?? 'step').toLowerCase() };
  }
  return { count: 3, unit: 'step' };
}

const CAPACITY = /\b(?:capacity|limit|quota|ceiling)\b[^.\d\n]{0,30}?(\d[\d,]*(?:\.\d+)?)/i;

/** Reads a stated capacity or limit: "the capacity is 1200", "a limit of 5,000". */
export function readCapacity(prose: string): number | undefined {
  const stated = CAPACITY.exec(prose.slice(0, READ_CHARACTERS))?.[1];
  return stated === undefined ? undefined : Number(stated.replaceAll(',', ''));
}

/** By which rules savings are estimated. */
export interface SavingRules {
  readonly idleBelowPercent: number;
  readonly rightsizeBelowPercent: number;
  readonly rightsizeSavesPercent: number;
}

const IDLE =
  /\b(?:idle|unused|stop\w*|terminat\w*|shut\w* down)\b[^.\n]{0,60}?\b(?:below|under|less than)\s+(\d+(?:\.\d+)?)\s*(?:%|percent)/i;
const RIGHTSIZE =
  /\b(?:right-?siz\w*|downsiz\w*|under-?used|under-?utili[sz]ed)\b[^.\n]{0,60}?\b(?:below|under|less than)\s+(\d+(?:\.\d+)?)\s*(?:%|percent)/i;
const SAVES =
  /\b(?:right-?siz\w*|downsiz\w*)\b[^.\n]{0,80}?\b(?:saves?|saving|halves|reduc\w+|cuts?)\b[^.\d\n]{0,30}?(\d+(?:\.\d+)?)\s*(?:%|percent)/i;

function stated(pattern: RegExp, text: string, otherwise: number): number {
  const found = pattern.exec(text)?.[1];
  return found === undefined ? otherwise : Number(found);
}

/**
 * Reads saving rules from a question ("idle below 5 %", "rightsize below 40 %", "rightsizing saves
 * 50 %"); these three are also the defaults: one size down costs half, in every price list we know.
 */
export function readSavingRules(prose: string): SavingRules {
  const text = prose.slice(0, READ_CHARACTERS);
  return {
    idleBelowPercent: stated(IDLE, text, 5),
    rightsizeBelowPercent: stated(RIGHTSIZE, text, 40),
    rightsizeSavesPercent: stated(SAVES, text, 50),
  };
}
