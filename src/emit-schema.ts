/** Prints the schema, as committed in schema.graphql. No service is called, so none is made. */
import 'reflect-metadata';
import { lexicographicSortSchema, printSchema } from 'graphql';
import { writeFile } from 'node:fs/promises';
import { guardRootField } from './context.js';
import { makeSchema } from './schema.js';
import { makeResolvers, type Services } from './services.js';

export async function schemaText(): Promise<string> {
  const noServices = {} as Services;
  const schema = await makeSchema(makeResolvers(noServices), guardRootField);
  return `${printSchema(lexicographicSortSchema(schema))}\n`;
}

if (process.argv[1] === import.meta.filename) await writeFile('schema.graphql', await schemaText());
