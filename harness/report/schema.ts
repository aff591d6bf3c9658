import { z } from 'zod';
import { reportSchema } from './model.ts';

/**
 * The JSON Schema of the report, as published in docs/report.schema.json. It admits members that it does not
 * name, so that a later version may add some without breaking whoever validates.
 */
export function reportJsonSchema(): string {
  const { $schema, ...body } = z.toJSONSchema(reportSchema, { io: 'input' });
  return `${JSON.stringify({ $schema, title: 'Campaign report', ...body }, null, 2)}\n`;
}
