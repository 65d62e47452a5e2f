/** `npm run operations`: the types of the page's operations, and the hashes by which it names them. */

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { codegen } from '@graphql-codegen/core';
import * as operations from '@graphql-codegen/typescript-operations';
import { buildSchema, Kind, parse } from 'graphql';

import { root } from '../support/process.ts';

const folder = join(root, 'src/page/operations');
export const generatedFile = join(root, 'src/page/generated/operations.ts');

/** The generated file as it has to be. @throws Error for an operation that does not fit the schema */
export async function generateOperations(): Promise<string> {
  const schemaText = readFileSync(join(root, 'schema.graphql'), 'utf8');
  const files = readdirSync(folder).toSorted();
  const documents = files.map((file) => {
    const text = readFileSync(join(folder, file), 'utf8');
    const document = parse(text);
    const names = document.definitions.flatMap((one) =>
      one.kind === Kind.OPERATION_DEFINITION ? [one.name?.value ?? ''] : [],
    );
    const [name = ''] = names;
    if (names.length !== 1 || name === '') throw new Error(`${file}: expected one operation with a name`);
    return { file, name, document, id: createHash('sha256').update(text).digest('hex') };
  });
  const texts = ['BigInt', 'CurrencyCode', 'Date', 'DateTime', 'Decimal', 'YearMonth'];
  const types = await codegen({
    filename: generatedFile,
    schema: parse(schemaText),
    schemaAst: buildSchema(schemaText),
    documents: documents.map(({ file, document }) => ({ location: file, document })),
    config: {
      scalars: { ...Object.fromEntries(texts.map((name) => [name, 'string'])), JSON: 'unknown' },
      strictScalars: true,
      skipTypename: true,
      immutableTypes: true,
      enumType: 'string-literal',
      avoidOptionals: { field: true },
    },
    plugins: [{ operations: {} }],
    pluginMap: { operations },
  });
  const constants = documents.map(
    ({ name, id }) =>
      `  ${name}: { name: '${name}', id: '${id}' } as Operation<${name}Query, ${name}QueryVariables>,`,
  );
  return [
    '/** Made by `npm run operations` from src/page/operations and schema.graphql. */',
    '/* oxlint-disable */',
    '',
    "import type { Operation } from '../shell/operation.ts';",
    '',
    types.trim(),
    '',
    '/** Every operation of the page, as it names them to the gateway. */',
    'export const operations = {',
    ...constants,
    '} as const;',
    '',
  ].join('\n');
}

if (import.meta.main) writeFileSync(generatedFile, await generateOperations());
