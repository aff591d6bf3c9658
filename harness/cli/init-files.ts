import type { VariableName } from '../config/variables.ts';

/** What is known of a target when its configuration is written for the first time. */
export interface Answers {
  readonly name: string;
  /** Variables to set; the secret ones only where they are to be kept in the file. */
  readonly variables: Readonly<Partial<Record<VariableName, string>>>;
  /** Variation points at which the target differs from the protocol's own choice. */
  readonly choices: Readonly<Record<string, string>>;
}

export interface InitFile {
  readonly path: string;
  readonly text: string;
}

/** The profile and the `.env` of a target. A secret stands in the latter alone, which is never committed. */
export function initFiles({ name, variables, choices }: Answers): {
  readonly env: InitFile;
  readonly profile: InitFile;
} {
  const profile = `profiles/${name}.json`;
  const declared = Object.keys(choices).length === 0 ? {} : { variationPoints: choices };
  const lines = Object.entries({ ...variables, TARGET_PROFILE: profile }).map(
    ([variable, value]) => `${variable}=${quoted(value)}`,
  );
  return {
    env: {
      path: '.env',
      text: `# The target of agent-conformance; .env.example lists every variable.\n${lines.join('\n')}\n`,
    },
    profile: {
      path: profile,
      text: `${JSON.stringify({ name, extends: 'default', ...declared }, null, 2)}\n`,
    },
  };
}

/** A value as dotenv reads it back; it knows no escapes, so the quote is one that the value does not have. */
function quoted(value: string): string {
  if (/^[\w./:@,+=-]*$/.test(value)) return value;
  const quote = ["'", '"', '`'].find((one) => !value.includes(one)) ?? "'";
  return `${quote}${value}${quote}`;
}

/** A name for the profile of that URL: its host, as far as a file may be called so. */
export function nameFor(url: string): string {
  const host = URL.canParse(url) ? new URL(url).hostname : '';
  return host.replace(/[^a-z0-9]+/gi, '-').replace(/^-+|-+$/g, '') || 'staging';
}
