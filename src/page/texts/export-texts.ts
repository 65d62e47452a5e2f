/** Texts of exports. */

import type { Texts } from './text-types.ts';

export const exportTexts = {
  'export.title': { en: 'Export', zh: '导出' },
  'export.lead': {
    en: 'Files for spreadsheets, databases and FinOps tools. An export is complete, or it is refused and says what is missing.',
    zh: '供电子表格、数据库和 FinOps 工具使用的文件。导出要么完整，要么被拒绝并说明缺少什么。',
  },
  'export.table': { en: 'Table', zh: '数据表' },
  'export.table.focus': { en: 'FOCUS: cost and usage', zh: 'FOCUS：费用与用量' },
  'export.table.spend': { en: 'Cost by groups', zh: '分组费用' },
  'export.table.keys': { en: 'FOCUS columns: usage by key', zh: 'FOCUS 列：密钥用量' },
  'export.table.invoice-details': { en: 'FOCUS: invoice details', zh: 'FOCUS：发票明细' },
  'export.table.billing-periods': { en: 'FOCUS: billing periods', zh: 'FOCUS：账期' },
  'export.table.bills': { en: 'Subscriptions', zh: '订阅账单' },
  'export.table.daily-details': { en: 'Daily details', zh: '每日明细' },
  'export.table.api-key-usage': { en: 'Usage by key, by day', zh: '密钥每日用量' },
  'export.table.invoices': { en: 'Invoices', zh: '发票' },
  'export.about.focus': {
    en: 'The charges of billing months as FOCUS, the common format of cloud bills. BilledCost comes to what is payable; without its lines of vouchers (x_LineType VOUCHER) to the cost on the other views.',
    zh: '以 FOCUS（通用云账单格式）表示的账期费用。BilledCost 合计为应付金额；不含代金券行（x_LineType 为 VOUCHER）时，合计等于其他视图中的费用。',
  },
  'export.about.spend': {
    en: 'Sums by provider, product, team, month …: a line for each group and currency.',
    zh: '按供应商、产品、团队、月份等汇总：每组每币种一行。',
  },
  'export.about.keys': {
    en: 'Usage by API key in the columns of FOCUS. It is the same money as in cost and usage: never add the two.',
    zh: '以 FOCUS 列表示的密钥用量。与费用表为同一笔钱，切勿相加。',
  },
  'export.about.invoice-details': {
    en: 'Invoices and statements, from version 1.4 of FOCUS on.',
    zh: '发票与月账单，自 FOCUS 1.4 起。',
  },
  'export.about.billing-periods': {
    en: 'Which billing months are open or closed, from version 1.4 of FOCUS on.',
    zh: '各账期是否已关闭，自 FOCUS 1.4 起。',
  },
  'export.about.bills': { en: 'Subscription lines, a row each.', zh: '订阅明细，每行一条。' },
  'export.about.daily-details': {
    en: 'Cost by day and product or charge item, a row each.',
    zh: '按日与产品或计费项的费用，每行一条。',
  },
  'export.about.api-key-usage': {
    en: 'What each API key used and cost each day: a part of the same money, seen by key.',
    zh: '各密钥每日的用量与费用：同一笔钱，按密钥查看。',
  },
  'export.about.invoices': { en: 'Invoices and monthly statements.', zh: '发票与月账单。' },
  'export.format': { en: 'Format', zh: '格式' },
  'export.format.csv': { en: 'CSV', zh: 'CSV' },
  'export.format.xlsx': { en: 'XLSX', zh: 'XLSX' },
  'export.format.parquet': { en: 'Parquet', zh: 'Parquet' },
  'export.format.ndjson': { en: 'NDJSON', zh: 'NDJSON' },
  'export.version': { en: 'Version of FOCUS', zh: 'FOCUS 版本' },
  'export.firstMonth': { en: 'First month', zh: '起始月' },
  'export.lastMonth': { en: 'Last month', zh: '截止月' },
  'export.ungrouped': { en: 'all in one', zh: '不分组' },
  'export.accounts': { en: 'Accounts', zh: '账户' },
  'export.options': { en: 'If something is missing', zh: '数据缺失时' },
  'export.partial': { en: 'Leave out accounts that failed', zh: '略过读取失败的账户' },
  'export.fresh': { en: 'Take no older figures', zh: '不使用旧数据' },
  'export.excel': { en: 'For Excel: begins with a byte order mark', zh: '供 Excel 使用：以字节顺序标记开头' },
  'export.download': { en: 'Download {format}', zh: '下载 {format}' },
  'export.address': { en: 'The same for a script:', zh: '供脚本使用的地址：' },
  'export.schema': { en: 'What its columns mean', zh: '各列的含义' },
  'export.recency': { en: 'Which of its months are complete', zh: '哪些月份已完整' },
} as const satisfies Texts;
