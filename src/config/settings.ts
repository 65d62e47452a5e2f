/** The schema of the settings, with every default. config.ts reads the settings and reports issues. */

import { z } from 'zod';

import { compareDecimals, zero } from '../domain/decimal.ts';
import { providers } from '../providers/registry.ts';
import { allocationOutlines, allocations, choiceOutline } from './allocation-settings.ts';
import { alertOutline } from './alert-checks.ts';
import { alerts } from './alert-settings.ts';
import { budgetOutlines, budgets } from './budget-settings.ts';
import { client, jwt, permitted } from './client-settings.ts';
import { atStart, live, publicText } from './setting-meta.ts';
import { currency, date, decimal, timeZone } from './setting-texts.ts';
import { proxy, type EnvironmentProxies } from './proxy-settings.ts';
import { redis } from './redis-settings.ts';
import { store } from './store-settings.ts';

const positive = z.number().positive();
const count = z.int().positive();

const origin = publicText.refine((text) => text === 'localhost' || isOrigin(text), {
  message: 'expected an origin such as https://app.example.com, without a path, or localhost',
});

function isOrigin(text: string): boolean {
  return /^https?:/.test(text) && URL.canParse(text) && new URL(text).origin === text;
}

const headerName = publicText
  .regex(/^[\w!#$%&'+.^`|~-]+$/, 'expected the name of a header such as x-team')
  .transform((name) => name.toLowerCase());

/** Seals the cookies of the cost page. */
const sessionSecret = z.string().min(32, 'expected at least 32 characters').meta({ secret: 'texts' });

const section = <T extends z.ZodRawShape>(shape: T) => z.strictObject(shape).prefault({} as never);

/** `summary` is not allowed, because it is a total of the others. */
const categories = z
  .array(
    publicText.regex(
      /^(?!summary$)[a-z][a-z0-9_]{0,63}$/,
      'expected a product category such as gpu, not summary',
    ),
  )
  .min(1);

function isBaseUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password, search, hash } = new URL(text);
  return /^https?:$/.test(protocol) && username + password + search + hash === '';
}

const account = z
  .strictObject({
    id: publicText.regex(/^[a-z0-9-]{1,64}$/, 'expected lower-case letters, digits and hyphens'),
    name: publicText.min(1).optional(),
    provider: z.enum(providers.map(({ id }) => id)),
    credential: z.record(z.string(), z.unknown()).meta({ secret: 'credential' }),
    baseUrl: z
      .string()
      .refine(isBaseUrl, 'expected an http or https URL without user, query or fragment')
      // A URL with a login is refused, but the message must not show it.
      .meta({ secret: 'login' })
      .optional(),
    currency: currency.optional(),
    timeZone: timeZone.optional(),
    /** The lists that make up `bills`, if the provider has one per category. */
    billCategories: categories.optional(),
    /** The lists that make up `dailyDetails`, if the provider has one per category. */
    usageCategories: categories.optional(),
    quota: z
      .strictObject({ requestsPerSecond: positive.optional(), concurrent: count.optional() })
      .prefault({}),
    timeoutSeconds: positive.max(300).optional(),
    /** When a month becomes final, if the provider's own rule is wrong. */
    settlement: z
      .strictObject({
        day: z.int().min(1).max(28),
        time: publicText.regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'expected a time such as "14:00"'),
      })
      .optional(),
    freshness: section({
      openSeconds: z.number().nonnegative().default(300),
      closedSeconds: z.number().nonnegative().default(1800),
      finalSeconds: z.number().nonnegative().default(2_592_000),
      staleSeconds: z.number().nonnegative().default(86_400),
    }),
    /** How many months to read in advance and keep, counting the current one; 0: none. */
    history: section({ months: z.int().min(0).max(120).default(13) }),
    /** The balance at the start of a day, if the provider does not report one. */
    balance: z
      .strictObject({
        amount: decimal('12000.00'),
        asOf: date,
        currency: currency.optional(),
      })
      .optional(),
    /** Whether to read the current month again and again in advance. */
    keepWarm: z.boolean().default(false),
  })
  .superRefine(({ provider, balance, currency, billCategories, usageCategories }, context) => {
    const known = providers.find(({ id }) => id === provider);
    const grids = known?.grids;
    if (balance !== undefined && known?.snapshots.BALANCE !== undefined) {
      const message = 'expected nothing, since this provider tells the balance itself';
      context.addIssue({ code: 'custom', path: ['balance'], message, input: balance });
    }
    if (
      balance !== undefined &&
      known?.currency === 'perRow' &&
      (balance.currency ?? currency) === undefined
    ) {
      const message = 'expected the currency of the balance, since each row of this provider has its own';
      context.addIssue({ code: 'custom', path: ['balance', 'currency'], message, input: undefined });
    }
    const named = { billCategories: grids?.BILL, usageCategories: grids?.DAILY_DETAIL };
    for (const [name, value] of Object.entries({ billCategories, usageCategories })) {
      if (value === undefined || named[name as keyof typeof named]?.byCategory === true) continue;
      const message = 'expected nothing, since this provider has no lists by category';
      context.addIssue({ code: 'custom', path: [name], message, input: value });
    }
  });

