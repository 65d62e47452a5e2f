/** Alerts: what people are told, and where. */

import { z } from 'zod';

import { compareDecimals, toDecimal, zero, type Decimal } from '../domain/decimal.ts';
import { isInternalAddress } from '../domain/internal-addresses.ts';
import { allocationChoices } from './allocation-settings.ts';
import { live, notSecret, publicText } from './setting-meta.ts';
import { decimal, timeZone } from './setting-texts.ts';

const id = publicText.regex(/^[a-z0-9-]{1,64}$/, 'expected lower-case letters, digits and hyphens');
const names = z.array(publicText.min(1)).min(1);
const count = z.int().min(1).max(3650);

function isWebUrl(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}

/** What a name leads to is checked when it is looked up; what leads inside by itself is refused at once. */
function isInternalUrl(text: string): boolean {
  const host = new URL(text).hostname.replace(/\.$/, '');
  return host === 'localhost' || host.endsWith('.localhost') || isInternalAddress(host) === true;
}

const secret = z.string().min(1).meta({ secret: 'texts' });
const expectedUrl = 'expected the URL of the bot, https://...';

const channel = z
  .strictObject({
    id,
    kind: z.enum(['feishu', 'dingtalk', 'wecom', 'slack', 'webhook']),
    /** Who knows it can write to the group. */
    url: z.string(expectedUrl).refine(isWebUrl, expectedUrl).meta({ secret: 'texts' }),
    /** What signs messages, if the bot checks signatures. */
    secret: secret.optional(),
    /** How a webhook is written to. */
    format: z.enum(['native', 'alertmanager']).optional(),
    /** Whether the URL may lead into the machine's own network. */
    allowInternal: z.boolean().default(false),
  })
  .superRefine(({ kind, url, secret: own, format, allowInternal }, context) => {
    const issue = (path: string, message: string, input: unknown): void =>
      context.addIssue({ code: 'custom', path: [path], message, input });
    if (!allowInternal && isWebUrl(url) && isInternalUrl(url)) {
      issue('url', 'expected an address outside the own network, or allowInternal: true', url);
    } else if (!allowInternal && isWebUrl(url) && new URL(url).protocol !== 'https:') {
      issue('url', 'expected https, since the URL is a secret', url);
    }
    const isSigned = kind === 'feishu' || kind === 'dingtalk' || kind === 'webhook';
    if (own !== undefined && !isSigned) {
      issue('secret', 'expected nothing, since messages to this kind are not signed', own);
    }
    if (format !== undefined && kind !== 'webhook') {
      issue('format', 'expected nothing, since only a webhook has a choice', format);
    }
  });

/** One or a list, the mildest first. */
const days = z
  .union([count, z.array(count).min(1)], 'expected whole days, one or a list')
  .transform((value) => [value].flat().toSorted((a, b) => b - a));

const expectedAmount = "expected a decimal above zero in quotes, such as '1000', or a list of them";
const amounts = z
  .union([z.string(), z.array(z.string()).min(1)], expectedAmount)
  .meta(notSecret)
  .transform((value, context): Decimal[] => {
    const texts = [value].flat();
    const parsed = texts.flatMap((text) => toDecimal(text) ?? []);
    if (parsed.length === texts.length && parsed.every((one) => compareDecimals(one, zero) > 0)) {
      return parsed.toSorted((a, b) => compareDecimals(b, a));
    }
    context.addIssue({ code: 'custom', message: expectedAmount, input: value });
    return z.NEVER;
  });

const common = {
  /** Its alerts are kept under it; by default an id made of what the rule is about. */
  id: id.optional(),
  channels: z.array(publicText.min(1)).min(1),
};
const ofAccounts = { ...common, accounts: names.default(['*']) };
/** Of several allocations all must hold; of several values one. */
const ofValues = { allocations: allocationChoices.optional() };

const rules = [
  z.strictObject({ kind: z.literal('balanceBelow'), ...ofAccounts, amount: amounts }),
  z.strictObject({ kind: z.literal('runwayBelow'), ...ofAccounts, days: days.default([7]) }),
  z.strictObject({ kind: z.literal('budget'), ...common, ...ofValues, budgets: names.default(['*']) }),
  z.strictObject({
    kind: z.literal('anomaly'),
    ...ofAccounts,
    ...ofValues,
    atLeast: decimal('500', (value) => compareDecimals(value, zero) > 0, 'above zero ').prefault('1'),
  }),
  z.strictObject({ kind: z.literal('settled'), ...ofAccounts }),
  z.strictObject({ kind: z.literal('invoiceDue'), ...ofAccounts, days: days.default([5]) }),
  z.strictObject({ kind: z.literal('accountFailing'), ...ofAccounts, minutes: count.default(60) }),
  z.strictObject({
    kind: z.literal('digest'),
    ...ofAccounts,
    ...ofValues,
    every: z.enum(['day', 'week', 'month']),
    at: publicText.regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'expected a time such as "09:00"').default('09:00'),
    zone: timeZone.optional(),
  }),
] as const;
const kinds = rules.map(({ shape }) => [...shape.kind.values].join()).join(', ');
const rule = z.discriminatedUnion('kind', rules, `expected a rule with a kind: ${kinds}`);

/** Two rules about the same would be one: steps stand in one rule. */
const ruleList = z
  .array(rule)
  .min(1)
  .superRefine((list, context) => {
    const keys = list.map((one) => {
      const scope = one.kind === 'budget' ? one.budgets : one.accounts;
      const schedule = one.kind === 'digest' ? [one.every, one.at] : [];
      const values = 'allocations' in one ? one.allocations : undefined;
      return one.id ?? JSON.stringify([one.kind, scope, one.channels, schedule, values]);
    });
    keys.forEach((key, index) => {
      // Ids are compared with those of all rules elsewhere.
      if (list[index]?.id !== undefined || keys.indexOf(key) === index) return;
      const message =
        'expected an id, or one rule with all its steps in a list, since another is about the same';
      context.addIssue({ code: 'custom', path: [index], message, input: undefined });
    });
  });

export const alerts = z.strictObject({
  language: z.enum(['zh', 'en']).default('zh').meta(live),
  /** The zone in which messages print times, and digests are due. */
  zone: timeZone.prefault('Asia/Shanghai').meta(live),
  /** The address of the page, as people open it: messages link to it. */
  link: publicText
    .refine(isWebUrl, 'expected a URL such as https://billing.example.com')
    .optional()
    .meta(live),
  /** After how long without complete figures a rule says that it cannot see. */
  cannotSeeMinutes: count.default(120).meta(live),
  channels: z.array(channel).min(1).meta(live),
  rules: ruleList.meta({ ...live, ...notSecret }),
});
