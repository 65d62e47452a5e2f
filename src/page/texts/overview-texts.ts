/** Texts of the overview. */

import type { Texts } from './text-types.ts';

export const overviewTexts = {
  'overview.title': { en: 'Overview', zh: '概览' },
  'overview.period': { en: 'Period', zh: '时间范围' },
  'overview.by': { en: 'By', zh: '分组' },
  'overview.period.running': { en: 'This month', zh: '本月' },
  'overview.period.last': { en: 'Last month', zh: '上月' },
  'overview.period.days': { en: 'Last 30 days', zh: '最近 30 天' },
  'overview.period.year': { en: 'Last 12 months', zh: '最近 12 个月' },

  'overview.accounts': { en: 'Accounts', zh: '账户' },
  'overview.noAccounts': { en: 'Your client may see no account.', zh: '您的客户端没有可见的账户。' },
  'overview.provider.OPERATIONAL': { en: 'Answering', zh: '正常' },
  'overview.provider.DEGRADED': { en: 'Degraded', zh: '部分异常' },
  'overview.provider.FAILING': { en: 'Failing', zh: '异常' },
  'overview.provider.UNKNOWN': { en: 'Not asked yet', zh: '尚未查询' },
  'overview.balance': { en: 'Balance', zh: '余额' },
  'overview.balance.none': { en: 'The provider tells no balance', zh: '供应商不提供余额' },
  'overview.balance.failed': { en: 'The balance could not be read', zh: '余额读取失败' },
  'overview.balance.cash': { en: 'Cash', zh: '现金' },
  'overview.balance.creditLimit': { en: 'Credit limit', zh: '信用额度' },
  'overview.balance.pending': { en: 'Pending', zh: '待结算' },
  'overview.balance.outstanding': { en: 'Outstanding', zh: '欠费' },
  'overview.balance.DECLARED': {
    en: 'As declared in the settings, less what was charged since',
    zh: '按设置中申报的余额，减去此后的费用',
  },
  'overview.asOf': { en: 'As of {time}', zh: '截至 {time}' },
  'overview.stale': { en: 'Older figure, as of {time}', zh: '旧数据，截至 {time}' },
  'overview.runway': { en: '{count} day left|{count} days left', zh: '还可用 {count} 天' },
  'overview.runway.gone': { en: 'Used up', zh: '已用尽' },
  'overview.runway.until': {
    en: 'until {date}, at the median of the last {days} complete days',
    zh: '至 {date}，按最近 {days} 个完整日的中位数计',
  },
  'overview.runway.none': {
    en: 'Too little is known to say how long it lasts',
    zh: '数据不足，无法估算可用天数',
  },

  'history.reading': {
    en: '{account}: history read back to {held}, wanted to {from}',
    zh: '{account}：历史已读至 {held}，目标 {from}',
  },
  'history.readingNone': {
    en: '{account}: history is being read, wanted back to {from}',
    zh: '{account}：正在读取历史，目标 {from}',
  },
  'history.until': { en: 'complete at about {time}', zh: '预计 {time} 完成' },
  'history.segments': { en: '{held} of {planned} parts', zh: '{held} / {planned} 段' },
  'history.paused': { en: 'Paused: {reason}', zh: '已暂停：{reason}' },

  'overview.month': { en: '{month} so far', zh: '{month}至今' },
  'overview.monthUnknown': { en: 'This month so far', zh: '本月至今' },
  'overview.month.soFar': { en: 'Billed so far', zh: '目前已计费' },
  'overview.month.before': { en: 'Same days before, {dates}', zh: '上月同期（{dates}）' },
  'overview.month.nothing': { en: 'Nothing was billed this month yet.', zh: '本月尚无费用。' },
  'overview.forecast': { en: 'Forecast for the whole month', zh: '整月预测' },
  'overview.forecast.none': { en: 'No forecast can be made yet.', zh: '暂时无法预测。' },
  'overview.forecast.backtest': {
    en: 'The same method was {error} off in the middle of the last {count} month.|The same method was {error} off in the middle of the last {count} months.',
    zh: '同一方法在过去 {count} 个月的误差中位数为 {error}。',
  },
  'overview.budgets': { en: 'Budgets', zh: '预算' },
  'overview.budget.OK': { en: 'Within budget', zh: '预算内' },
  'overview.budget.WARNING': { en: 'Close to the budget', zh: '接近预算' },
  'overview.budget.EXCEEDED': { en: 'Budget exceeded', zh: '已超预算' },
  'overview.budget.FORECAST_EXCEEDED': { en: 'Expected to exceed the budget', zh: '预计超预算' },
  'overview.budget.UNKNOWN': { en: 'Not known: an account is missing', zh: '未知：缺少账户数据' },
  'overview.budget.of': { en: '{ratio} of', zh: '{ratio}，预算' },
  'overview.budget.exceededOn': { en: 'passed on {date}', zh: '于 {date} 超出' },

  'overview.cost': { en: 'Cost, {currency}', zh: '费用（{currency}）' },
  'overview.cost.caption.day': {
    en: 'Cost by day and {by}, {currency}',
    zh: '按日和{by}的费用（{currency}）',
  },
  'overview.cost.caption.month': {
    en: 'Cost by month and {by}, {currency}',
    zh: '按月和{by}的费用（{currency}）',
  },
  'overview.cost.table': { en: 'Cost by {by}, {currency}', zh: '按{by}的费用（{currency}）' },
  'overview.cost.compared': { en: 'Change against {dates}', zh: '与 {dates} 相比' },
  'overview.cost.byKey': {
    en: 'Usage by key alone: subscriptions, and what belongs to no key, are not in these figures.',
    zh: '仅含按密钥的用量：订阅及不属于任何密钥的费用不在其中。',
  },
  'overview.cost.without': {
    en: '{account} is not in these figures: its provider lists no charges, but invoices alone.',
    zh: '不含 {account}：其供应商不提供费用明细，只提供发票。',
  },
  'overview.lacking': { en: 'Without {account}: {reason}', zh: '不含 {account}：{reason}' },
  'overview.older': {
    en: '{account} as of {time}, because: {reason}',
    zh: '{account} 为 {time} 的数据，原因：{reason}',
  },
  'overview.cost.empty': { en: 'Nothing was billed in this period.', zh: '此期间没有费用。' },

  'overview.open': { en: 'Not final yet', zh: '尚未定账' },
  'overview.open.text': {
    en: '{account}: {kind} from {date} on may change until {time}',
    zh: '{account}，{kind}：{date} 起的数字在 {time} 之前可能变动',
  },
  'overview.open.unknown': {
    en: '{account}: {kind} from {date} on may change; the provider does not say until when',
    zh: '{account}，{kind}：{date} 起的数字可能变动，供应商未说明截止时间',
  },
  'overview.open.undated': {
    en: '{account}: {kind} may still change',
    zh: '{account}，{kind}：数字仍可能变动',
  },
  'overview.open.none': { en: 'All figures of this period are final.', zh: '此期间的所有数字均已定账。' },

  'overview.invoices': { en: 'Invoices to be paid', zh: '待付发票' },
  'overview.invoices.table': { en: 'Open invoices', zh: '待付发票列表' },
  'overview.invoices.none': { en: 'No invoice is open.', zh: '没有待付发票。' },
  'overview.invoices.all': { en: 'Show all {count}', zh: '显示全部 {count} 张' },
  'overview.invoices.more': { en: '{shown} of {count} invoices.', zh: '共 {count} 张，显示 {shown} 张。' },
  'overview.invoice.number': { en: 'Invoice', zh: '发票' },
  'overview.invoice.due': { en: 'Due', zh: '到期日' },
  'overview.invoice.amount': { en: 'Amount', zh: '金额' },
  'overview.invoice.ISSUED': { en: 'Open', zh: '待付' },
  'overview.invoice.OVERDUE': { en: 'Overdue', zh: '已逾期' },

  'overview.anomalies': { en: 'Unusual days', zh: '异常日' },
  'overview.anomalies.none': {
    en: 'No day of the last thirty was far from what was to be expected.',
    zh: '最近三十天没有明显偏离预期的日子。',
  },
  'overview.anomalies.more': {
    en: 'The largest {shown} of {count}.',
    zh: '共 {count} 项，显示最大的 {shown} 项。',
  },
  'overview.anomaly.expected': { en: 'expected', zh: '预期' },
  'overview.anomaly.why': { en: 'What it consists of', zh: '构成' },
  'overview.reason.NEW': { en: 'new', zh: '新增' },
  'overview.reason.GONE': { en: 'gone', zh: '消失' },
  'overview.reason.PRICE': { en: 'price', zh: '单价' },
  'overview.reason.QUANTITY': { en: 'quantity', zh: '用量' },
  'overview.reason.REFUND': { en: 'refund', zh: '退款' },
} as const satisfies Texts;
