/** The shape of the settings, with every default. Where they come from and how faults are told is in config.ts. */

import { z } from 'zod';

import { toCalendarDate, toTimeZone, type CalendarDate, type TimeZone } from './domain/calendar.ts';
import { compareDecimals, parseDecimal, toDecimal, type Decimal } from './domain/decimal.ts';
import { toCurrencyCode, type CurrencyCode } from './domain/rows.ts';
import { providers } from './providers/registry.ts';
import { client, jwt, permitted } from './settings-clients.ts';
import { redis } from './settings-redis.ts';

const zero = parseDecimal('0');
const positive = z.number().positive();
const count = z.int().positive();

const currency = z.string().transform((text, context): CurrencyCode => {
  const code = toCurrencyCode(text);
  if (code !== null) return code;
  context.addIssue({ code: 'custom', message: 'expected three capital letters such as CNY', input: text });
  return z.NEVER;
});

const timeZone = z.string().transform((text, context): TimeZone => {
  const zone = toTimeZone(text);
  if (zone !== null) return zone;
  context.addIssue({ code: 'custom', message: 'expected a time zone such as Asia/Shanghai', input: text });
  return z.NEVER;
});

const origin = z
  .string()
  .refine((text) => /^https?:/.test(text) && URL.canParse(text) && new URL(text).origin === text, {
    message: 'expected an origin such as https://app.example.com, without a path',
  });

const section = <T extends z.ZodRawShape>(shape: T) => z.strictObject(shape).prefault({} as never);

/** `summary` is a total of the others. */
const categories = z
  .array(
    z
      .string()
      .regex(/^(?!summary$)[a-z][a-z0-9_]{0,63}$/, 'expected a product category such as gpu, not summary'),
  )
  .min(1);

function isBaseUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password, search, hash } = new URL(text);
  return /^https?:$/.test(protocol) && username + password + search + hash === '';
}

const account = z
  .strictObject({
    id: z.string().regex(/^[a-z0-9-]{1,64}$/, 'expected lower-case letters, digits and hyphens'),
    name: z.string().min(1).optional(),
    provider: z.enum(providers.map(({ id }) => id)),
    credential: z.record(z.string(), z.unknown()),
    baseUrl: z
      .string()
      .refine(isBaseUrl, 'expected an http or https URL without user, query or fragment')
      .optional(),
    currency: currency.optional(),
    timeZone: timeZone.optional(),
    /** The lists that make up `bills`, where the provider's are by category. */
    billCategories: categories.optional(),
    /** The lists that make up `dailyDetails`, likewise. */
    usageCategories: categories.optional(),
    quota: z
      .strictObject({ requestsPerSecond: positive.optional(), concurrent: count.optional() })
      .prefault({}),
    timeoutSeconds: positive.max(300).optional(),
    /** From when on a month is final, where the provider's rule is not right. */
    settlement: z
      .strictObject({
        day: z.int().min(1).max(28),
        time: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'expected a time such as "14:00"'),
      })
      .optional(),
    freshness: section({
      openSeconds: z.number().nonnegative().default(300),
      closedSeconds: z.number().nonnegative().default(1800),
      finalSeconds: z.number().nonnegative().default(2_592_000),
      staleSeconds: z.number().nonnegative().default(86_400),
    }),
    /** Whether the running month is read ahead of its clients, again and again. */
    keepWarm: z.boolean().default(false),
  })
  .superRefine(({ provider, billCategories, usageCategories }, context) => {
    const grids = providers.find(({ id }) => id === provider)?.grids;
    const named = { billCategories: grids?.BILL, usageCategories: grids?.DAILY_DETAIL };
    for (const [name, value] of Object.entries({ billCategories, usageCategories })) {
      if (value === undefined || named[name as keyof typeof named]?.byCategory === true) continue;
      const message = 'expected nothing, since this provider has no lists by category';
      context.addIssue({ code: 'custom', path: [name], message, input: value });
    }
  });

