/**
 * What every provider must keep, asked of a table of examples: a new provider brings its table (`<vendor>-cases.test.ts`)
 * and gets all of these tests. What is one vendor's alone stands in test files of its own; faults, periods and paging
 * through the whole gateway stand in test/gateway, for every vendor of the sandbox.
 */

import { describe, expect, test } from 'vitest';
import { z } from 'zod';

import { focusServiceOf, focusServices } from '../../src/domain/focus-services.ts';
import { parseJson } from '../../src/domain/json.ts';
import type { CurrencyCode, RowKind } from '../../src/domain/rows.ts';
import type { Segment } from '../../src/domain/segments.ts';
import type { Connection, Provider, RequestSpec, VendorRejection } from '../../src/providers/provider.ts';
import { connected, only } from '../support/connected.ts';
import { testFastPath } from './fast-path-suite.ts';

export type Fields = Readonly<Record<string, unknown>>;

/** One list of a provider: how an answer of it looks, and what its rows must come to. */
export interface ListCase {
  readonly provider: Provider;
  readonly kind: RowKind;
  readonly segment: Segment;
  /** A row as it is on the wire, with nothing odd about it. */
  readonly row: Fields;
  /** The first answer that has these rows and no more. */
  readonly answer: (rows: readonly Fields[]) => unknown;
  /** Where the rows stand in it. */
  readonly path: readonly string[];
  /** Fields that name or describe something: text, which the vendor may write as a number. */
  readonly names: readonly string[];
  /** The amount without which a row is none, and the field of ours that it becomes. */
  readonly amount: readonly [wire: string, row: 'billedCost' | 'total'];
  /** Amounts with fractions, where the vendor writes them so: each is ours as it is written. */
  readonly exact?: readonly string[];
  /** Other fields with money, counts or prices. */
  readonly numbers: readonly string[];
  /** What else than text that is no number cannot be the amount. */
  readonly unreadable?: readonly unknown[];
  /** Fields that may be left out, and what then is unknown. */
  readonly gaps: readonly [names: readonly string[], expected: object];
  /** Words that the vendor may use, known and new, and what becomes of them. */
  readonly words: readonly (readonly [change: Fields, expected: object])[];
  /** Changes that leave a row the one that it was. */
  readonly corrections: readonly Fields[];
  /** Changes that make it another. */
  readonly others: readonly Fields[];
  /** How many rows two are that are alike to the last field. */
  readonly alike: 1 | 2;
  /** Answers without rows, and answers that are no list. */
  readonly empty: readonly string[];
  readonly notLists: readonly string[];
  /** An answer of some ordinary rows, where the list has a fast path. */
  readonly ordinary?: string;
}

/** An example that a document prints. */
export interface DocumentCase {
  readonly provider: Provider;
  readonly kind: RowKind;
  readonly segment: Segment;
  readonly text: string;
  /** All of the row but its id, and `raw`, which is the example's own row. */
  readonly expected: object;
  readonly currency?: CurrencyCode;
}

export interface ProviderCases {
  readonly providers: readonly Provider[];
  readonly credential: Fields;
  readonly documents: Readonly<Record<string, DocumentCase>>;
  readonly lists: Readonly<Record<string, ListCase>>;
  /** Error envelopes, and what they mean. Null: the HTTP status decides. */
  readonly refusals: readonly (readonly [status: number, body: unknown, expected: VendorRejection | null])[];
}

const digits = ['12345678901234567890', '7', '0', '-1', '1.10', '1e3'];
const noNumbers = ['1,234', 'NaN', '', null, undefined, 'Infinity', '0x10', '¥12', true, [], {}];
const noNames = [true, false, {}, [], ['x'], { zh: 'x' }];

