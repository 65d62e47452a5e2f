/** The data sets of our FOCUS export, and which versions have them. */

import { focusColumns } from './focus-columns.ts';
import { invoiceColumns } from './focus-invoices.ts';
import { keyColumns } from './focus-keys.ts';
import { periodColumns } from './focus-periods.ts';
import { columnsIn, focusVersions, type FocusColumn, type FocusVersion } from './focus-versions.ts';

export interface FocusDataset {
  /** The specification's id of the data set; ours begins with x_. */
  readonly id: string;
  readonly title: string;
  readonly columns: readonly FocusColumn[];
  readonly versions: readonly FocusVersion[];
  /** Whether its lines lie on a time line, so that parts of it are complete before others. */
  readonly isTimeSeries: boolean;
}

/** By the name of their files. */
export const focusDatasets = {
  focus: {
    id: 'CostAndUsage',
    title: 'Cost and Usage',
    columns: focusColumns,
    versions: focusVersions,
    isTimeSeries: true,
  },
  'billing-periods': {
    id: 'BillingPeriod',
    title: 'Billing Period',
    columns: periodColumns,
    versions: ['1.4', '1.5-draft'],
    isTimeSeries: false,
  },
  'invoice-details': {
    id: 'InvoiceDetail',
    title: 'Invoice Detail',
    columns: invoiceColumns,
    versions: ['1.4', '1.5-draft'],
    isTimeSeries: false,
  },
  keys: {
    id: 'x_KeyUsage',
    title: 'Usage by API key',
    columns: keyColumns,
    versions: focusVersions,
    isTimeSeries: true,
  },
} as const satisfies Readonly<Record<string, FocusDataset>>;

export type FocusDatasetName = keyof typeof focusDatasets;

/** The columns of a data set in a version. */
export function datasetColumns(name: FocusDatasetName, version: FocusVersion): readonly FocusColumn[] {
  const { columns }: FocusDataset = focusDatasets[name];
  return columnsIn(columns, version);
}

/** The version of a data set where none is asked for: the default, or the oldest that has it. */
export function versionOf(name: FocusDatasetName): FocusVersion {
  const { versions }: FocusDataset = focusDatasets[name];
  return versions[0] ?? '1.2';
}
