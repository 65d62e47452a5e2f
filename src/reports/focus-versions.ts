/** The versions of FOCUS that we write, and what a column is in each. https://focus.finops.org/focus-specification/ */

/** `1.5-draft`: what the working draft of 1.5 plans; it may change until it is published. */
export const focusVersions = ['1.2', '1.3', '1.4', '1.5-draft'] as const;
export type FocusVersion = (typeof focusVersions)[number];

/** The definition of a column, as the specification gives it. */
export interface FocusColumn {
  readonly name: string;
  readonly type: 'String' | 'Decimal' | 'DateTime' | 'Json';
  /** The required form of a text, by the specification or by our own rule. */
  readonly format?: 'CurrencyCode' | 'CalendarDate' | 'UnitFormat';
  readonly nullable: boolean;
  /** The feature level of the specification; Custom: ours. */
  readonly level: 'Mandatory' | 'Conditional' | 'Recommended' | 'Custom';
  readonly allowed?: readonly string[];
  readonly nonNegative?: true;
  /** The first version that has it; absent: every version. */
  readonly since?: FocusVersion;
  /** The last version that has it; absent: every later version. */
  readonly until?: FocusVersion;
  /** The version that deprecates it. */
  readonly deprecated?: FocusVersion;
}

/** The columns that a version has, in their order. */
export function columnsIn<Column extends FocusColumn>(
  columns: readonly Column[],
  version: FocusVersion,
): readonly Column[] {
  return columns.filter(
    ({ since = '1.2', until = '1.5-draft' }) => !isBefore(version, since) && !isBefore(until, version),
  );
}

/** Whether a version deprecates a column that it still has. */
export function isDeprecated({ deprecated }: FocusColumn, version: FocusVersion): boolean {
  return deprecated !== undefined && !isBefore(version, deprecated);
}

/** Whether a version is older than another. */
export function isBefore(version: FocusVersion, other: FocusVersion): boolean {
  return focusVersions.indexOf(version) < focusVersions.indexOf(other);
}
