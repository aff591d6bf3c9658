import { checkbox, confirm, input, password, select } from '@inquirer/prompts';
import type { VariableName } from '../config/variables.ts';
import { refusalOf, VARIATION_POINTS } from '../config/variation-points.ts';
import { type Answers, nameFor } from './init-files.ts';

type Variables = Partial<Record<VariableName, string>>;

/** Asks a person at a terminal for what the options left open. */
export async function askFor(given: Answers): Promise<Answers> {
  const url =
    given.variables.TARGET_URL ??
    (await input({
      message: 'URL of the deployment',
      validate: (text) => (/^https?:\/\/\S+$/.test(text) ? true : 'expected https://…'),
    }));
  const name = await input({
    message: 'Name of its profile',
    default: given.name === '' ? nameFor(url) : given.name,
  });
  const access = hasAccess(given.variables) ? {} : await askForAccess();
  const choices = Object.keys(given.choices).length > 0 ? given.choices : await askForChoices();
  return { name, variables: { ...given.variables, TARGET_URL: url, ...access }, choices };
}

/** Whether the options say how tokens are had. */
const hasAccess = (variables: Variables): boolean =>
  Object.keys(variables).some((name) => /^TARGET_(TOKENS|JWT_SECRET|TOKEN_URL|AUTH)/.test(name));

async function askForAccess(): Promise<Variables> {
  const way = await select({
    message: 'How are tokens of its users had?',
    choices: [
      { value: 'tokens', name: 'ready tokens, one for each user' },
      { value: 'tokens-file', name: 'ready tokens in a file' },
      { value: 'secret', name: 'minted with a shared secret (HS256)' },
      { value: 'endpoint', name: 'from a token endpoint (OAuth 2.0 client credentials)' },
      { value: 'none', name: 'none are needed: it is open' },
    ],
  });
  switch (way) {
    case 'tokens':
      return { TARGET_TOKENS: await password({ message: 'Tokens, separated by commas', mask: true }) };
    case 'tokens-file':
      return { TARGET_TOKENS_FILE: await input({ message: 'Path of the file' }) };
    case 'secret':
      return askForSecret();
    case 'endpoint':
      return askForEndpoint();
    default:
      return { TARGET_AUTH: 'none' };
  }
}

async function askForSecret(): Promise<Variables> {
  return {
    TARGET_JWT_SECRET: await password({ message: 'The shared secret', mask: true }),
    TARGET_JWT_ISSUER: await input({
      message: 'The issuer it expects',
      default: 'https://issuer.example.com',
    }),
    TARGET_USERS: await input({ message: 'Users as tenant/user, or how many to make up', default: '6' }),
  };
}

async function askForEndpoint(): Promise<Variables> {
  return {
    TARGET_TOKEN_URL: await input({ message: 'URL of the token endpoint' }),
    TARGET_CLIENT_ID: await input({ message: 'Client ids, separated by commas' }),
    TARGET_CLIENT_SECRET: await password({ message: 'Their secret, or a JSON array', mask: true }),
  };
}

async function askForChoices(): Promise<Readonly<Record<string, string>>> {
  const differs = await confirm({
    message: 'Does it differ where the protocol leaves a choice?',
    default: false,
  });
  if (!differs) return {};
  const points = await checkbox({
    message: 'Where?',
    choices: Object.entries(VARIATION_POINTS).map(([id, { about, reference }]) => ({
      value: id,
      name: `${id}: ${about} (the protocol: ${reference})`,
    })),
  });
  const choices: Record<string, string> = {};
  for (const id of points) choices[id] = await askForChoice(id);
  return choices;
}

async function askForChoice(id: string): Promise<string> {
  const allowed = VARIATION_POINTS[id]?.allowed;
  const message = `${id}: ${VARIATION_POINTS[id]?.about ?? ''}`;
  if (Array.isArray(allowed))
    return select({ message, choices: allowed.map((value: string) => ({ value })) });
  return input({ message, validate: (text) => refusalOf(id, text) ?? true });
}
