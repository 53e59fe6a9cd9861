/** Whoever reads the schema is told everything by it: each name in it says what it is. */
import {
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  isSpecifiedScalarType,
  type GraphQLNamedType,
} from 'graphql';
import { guardRootField } from '../../src/context.js';
import { makeSchema } from '../../src/schema.js';
import { makeResolvers, type Services } from '../../src/services.js';

interface Described {
  readonly description?: string | null | undefined;
}

function* partsOf(type: GraphQLNamedType): Generator<[string, Described]> {
  yield [type.name, type];
  if (isEnumType(type)) for (const value of type.getValues()) yield [`${type.name}.${value.name}`, value];
  if (isInputObjectType(type)) {
    for (const field of Object.values(type.getFields())) yield [`${type.name}.${field.name}`, field];
  }
  if (!isObjectType(type) && !isInterfaceType(type)) return;
  for (const field of Object.values(type.getFields())) {
    yield [`${type.name}.${field.name}`, field];
    for (const arg of field.args) yield [`${type.name}.${field.name}(${arg.name})`, arg];
  }
}

// Seen to fail: with the description of an argument, a type, a field, an input field and an enum value removed.
test('everything in the schema has a description', async () => {
  const schema = await makeSchema(makeResolvers({} as Services), guardRootField);
  const types = Object.values(schema.getTypeMap()).filter(
    (type) => !isIntrospectionType(type) && !isSpecifiedScalarType(getNamedType(type)),
  );
  const parts = types.flatMap((type) => [...partsOf(type)]);
  expect(parts.length).toBeGreaterThan(500);
  expect(parts.filter(([, { description }]) => !description?.trim()).map(([name]) => name)).toEqual([]);
});