/** Tests a provider by its table. */
export function testProvider({ providers, credential, documents, lists, refusals }: ProviderCases): void {
  describe.each(Object.entries(documents))("the document's example %s", (_name, one) => {
    test('is read field by field, on both paths', async () => {
      const settings = { currency: one.currency ?? null };
      const { rows, notices } = await readBoth({ ...one, credential }, one.text, settings);
      const { id, raw, ...row } = only(rows);
      expect(id).toMatch(/^[\w-]{24}$/);
      expect(row).toEqual({ kind: one.kind, ...one.expected });
      // None of the examples has a number that JSON.parse changes.
      expect(findRows(JSON.parse(one.text))).toContain(raw);
      expect(notices).toEqual([]);
    });
  });

  describe.each(Object.entries(lists))('%s', (_name, list) => {
    testList({ ...list, credential });
    if (list.ordinary !== undefined) testFastPath(list.ordinary, () => specOf({ ...list, credential }));
  });

  const [anyList] = Object.values(lists);
  test.each(refusals)('a refusal with HTTP %i and %j means %o', async (status, body, expected) => {
    if (anyList === undefined) throw new RangeError('a provider without lists');
    const { refusal } = await specOf({ ...anyList, credential });
    expect(refusal(status, body)).toEqual(expected);
  });

  test.each(providers)(
    'each category of charges that $id lists has a FOCUS service, and not "Other"',
    ({ focusServices: services, grids }) => {
      const charges = [grids.BILL, grids.DAILY_DETAIL].filter((grid) => grid !== undefined);
      const named = charges.flatMap((grid) => (grid.byCategory === true ? Object.keys(grid.variants) : []));
      const unnamed = charges.some((grid) => grid.uncategorized === true) ? [null] : [];
      for (const category of [...named, ...unnamed]) {
        const service = focusServiceOf(services, category);
        expect([category, service.category]).not.toContain('Other');
        expect(focusServices[service.category]).toContain(service.subcategory);
      }
      for (const name of Object.keys(services.byCategory)) expect(name).toBe(name.toLowerCase());
    },
  );
}

type Connectable = Pick<ListCase, 'provider' | 'kind' | 'segment'> & { readonly credential: Fields };

