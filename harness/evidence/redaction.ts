/**
 * Secrets never reach the disk. Each is replaced, in every form in which a careless target might send it
 * back, by a placeholder that names the secret and the form: equality survives, so a check can still judge
 * that a token was echoed.
 */

interface Form {
  readonly needle: string;
  readonly placeholder: string;
}

/** What stands in a transcript where a secret was. The brackets occur in no protocol and survive JSON as they are. */
const OPENING = '⟦secret ';
const placeholderOf = (name: string, form: string): string => `${OPENING}${name} ${form}⟧`;

/** Whether text from a transcript held a secret when it was on the wire. */
export const heldSecret = (text: string): boolean => text.includes(OPENING);

/** Shorter than this, a re-encoded secret would match by chance. */
const SHORTEST_ENCODED = 6;

const escapeJson = (value: string): string => JSON.stringify(value).slice(1, -1);

/**
 * The part of the base64 text that does not depend on what surrounds the secret, for the three ways in which
 * it can lie across the groups of three bytes.
 */
function base64Cores(secret: string, encoding: 'base64' | 'base64url'): readonly string[] {
  const bytes = Buffer.from(secret, 'utf8');
  return [0, 1, 2].map((offset) => {
    const text = Buffer.concat([Buffer.alloc(offset), bytes])
      .toString(encoding)
      .replace(/=+$/, '');
    const first = Math.ceil((offset * 8) / 6);
    const last = Math.floor(((offset + bytes.length) * 8) / 6);
    return text.slice(first, last);
  });
}

function formsOf(name: string, secret: string): readonly Form[] {
  const hex = Buffer.from(secret, 'utf8').toString('hex');
  const once = escapeJson(secret);
  const twice = escapeJson(once);
  const encoded: readonly (readonly [string, string])[] = [
    ['url', encodeURIComponent(secret)],
    ['json', once],
    ['json', twice],
    // JSON within the JSON of a frame, which is escaped once more as it becomes a line of the transcript.
    ['json', escapeJson(twice)],
    ['hex', hex],
    ['hex', hex.toUpperCase()],
    ...base64Cores(secret, 'base64').map((core) => ['base64', core] as const),
    ...base64Cores(secret, 'base64url').map((core) => ['base64', core] as const),
  ];
  return [['raw', secret] as const, ...encoded]
    .filter(([form, needle]) => form === 'raw' || (needle.length >= SHORTEST_ENCODED && needle !== secret))
    .map(([form, needle]) => ({ needle, placeholder: placeholderOf(name, form) }));
}

const escapePattern = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

export interface Redactor {
  /** Learns a secret; from now on it is replaced. Empty values are ignored. */
  readonly learn: (name: string, secret: string) => void;
  /** The text without any known secret. */
  readonly redact: (text: string) => string;
  /** Names and forms of the secrets that the text holds: the final scan of the artefacts. */
  readonly find: (text: string) => readonly string[];
}

/** A secret that a text holds, and where. */
interface Hit {
  readonly at: number;
  readonly needle: string;
}

/**
 * Characters by which a secret is looked for first. Tokens of one issuer begin alike, so that a dozen of such beginnings
 * stand for a hundred long needles: one pattern of all needles is beyond what the engine optimises.
 */
const KEY_CHARACTERS = 8;

/** Finds needles in a text from left to right, at each place the longest of them. */
function searcher(unsorted: Iterable<string>): ((text: string) => readonly Hit[]) | undefined {
  // Longest first, so that a secret is not half replaced because another one is its beginning.
  const needles = [...unsorted].sort((a, b) => b.length - a.length);
  const keys = new Set(needles.map((needle) => escapePattern(needle.slice(0, KEY_CHARACTERS))));
  if (keys.size === 0) return undefined;
  const key = new RegExp([...keys].join('|'), 'g');
  return (text) => {
    const hits: Hit[] = [];
    key.lastIndex = 0;
    for (let found = key.exec(text); found !== null; found = key.exec(text)) {
      const at = found.index;
      const needle = needles.find((one) => text.startsWith(one, at));
      if (needle !== undefined) hits.push({ at, needle });
      key.lastIndex = at + (needle?.length ?? 1);
    }
    return hits;
  };
}

/** A redactor that knows no secret yet. */
export function createRedactor(): Redactor {
  const placeholders = new Map<string, string>();
  let search: ((text: string) => readonly Hit[]) | undefined;
  const named = (needle: string): string => placeholders.get(needle) ?? placeholderOf('unnamed', 'raw');

  return {
    learn(name, secret) {
      if (secret === '') return;
      for (const { needle, placeholder } of formsOf(name, secret))
        if (!placeholders.has(needle)) placeholders.set(needle, placeholder);
      search = searcher(placeholders.keys());
    },
    redact(text) {
      const hits = search?.(text) ?? [];
      let clean = '';
      let from = 0;
      for (const { at, needle } of hits) {
        clean += text.slice(from, at) + named(needle);
        from = at + needle.length;
      }
      return from === 0 ? text : clean + text.slice(from);
    },
    find: (text) => [...new Set((search?.(text) ?? []).map(({ needle }) => named(needle)))],
  };
}
