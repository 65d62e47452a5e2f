/** The messages in Chinese. */

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
  PROVISIONAL: '数据为暂估，供应商仍可能调整',
  FINAL: '数据已最终确认',
};

const reasons: Readonly<Record<string, string>> = {
  NEW: '新增',
  GONE: '消失',
  PRICE: '价格',
  QUANTITY: '用量',
  REFUND: '退款',
};

const kinds: Record<AlertKind, string> = {
  BALANCE_BELOW: '余额',
  RUNWAY_BELOW: '余额可用天数',
  BUDGET: '预算',
  ANOMALY: '费用异常',
  SETTLED: '月度结算',
  INVOICE_DUE: '账单',
  ACCOUNT_FAILING: '账号读取状态',
  DIGEST: '费用摘要',
  CANNOT_SEE: '数据',
};

function asOf(at: Instant | null, zone: TimeZone): string[] {
  return at === null ? [] : [`数据截至 ${formatInstant(at, zone)}`];
}

function withoutList(without: readonly string[]): string[] {
  return without.length === 0 ? [] : [`没有费用明细、未计入：${without.join('、')}`];
}

const texts: TextsByKind = {
  BALANCE_BELOW(details, isOver, zone) {
    const { account, balance, threshold, source } = details;
    return {
      title: isOver
        ? `已恢复：${account.name} 余额重新高于 ${formatMoney(threshold)}`
        : `${account.name} 余额低于 ${formatMoney(threshold)}`,
      lines: [
        `余额：${formatMoney(balance)}`,
        ...(source === 'DECLARED' ? ['按配置中的余额减去此后的费用推算'] : []),
        ...asOf(details.asOf, zone),
      ],
    };
  },
  RUNWAY_BELOW(details, isOver, zone) {
    const { account, days, threshold, exhaustedOn, dailyCash, basedOnDays, balance } = details;
    return {
      title: isOver
        ? `已恢复：${account.name} 余额可用天数重新多于 ${threshold} 天`
        : `${account.name} 余额预计不足 ${threshold} 天`,
      lines: [
        `余额：${formatMoney(balance)}，约可用 ${days} 天，至 ${exhaustedOn}`,
        `每日现金支出 ${formatEstimate(dailyCash)}（最近 ${basedOnDays} 个完整日的中位数）`,
        ...asOf(details.asOf, zone),
      ],
    };
  },
  BUDGET(details, isOver, zone) {
    const { budget, month, amount, spent, ratio, threshold, expected, exceededOn } = details;
    const name = `${budget.name}（${month}）`;
    const opened =
      threshold === 'FORECAST'
        ? `预算${name}预计将超出`
        : threshold > 100 || (threshold === 100 && exceededOn !== null)
          ? `预算${name}已超出：达到 ${threshold}%`
          : `预算${name}已使用 ${threshold}%`;
    return {
      title: isOver ? `已恢复：预算${name}重新低于各阈值` : opened,
      lines: [
        `已用：${formatMoney(spent)} / ${formatMoney(amount)}${ratio === null ? '' : `（${formatPercent(ratio)}）`}`,
        ...(expected === null ? [] : [`全月预计：${formatEstimate(expected)}`]),
        ...(exceededOn === null
          ? []
          : [`${threshold === 'FORECAST' ? '预计超出日期' : '超出日期'}：${exceededOn}`]),
        finality[details.finality],
        ...withoutList(details.without),
        ...asOf(details.asOf, zone),
      ],
    };
  },
  ANOMALY(details, isOver, zone) {
    const { account, day, subject, actual, expected, difference, contributions } = details;
    return {
      title: isOver
        ? `已撤回：${account.name} ${day} 的 ${subject} 不再异常`
        : `${account.name} ${day} 费用异常：${subject}`,
      lines: [
        ...(isOver ? ['供应商已调整数据。此前的通知：'] : []),
        `费用：${formatMoney(actual)}，预期 ${formatEstimate(expected)}，差额 ${formatEstimate(difference)}`,
        ...contributions.map(
          (one) =>
            `- ${one.label}（${reasons[one.reason] ?? one.reason}）：${formatEstimate(one.difference)}`,
        ),
        finality[details.finality],
        ...asOf(details.asOf, zone),
      ],
    };
  },
  SETTLED(details, _isOver, zone) {
    const { account, month, totals, changedRows, differences } = details;
    const isChange = details.what === 'CHANGED';
    const since = isChange ? '此前的最终数据' : '最后的暂估数据';
    return {
      title: isChange
        ? `${account.name} ${month} 的最终数据有变动`
        : `${account.name} ${month} 账期已最终确认`,
      lines: [
        ...(isChange ? [] : [totals.length === 0 ? '无费用' : `合计：${totals.map(formatMoney).join('；')}`]),
        changedRows === 0
          ? `与${since}相比无差异`
          : `与${since}相比有 ${changedRows} 行不同：${differences.map(formatSigned).join('；')}`,
        ...asOf(details.asOf, zone),
      ],
    };
  },
  INVOICE_DUE(details, isOver, zone) {
    const { account, number, total, dueDate, isOverdue, status } = details;
    const name = `${account.name} 账单 ${number}`;
    return {
      title: isOver ? `已了结：${name}` : isOverdue ? `${name} 已逾期` : `${name} 将于 ${dueDate} 到期`,
      lines: [
        `金额：${formatMoney(total)}`,
        `到期日：${dueDate}；供应商状态：${status}`,
        ...asOf(details.asOf, zone),
      ],
    };
  },
  ACCOUNT_FAILING(details, isOver) {
    const { account, minutes, code, lists } = details;
    return {
      title: isOver ? `已恢复：${account.name} 可以读取` : `${account.name} 无法读取`,
      lines: isOver
        ? [`此前至少 ${minutes} 分钟无法读取`]
        : [
            `已持续至少 ${minutes} 分钟：${lists.join('、')}`,
            `原因：${code}`,
            '在此期间回答使用较早的数据，并会注明',
          ],
    };
  },
  CANNOT_SEE(details, isOver) {
    const { of, subject, accounts, code, minutes } = details;
    return {
      title: isOver ? `数据已恢复完整：${subject}` : `无法判断${kinds[of]}：${subject}`,
      lines: isOver
        ? ['期间错过的情况现在通知']
        : [`数据已有 ${minutes} 分钟不完整，暂时无法监控`, `缺少：${accounts.join('、')}（${code}）`],
    };
  },
  DIGEST(details, _isOver, zone) {
    return digest(details, zone);
  },
  TEST(details) {
    return {
      title: '测试消息',
      lines: [`计费网关可以向通道 ${details.channel} 发送消息。没有发生任何事情。`],
    };
  },
};

