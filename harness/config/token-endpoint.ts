import { z } from 'zod';
import { parseJson } from '../core/json.ts';
import { address } from './address.ts';
import { type Identity, identitiesOf, readUsers } from './identity.ts';
import { placeOf, type Reader, text, word } from './reader.ts';
import type { Secret } from './secret.ts';
import { readSecrets } from './secret-text.ts';

/** What one user shows to the token endpoint. */
interface Login {
  readonly clientId?: string;
  readonly clientSecret?: Secret;
  readonly username?: string;
  readonly password?: Secret;
}

/** An OAuth 2.0 token endpoint (RFC 6749, sections 4.3 and 4.4), with one login for each user. */
export interface TokenEndpoint {
  readonly scheme: 'endpoint';
  readonly url: string;
  readonly grant: 'client_credentials' | 'password';
  readonly scope?: string;
  readonly audience?: string;
  readonly logins: readonly Login[];
}

/** Reads the endpoint and its logins; undefined when it is refused. */
export function readEndpoint(
  reader: Reader,
): { readonly endpoint: TokenEndpoint; readonly identities: readonly Identity[] } | undefined {
  const example = 'https://login.example.com/oauth/token';
  const url = address(reader, 'TARGET_TOKEN_URL', { schemes: ['http:', 'https:'], example, query: true });
  const fallback = text(reader, 'TARGET_USERNAME') === undefined ? 'client_credentials' : 'password';
  const grant = word(reader, 'TARGET_TOKEN_GRANT', ['client_credentials', 'password']) ?? fallback;
  const logins = grant === 'password' ? readPasswords(reader) : readClients(reader);
  if (url === undefined || logins === undefined) return undefined;
  const identities = readIdentities(reader, grant, logins);
  const scope = text(reader, 'TARGET_TOKEN_SCOPE');
  const audience = text(reader, 'TARGET_TOKEN_AUDIENCE');
  const extras = {
    ...(scope === undefined ? {} : { scope }),
    ...(audience === undefined ? {} : { audience }),
  };
  return (
    identities && { endpoint: { scheme: 'endpoint', url: url.href, grant, ...extras, logins }, identities }
  );
}

function names(reader: Reader, name: 'TARGET_CLIENT_ID' | 'TARGET_USERNAME'): readonly string[] {
  const list = (text(reader, name) ?? '').split(/[\s,]+/).filter((part) => part !== '');
  if (new Set(list).size === list.length) return list;
  reader.report(`${placeOf(reader, name)} names one user twice: expected different ones`);
  return [];
}

/** Each client is a user of its own. */
function readClients(reader: Reader): readonly Login[] | undefined {
  const clients = names(reader, 'TARGET_CLIENT_ID');
  const secrets = readSecrets(reader, 'TARGET_CLIENT_SECRET', 'TARGET_CLIENT_SECRET_FILE');
  if (clients.length === 0 || secrets.length !== clients.length) {
    reader.report(
      `TARGET_TOKEN_URL with client_credentials has ${clients.length} TARGET_CLIENT_ID and ${secrets.length} ` +
        'TARGET_CLIENT_SECRET: expected as many secrets as ids, for example TARGET_CLIENT_ID=ada,alan and ' +
        'TARGET_CLIENT_SECRET=["<secret of ada>","<secret of alan>"]',
    );
    return undefined;
  }
  return clients.map((clientId, index) => withSecret({ clientId }, 'clientSecret', secrets[index]));
}

/** Each user name is a user; one password may serve all of them, and one client may ask for all of them. */
function readPasswords(reader: Reader): readonly Login[] | undefined {
  const users = names(reader, 'TARGET_USERNAME');
  const passwords = readSecrets(reader, 'TARGET_PASSWORD', 'TARGET_PASSWORD_FILE');
  const clients = names(reader, 'TARGET_CLIENT_ID');
  const [clientSecret] = readSecrets(reader, 'TARGET_CLIENT_SECRET', 'TARGET_CLIENT_SECRET_FILE');
  const enough = passwords.length === 1 || passwords.length === users.length;
  if (users.length === 0 || !enough || clients.length > 1) {
    reader.report(
      `TARGET_TOKEN_URL with password has ${users.length} TARGET_USERNAME, ${passwords.length} TARGET_PASSWORD and ` +
        `${clients.length} TARGET_CLIENT_ID: expected one password for all users or one for each, and at most one ` +
        'client, for example TARGET_USERNAME=ada,alan and TARGET_PASSWORD=["<of ada>","<of alan>"]',
    );
    return undefined;
  }
  const [clientId] = clients;
  const client = withSecret(clientId === undefined ? {} : { clientId }, 'clientSecret', clientSecret);
  return users.map((username, index) =>
    withSecret({ ...client, username }, 'password', passwords[index] ?? passwords[0]),
  );
}

const withSecret = (login: Login, key: 'clientSecret' | 'password', secret: Secret | undefined): Login =>
  secret === undefined ? login : { ...login, [key]: secret };

/** TARGET_USERS says whose login each one is; without it the tokens will. */
function readIdentities(
  reader: Reader,
  grant: TokenEndpoint['grant'],
  logins: readonly Login[],
): readonly Identity[] | undefined {
  if (text(reader, 'TARGET_USERS') === undefined)
    return logins.map(({ clientId, username }, index) => ({
      name: (grant === 'password' ? username : clientId) ?? `identity-${index + 1}`,
    }));
  const users = readUsers(reader);
  if (users === undefined || users.length === logins.length) return users && identitiesOf(users);
  reader.report(
    `${placeOf(reader, 'TARGET_USERS')} names ${users.length} users for ${logins.length} logins: expected one for each`,
  );
  return undefined;
}

/** The form by which one user asks for a token (RFC 6749, sections 4.3.2 and 4.4.2); secret as a whole. */
export function formOf({ grant, scope, audience, logins }: TokenEndpoint, index: number): string {
  const { clientId, clientSecret, username, password } = logins[index] ?? {};
  const fields = {
    grant_type: grant,
    client_id: clientId,
    client_secret: clientSecret?.reveal(),
    username,
    password: password?.reveal(),
    scope,
    audience,
  };
  const said = Object.entries(fields).filter((field): field is [string, string] => field[1] !== undefined);
  return new URLSearchParams(said).toString();
}

const ANSWER = z
  .object({
    access_token: z.string(),
    // Some servers write the number as text.
    expires_in: z.coerce.number().gt(0).optional().catch(undefined),
  })
  .catch({ access_token: '', expires_in: undefined });

/** What is needed of an endpoint's answer (RFC 6749, section 5.1); an empty token where there is none. */
export const readAnswer = (body: string): z.infer<typeof ANSWER> => ANSWER.parse(parseJson(body));
