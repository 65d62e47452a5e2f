/** The page's operations fit the schema, and what is generated from them is what they say now. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { parse, validate } from 'graphql';
import { expect, test } from 'vitest';

import { schema } from '../../src/graphql/schema.ts';
import { root } from '../support/process.ts';
import { generatedFile, generateOperations } from './write-operations.ts';

const folder = join(root, 'src/page/operations');
const files = readdirSync(folder);

test('there is one file for each operation, and each fits the schema', () => {
  expect(files).toContain('overview.graphql');
  for (const file of files) {
    const document = parse(readFileSync(join(folder, file), 'utf8'));
    expect([file, validate(schema, document)]).toEqual([file, []]);
  }
});

test('types and hashes are those of the files: else run `npm run operations`', async () => {
  expect(readFileSync(generatedFile, 'utf8')).toBe(await generateOperations());
});