/** The rates for `convertTo`. */
const exchangeRate = z
  .strictObject({
    from: currency,
    to: currency,
    rate: decimal('7.1234', (rate) => compareDecimals(rate, zero) > 0, 'above zero '),
    date,
    source: publicText.min(1),
  })
  .refine(({ from, to }) => from !== to, { path: ['to'], message: 'expected another currency' });

const exchangeRates = z.array(exchangeRate).superRefine((rates, context) => {
  rates.forEach(({ from, to, date }, index) => {
    const isAlike = (other: (typeof rates)[number]): boolean =>
      other.from === from && other.to === to && other.date === date;
    if (rates.findIndex(isAlike) === index) return;
    const message = `expected one rate from ${from} to ${to} of ${date}`;
    context.addIssue({ code: 'custom', path: [index], message, input: 'a second one' });
  });
});

/** The settings file. Strict: a setting that is not named here is an error. */
export const settings = z.strictObject({
  server: section({
    host: publicText.min(1).default('127.0.0.1').meta(atStart),
    port: z.int().min(0).max(65_535).default(4000).meta(atStart),
    keepAliveSeconds: z.int().min(1).max(3600).default(75).meta(atStart),
    cors: section({ origins: z.array(origin).default([]), headers: z.array(headerName).default([]) }).meta(
      live,
    ),
    graphiql: permitted.default(true).meta(live),
    introspection: permitted.default(true).meta(live),
    page: permitted.default(true).meta(live),
  }),
  /** Absent: this process shares nothing. */
  redis: redis.optional().meta(atStart),
  /** Keeps rows across restarts if there is no Redis. */
  store: store.meta(atStart),
  /** The proxy to providers, if there is one. */
  upstream: section({ proxy: proxy.optional() }).meta(live),
  accounts: z.array(account).min(1).meta(live),
  clients: z.array(client).default([]).meta(live),
  jwt: jwt.optional().meta(live),
  /** Of readers who sign in to the cost page. */
  session: section({ secret: sessionSecret.optional(), hours: positive.max(168).default(12) }).meta(live),
  /** Operations that clients name by the SHA-256 of their text. */
  documents: z
    .strictObject({ folder: publicText.min(1) })
    .optional()
    .meta(live),
  /** Whether assistants may ask at /mcp. */
  mcp: z.boolean().default(true).meta(live),
  exchangeRates: exchangeRates.default([]).meta(live),
  allocations: allocations.default([]).meta(live),
  budgets: budgets.default([]).meta(live),
  /** Absent: nobody is told anything. */
  alerts: alerts.optional(),
  limits: section({
    maxDepth: count.default(12).meta(live),
    maxAliases: count.default(30).meta(live),
    maxTokens: count.default(2000).meta(live),
    maxBodyBytes: count.default(262_144).meta(live),
    maxUpstreamCalls: count.default(500).meta(live),
    maxLists: count.default(100).meta(live),
    maxRows: count.default(10_000).meta(live),
    maxGroups: count.default(10_000).meta(live),
    maxVisitedRows: count.default(2_000_000).meta(live),
    maxResponseBytes: count.default(67_108_864).meta(live),
    deadlineSeconds: positive.max(600).default(60).meta(live),
    maxLagMs: count.default(1000).meta(atStart),
    memoryCacheBytes: count.default(268_435_456).meta(atStart),
    responseCacheBytes: count.default(67_108_864).meta(live),
  }),
  log: section({ level: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'silent']).default('info') }).meta(
    atStart,
  ),
});

/** The settings, and what the environment adds to them. */
export type Config = Omit<z.output<typeof settings>, 'store'> & {
  readonly proxies: EnvironmentProxies;
  /** An absolute path; null: everything that was read is forgotten when the process ends. */
  readonly store: { readonly file: string | null };
};
export type AccountConfig = Config['accounts'][number];

/** The part of the settings that cross-checks need, parsed even if the rest is wrong. */
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
            balance: z.unknown().optional(),
          })
          .catch({ id: '', provider: '', credential: undefined, baseUrl: undefined, balance: undefined }),
      )
      .catch([]),
    clients: z
      .array(
        z
          .object({
            id: anyText,
            accounts: z.array(anyText).catch([]),
            tokens: z.array(anyText).catch([]),
            allocations: choiceOutline,
          })
          .catch({ id: '', accounts: [], tokens: [], allocations: {} }),
      )
      .catch([]),
    jwt: z.unknown().optional(),
    allocations: allocationOutlines,
    budgets: budgetOutlines,
    alerts: alertOutline,
  })
  .catch({
    server: { host: '127.0.0.1' },
    accounts: [],
    clients: [],
    jwt: undefined,
    allocations: [],
    budgets: [],
    alerts: { channels: [], rules: [] },
  });
export type Outline = z.output<typeof outline>;
