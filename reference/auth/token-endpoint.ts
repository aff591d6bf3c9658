import { timingSafeEqual } from 'node:crypto';
import type { Context } from 'hono';
import type { Identity } from '../settings.ts';
import { issueToken, type TokenKeys } from './tokens.ts';

const MAX_FORM_BYTES = 16 * 1024;

interface OAuthError {
  readonly status: 400 | 401 | 413 | 415;
  readonly code: 'VALIDATION' | 'UNAUTHENTICATED' | 'CONTENT_TOO_LARGE';
  readonly error: string;
}

const INVALID_CLIENT: OAuthError = { status: 401, code: 'UNAUTHENTICATED', error: 'invalid_client' };
const INVALID_GRANT: OAuthError = { status: 400, code: 'UNAUTHENTICATED', error: 'invalid_grant' };
const INVALID_REQUEST: OAuthError = { status: 400, code: 'VALIDATION', error: 'invalid_request' };
const UNSUPPORTED_GRANT: OAuthError = { status: 400, code: 'VALIDATION', error: 'unsupported_grant_type' };
const TOO_LARGE: OAuthError = { status: 413, code: 'CONTENT_TOO_LARGE', error: 'invalid_request' };
const NOT_A_FORM: OAuthError = { status: 415, code: 'VALIDATION', error: 'invalid_request' };

function equal(left: string, right: string): boolean {
  const [one, other] = [Buffer.from(left), Buffer.from(right)];
  return one.length === other.length && timingSafeEqual(one, other);
}

/** Client credentials from the form, or from a Basic header (RFC 6749 2.3.1). */
function clientOf(form: URLSearchParams, header: string | undefined): readonly [id: string, secret: string] {
  const basic = /^basic +(\S+) *$/i.exec(header ?? '')?.[1];
  if (basic === undefined) return [form.get('client_id') ?? '', form.get('client_secret') ?? ''];
  const [id = '', ...secret] = Buffer.from(basic, 'base64').toString().split(':');
  return [id, secret.join(':')];
}

function identify(
  identities: readonly Identity[],
  form: URLSearchParams,
  header: string | undefined,
): Identity | OAuthError {
  const grant = form.get('grant_type');
  if (grant === 'client_credentials') {
    const [id, secret] = clientOf(form, header);
    const known = identities.find(({ clientId }) => equal(clientId, id));
    return known !== undefined && equal(known.clientSecret, secret) ? known : INVALID_CLIENT;
  }
  if (grant === 'password') {
    const known = identities.find(({ clientId }) => equal(clientId, form.get('username') ?? ''));
    const matches = known !== undefined && equal(known.clientSecret, form.get('password') ?? '');
    return matches ? known : INVALID_GRANT;
  }
  return grant === null ? INVALID_REQUEST : UNSUPPORTED_GRANT;
}

function lifetimeOf(form: URLSearchParams, longest: number): number | undefined {
  const asked = form.get('expires_in');
  if (asked === null) return longest;
  const seconds = /^\d{1,9}$/.test(asked) ? Number(asked) : 0;
  return seconds >= 1 && seconds <= longest ? seconds : undefined;
}

function refusal({ status, code, error }: OAuthError): Response {
  const headers = status === 401 ? { 'www-authenticate': 'Basic realm="token"' } : {};
  return Response.json({ detail: `no token: ${error}`, code, error }, { status, headers });
}

async function readForm(context: Context): Promise<URLSearchParams | OAuthError> {
  if (!/^application\/x-www-form-urlencoded\b/i.test(context.req.header('content-type') ?? ''))
    return NOT_A_FORM;
  if (Number(context.req.header('content-length') ?? 0) > MAX_FORM_BYTES) return TOO_LARGE;
  const text = await context.req.text();
  return text.length > MAX_FORM_BYTES ? TOO_LARGE : new URLSearchParams(text);
}

/**
 * `POST /oauth/token`, form-encoded (RFC 6749 4.3 and 4.4):
 *
 * - `grant_type=client_credentials` with `client_id` and `client_secret` (form or Basic header);
 * - `grant_type=password` with `username` (the client id) and `password` (its secret).
 *
 * `expires_in` may ask for a token that lives for fewer seconds than usual, so that expiry can be
 * tested. Answers `{access_token, token_type: "Bearer", expires_in}`, or the OAuth error code in
 * `error` beside the usual `{detail, code}`.
 */
export function tokenEndpoint(keys: TokenKeys, identities: readonly Identity[], lifetimeSeconds: number) {
  return async (context: Context): Promise<Response> => {
    const form = await readForm(context);
    if (!(form instanceof URLSearchParams)) return refusal(form);
    const identity = identify(identities, form, context.req.header('authorization'));
    if ('error' in identity) return refusal(identity);
    const lifetime = lifetimeOf(form, lifetimeSeconds);
    if (lifetime === undefined) return refusal(INVALID_REQUEST);
    const token = await issueToken(keys, { tenant: identity.tenant, user: identity.user }, lifetime);
    const body = { access_token: token, token_type: 'Bearer', expires_in: lifetime };
    return Response.json(body, { headers: { 'cache-control': 'no-store' } });
  };
}
