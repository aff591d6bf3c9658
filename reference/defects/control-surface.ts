import type { Server } from 'node:http';
import { createAdaptorServer } from '@hono/node-server';
import { Hono } from 'hono';
import { z } from 'zod';
import { DEFECT_CATALOGUE, type DefectSwitch, UnknownDefectError } from './catalogue.ts';

const LOOPBACK = '127.0.0.1';

const wanted = z.strictObject({ active: z.array(z.string()) });

/** A surface that switches defects while the deployment runs. */
export interface ControlSurface {
  readonly url: string;
  readonly stop: () => Promise<void>;
}

function controlApp(defects: DefectSwitch): Hono {
  const app = new Hono();
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
  return app;
}

/** Serves `GET /defects` and `PUT /defects` on a port of its own that only this machine can reach. */
export async function startControlSurface(defects: DefectSwitch): Promise<ControlSurface> {
  const server = createAdaptorServer({ fetch: controlApp(defects).fetch }) as Server;
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
