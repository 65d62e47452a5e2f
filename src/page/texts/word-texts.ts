/** The words of the schema in the reader's language: dimensions, states, codes. */

import type { Texts } from './text-types.ts';

export const wordTexts = {
  'dimension.PROVIDER': { en: 'Provider', zh: '供应商' },
  'dimension.ACCOUNT': { en: 'Account', zh: '账户' },
  'dimension.PRODUCT': { en: 'Product', zh: '产品' },
  'dimension.PRODUCT_ID': { en: 'Product id', zh: '产品 ID' },
  'dimension.CATEGORY': { en: 'Category', zh: '类别' },
  'dimension.API_KEY': { en: 'API key', zh: 'API 密钥' },
  'dimension.PROJECT': { en: 'Project', zh: '项目' },
  'dimension.FEE_ITEM': { en: 'Model', zh: '模型' },
  'dimension.RESOURCE': { en: 'Resource', zh: '资源' },
  'dimension.SUB_ACCOUNT': { en: 'Sub-account', zh: '子账户' },
  'dimension.BILLING_METHOD': { en: 'Billing method', zh: '计费方式' },
  'dimension.ALLOCATION': { en: 'Allocation', zh: '分摊' },
  'dimension.DAY': { en: 'Day', zh: '日' },
  'dimension.WEEK': { en: 'Week', zh: '周' },
  'dimension.MONTH': { en: 'Month', zh: '月' },

  'status.FRESH': { en: 'Current', zh: '最新' },
  'status.STALE': { en: 'Older figures', zh: '旧数据' },
  'status.FAILED': { en: 'Not read', zh: '未读取' },

  'settlement.FINAL': { en: 'Final', zh: '已定' },
  'settlement.PROVISIONAL': { en: 'Provisional', zh: '未定' },
  'settlement.until': { en: 'Provisional until {time}', zh: '{time} 前为暂定' },

  'kind.BILL': { en: 'Subscriptions', zh: '订阅账单' },
  'kind.DAILY_DETAIL': { en: 'Daily details', zh: '每日明细' },
  'kind.API_KEY_USAGE': { en: 'Usage by key', zh: '密钥用量' },
  'kind.INVOICE': { en: 'Invoices', zh: '发票' },

  'word.none': { en: 'Not stated', zh: '未注明' },
  'word.rest': { en: '{count} other|{count} others', zh: '其他 {count} 项' },
  'word.total': { en: 'Total', zh: '合计' },
  'word.share': { en: 'Share', zh: '占比' },
  'word.cost': { en: 'Cost', zh: '费用' },
  'word.change': { en: 'Change', zh: '变化' },
  'word.trend': { en: 'Trend', zh: '趋势' },
} as const satisfies Texts;
