/** The messages in English. */

import type { AlertKind } from '../../domain/alert.ts';
import type { Instant, TimeZone } from '../../domain/calendar.ts';
import { addDays } from '../../domain/calendar.ts';
import type { DigestDetails, DigestLine, Finality } from '../details.ts';
import {
  formatChange,
  formatEstimate,
  formatInstant,
  formatMoney,
  formatPercent,
  formatSigned,
} from './format.ts';
import { toText, type Text, type TextsByKind, type Words } from './message-words.ts';

const finality: Record<Finality, string> = {
  PROVISIONAL: 'provisional, the provider may still change it',
  FINAL: 'final',
};

const reasons: Readonly<Record<string, string>> = {
  NEW: 'new',
  GONE: 'gone',
  PRICE: 'price',
  QUANTITY: 'quantity',
  REFUND: 'refund',
};

const kinds: Record<AlertKind, string> = {
  BALANCE_BELOW: 'the balance',
  RUNWAY_BELOW: 'how long the balance lasts',
  BUDGET: 'the budget',
  ANOMALY: 'anomalies',
  SETTLED: 'final months',
  INVOICE_DUE: 'invoices',
  ACCOUNT_FAILING: 'whether the account can be read',
  DIGEST: 'the digest',
  CANNOT_SEE: 'figures',
};

function asOf(at: Instant | null, zone: TimeZone): string[] {
  return at === null ? [] : [`As of ${formatInstant(at, zone)}`];
}

function withoutList(without: readonly string[]): string[] {
  return without.length === 0 ? [] : [`Without a list of charges, not counted: ${without.join(', ')}`];
}

const texts: TextsByKind = {
  BALANCE_BELOW(details, isOver, zone) {
    const { account, balance, threshold, source } = details;
    return {
      title: isOver
        ? `Over: the balance of ${account.name} is above ${formatMoney(threshold)} again`
        : `The balance of ${account.name} is below ${formatMoney(threshold)}`,
      lines: [
        `Balance: ${formatMoney(balance)}`,
        ...(source === 'DECLARED'
          ? ['Worked out from the balance in the settings and what was charged since']
          : []),
        ...asOf(details.asOf, zone),
      ],
    };
  },
  RUNWAY_BELOW(details, isOver, zone) {
    const { account, days, threshold, exhaustedOn, dailyCash, basedOnDays, balance } = details;
    return {
      title: isOver
        ? `Over: the balance of ${account.name} lasts longer than ${threshold} days again`
        : `The balance of ${account.name} lasts less than ${threshold} days`,
      lines: [
        `Balance: ${formatMoney(balance)}, enough for about ${days} days, until ${exhaustedOn}`,
        `A day costs ${formatEstimate(dailyCash)} in cash: the median of the last ${basedOnDays} complete days`,
        ...asOf(details.asOf, zone),
      ],
    };
  },
  BUDGET(details, isOver, zone) {
    const { budget, month, amount, spent, ratio, threshold, expected, exceededOn } = details;
    const name = `${budget.name}, ${month}`;
    const opened =
      threshold === 'FORECAST'
        ? `The budget ${name} is expected to be passed`
        : threshold > 100 || (threshold === 100 && exceededOn !== null)
          ? `The budget ${name} is passed: ${threshold}% reached`
          : `${threshold}% of the budget ${name} is spent`;
    return {
      title: isOver ? `Over: the budget ${name} is below its thresholds again` : opened,
      lines: [
        `Spent: ${formatMoney(spent)} of ${formatMoney(amount)}${ratio === null ? '' : ` (${formatPercent(ratio)})`}`,
        ...(expected === null ? [] : [`Expected for the whole month: ${formatEstimate(expected)}`]),
        ...(exceededOn === null
          ? []
          : [`${threshold === 'FORECAST' ? 'Expected to be passed' : 'Passed'} on ${exceededOn}`]),
        `The figures are ${finality[details.finality]}`,
        ...withoutList(details.without),
        ...asOf(details.asOf, zone),
      ],
    };
  },
  ANOMALY(details, isOver, zone) {
    const { account, day, subject, actual, expected, difference, contributions } = details;
    return {
      title: isOver
        ? `Withdrawn: ${subject} of ${account.name} on ${day} is no anomaly any more`
        : `Unusual cost of ${account.name} on ${day}: ${subject}`,
      lines: [
        ...(isOver ? ['The provider has changed its figures. What was told:'] : []),
        `Cost: ${formatMoney(actual)}, expected ${formatEstimate(expected)}, difference ${formatEstimate(difference)}`,
        ...contributions.map(
          (one) => `- ${one.label} (${reasons[one.reason] ?? one.reason}): ${formatEstimate(one.difference)}`,
        ),
        `The figures are ${finality[details.finality]}`,
        ...asOf(details.asOf, zone),
      ],
    };
  },
  SETTLED(details, _isOver, zone) {
    const { account, month, totals, changedRows, differences } = details;
    const isChange = details.what === 'CHANGED';
    const since = isChange ? 'the last final figures' : 'the last provisional figures';
    return {
      title: isChange
        ? `Final figures of ${account.name} for ${month} have changed`
        : `${month} of ${account.name} is final`,
      lines: [
        ...(isChange
          ? []
          : [totals.length === 0 ? 'Nothing was charged' : `Total: ${totals.map(formatMoney).join('; ')}`]),
        changedRows === 0
          ? `No row differs from ${since}`
          : `${changedRows} ${changedRows === 1 ? 'row differs' : 'rows differ'} from ${since}: ${differences.map(formatSigned).join('; ')}`,
        ...asOf(details.asOf, zone),
      ],
    };
  },
  INVOICE_DUE(details, isOver, zone) {
    const { account, number, total, dueDate, isOverdue, status } = details;
    const name = `Invoice ${number} of ${account.name}`;
    return {
      title: isOver
        ? `Over: ${name} is settled`
        : isOverdue
          ? `${name} is overdue`
          : `${name} is due on ${dueDate}`,
      lines: [
        `Amount: ${formatMoney(total)}`,
        `Due on ${dueDate}; the provider says: ${status}`,
        ...asOf(details.asOf, zone),
      ],
    };
  },
  ACCOUNT_FAILING(details, isOver) {
    const { account, minutes, code, lists } = details;
    return {
      title: isOver ? `Over: ${account.name} can be read again` : `${account.name} cannot be read`,
      lines: isOver
        ? [`It could not be read for ${minutes} minutes or more`]
        : [
            `For at least ${minutes} minutes: ${lists.join(', ')}`,
            `Reason: ${code}`,
            'Until then answers hold older figures, and say so',
          ],
    };
  },
  CANNOT_SEE(details, isOver) {
    const { of, subject, accounts, code, minutes } = details;
    return {
      title: isOver ? `Figures are complete again: ${subject}` : `Cannot see ${kinds[of]}: ${subject}`,
      lines: isOver
        ? ['What was missed meanwhile is told now']
        : [
            `Figures have not been complete for ${minutes} minutes, so this is not watched`,
            `Missing: ${accounts.join(', ')} (${code})`,
          ],
    };
  },
  DIGEST(details, _isOver, zone) {
    return digest(details, zone);
  },
  TEST(details) {
    return {
      title: 'Test message',
      lines: [`The billing gateway can write to the channel ${details.channel}. Nothing has happened.`],
    };
  },
};

