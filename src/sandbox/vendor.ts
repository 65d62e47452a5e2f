/** What a simulated vendor is: a function from a request to an answer, and the switches that change its manners. */

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

/** A correction of a vendor's figures: the rows of a list that have all these fields are changed, or struck. */
export interface Edit {
  /** The end of the list's path or its action: "bill/list". */
  readonly list: string;
  readonly where: Readonly<Record<string, unknown>>;
  /** Null strikes them. */
  readonly set: Readonly<Record<string, unknown>> | null;
}

/** The rows of a list as they are after all corrections. */
export function edited<Row extends Readonly<Record<string, unknown>>>(
  rows: readonly Row[],
  list: string,
  { edits = [] }: Switches,
): Row[] {
  return edits
    .filter((edit) => edit.list === list)
    .reduce<Row[]>(
      (left, { where, set }) => {
        const isMeant = (row: Row): boolean =>
          Object.entries(where).every(([name, value]) => row[name] === value);
        return set === null
          ? left.filter((row) => !isMeant(row))
          : left.map((row) => (isMeant(row) ? { ...row, ...set } : row));
      },
      [...rows],
    );
}

/** Manners that the documents leave open, and changes that happen in life. */
export interface Switches {
  /** Numbers of small range as strings, as older documents show them. */
  readonly numbersAsStrings?: boolean;
  /** Amounts and counts as JSON numbers. */
  readonly stringsAsNumbers?: boolean;
  /** Fields that no document names. */
  readonly extraFields?: boolean;
  /** Without the optional fields. */
  readonly missingOptional?: boolean;
  /** null where a list should be. */
  readonly nullList?: boolean;
  /** Without a field that must be there. */
  readonly missingRequired?: boolean;
  /** Novita's exact decimals left out, or PPIO's added. */
  readonly decimals?: boolean;
  /** Rows of the adjoining month as well. */
  readonly wideWindows?: boolean;
  /** Figures of the running month one unit higher each time they are read. */
  readonly mutating?: boolean;
  /** A 20-digit count in each row. */
  readonly hugeIntegers?: boolean;
  /** StreamLake: a row is added in front of a day as soon as a page of it has been read. */
  readonly growing?: boolean;
  /** AIone: `page` is not looked at. */
  readonly ignoresPage?: boolean;
  /** AIone: the list within an object. */
  readonly wrapped?: boolean;
  /** AIone: the largest page_size; 422 beyond. */
  readonly maxPageSize?: number;
  /** PPIO and Novita: F1 and F3 refuse more than 31 days too. */
  readonly strictRange?: boolean;
  /** Corrections, made at any time. */
  readonly edits?: readonly Edit[];
}

/** A simulated vendor. */
export interface Vendor {
  readonly id: VendorId;
  answer(request: VendorRequest, switches: Switches): VendorAnswer;
  /** The vendor's own way to say that it is asked too often, and that it failed. */
  readonly tooFast: VendorAnswer;
  readonly broken: VendorAnswer;
  readonly unauthorized: VendorAnswer;
}

export const vendorIds = ['ppio', 'novita', 'aione', 'streamlake'] as const;
export type VendorId = (typeof vendorIds)[number];

/** What opens the sandbox. */
export const sandboxCredentials = {
  ppio: { apiKey: 'sk_sandbox_ppio_4b1d' },
  novita: { apiKey: 'sk_sandbox_novita_90ce' },
  aione: { apiKey: 'aione_sandbox_token_7a31' },
  streamlake: { tenantCode: 'tenant_sandbox_58f2', accessKey: 'AKSANDBOX1c9d', secretKey: 'SKSANDBOX77e04a' },
} as const;

/** The bearer token of a request. */
export function bearerOf({ headers }: VendorRequest): string | undefined {
  return /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1];
}

/** Fixed-point text: (1450n, 4) is "0.1450". */
export function fixed(value: bigint, digits: number): string {
  const text = (value < 0n ? -value : value).toString().padStart(digits + 1, '0');
  return `${value < 0n ? '-' : ''}${text.slice(0, -digits)}.${text.slice(-digits)}`;
}
