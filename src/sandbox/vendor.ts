/** The type of a simulated vendor: a function from a request to an answer, and the quirks that change it. */

import type { IncomingHttpHeaders } from 'node:http';

export interface VendorRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface VendorAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** A correction of a vendor's figures: changes or removes the rows of a list that have all these fields. */
export interface Edit {
  /** The end of the list's path, or its action: "bill/list". */
  readonly list: string;
  readonly where: Readonly<Record<string, unknown>>;
  /** Null removes them. */
  readonly set: Readonly<Record<string, unknown>> | null;
}

/** The rows of a list after all corrections. */
export function edited<Row extends Readonly<Record<string, unknown>>>(
  rows: readonly Row[],
  list: string,
  { edits = [] }: Quirks,
): Row[] {
  return edits
    .filter((edit) => edit.list === list)
    .reduce<Row[]>(
      (left, { where, set }) => {
        const wanted = Object.entries(where);
        const isMeant = (row: Row): boolean => wanted.every(([name, value]) => row[name] === value);
        return set === null
          ? left.filter((row) => !isMeant(row))
          : left.map((row) => (isMeant(row) ? { ...row, ...set } : row));
      },
      [...rows],
    );
}

/**
 * Quirks: what the documentation leaves open, and changes that happen in reality. Every vendor may have these; a
 * vendor's file adds its own.
 */
export interface Quirks {
  /** Small numbers as strings, as in older documentation. */
  readonly numbersAsStrings?: boolean;
  /** Amounts and counts as JSON numbers. */
  readonly stringsAsNumbers?: boolean;
  /** Adds fields that no documentation names. */
  readonly extraFields?: boolean;
  /** Omits the optional fields. */
  readonly missingOptional?: boolean;
  /** null where a list should be. */
  readonly nullList?: boolean;
  /** Omits a required field. */
  readonly missingRequired?: boolean;
  /** The figures of the current month grow by one unit each time they are read. */
  readonly mutating?: boolean;
  /** A 20-digit count in each row. */
  readonly hugeIntegers?: boolean;
  /** Corrections, which may come at any time. */
  readonly edits?: readonly Edit[];
}

/** The HTTP API of a simulated vendor. */
export interface Vendor<VendorQuirks extends Quirks = Quirks> {
  answer(request: VendorRequest, quirks: VendorQuirks): VendorAnswer;
  /** The vendor's own answer when it is asked too often; `broken` is its answer when it fails. */
  readonly tooFast: VendorAnswer;
  readonly broken: VendorAnswer;
  readonly unauthorized: VendorAnswer;
  /** Its envelope of a refusal, with `text` in every field that can have one. */
  refusal(status: number, text: string): VendorAnswer;
}

/** What a vendor's file contributes to the list of vendors (vendors.ts). */
export interface SimulatedVendor<VendorQuirks extends Quirks = Quirks> {
  /** The credential that it accepts, as under `credential` in gateway.yaml. */
  readonly credential: Readonly<Record<string, string>>;
  /** An account at this vendor, as in gateway.yaml. */
  readonly account: { readonly id: string; readonly name: string; readonly currency?: string };
  /** `nowMs` tells the time. */
  create(seed: number, nowMs: () => number): Vendor<VendorQuirks>;
}

/** The bearer token of a request. */
export function bearerOf({ headers }: VendorRequest): string | undefined {
  return /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1];
}

/** Fixed-point text: (1450n, 4) is "0.1450". */
export function fixed(value: bigint, digits: number): string {
  const text = (value < 0n ? -value : value).toString().padStart(digits + 1, '0');
  return `${value < 0n ? '-' : ''}${text.slice(0, -digits)}.${text.slice(-digits)}`;
}