const digestTitles = { day: 'Costs of the day', week: 'Costs of the week', month: 'Costs of the month' };

function digest(details: DigestDetails, zone: TimeZone): Text {
  const { every, from, to, totals, provisional, without, balances } = details;
  const { scope, allocations, products, moreProducts } = details;
  const about = scope.length === 0 ? '' : ` (${scope.join('; ')})`;
  const last = addDays(to, -1);
  return {
    title: `${digestTitles[every]}${about}: ${from === last ? from : `${from} to ${last}`}`,
    lines: [
      ...(totals.length === 0 ? ['Nothing was charged'] : totals.map((line) => `Total: ${costOf(line)}`)),
      ...allocations.flatMap((one) => listOf(`By ${one.name}:`, one.lines, one.more)),
      ...listOf('By product:', products, moreProducts),
      ...(provisional.length > 0
        ? [`Provisional, may still change: ${provisional.join(', ')}`]
        : ['All figures are final']),
      ...withoutList(without),
      ...balances.map((one) => `Balance of ${one.account}: ${formatMoney(one.balance)}`),
      ...asOf(details.asOf, zone),
    ],
  };
}

function listOf(heading: string, lines: readonly DigestLine[], more: number): string[] {
  if (lines.length === 0) return [];
  const rest = more > 0 ? [`- and ${more} more`] : [];
  return [heading, ...lines.map((line) => `- ${line.label}: ${costOf(line)}`), ...rest];
}

function costOf({ cost, before, change }: DigestLine): string {
  if (before === null) return formatMoney(cost);
  const part = change === null ? '' : `, ${formatChange(change)}`;
  return `${formatMoney(cost)} (before: ${formatMoney(before)}${part})`;
}

export const english: Words = {
  text: toText(texts),
  several: (count) => `${count} messages about billing`,
  perhapsRepeated: 'Perhaps repeated: this may have arrived before under the same number',
  number: (id) => `No. ${id}`,
  link: 'Open the page',
  shortened: '… shortened; the page has all of it',
  givenUp: (count, since) =>
    `${count} earlier ${count === 1 ? 'message' : 'messages'} since ${since} could not be delivered`,
};
