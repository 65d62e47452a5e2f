/** What is chosen on the page of exports is what its file is asked for. */

import { expect, test } from 'vitest';

import {
  exportAddress,
  metadataAddress,
  parseExport,
} from '../../../src/page/views/export/export-address.ts';

const today = '2026-03-18';
const fileOf = (query: string): string => exportAddress(parseExport(new URLSearchParams(query), today));

test.each<[string, string]>([
  ['', 'export/focus.csv?month=2026-02&version=1.2&bom=true'],
  ['month=2025-12&format=ndjson&version=1.4', 'export/focus.ndjson?month=2025-12&version=1.4'],
  [
    'from=2025-11&to=2026-02&format=parquet&version=1.5-draft',
    'export/focus.parquet?from=2025-11&to=2026-02&version=1.5-draft',
  ],
  // FOCUS is by whole months, so days become the months that they lie in.
  ['from=2026-01-10&to=2026-02-02&format=xlsx', 'export/focus.xlsx?from=2026-01&to=2026-03&version=1.2'],
  [
    'table=spend&format=xlsx&from=2026-01-10&to=2026-02-02&by=team,PRODUCT_ID&accounts=a,b',
    'export/spend.xlsx?from=2026-01-10&to=2026-02-02&by=team,product-id&accounts=a,b',
  ],
  [
    'table=invoice-details&version=1.2&format=ndjson&partial=yes&fresh=yes',
    'export/invoice-details.ndjson?month=2026-02&version=1.4&partial=true&fresh=true',
  ],
  ['table=bills&excel=no', 'export/bills.csv?month=2026-02'],
  ['table=nope&format=pdf&from=2026-05&to=2026-01', 'export/focus.csv?month=2026-02&version=1.2&bom=true'],
])('%s', (query, address) => {
  expect(fileOf(query)).toBe(address);
});

test('a data set of FOCUS is described, and how complete it is from version 1.3 on', () => {
  const of = (query: string, part: 'schema' | 'recency') =>
    metadataAddress(parseExport(new URLSearchParams(query), today), part);
  expect(of('', 'schema')).toBe('export/focus.schema.json?version=1.2');
  expect(of('', 'recency')).toBeNull();
  expect(of('version=1.4&from=2025-12&to=2026-02', 'recency')).toBe(
    'export/focus.recency.json?from=2025-12&to=2026-02&version=1.4',
  );
  expect(of('table=spend', 'schema')).toBeNull();
});