/** What `convertTo` may convert by. */
const exchangeRate = z
  .strictObject({
    from: currency,
    to: currency,
    rate: z.string('expected a decimal in quotes such as "7.1234"').transform((text, context): Decimal => {
      const rate = toDecimal(text);
      if (rate !== null && compareDecimals(rate, zero) > 0) return rate;
      context.addIssue({
        code: 'custom',
        message: 'expected a decimal above zero such as "7.1234"',
        input: text,
      });
      return z.NEVER;
    }),
    date: z
      .string('expected a date in quotes such as "2026-02-28"')
      .transform((text, context): CalendarDate => {
        const date = toCalendarDate(text);
        if (date !== null) return date;
        context.addIssue({ code: 'custom', message: 'expected a date such as "2026-02-28"', input: text });
        return z.NEVER;
      }),
    source: z.string().min(1),
  })
  .refine(({ from, to }) => from !== to, { path: ['to'], message: 'expected another currency' });

const exchangeRates = z.array(exchangeRate).superRefine((rates, context) => {
  rates.forEach(({ from, to }, index) => {
    if (rates.findIndex((other) => other.from === from && other.to === to) === index) return;
    const message = `expected one rate from ${from} to ${to}`;
    context.addIssue({ code: 'custom', path: [index], message, input: 'a second one' });
  });
});

/** The settings file, strictly: what is not named here is a fault. */
export const settings = z.strictObject({
  server: section({
    host: z.string().min(1).default('127.0.0.1'),
    port: z.int().min(0).max(65_535).default(4000),
    cors: section({ origins: z.array(origin).default([]) }),
    graphiql: permitted.default(true),
    introspection: permitted.default(true),
  }),
  /** Absent: this process shares nothing. */
  redis: redis.optional(),
  accounts: z.array(account).min(1),
  clients: z.array(client).default([]),
  jwt: jwt.optional(),
  /** Operations that clients name by the SHA-256 of their text. */
  documents: z.strictObject({ folder: z.string().min(1) }).optional(),
  exchangeRates: exchangeRates.default([]),
  limits: section({
    maxDepth: count.default(12),
    maxAliases: count.default(30),
    maxTokens: count.default(2000),
    maxBodyBytes: count.default(262_144),
    maxUpstreamCalls: count.default(500),
    maxLists: count.default(100),
    maxRows: count.default(10_000),
    maxVisitedRows: count.default(2_000_000),
    maxResponseBytes: count.default(67_108_864),
    deadlineSeconds: positive.max(600).default(60),
    maxLagMs: count.default(500),
    memoryCacheBytes: count.default(268_435_456),
    responseCacheBytes: count.default(67_108_864),
  }),
  log: section({ level: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'silent']).default('info') }),
});

export type Config = z.output<typeof settings>;
export type AccountConfig = Config['accounts'][number];

/** As much of the settings as the checks across them need, whatever else is wrong with the file. */
const anyText = z.string().catch('');
export const outline = z
  .object({
    server: z.object({ host: z.string().catch('127.0.0.1') }).catch({ host: '127.0.0.1' }),
    accounts: z
      .array(
        z
          .object({
            id: anyText,
            provider: anyText,
            credential: z.unknown().optional(),
            baseUrl: z.unknown().optional(),
            currency: z.unknown().optional(),
          })
          .catch({ id: '', provider: '', credential: undefined, baseUrl: undefined, currency: undefined }),
      )
      .catch([]),
    clients: z
      .array(
        z
          .object({ id: anyText, accounts: z.array(anyText).catch([]), tokens: z.array(anyText).catch([]) })
          .catch({ id: '', accounts: [], tokens: [] }),
      )
      .catch([]),
    jwt: z.unknown().optional(),
  })
  .catch({ server: { host: '127.0.0.1' }, accounts: [], clients: [], jwt: undefined });
export type Outline = z.output<typeof outline>;
