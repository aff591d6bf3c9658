/** The two shapes in which runs may be listed. */
import { z } from 'zod';
import type { Terms } from '../../harness/core/check.ts';
import type { ExchangeView } from '../../harness/judge/views.ts';
import { bodyOf, fieldOf } from '../agents-api/expect.ts';

const PAGE = z.looseObject({
  runs: z.array(z.unknown()),
  total: z.int().nonnegative(),
  page: z.int().min(1),
  page_size: z.int().min(1),
});

/** Which of the two it is. */
export function listShape(body: unknown): 'bare-array' | 'page-object' | undefined {
  if (Array.isArray(body)) return 'bare-array';
  return PAGE.safeParse(body).success ? 'page-object' : undefined;
}

/** The runs of a list of the declared shape that was answered with 200; nothing when it is none. */
export function runsIn(
  exchange: ExchangeView | undefined,
  { variationPoints }: Terms,
): readonly unknown[] | undefined {
  if (exchange?.response?.status !== 200) return undefined;
  const body = bodyOf(exchange);
  const shape = listShape(body);
  const choice = variationPoints['VP-LISTSHAPE'];
  if (shape === undefined || (choice !== undefined && choice !== shape)) return undefined;
  return shape === 'bare-array'
    ? (body as readonly unknown[])
    : (fieldOf(body, 'runs') as readonly unknown[]);
}