function testList(list: ListCase & Connectable): void {
  const [amount, money] = list.amount;
  const textOf = (rows: readonly Fields[]) => JSON.stringify(list.answer(rows));
  const read = async (...rows: readonly Fields[]) => readBoth(list, textOf(rows));
  const readOne = async (change: Fields) => only((await read({ ...list.row, ...change })).rows);
  const refused = async (...rows: readonly Fields[]): Promise<z.ZodError> => {
    const error: unknown = await read(...rows).catch((thrown: unknown) => thrown);
    if (error instanceof z.ZodError) return error;
    throw new TypeError('a refusal was expected', { cause: error });
  };

  test.each(list.names)('has a %s also where the vendor writes a number', async (name) => {
    for (const text of digits) {
      const { raw, ...asNumber } = await readOne({ [name]: JSON.rawJSON(text) });
      expect(await readOne({ [name]: text })).toMatchObject(asNumber);
      expect(raw).toContain(`"${name}":${text}`);
    }
  });

  test.each(list.names)('has a %s with every letter and space, on both paths', async (name) => {
    for (const text of [' x ', '中文', 'a"b', 'a\\b', 'a\nb']) {
      expect((await readOne({ [name]: text })).raw).toContain(`"${name}":${JSON.stringify(text)}`);
    }
  });

  test.each(list.names)('is refused where %s is neither text nor a number', async (name) => {
    for (const value of noNames) await refused({ ...list.row, [name]: value });
  });

  test('with an amount that cannot be read is refused, never 0, and never given without that row', async () => {
    for (const value of [...noNumbers, ...(list.unreadable ?? [])]) {
      await refused({ ...list.row, [amount]: value });
      await refused(list.row, { ...list.row, [amount]: value });
    }
  });

  test.each([amount, ...list.numbers])(
    'that cannot be read in %s is refused, and the place is named without the value',
    async (name) => {
      const { issues } = await refused(list.row, { ...list.row, [name]: '1,234' });
      expect(issues[0]?.path).toEqual([...list.path, 1, name]);
      expect(JSON.stringify(issues)).not.toContain('1,234');
    },
  );

  test('keeps all digits of its amounts, as text and as JSON numbers, and their sign', async () => {
    for (const text of ['12345678901234567891', '-5']) {
      const { raw, ...asNumber } = await readOne({ [amount]: JSON.rawJSON(text) });
      expect(await readOne({ [amount]: text })).toMatchObject(asNumber);
      expect(raw).toContain(`"${amount}":${text}`);
      const kept = String((asNumber as unknown as Fields)[money]);
      expect(BigInt(kept.replace('.', ''))).toBe(BigInt(text));
      expect(kept.startsWith('-')).toBe(text.startsWith('-'));
    }
    for (const text of list.exact ?? []) {
      expect(await readOne({ [amount]: text })).toHaveProperty(money, text);
      expect(await readOne({ [amount]: JSON.rawJSON(text) })).toHaveProperty(money, text);
    }
  });

  test.each([undefined, null, ''])('leaves open what the vendor leaves open (%o)', async (gap) => {
    const [names, expected] = list.gaps;
    expect(await readOne(Object.fromEntries(names.map((name) => [name, gap])))).toMatchObject(expected);
  });

  test.each(list.words)('with the word in %o is kept, the word too', async (change, expected) => {
    expect(await readOne(change)).toMatchObject(expected);
  });

  test('keeps every field and digit of the vendor in raw, also those that no document names', async () => {
    const deep = ['1.10', '-0', '1e2'].map((text) => JSON.rawJSON(text));
    const row = { new: { deep }, none: null, ...list.row };
    expect(only((await read(row)).rows).raw).toBe(JSON.stringify(row));
  });

  test.each(list.corrections)('keeps its id when it is corrected by %o', async (change) => {
    expect((await readOne(change)).id).toBe((await readOne({})).id);
  });

  test('has an id of its own at each account, and beside each row that is another', async () => {
    const rows = await Promise.all([{}, ...list.others].map(readOne));
    const elsewhere = await readBoth(list, textOf([list.row]), { accountId: 'account-2' });
    const ids = [...rows, ...elsewhere.rows].map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test(`of two rows that are alike has ${list.alike}, under ids that stay`, async () => {
    const ids = async () => (await read(list.row, list.row)).rows.map(({ id }) => id);
    const first = await ids();
    expect(new Set(first).size).toBe(list.alike);
    expect(first).toHaveLength(list.alike);
    expect(await ids()).toEqual(first);
  });

  test.each(list.empty)('%s has no rows', async (text) => {
    expect(await readBoth(list, text)).toEqual({ rows: [], notices: [] });
  });

  test.each(list.notLists)('%s is no list: refused, not taken for one without rows', async (text) => {
    await expect(readBoth(list, text)).rejects.toBeInstanceOf(z.ZodError);
  });

  test('of which the fast path is tested has one, and only then', async () => {
    const { fastPath } = await specOf(list);
    expect(fastPath !== undefined).toBe(list.ordinary !== undefined);
  });
}

/** What a list gives for a first answer, and nothing after it: on its schema path, and the same on its fast path. */
async function readBoth(list: Connectable, text: string, settings: Partial<Connection<unknown>> = {}) {
  const readOn = async (isFast: boolean) => {
    let requests = 0;
    const request = async <T>(spec: RequestSpec<T>): Promise<T> => {
      requests += 1;
      if (requests > 1) return spec.schema.parse(parseJson(emptied(text)));
      const read = isFast ? spec.fastPath?.(text) : undefined;
      return read?.answer ?? spec.schema.parse(parseJson(text));
    };
    const { credential } = list;
    const { read } = connected(list.provider, () => '', { credential, request, ...settings });
    return read(list.kind, list.segment);
  };
  const bySchema = await readOn(false);
  expect(await readOn(true)).toEqual(bySchema);
  return bySchema;
}

/** The specification of a list's first request. */
async function specOf(list: Connectable): Promise<RequestSpec<unknown>> {
  const specs: RequestSpec<unknown>[] = [];
  const request = async <T>(spec: RequestSpec<T>): Promise<T> => {
    specs.push(spec);
    throw new RangeError('only the question was wanted');
  };
  const { read } = connected(list.provider, () => '', { credential: list.credential, request });
  await read(list.kind, list.segment).catch(() => undefined);
  const [spec] = specs;
  if (spec === undefined) throw new RangeError('nothing was asked');
  return spec;
}

/** The same answer without rows. */
function emptied(text: string): string {
  const body: unknown = JSON.parse(text, (_name, value: unknown) => (Array.isArray(value) ? [] : value));
  return JSON.stringify(body);
}

/** Everything in an answer that may be a row, as JSON text. */
function findRows(body: unknown): readonly string[] {
  if (typeof body !== 'object' || body === null) return [];
  const inner = Object.values(body).flatMap(findRows);
  return Array.isArray(body) ? inner : [JSON.stringify(body), ...inner];
}
