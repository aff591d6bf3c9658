import type { Boundaries } from '../boundaries.ts';
import { type Exchange, handling, withBody } from '../defects/answers.ts';
import { boundariesOf } from '../defects/catalogue.ts';
import type { Frame } from '../defects/frames.ts';
import { all, type Noise, type NoiseContext } from './noise.ts';

/** What a deployment does that departs from the reference's choice, and not from the protocol. */
export function like(...ids: readonly string[]): (context: NoiseContext) => Boundaries {
  return ({ keys }) =>
    all(...ids.map((id) => boundariesOf(id, { delayMs: 0, keys, newId: () => crypto.randomUUID() })));
}

/** Another choice at one variation point; more than one where they cannot be told apart. */
export function choice(
  declares: Readonly<Record<string, string>>,
  allowedBy: string,
  build: Noise['build'],
  settings?: Noise['settings'],
): Noise {
  const words = Object.entries(declares).map(([point, value]) => `${point} ${value}`);
  const id = `N-${words
    .join('-')
    .replaceAll(/[^A-Za-z0-9]+/g, '-')
    .toUpperCase()}`;
  const title = `chooses ${words.join(' and ')}`;
  return { id, title, allowedBy, declares, build, ...(settings === undefined ? {} : { settings }) };
}

/** Refusals with this code have another status. */
export function restated(
  applies: (exchange: Exchange) => boolean,
  codes: readonly string[],
  from: number,
  to: number,
): Partial<Boundaries> {
  return handling(applies, async ({ request }, honest) => {
    const response = await honest(request);
    if (response.status !== from) return response;
    const body = (await response.clone().json()) as Frame;
    return codes.includes(String(body['code'])) ? withBody(response, body, to) : response;
  });
}

/** The body of a request as an object; empty when it is none. */
export async function bodyOf(request: Request): Promise<Frame> {
  try {
    const body: unknown = JSON.parse(await request.clone().text());
    return typeof body === 'object' && body !== null ? { ...body } : {};
  } catch {
    return {};
  }
}

/** Another request of the same user. */
export const asSameUser = ({ request }: Exchange, path: string): Request =>
  new Request(new URL(path, request.url), {
    headers: { authorization: request.headers.get('authorization') ?? '' },
  });

/** A refusal as docs/protocol.md 2 has it. */
export const refusal = (status: number, code: string): Response =>
  Response.json({ detail: 'not possible', code }, { status });
