import { type Reader, refuse, text } from './reader.ts';

/** A user the harness can act as. Tenant and user are absent where nobody told them. */
export interface Identity {
  /** Unique within the target. */
  readonly name: string;
  readonly tenant?: string;
  readonly user?: string;
}

export interface Principal {
  readonly tenant?: string | undefined;
  readonly user?: string | undefined;
}

const GENERATED = 6;
const MOST_USERS = 1000;
const EXAMPLE = 'acme/ada,acme/alan,globex/grace';
const ONE_USER = /^([\w.@+-]{1,100})\/([\w.@+-]{1,100})$/;

/** Names principals; one that is not known is called after its place. */
export function identitiesOf(principals: readonly Principal[]): readonly Identity[] {
  return principals.map(({ tenant, user }, index) => ({
    name: [tenant, user].filter((part) => part !== undefined).join('/') || `identity-${index + 1}`,
    ...(tenant === undefined ? {} : { tenant }),
    ...(user === undefined ? {} : { user }),
  }));
}

/** Users of two tenants, in an order in which any three neighbours share a tenant in part, never in whole. */
function generatedPrincipals(count = GENERATED): readonly Required<Principal>[] {
  return Array.from({ length: count }, (_, index) => ({
    tenant: Math.floor((index + 1) / 2) % 2 === 0 ? 'conformance-a' : 'conformance-b',
    user: `conformance-user-${index + 1}`,
  }));
}

/** TARGET_USERS as a list of `tenant/user`; undefined when it is not set or was refused. */
export function readUsers(reader: Reader): readonly Required<Principal>[] | undefined {
  const value = text(reader, 'TARGET_USERS');
  if (value === undefined) return undefined;
  const users = value.split(/[\s,]+/).filter((part) => part !== '');
  const principals = users.flatMap((part) => {
    const [, tenant, user] = ONE_USER.exec(part) ?? [];
    return tenant === undefined || user === undefined ? [] : [{ tenant, user }];
  });
  const distinct = new Set(users).size === users.length;
  if (principals.length === users.length && distinct) return principals;
  refuse(
    reader,
    'TARGET_USERS',
    'a list of different tenant/user, or how many to make up',
    `${EXAMPLE} or 25`,
  );
  return undefined;
}

/** As `readUsers`, but a number makes up as many, and nothing makes up six. */
export function readOrGenerateUsers(reader: Reader): readonly Required<Principal>[] | undefined {
  const value = text(reader, 'TARGET_USERS');
  if (value === undefined) return generatedPrincipals();
  const count = /^\d{1,6}$/.test(value) ? Number(value) : undefined;
  if (count === undefined) return readUsers(reader);
  if (count >= 1 && count <= MOST_USERS) return generatedPrincipals(count);
  refuse(reader, 'TARGET_USERS', `from 1 to ${MOST_USERS} users`, '25');
  return undefined;
}
