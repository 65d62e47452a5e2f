/**
 * The metadata of FOCUS: for each data set the schema of its files, and how recent what it holds is.
 * https://focus.finops.org/focus-specification/v1-4/ (Metadata)
 */

import { datesOf, periodOf, printInstant, type Instant } from '../domain/calendar.ts';
import { digestOf } from '../domain/digest.ts';
import type { AccountPeriod } from './focus-periods.ts';
import { datasetColumns, focusDatasets, type FocusDatasetName } from './focus-datasets.ts';
import { isBefore, isDeprecated, type FocusColumn, type FocusVersion } from './focus-versions.ts';

/** How decimals are kept where a format has to say so: as much as DECIMAL has digits for. */
export const decimalPrecision = 38;
export const decimalScale = 18;

/** When the schemas last changed. Columns that change move it: a test pins it to the ids. */
export const schemasCreatedAt = '2026-11-29T00:00:00Z';

const dataGenerator = 'Unified billing gateway';

/** The schema of a data set in a version. */
export function schemaOf(name: FocusDatasetName, version: FocusVersion) {
  const definitions = datasetColumns(name, version).map((column) => definitionOf(column, version));
  const { id } = focusDatasets[name];
  const schema = {
    DataGenerator: dataGenerator,
    SchemaId: schemaIdOf(name, version),
    FocusVersion: version,
    CreationDate: schemasCreatedAt,
    ...(isBefore(version, '1.3')
      ? {}
      : { DatasetInstanceId: instanceIdOf(name, version), FocusDatasetId: id }),
    ColumnDefinition: definitions,
  };
  return schema;
}

/** The id of a schema: it changes with the columns. */
export function schemaIdOf(name: FocusDatasetName, version: FocusVersion): string {
  const definitions = datasetColumns(name, version).map((column) => definitionOf(column, version));
  return `${name}-${version}-${digestOf(JSON.stringify(definitions))}`;
}

function instanceIdOf(name: FocusDatasetName, version: FocusVersion): string {
  return `${name}-${version}`;
}

function definitionOf(column: FocusColumn, version: FocusVersion) {
  return {
    ColumnName: column.name,
    DataType: dataTypes[column.type],
    ...(column.type === 'Decimal'
      ? { NumericPrecision: decimalPrecision, NumberScale: decimalScale }
      : column.type === 'DateTime'
        ? {}
        : { StringEncoding: 'UTF-8' }),
    ...(isDeprecated(column, version) ? { Deprecated: true } : {}),
  };
}

const dataTypes = { String: 'STRING', Decimal: 'DECIMAL', DateTime: 'DATETIME', Json: 'JSON' } as const;

/** How recent a data set is, by what was read of its billing periods. Part of the specification since 1.3. */
export function recencyOf(
  name: FocusDatasetName,
  version: FocusVersion,
  periods: readonly AccountPeriod[],
  now: Instant,
) {
  const sectors = sectorsOf(periods);
  const readAts = periods.flatMap(({ sources }) => sources.flatMap(({ asOf }) => asOf ?? []));
  return {
    DatasetInstanceId: instanceIdOf(name, version),
    DatasetInstanceComplete: sectors.length > 0 && sectors.every((sector) => sector.TimeSectorComplete),
    ...(readAts.length === 0
      ? {}
      : { DatasetInstanceLastUpdated: printInstant(Math.max(...readAts) as Instant) }),
    RecencyLastUpdated: printInstant(now),
    ...(focusDatasets[name].isTimeSeries ? { TimeSectors: sectors } : {}),
  };
}

/** A sector for each billing period, as it lies in the zones of its accounts. It is complete once nothing may change. */
function sectorsOf(periods: readonly AccountPeriod[]) {
  const shared = Map.groupBy(periods, ({ account, month }) => {
    const { start, end } = periodOf(datesOf(month), account.timeZone);
    return `${printInstant(start)} ${printInstant(end)}`;
  });
  return Array.from(shared, ([key, group]) => {
    const [start = '', end = ''] = key.split(' ');
    const sources = group.flatMap((period) => period.sources);
    const readAts = sources.flatMap(({ asOf }) => asOf ?? []);
    return {
      TimeSectorStart: start,
      TimeSectorEnd: end,
      TimeSectorComplete:
        readAts.length > 0 && sources.every(({ settlement }) => settlement.status === 'FINAL'),
      ...(readAts.length === 0
        ? {}
        : { TimeSectorLastUpdated: printInstant(Math.max(...readAts) as Instant) }),
    };
  });
}
