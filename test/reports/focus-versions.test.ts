/** Each version of the export has the columns of its specification, and no others than ours besides. */

import { expect, test } from 'vitest';

import {
  datasetColumns,
  focusDatasets,
  type FocusDataset,
  type FocusDatasetName,
} from '../../src/reports/focus-datasets.ts';
import { focusGaps, invoiceGaps } from '../../src/reports/focus-gaps.ts';
import { schemaIdOf, schemaOf, schemasCreatedAt } from '../../src/reports/focus-metadata.ts';
import { focusVersions } from '../../src/reports/focus-versions.ts';
import { billingPeriod, costAndUsage, invoiceDetail } from '../support/focus-model.ts';

const types = { String: 'String', Decimal: 'Decimal', DateTime: 'Date/Time', Json: 'JSON' } as const;

const datasets = focusVersions.flatMap((version) => [
  ['focus', version, costAndUsage[version] ?? {}] as const,
  ...(version === '1.4' || version === '1.5-draft'
    ? ([
        ['billing-periods', version, billingPeriod],
        ['invoice-details', version, invoiceDetail],
      ] as const)
    : []),
]);

test.each(datasets)('%s %s: its columns are those of the specification', (name, version, theirs) => {
  const columns = datasetColumns(name, version);
  const gaps: ReadonlySet<string> = new Set(
    name === 'invoice-details' ? invoiceGaps.map((gap) => gap.column) : [],
  );
  for (const { name: column, level, nullable, type } of columns) {
    if (level === 'Custom') expect(column).toMatch(/^x_/);
    else if (gaps.has(column)) expect(theirs[column]).toEqual([level, false, types[type]]);
    else expect([column, theirs[column]]).toEqual([column, [level, nullable, types[type]]]);
  }
  const own = new Set(columns.map((column) => column.name));
  const missing = Object.entries(theirs).filter(
    ([column, [level]]) => level === 'Mandatory' && !own.has(column),
  );
  expect(missing).toEqual([]);
  const names = columns.map((column) => column.name);
  const isOurs = (one: string): boolean => one.startsWith('x_');
  expect(names).toEqual([
    ...names.filter((one) => !isOurs(one)).toSorted(),
    ...names.filter(isOurs).toSorted(),
  ]);
  expect(new Set(names).size).toBe(names.length);
});

test('1.3 deprecates what 1.4 removes', () => {
  const of = (version: '1.2' | '1.3' | '1.4') =>
    schemaOf('focus', version).ColumnDefinition.filter(({ ColumnName }) => /^P\w+erName$/.test(ColumnName));
  expect(of('1.2').map(({ ColumnName, ...other }) => [ColumnName, 'Deprecated' in other])).toEqual([
    ['ProviderName', false],
    ['PublisherName', false],
  ]);
  expect(of('1.3').map(({ ColumnName, ...other }) => [ColumnName, 'Deprecated' in other])).toEqual([
    ['ProviderName', true],
    ['PublisherName', true],
  ]);
  expect(of('1.4')).toEqual([]);
});

test('a schema names each column once, with its type, and changes its id and date with its columns', () => {
  for (const [name, dataset] of Object.entries(focusDatasets) as [FocusDatasetName, FocusDataset][]) {
    for (const version of dataset.versions) {
      const schema = schemaOf(name, version);
      expect(schema).toMatchObject({
        DataGenerator: expect.any(String),
        SchemaId: schemaIdOf(name, version),
        FocusVersion: version,
        CreationDate: schemasCreatedAt,
      });
      expect(schema.ColumnDefinition.map(({ ColumnName }) => ColumnName)).toEqual(
        datasetColumns(name, version).map((column) => column.name),
      );
    }
  }
  // A change of columns changes these ids; move the date with them.
  expect([
    schemasCreatedAt,
    ...focusVersions.map((version) => schemaIdOf('focus', version)),
    ...(['billing-periods', 'invoice-details', 'keys'] as const).map((name) => schemaIdOf(name, '1.4')),
  ]).toMatchInlineSnapshot(`
    [
      "2026-11-29T00:00:00Z",
      "focus-1.2-215d6633c125",
      "focus-1.3-39f75182770b",
      "focus-1.4-878592c1f433",
      "focus-1.5-draft-878592c1f433",
      "billing-periods-1.4-0a026b5bd863",
      "invoice-details-1.4-be05a2f839a4",
      "keys-1.4-41562ed10001",
    ]
  `);
});

test('each gap is a column, and says why', () => {
  const columns = new Set(datasetColumns('focus', '1.2').map(({ name }) => name));
  for (const { column, because } of focusGaps)
    expect([columns.has(column), because.length > 5]).toEqual([true, true]);
  const invoices = new Set(datasetColumns('invoice-details', '1.4').map(({ name }) => name));
  for (const { column, because } of invoiceGaps)
    expect([invoices.has(column), because.length > 5]).toEqual([true, true]);
});
