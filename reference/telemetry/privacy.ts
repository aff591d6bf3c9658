/**
 * What telemetry must not hold (docs/protocol.md 7.3), decided from the data alone. Whoever asks
 * learns which rule was broken, never by what: a refusal must not repeat what it refuses.
 */

/** The longest string in metadata. */
const MAX_METADATA_TEXT = 100;

/** Deeper metadata is nobody's label any more. */
const MAX_DEPTH = 32;

/** Why something is refused. */
export type PrivacyBreach =
  | 'a key that names content'
  | 'a text longer than a label'
  | 'an e-mail address'
  | 'a telephone number'
  | 'a payment card'
  | 'a social security number'
  | 'a secret'
  | 'nested too deeply';

const CONTENT_WORDS: ReadonlySet<string> = new Set(
  [
    ...['prompt', 'response', 'output', 'input', 'content', 'text', 'message', 'reasoning', 'thought'],
    ...['document', 'chunk', 'passage', 'completion', 'explanation', 'rationale'],
  ].flatMap((word) => [word, `${word}s`]),
);

/** The words of a key, in lower case: they end at whatever is no letter or digit, and where the case changes. */
function wordsOf(key: string): readonly string[] {
  return key
    .normalize('NFKC')
    .replaceAll(/\p{Cf}/gu, '') // invisible characters would hide a word from this rule alone
    .replaceAll(/(\p{Ll}|\p{N})(\p{Lu})/gu, '$1 $2')
    .replaceAll(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');
}

/** Tells whether a metadata key names content rather than something about it. */
export function isForbiddenKey(key: string): boolean {
  const words = wordsOf(key);
  return CONTENT_WORDS.has(words.at(-1) ?? '') || words.join('').includes('chainofthought');
}

const EMAIL = /[\p{L}\p{N}._%+-]+@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)*\.\p{L}{2,}/u;

const SSN = /(?<![\d-])\d{3}-\d{2}-\d{4}(?![\d-])/;

const SECRET = /(?:password|api[_-]?key|token|secret)["']?\s*[=:]\s*["']?[^\s"']/i;

/** What consists of groups of digits without being a telephone number. */
const DATES_AND_IDS = [
  /[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}/gi,
  /\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})?)?/gi,
  /\d{4}[./]\d{2}[./]\d{2}|\d{2}[./-]\d{2}[./-]\d{4}/g,
  /(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])/g, // an address of the Internet
];

const INTERNATIONAL = /(?<![\p{L}\p{N}+])\+\d(?:[ .()-]{0,2}\d){7,14}(?!\d)/u;

/** An area first: in parentheses, after a zero, or short; then two groups or more, the last of them of a line. */
const GROUPED = [
  /(?<![\p{L}\p{N}.+-])\(\d{2,5}\)[ .-]?(?:\d{2,4}[ .-]){1,3}\d{3,4}(?![\p{L}\p{N}-])/u,
  /(?<![\p{L}\p{N}.+-])(?:\d[ .-])?(?:\(\d{2,5}\)[ .-]?|\d{2,3}[ .-])(?:\d{2,4}[ .-]){1,2}\d{4}(?![\p{L}\p{N}-])/u,
  /(?<![\p{L}\p{N}.+-])0\d{1,4}[ .-](?:\d{2,4}[ .-]){1,3}\d{2,4}(?![\p{L}\p{N}-])/u,
];

const FEWEST_GROUPED_DIGITS = 9;

function hasPhone(text: string): boolean {
  const rest = DATES_AND_IDS.reduce((left, shape) => left.replaceAll(shape, 'x'), text);
  if (INTERNATIONAL.test(rest)) return true;
  return GROUPED.some((shape) => {
    const found = shape.exec(rest)?.[0] ?? '';
    return found.replaceAll(/\D/g, '').length >= FEWEST_GROUPED_DIGITS;
  });
}

/** Prefixes of issuers with the lengths their cards have. */
const ISSUERS: readonly RegExp[] = [
  /^4(?:\d{12}|\d{15}|\d{18})$/,
  /^5[1-5]\d{14}$/,
  /^(?:222[1-9]|22[3-9]\d|2[3-6]\d{2}|27[01]\d|2720)\d{12}$/,
  /^3[47]\d{13}$/,
  /^3(?:0[0-5]|[689]\d)\d{11}$/,
  /^6(?:011|4[4-9]\d|5\d{2})\d{12}(?:\d{3})?$/,
  /^35(?:2[89]|[3-8]\d)\d{12}$/,
  /^62\d{14}(?:\d{3})?$/,
];

function hasCheckDigit(digits: string): boolean {
  let sum = 0;
  for (let place = 0; place < digits.length; place += 1) {
    const digit = Number(digits.at(-1 - place));
    const weighed = place % 2 === 0 ? digit : digit * 2;
    sum += weighed > 9 ? weighed - 9 : weighed;
  }
  return sum % 10 === 0;
}

/** Only a whole string is a card: a row of digits inside other text is a number of something else. */
function isCard(text: string): boolean {
  if (!/^\s*\d(?:[ -]?\d){12,18}\s*$/.test(text)) return false;
  const digits = text.replaceAll(/\D/g, '');
  return ISSUERS.some((issuer) => issuer.test(digits)) && hasCheckDigit(digits);
}

/** What a text gives away, if anything. */
export function breachOfText(text: string): PrivacyBreach | undefined {
  if (EMAIL.test(text)) return 'an e-mail address';
  if (SSN.test(text)) return 'a social security number';
  if (SECRET.test(text)) return 'a secret';
  if (isCard(text)) return 'a payment card';
  return hasPhone(text) ? 'a telephone number' : undefined;
}

function breachOfLabel(text: string): PrivacyBreach | undefined {
  // Counted only where it could matter: a character takes one or two units.
  const isLong = text.length > MAX_METADATA_TEXT && [...text].length > MAX_METADATA_TEXT;
  return isLong ? 'a text longer than a label' : breachOfText(text);
}

/** What metadata gives away, if anything; numbers, booleans and null say nothing. */
export function breachOfMetadata(metadata: unknown, depth = 0): PrivacyBreach | undefined {
  if (typeof metadata === 'string') return breachOfLabel(metadata);
  if (typeof metadata !== 'object' || metadata === null) return undefined;
  if (depth === MAX_DEPTH) return 'nested too deeply';
  if (Array.isArray(metadata)) return firstBreach(metadata, depth);
  if (Object.keys(metadata).some(isForbiddenKey)) return 'a key that names content';
  return firstBreach(Object.values(metadata), depth);
}

function firstBreach(values: readonly unknown[], depth: number): PrivacyBreach | undefined {
  for (const value of values) {
    const breach = breachOfMetadata(value, depth + 1);
    if (breach !== undefined) return breach;
  }
  return undefined;
}
