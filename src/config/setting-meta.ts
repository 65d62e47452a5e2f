/** The metadata that each setting declares: whether a change needs a restart, and which part of the value is secret. */

import { z } from 'zod';

/**
 * Which part of a value must never be written: all its texts, the password of a URL, the whole login of a URL, or the
 * fields of a credential that the provider does not call public.
 */
export type SecretPart = 'texts' | 'password' | 'login' | 'credential';

declare module 'zod' {
  interface GlobalMeta {
    /**
     * Whether a new value takes effect at the next restart and not at SIGHUP. A section declares it for all its
     * settings.
     */
    needsRestart?: boolean;
    /** Which part is secret; null: none. Each setting with text declares it. */
    secret?: SecretPart | null;
  }
}

/** A new value takes effect at SIGHUP. */
export const live = { needsRestart: false } as const;
/** A new value takes effect at the next restart. */
export const atStart = { needsRestart: true } as const;
/** A text that may be written anywhere. */
export const notSecret = { secret: null } as const;
export const publicText = z.string().meta(notSecret);

/** One setting. */
export interface Setting {
  /** Its path; "*" means each item of a list. */
  readonly path: readonly string[];
  /** Undefined: it does not declare it. */
  readonly needsRestart: boolean | undefined;
  /** Where `needsRestart` is declared: at the setting, or at a section around it. */
  readonly restartPath: readonly string[];
  /** Undefined: it does not declare it. */
  readonly secret: SecretPart | null | undefined;
  readonly holdsText: boolean;
}

/** The settings in a schema, in order. */
export function settingsIn(schema: z.core.$ZodType): Setting[] {
  return walk(schema, { path: [], needsRestart: undefined, restartPath: [], secret: undefined });
}

type Around = Omit<Setting, 'holdsText'>;

function walk(schema: z.core.$ZodType, around: Around): Setting[] {
  const { needsRestart, secret = around.secret } = z.globalRegistry.get(schema) ?? {};
  const said: Around = {
    ...around,
    secret,
    ...(needsRestart === undefined ? {} : { needsRestart, restartPath: around.path }),
  };
  const inner = innerOf(schema);
  if (inner !== null) return walk(inner, said);
  if (schema instanceof z.ZodObject) {
    return Object.entries(schema.shape).flatMap(([name, field]: [string, z.core.$ZodType]) =>
      // A section that is not secret may still contain secrets.
      walk(field, { ...said, path: [...said.path, name], secret: secret ?? undefined }),
    );
  }
  if (schema instanceof z.ZodArray) {
    return walk(schema.element, {
      ...said,
      path: isObject(schema.element) ? [...said.path, '*'] : said.path,
    });
  }
  return [{ ...said, holdsText: holdsText(schema) }];
}

/** The schema inside a wrapper (a default, a transform and the like); null when it is not a wrapper. */
function innerOf(schema: z.core.$ZodType): z.core.$ZodType | null {
  if (schema instanceof z.ZodPipe) return schema.in;
  const isWrapper =
    schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault;
  return isWrapper ? schema.def.innerType : null;
}

function isObject(schema: z.core.$ZodType): boolean {
  const inner = innerOf(schema);
  return inner === null ? schema instanceof z.ZodObject : isObject(inner);
}

/** Whether it accepts free text; a closed list of words does not. */
function holdsText(schema: z.core.$ZodType): boolean {
  const inner = innerOf(schema);
  if (inner !== null) return holdsText(inner);
  if (schema instanceof z.ZodUnion) return schema.options.some((option) => holdsText(option));
  const isOther =
    schema instanceof z.ZodNumber ||
    schema instanceof z.ZodBoolean ||
    schema instanceof z.ZodEnum ||
    schema instanceof z.ZodLiteral;
  return !isOther;
}

/** The paths of settings that are only read at the start, at the level that declares it. */
export function restartPathsIn(schema: z.core.$ZodType): (readonly string[])[] {
  const paths = settingsIn(schema).flatMap(({ needsRestart, restartPath }) =>
    needsRestart === true ? [restartPath] : [],
  );
  return [...new Map(paths.map((path) => [path.join('.'), path])).values()];
}

/** A value, and the mapping that contains it. */
export interface PlacedValue {
  readonly value: unknown;
  readonly parent: unknown;
}

/** The values at a path: one for each item of the lists on the way. */
export function valuesAt(values: unknown, path: readonly string[]): PlacedValue[] {
  return path.reduce<PlacedValue[]>(
    (found, key) =>
      found.flatMap(({ value }) => {
        if (typeof value !== 'object' || value === null) return [];
        if (key !== '*') return [{ value: Reflect.get(value, key), parent: value }];
        return Array.isArray(value) ? value.map((item: unknown) => ({ value: item, parent: value })) : [];
      }),
    [{ value: values, parent: null }],
  );
}

/**
 * A test whether a path such as "accounts.0.credential" is where a secret is, or where one ends up that is one level
 * off.
 */
export function createSecretPlaces(schema: z.core.$ZodType): (path: string) => boolean {
  const paths = settingsIn(schema).flatMap(({ path, secret }) => (secret == null ? [] : [path]));
  const names = paths.map((path) => path.at(-1) ?? '');
  const around = paths.flatMap((path) => path.slice(1).map((_, index) => path.slice(0, index + 1)));
  const pattern = new RegExp(
    `(^|\\.)(${names.join('|')})(\\.|$)|^(${around.map((path) => path.join('\\.').replaceAll('*', '\\d+')).join('|')})$`,
  );
  return (path) => pattern.test(path);
}
