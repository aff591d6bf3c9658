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
import { pageBody, readPageRequest } from './paging.ts';
import { readBody } from './request-body.ts';
import { type App, parameter, route } from './routes.ts';

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

const MAX_NAME = 255;

/** Text the store can hold: PostgreSQL has no place for NUL. */
const text = z.string().refine((value) => !value.includes('\0'));
const name = text.min(1).max(MAX_NAME).regex(/\S/);
const newProject = z.strictObject({ name });
const newItem = z.strictObject({ name, content: text.min(1) });

function showProject({ id, name, createdAt }: Project): object {
  return { id, name, createdAt: createdAt.toISOString() };
}

function showItem({ id, projectId, name, createdAt }: ContextItem): object {
  return { id, projectId, name, createdAt: createdAt.toISOString() };
}

/** The principal's project of that id; 404 for every other id, whoever may own it. */
export async function requireProject(store: Store, owner: Principal, id: string) {
  const project = isStoreId(id) ? await findProject(store, owner, id) : undefined;
  if (project === undefined) throw new HttpError(404, 'PROJECT_NOT_FOUND', 'Project not found');
  return project;
}

async function requireItem(store: Store, projectId: string, id: string): Promise<ContextItem> {
  const item = isStoreId(id) ? await findContextItem(store, projectId, id) : undefined;
  if (item === undefined) throw new HttpError(404, 'CONTEXT_ITEM_INVALID', 'Context item not found');
  return item;
}

/** Serves projects. */
export function projectRoutes(app: App, { store, clock, newId }: ProjectRouteParts): void {
  route(app, '/api/projects', {
    GET: async (context) => {
      const owner = context.get('principal');
      const list = `projects ${owner.tenant} ${owner.user}`;
      const page = await listProjects(store, owner, readPageRequest(context, list));
      return context.json(pageBody(list, page, showProject));
    },
    POST: async (context) => {
      const { name } = await readBody(context, newProject, MIB);
      const project = { id: newId(), name, isDefault: false, createdAt: new Date(clock.now()) };
      await insertProject(store, context.get('principal'), project);
      return context.json(showProject({ ...project, ordinal: '' }), 201);
    },
  });
  route(app, '/api/projects/:project', {
    GET: async (context) =>
      context.json(
        showProject(await requireProject(store, context.get('principal'), parameter(context, 'project'))),
      ),
    DELETE: async (context) => {
      const project = await requireProject(store, context.get('principal'), parameter(context, 'project'));
      if (project.isDefault) throw new HttpError(409, 'CONFLICT', 'the default project cannot be deleted');
      const deleted = await deleteProject(store, project.id);
      if (!deleted) throw new HttpError(409, 'CONFLICT', 'a run of the project is still going');
      return context.body(null, 204);
    },
  });
}

/** Serves the context items of projects. */
export function contextItemRoutes(app: App, { store, clock, newId }: ProjectRouteParts): void {
  route(app, '/api/projects/:project/context-items', {
    GET: async (context) => {
      const project = await requireProject(store, context.get('principal'), parameter(context, 'project'));
      const list = `context-items ${project.id}`;
      const page = await listContextItems(store, project.id, readPageRequest(context, list));
      return context.json(pageBody(list, page, showItem));
    },
    POST: async (context) => {
      const project = await requireProject(store, context.get('principal'), parameter(context, 'project'));
      const { name, content } = await readBody(context, newItem, MAX_ITEM_BODY_BYTES);
      if (Buffer.byteLength(content) > MAX_CONTENT_BYTES) {
        throw new HttpError(413, 'CONTENT_TOO_LARGE', `the content exceeds ${MAX_CONTENT_BYTES} bytes`);
      }
      const item = { id: newId(), projectId: project.id, name, content };
      const createdAt = new Date(clock.now());
      await insertContextItem(store, item, createdAt);
      return context.json(showItem({ ...item, ordinal: '', createdAt }), 201);
    },
  });
  route(app, '/api/projects/:project/context-items/:item', {
    GET: async (context) => {
      const project = await requireProject(store, context.get('principal'), parameter(context, 'project'));
      return context.json(showItem(await requireItem(store, project.id, parameter(context, 'item'))));
    },
    DELETE: async (context) => {
      const project = await requireProject(store, context.get('principal'), parameter(context, 'project'));
      const item = await requireItem(store, project.id, parameter(context, 'item'));
      await deleteContextItem(store, project.id, item.id);
      return context.body(null, 204);
    },
  });
}
