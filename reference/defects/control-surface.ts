import type { Server } from 'node:http';
import { createAdaptorServer } from '@hono/node-server';
import { Hono } from 'hono';
import { z } from 'zod';
import { DEPENDENCIES, type FaultSwitch } from '../faults.ts';
import { DEFECT_CATALOGUE, type DefectSwitch, UnknownDefectError } from './catalogue.ts';

const LOOPBACK = '127.0.0.1';

const wanted = z.strictObject({ active: z.array(z.string()) });
const wantedFaults = z.strictObject({ unavailable: z.array(z.enum(DEPENDENCIES)) });

/** What the surface switches. */
export interface Switches {
  readonly defects: DefectSwitch;
  readonly faults: FaultSwitch;
}

/** A surface that switches defects and faults while the deployment runs. */
export interface ControlSurface {
  readonly url: string;
  readonly stop: () => Promise<void>;
}

function defectRoutes(app: Hono, defects: DefectSwitch): void {
  const state = () => ({ active: defects.active(), catalogue: DEFECT_CATALOGUE });
  app.get('/defects', (context) => context.json(state()));
  app.put('/defects', async (context) => {
    const body = wanted.safeParse(await context.req.json().catch(() => undefined));
    if (!body.success) return context.json({ detail: 'expected {"active": [ids]}', code: 'VALIDATION' }, 422);
    try {
      defects.activate(body.data.active);
    } catch (error) {
      if (!(error instanceof UnknownDefectError)) throw error;
      return context.json({ detail: error.message, code: 'VALIDATION' }, 422);
    }
    return context.json({ active: defects.active() });
  });
}

function faultRoutes(app: Hono, faults: FaultSwitch): void {
  app.get('/faults', (context) => context.json({ unavailable: faults.unavailable(), known: DEPENDENCIES }));
  app.put('/faults', async (context) => {
    const body = wantedFaults.safeParse(await context.req.json().catch(() => undefined));
    if (!body.success) {
      const detail = `expected {"unavailable": [${DEPENDENCIES.join(', ')}]}`;
      return context.json({ detail, code: 'VALIDATION' }, 422);
    }
    faults.set(body.data.unavailable);
    return context.json({ unavailable: faults.unavailable() });
  });
}

/** Serves GET and PUT of `/defects` and `/faults` on a port of its own that only this machine can reach. */
export async function startControlSurface({ defects, faults }: Switches): Promise<ControlSurface> {
  const app = new Hono();
  defectRoutes(app, defects);
  faultRoutes(app, faults);
  const server = createAdaptorServer({ fetch: app.fetch }) as Server;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, LOOPBACK, resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the control surface has no port');
  return {
    url: `http://${LOOPBACK}:${address.port}`,
    stop: async () => {
      const closed = new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      server.closeAllConnections();
      await closed;
    },
  };
}