const digestTitles = { day: '每日费用', week: '每周费用', month: '每月费用' };

function digest(details: DigestDetails, zone: TimeZone): Text {
  const { every, from, to, totals, provisional, without, balances } = details;
  const { scope, allocations, products, moreProducts } = details;
  const about = scope.length === 0 ? '' : `（${scope.join('；')}）`;
  const last = addDays(to, -1);
  return {
    title: `${digestTitles[every]}${about}：${from === last ? from : `${from} 至 ${last}`}`,
    lines: [
      ...(totals.length === 0 ? ['无费用'] : totals.map((line) => `合计：${costOf(line)}`)),
      ...allocations.flatMap((one) => listOf(`按 ${one.name}：`, one.lines, one.more)),
      ...listOf('按产品：', products, moreProducts),
      ...(provisional.length > 0 ? [`暂估、仍可能调整：${provisional.join('、')}`] : ['全部数据已最终确认']),
      ...withoutList(without),
      ...balances.map((one) => `${one.account} 余额：${formatMoney(one.balance)}`),
      ...asOf(details.asOf, zone),
    ],
  };
}

/** Of what is nobody's, as reports call it. */
const labels: Readonly<Record<string, string>> = {
  Unallocated: '未分摊',
  'Not attributed to a key': '未归属到密钥',
};

function listOf(heading: string, lines: readonly DigestLine[], more: number): string[] {
  if (lines.length === 0) return [];
  const rest = more > 0 ? [`- 另有 ${more} 项`] : [];
  return [heading, ...lines.map((line) => `- ${labels[line.label] ?? line.label}：${costOf(line)}`), ...rest];
}

function costOf({ cost, before, change }: DigestLine): string {
  if (before === null) return formatMoney(cost);
  const part = change === null ? '' : `，${formatChange(change)}`;
  return `${formatMoney(cost)}（上期 ${formatMoney(before)}${part}）`;
}

export const chinese: Words = {
  text: toText(texts),
  several: (count) => `${count} 条计费通知`,
  perhapsRepeated: '可能重复：同一编号的消息可能已经送达',
  number: (id) => `编号 ${id}`,
  link: '打开页面',
  shortened: '……已截短，完整内容见页面',
  givenUp: (count, since) => `自 ${since} 起有 ${count} 条消息未能送达`,
};
