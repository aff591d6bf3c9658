import { z } from 'zod';
import type { Operation, PlacedOperation } from './routes.ts';

const JSON_SCHEMA = { io: 'input', unrepresentable: 'any' } as const;

const error = z.object({
  detail: z.union([
    z.string(),
    z.array(z.object({ loc: z.array(z.union([z.string(), z.int()])), msg: z.string(), type: z.string() })),
  ]),
  code: z.string(),
});

function schemaOf(type: z.ZodType): object {
  const { $schema: _, ...schema } = z.toJSONSchema(type, JSON_SCHEMA);
  return schema;
}

function jsonContent(type: z.ZodType): object {
  return { 'application/json': { schema: schemaOf(type) } };
}

function parametersOf({ path, query }: PlacedOperation): readonly object[] {
  const inPath = [...path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
  const inQuery = Object.entries(query?.shape ?? {}).map(([name, type]) => ({
    name,
    in: 'query',
    required: false,
    schema: schemaOf(type as z.ZodType), // the shape of a zod object holds zod types
  }));
  return [...inPath, ...inQuery];
}

function responsesOf({
  status,
  answer,
  refuses = [],
  body,
  query,
}: Operation): Readonly<Record<string, object>> {
  const refusals = new Set([401, ...(body === undefined ? [] : [413, 415, 422]), ...refuses, 503]);
  if (query !== undefined) for (const each of [400, 422]) refusals.add(each);
  return {
    [status]: { description: 'as asked', ...(answer === undefined ? {} : { content: jsonContent(answer) }) },
    ...Object.fromEntries(
      [...refusals].sort().map((each) => [each, { description: 'refused', content: jsonContent(error) }]),
    ),
  };
}

function describe(operation: PlacedOperation): object {
  const { summary, body } = operation;
  return {
    summary,
    parameters: parametersOf(operation),
    ...(body === undefined ? {} : { requestBody: { required: true, content: jsonContent(body) } }),
    responses: responsesOf(operation),
    security: [{ bearer: [] }],
  };
}

/** The OpenAPI 3.1 description of what is served, made from the schemas that are enforced. */
export function openApi(operations: readonly PlacedOperation[], version: string): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const operation of operations) {
    const path = operation.path.replaceAll(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [operation.method.toLowerCase()]: describe(operation) };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Reference deployment', version },
    components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } } },
    paths,
  };
}
