import { parseFields } from '../core/json.ts';
import type { CreateAsk, HttpAnswer, HttpAsk } from '../core/scenario.ts';

/** How long the removal of one fixture may take; it happens also when the campaign was ended. */
const REMOVAL_MS = 5_000;

const REMOVAL = 'remove fixture';

export type Request = (ask: HttpAsk) => Promise<HttpAnswer | undefined>;

/** Remembers what a trial made, in order to remove it. */
export interface Fixtures {
  readonly create: (
    request: Request,
    ask: CreateAsk,
    remover: Request,
  ) => Promise<Readonly<Record<string, unknown>> | undefined>;
  /** Removes all that was made, the last first. */
  readonly remove: () => Promise<void>;
}

interface Made {
  readonly path: string;
  readonly remover: Request;
}

/** A project may refuse to go while runs of it are going on: those are ours too, and are cancelled first. */
async function removeOne(path: string, remover: Request): Promise<void> {
  const remove = { label: REMOVAL, method: 'DELETE', path, withinMs: REMOVAL_MS } as const;
  if ((await remover(remove))?.status !== 409) return;
  await Promise.all(
    (await runsGoingOn(path, remover)).map((run) => remover({ ...ENDING, path: `${run}/cancel` })),
  );
  await remover(remove);
}

const ENDING = { label: 'end run of fixture', method: 'POST', withinMs: REMOVAL_MS } as const;

/** Paths of the project's runs that are not over; one page, since a trial starts few. */
async function runsGoingOn(path: string, remover: Request): Promise<readonly string[]> {
  const pages = await Promise.all(
    ['PENDING', 'RUNNING'].map((status) =>
      remover({
        label: 'list runs of fixture',
        method: 'GET',
        path: `${path}/agent-runs?status=${status}&limit=100`,
        withinMs: REMOVAL_MS,
      }),
    ),
  );
  return pages.flatMap((page) => {
    const items = parseFields(page?.body)['items'];
    if (!Array.isArray(items)) return [];
    return items.flatMap((item: { readonly id?: unknown }) =>
      typeof item?.id === 'string' ? [`${path}/agent-runs/${encodeURIComponent(item.id)}`] : [],
    );
  });
}

/** The fixtures of one trial, of which there are none yet. */
export function trackFixtures(): Fixtures {
  const made: Made[] = [];
  return {
    async create(request, { label, path, body }, remover) {
      const answer = await request({ label, method: 'POST', path, body: JSON.stringify(body) });
      const resource = answer?.status === 201 ? parseFields(answer.body) : undefined;
      const id = resource?.['id'];
      if (resource === undefined || typeof id !== 'string') return undefined;
      const own = `${path}/${encodeURIComponent(id)}`;
      if (!made.some((other) => own.startsWith(`${other.path}/`))) made.push({ path: own, remover });
      return resource;
    },
    async remove() {
      for (const { path, remover } of made.splice(0).reverse()) await removeOne(path, remover);
    },
  };
}
