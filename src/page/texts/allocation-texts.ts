/** Texts of allocations: whose cost it is. */

import type { Texts } from './text-types.ts';

export const allocationTexts = {
  'allocation.title': { en: 'Allocation', zh: '分摊' },
  'allocation.none': { en: 'Unallocated', zh: '未分摊' },
  'allocation.notAttributed': { en: 'Not attributed to a key', zh: '未归属到密钥' },
  'allocation.note': {
    en: 'Whose cost it is, by the rules of the settings. All groups together are the cost, to the last digit.',
    zh: '按设置中的规则分摊。各组合计即全部费用，精确到最后一位。',
  },
  'allocation.lead': {
    en: 'What the rules of the settings match in a month, what they miss, and who sees only a part.',
    zh: '设置中的规则在某月匹配了什么、遗漏了什么，以及谁只能看到其中一部分。',
  },
  'allocation.which': { en: 'Allocation', zh: '分摊维度' },
  'allocation.noneAtAll': {
    en: 'The settings have no allocation that concerns your accounts. An allocation says by rules whose cost each charge is: a team, a customer, a cost centre.',
    zh: '设置中没有涉及您账户的分摊。分摊按规则说明每笔费用归谁：团队、客户或成本中心。',
  },
  'allocation.unknown': { en: 'There is no allocation with this name.', zh: '没有这个名称的分摊。' },
  'allocation.explore': { en: 'Cost by {name}', zh: '按{name}查看费用' },
  'allocation.sums': { en: 'What the month comes to', zh: '当月金额' },
  'allocation.sum.total': { en: 'All cost', zh: '全部费用' },
  'allocation.rules': { en: 'Rules', zh: '规则' },
  'allocation.rule': { en: 'Rule', zh: '规则' },
  'allocation.values': { en: 'Gives cost to', zh: '归属' },
  'allocation.rows': { en: 'Charges matched first', zh: '首先匹配的条数' },
  'allocation.idle': { en: 'matches nothing', zh: '无匹配' },
  'allocation.notInForce': { en: 'not in force this month', zh: '本月未生效' },
  'allocation.unmatched': { en: 'What no rule matches', zh: '没有规则匹配的部分' },
  'allocation.unmatched.none': { en: 'The rules match every charge.', zh: '规则匹配了所有费用。' },
  'allocation.what': { en: 'What', zh: '内容' },
  'allocation.kind.API_KEY': { en: 'API key', zh: 'API 密钥' },
  'allocation.kind.PROJECT': { en: 'Project', zh: '项目' },
  'allocation.kind.CATEGORY': { en: 'Category', zh: '类别' },
  'allocation.yaml': { en: 'The rule that would catch it', zh: '可匹配它的规则' },
  'allocation.clients': { en: 'Who sees only a part', zh: '谁只能看到一部分' },
  'allocation.client': { en: 'Client', zh: '客户端' },
  'allocation.clientValues': { en: 'Sees the cost of', zh: '可见费用' },
  'allocation.clients.none': {
    en: 'No client of the settings is bound to values of it. Signed tokens are not listed.',
    zh: '设置中没有客户端限定于其取值。签名令牌不在列表中。',
  },
  'allocation.clients.forbidden': {
    en: 'Who is bound to what is shown to clients with the permission operations.',
    zh: '客户端的限定关系仅对拥有 operations 权限的客户端显示。',
  },
  'allocation.bound': {
    en: 'You see the cost of {values} alone: every figure here is of that.',
    zh: '您只能看到 {values} 的费用，此处所有数字均仅含该部分。',
  },
} as const satisfies Texts;
