import { z } from 'zod';
import type { Principal } from '../auth/principal.ts';
import type { Clock } from '../clock.ts';
import { isStoreId } from '../store/ids.ts';
import type { Store } from '../store/open.ts';
import {
  type ContextItem,
  deleteContextItem,
  deleteProject,
  findContextItem,
  findProject,
  insertContextItem,
  insertProject,
  listContextItems,
  listProjects,
  type Project,
} from '../store/projects.ts';
import { HttpError } from './errors.ts';
import { pageBody, pageOfType, pageQuery, readPageRequest } from './paging.ts';
import { readBody } from './request-body.ts';
import { type Api, parameter, type RouteContext, route } from './routes.ts';
import { nameText, storedText } from './text.ts';

/** What the fixture routes are composed of. */
export interface ProjectRouteParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly newId: () => string;
}

const KIB = 1024;
const MIB = KIB * KIB;

/** docs/protocol.md 4: the data an agent works on, each up to 8 MiB. */
const MAX_CONTENT_BYTES = 8 * MIB;

/** JSON may write every byte of the content as an escape of two characters. */
const MAX_ITEM_BODY_BYTES = 2 * MAX_CONTENT_BYTES + 64 * KIB;

const newProject = z.strictObject({ name: nameText });
const newItem = z.strictObject({ name: nameText, content: z.string().min(1).pipe(storedText) });

const project = z.object({ id: z.string(), name: z.string(), createdAt: z.iso.datetime() });
const contextItem = project.extend({ projectId: z.string() });

function showProject({ id, name, createdAt }: Project): object {
  return { id, name, createdAt: createdAt.toISOString() };
}

function showItem({ id, projectId, name, createdAt }: ContextItem): object {
  return { id, projectId, name, createdAt: createdAt.toISOString() };
}

/** The principal's project of that id; 404 for every other id, whoever may own it. */
async function requireProject(store: Store, owner: Principal, id: string) {
  const project = isStoreId(id) ? await findProject(store, owner, id) : undefined;
  if (project === undefined) throw new HttpError(404, 'PROJECT_NOT_FOUND', 'Project not found');
  return project;
}

/** The project that the path names. */
export function projectOfPath(store: Store, context: RouteContext) {
  return requireProject(store, context.get('principal'), parameter(context, 'project'));
}

async function requireItem(store: Store, projectId: string, id: string): Promise<ContextItem> {
  const item = isStoreId(id) ? await findContextItem(store, projectId, id) : undefined;
  if (item === undefined) throw new HttpError(404, 'CONTEXT_ITEM_INVALID', 'Context item not found');
  return item;
}

function projectCollection(api: Api, { store, clock, newId }: ProjectRouteParts): void {
  route(api, '/api/projects', {
    GET: {
      summary: 'The projects of the principal, newest first',
      query: pageQuery,
      status: 200,
      answer: pageOfType(project),
      handle: async (context) => {
        const owner = context.get('principal');
        const list = `projects ${owner.tenant} ${owner.user}`;
        const page = await listProjects(store, owner, readPageRequest(context, list));
        return context.json(pageBody(list, page, showProject));
      },
    },
    POST: {
      summary: 'Makes a project',
      body: newProject,
      status: 201,
      answer: project,
      handle: async (context) => {
        const { name } = await readBody(context, newProject, MIB);
        const made = { id: newId(), name, isDefault: false, createdAt: new Date(clock.now()) };
        await insertProject(store, context.get('principal'), made);
        return context.json(showProject({ ...made, ordinal: '' }), 201);
      },
    },
  });
}

/** Serves projects. */
export function projectRoutes(api: Api, parts: ProjectRouteParts): void {
  const { store } = parts;
  projectCollection(api, parts);
  route(api, '/api/projects/:project', {
    GET: {
      summary: 'A project',
      status: 200,
      answer: project,
      refuses: [404],
      handle: async (context) => context.json(showProject(await projectOfPath(store, context))),
    },
    DELETE: {
      summary: 'Removes a project with all that is in it',
      status: 204,
      refuses: [404, 409],
      handle: async (context) => {
        const { id, isDefault } = await projectOfPath(store, context);
        if (isDefault) throw new HttpError(409, 'CONFLICT', 'the default project cannot be deleted');
        const deleted = await deleteProject(store, id);
        if (!deleted) throw new HttpError(409, 'CONFLICT', 'a run of the project is still going');
        return context.body(null, 204);
      },
    },
  });
}

function itemCollection(api: Api, { store, clock, newId }: ProjectRouteParts): void {
  route(api, '/api/projects/:project/context-items', {
    GET: {
      summary: 'The context items of a project, newest first, without their content',
      query: pageQuery,
      status: 200,
      answer: pageOfType(contextItem),
      refuses: [404],
      handle: async (context) => {
        const { id } = await projectOfPath(store, context);
        const list = `context-items ${id}`;
        const page = await listContextItems(store, id, readPageRequest(context, list));
        return context.json(pageBody(list, page, showItem));
      },
    },
    POST: {
      summary: 'Makes a context item',
      body: newItem,
      status: 201,
      answer: contextItem,
      refuses: [404],
      handle: async (context) => {
        const { id: projectId } = await projectOfPath(store, context);
        const { name, content } = await readBody(context, newItem, MAX_ITEM_BODY_BYTES);
        if (Buffer.byteLength(content) > MAX_CONTENT_BYTES) {
          throw new HttpError(413, 'CONTENT_TOO_LARGE', `the content exceeds ${MAX_CONTENT_BYTES} bytes`);
        }
        const item = { id: newId(), projectId, name, content };
        const createdAt = new Date(clock.now());
        await insertContextItem(store, item, createdAt);
        return context.json(showItem({ ...item, ordinal: '', createdAt }), 201);
      },
    },
  });
}

/** Serves the context items of projects. */
export function contextItemRoutes(api: Api, parts: ProjectRouteParts): void {
  const { store } = parts;
  itemCollection(api, parts);
  route(api, '/api/projects/:project/context-items/:item', {
    GET: {
      summary: 'A context item without its content',
      status: 200,
      answer: contextItem,
      refuses: [404],
      handle: async (context) => {
        const { id } = await projectOfPath(store, context);
        return context.json(showItem(await requireItem(store, id, parameter(context, 'item'))));
      },
    },
    DELETE: {
      summary: 'Removes a context item',
      status: 204,
      refuses: [404],
      handle: async (context) => {
        const { id } = await projectOfPath(store, context);
        const item = await requireItem(store, id, parameter(context, 'item'));
        await deleteContextItem(store, id, item.id);
        return context.body(null, 204);
      },
    },
  });
}
