/** Texts of cost: over time, by group, and how complete it is. */

import type { Texts } from './text-types.ts';

export const costTexts = {
  'cost.by.DAY': { en: 'Cost per day, {currency}', zh: '每日费用，{currency}' },
  'cost.by.WEEK': { en: 'Cost per week, {currency}', zh: '每周费用，{currency}' },
  'cost.by.MONTH': { en: 'Cost per month, {currency}', zh: '每月费用，{currency}' },
  'cost.convertedTo': { en: 'converted to {currency}', zh: '折算为 {currency}' },
  'cost.readUntil': { en: 'Expected to be read by {time}.', zh: '预计 {time} 前读取完成。' },
  'cost.table': { en: 'Cost by {dimension}, {currency}', zh: '按{dimension}的费用，{currency}' },
  'cost.cost': { en: 'Cost', zh: '费用' },
  'cost.list': { en: 'List price', zh: '目录价' },
  'cost.voucher': { en: 'Vouchers', zh: '代金券' },
  'cost.cash': { en: 'Cash', zh: '现金' },
  'cost.rows': { en: 'Charges', zh: '条数' },
  'cost.before': { en: 'Before', zh: '上期' },
  'cost.difference': { en: 'Difference', zh: '差额' },
  'cost.new': { en: 'new', zh: '新增' },
  'cost.noDay': { en: 'no complete day yet', zh: '尚无完整的一天' },
  'cost.against': { en: 'Change against {dates}', zh: '与 {dates} 相比' },
  'cost.againstPartial': {
    en: 'Change against {dates}; this period still runs',
    zh: '与 {dates} 相比；本期尚未结束',
  },
  'cost.notComparable': {
    en: 'The period before cannot be compared: {why}',
    zh: '无法与上期比较：{why}',
  },
  'cost.vanished': {
    en: '{count} group of the period before is gone|{count} groups of the period before are gone',
    zh: '上期的 {count} 组本期已无费用',
  },
  'cost.rates': { en: 'Rates', zh: '汇率' },
  'cost.rate': {
    en: '1 {from} = {rate} {to} ({date}, {source})',
    zh: '1 {from} = {rate} {to}（{date}，{source}）',
  },

  'coverage.complete': {
    en: '{count} account answered|All {count} accounts answered',
    zh: '全部 {count} 个账户已返回',
  },
  'coverage.incomplete': {
    en: '{missing} of {count} accounts missing: these figures lack them',
    zh: '{count} 个账户中缺少 {missing} 个：数字不含其费用',
  },
  'coverage.asOf': { en: 'oldest part read {age}', zh: '最早部分读取于{age}' },
  'coverage.final': { en: 'all final', zh: '全部已定' },
  'coverage.provisional': { en: 'may still change', zh: '仍可能变动' },
  'coverage.provisionalFrom': { en: 'may still change from {date} on', zh: '{date} 起仍可能变动' },
  'coverage.stale': { en: 'older figures stand in for {accounts}', zh: '{accounts} 使用的是旧数据' },
  'coverage.title': { en: 'How old, complete and final these figures are', zh: '数据的时间、完整性与确定性' },
  'coverage.account': { en: 'Account', zh: '账户' },
  'coverage.list': { en: 'List', zh: '列表' },
  'coverage.state': { en: 'State', zh: '状态' },
  'coverage.read': { en: 'Read', zh: '读取时间' },
  'coverage.changes': { en: 'May change', zh: '变动' },
  'coverage.until': { en: 'from {date} on, until {time}', zh: '{date} 起，至 {time}' },
  'coverage.fromOn': { en: 'from {date} on', zh: '{date} 起' },
  'coverage.zone': { en: 'Days in', zh: '日期时区' },
  'coverage.noList': { en: 'No list of charges', zh: '无费用列表' },
  'coverage.noListNote': {
    en: '{accounts}: the provider has no list of charges, only invoices.',
    zh: '{accounts}：供应商没有费用列表，仅有发票。',
  },
  'coverage.zones': { en: 'Days are the providers’ own: {zones}.', zh: '日期按供应商时区：{zones}。' },
} as const satisfies Texts;
