/** Texts of pictures, figures and tables. */

import type { Texts } from './text-types.ts';

export const chartTexts = {
  'chart.keys': { en: 'Arrow keys go from bar to bar.', zh: '用方向键逐个查看。' },
  'chart.asTable': { en: 'These figures as a table', zh: '以表格查看这些数字' },
  'chart.when': { en: 'When', zh: '时间' },
  'chart.state': { en: 'State', zh: '状态' },
  'chart.rest': { en: 'All others', zh: '其余' },
  'chart.provisional': { en: 'May still change', zh: '仍可能变动' },
  'chart.incomplete': { en: 'An account is missing', zh: '缺少账户' },
  'chart.gap': { en: 'No figures', zh: '没有数据' },
  'chart.knownTotal': { en: 'Known so far', zh: '已知合计' },
  'chart.unknown': { en: 'not known', zh: '未知' },
  'chart.lineOf': { en: '{name} over time: {figures}', zh: '{name}走势：{figures}' },
  'chart.low': { en: 'Low', zh: '下限' },
  'chart.expected': { en: 'Expected', zh: '预计' },
  'chart.high': { en: 'High', zh: '上限' },
  'chart.spent': { en: 'So far', zh: '目前' },
  'chart.limit': { en: 'Budget', zh: '预算' },
  'figure.unknown': { en: 'not stated', zh: '未提供' },
} as const satisfies Texts;
