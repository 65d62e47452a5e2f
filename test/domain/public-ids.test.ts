/** Ids that clients see: no two things share one, a spreadsheet takes none for a formula, and each leads back to its row. */

import fc from 'fast-check';
import { expect, test } from 'vitest';

import { parseRowId, toAccountId, toRowId } from '../../src/domain/public-ids.ts';
import { createRowIds } from '../../src/domain/row-ids.ts';
import { usageCycles, type RowKind, type RowOf } from '../../src/domain/rows.ts';

const providers = ['ppio', 'novita', 'aione', 'streamlake'];
const name = fc.oneof(fc.constantFrom(...providers), fc.stringMatching(/^[a-z0-9-]{1,64}$/));

/** As much of a row as its id is made of. */
const rows = fc
  .record({ account: name, about: fc.string(), cycle: fc.constantFrom(...usageCycles) })
  .map(({ account, about, cycle }) => {
    const date = '2026-02-03';
    const idOf = (kind: RowKind): string => createRowIds(account, kind)([about]);
    const each = {
      BILL: { kind: 'BILL', id: idOf('BILL'), date },
      INVOICE: { kind: 'INVOICE', id: idOf('INVOICE'), date },
      API_KEY_USAGE: { kind: 'API_KEY_USAGE', id: idOf('API_KEY_USAGE'), date, cycle },
      DAILY_DETAIL: { kind: 'DAILY_DETAIL', id: idOf('DAILY_DETAIL'), date },
    };
    return { account, cycle, each: each as unknown as RowOf };
  });

test('an id leads back to the account, list, day and reading of its row', () => {
  fc.assert(
    fc.property(rows, fc.option(fc.nat()), ({ account, cycle, each }, readAt) => {
      for (const [kind, row] of Object.entries(each)) {
        expect(parseRowId(toRowId(account, row, readAt as never))).toEqual({
          kind,
          cycle: kind === 'API_KEY_USAGE' ? cycle : null,
          account,
          date: '2026-02-03',
          row: row.id,
          readAt,
        });
      }
    }),
  );
});

test('no id of a row begins with what a spreadsheet takes for a formula, or is that of an account or a provider', () => {
  fc.assert(
    fc.property(rows, name, ({ account, each }, other) => {
      const ids = Object.values(each).map((row: RowOf[RowKind]) => toRowId(account, row));
      expect(new Set(ids).size).toBe(ids.length);
      for (const id of ids) expect(id).toMatch(/^[a-z]/);
      expect(ids).not.toContain(toAccountId(other, providers));
      expect(parseRowId(toAccountId(other, providers))).toBeNull();
      expect(providers).not.toContain(toAccountId(other, providers));
    }),
  );
});

test('two accounts never share an id, whatever they are called', () => {
  fc.assert(
    fc.property(name, name, (one, other) => {
      fc.pre(one !== other);
      expect(toAccountId(one, providers)).not.toBe(toAccountId(other, providers));
    }),
  );
});

test.each([
  '',
  'x',
  'bill',
  'bill:a',
  'bill:a:2026-02-30:x',
  'ball:a:2026-02-03:x',
  'bill:a:2026-02-03:x:y',
  'account:ppio',
])('"%s" is no id of a row', (id) => {
  expect(parseRowId(id)).toBeNull();
});
