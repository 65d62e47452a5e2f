/** Texts of the frame: navigation, sign-in, and the states that any view can be in. */

import type { Texts } from './text-types.ts';

export const shellTexts = {
  'shell.title': { en: 'Billing', zh: '账单' },
  'shell.skip': { en: 'Skip to content', zh: '跳到正文' },
  'shell.nav': { en: 'Views', zh: '视图' },
  'shell.choices': { en: 'Display and account', zh: '显示与账户' },
  'shell.language': { en: 'Language', zh: '语言' },
  'shell.theme': { en: 'Theme', zh: '主题' },
  'shell.theme.auto': { en: 'System', zh: '跟随系统' },
  'shell.theme.light': { en: 'Light', zh: '浅色' },
  'shell.theme.dark': { en: 'Dark', zh: '深色' },
  'shell.graphiql': { en: 'GraphiQL', zh: 'GraphiQL' },
  'shell.signedInAs': { en: 'Signed in as {client}', zh: '已登录：{client}' },
  'shell.signOut': { en: 'Sign out', zh: '退出登录' },
  'shell.stillSignedIn': {
    en: 'You are still signed in: the gateway cannot be reached. Try again in a moment.',
    zh: '您仍处于登录状态：暂时无法连接网关，请稍后再试。',
  },
  'shell.print': { en: 'Print', zh: '打印' },
  'shell.printedAt': { en: 'Printed {time}', zh: '打印于 {time}' },
  'shell.reload': { en: 'Reload', zh: '重新加载' },
  'shell.noView': { en: 'There is no such view.', zh: '没有这个视图。' },

  'signIn.title': { en: 'Sign in', zh: '登录' },
  'signIn.lead': {
    en: 'Enter the access token that whoever runs this gateway gave you. It is exchanged for a cookie that scripts cannot read, and is not kept in the browser.',
    zh: '请输入本网关管理员给您的访问令牌。令牌会换成脚本无法读取的 Cookie，不会保存在浏览器中。',
  },
  'signIn.token': { en: 'Access token', zh: '访问令牌' },
  'signIn.submit': { en: 'Sign in', zh: '登录' },
  'signIn.rejected': { en: 'This token is not valid.', zh: '令牌无效。' },
  'signIn.forbidden': {
    en: 'This token is valid, but its client may not use this page.',
    zh: '令牌有效，但其客户端无权使用本页面。',
  },
  'signIn.tooLong': {
    en: 'This token is too long for a cookie. Use it with the API instead.',
    zh: '令牌过长，无法存入 Cookie，请通过 API 使用。',
  },
  'signIn.tooOften': {
    en: 'Too many attempts. Try again in a minute.',
    zh: '尝试次数过多，请一分钟后再试。',
  },
  'signIn.unavailable': {
    en: 'The gateway cannot be reached now. Try again in a moment.',
    zh: '暂时无法连接网关，请稍后再试。',
  },

  'state.loading': { en: 'Loading', zh: '加载中' },
  'state.empty.title': { en: 'Nothing here', zh: '没有数据' },
  'state.empty.text': {
    en: 'The providers list nothing for this selection.',
    zh: '供应商在所选范围内没有任何记录。',
  },
  'state.failed.title': { en: 'This could not be read', zh: '读取失败' },
  'state.forbidden.title': { en: 'Not permitted', zh: '没有权限' },
  'state.forbidden.text': {
    en: 'Your client lacks the permission for this.',
    zh: '您的客户端没有查看此内容的权限。',
  },
  'state.forbidden.bound': {
    en: 'You see the cost of a part alone, and this shows more than that.',
    zh: '您只能看到其中一部分费用，而此处显示的内容超出该范围。',
  },
  'state.partial.title': { en: 'Not everything could be read', zh: '部分内容读取失败' },
  'state.retry': { en: 'Try again', zh: '重试' },
  'state.retrying': {
    en: 'The page asks again by itself in {count} second.|The page asks again by itself in {count} seconds.',
    zh: '页面将在 {count} 秒后自动重试。',
  },
  'state.outdated': {
    en: 'The gateway has been updated since this page was opened. Reload it.',
    zh: '网关已更新，请重新加载本页面。',
  },
  'state.refreshing': { en: 'Refreshing', zh: '正在刷新' },

  'error.NETWORK': { en: 'The gateway cannot be reached.', zh: '无法连接网关。' },
  'error.OVERLOADED': { en: 'The gateway is busy.', zh: '网关繁忙。' },
  'error.RATE_LIMITED': { en: 'Too many requests from this client.', zh: '该客户端请求过多。' },
  'error.EXCHANGE_RATE_MISSING': {
    en: 'The settings of the gateway have no exchange rate from {from} to {to}. Choose “as billed”, or a currency that all of these costs have a rate for.',
    zh: '网关设置中没有 {from} 兑 {to} 的汇率。请选择“原币种”，或选择已为这些费用配置汇率的币种。',
  },
  'error.BAD_USER_INPUT': {
    en: 'The address asks for something that there is not: {message}',
    zh: '地址中的某项内容不存在：{message}',
  },
  'error.INVALID_PERIOD': {
    en: 'The address names a period that cannot be shown: {message}',
    zh: '无法显示地址中的期间：{message}',
  },
  'error.INVALID_CURSOR': {
    en: 'This page of the list is not there any more. Begin again with its first page.',
    zh: '列表的这一页已失效，请从第一页重新开始。',
  },
  'error.INTERNAL_SERVER_ERROR': {
    en: 'Something went wrong in the gateway; its log says what.',
    zh: '网关内部出错，详情见其日志。',
  },
  'error.FORBIDDEN': { en: 'Your client may not see this.', zh: '您的客户端无权查看。' },
  'error.HISTORY_PENDING': { en: 'The history is still being read.', zh: '历史数据仍在读取中。' },
  'error.QUERY_TOO_EXPENSIVE': {
    en: 'This selection asks for too much at once.',
    zh: '所选范围一次请求的数据过多。',
  },
  'error.UNSUPPORTED_BY_PROVIDER': { en: 'The provider does not offer this.', zh: '供应商不提供此数据。' },
  'error.PROVIDER_CREDENTIAL_REJECTED': {
    en: 'The provider rejects the credential, or it lacks the billing role.',
    zh: '供应商拒绝了凭证，或凭证缺少账单权限。',
  },
  'error.PROVIDER_REJECTED': { en: 'The provider refuses this request.', zh: '供应商拒绝了该请求。' },
  'error.PROVIDER_RATE_LIMITED': {
    en: 'The provider limits how often it may be asked.',
    zh: '供应商限制了请求频率。',
  },
  'error.PROVIDER_UNAVAILABLE': { en: 'The provider is not available.', zh: '供应商暂不可用。' },
  'error.PROVIDER_TIMEOUT': { en: 'The provider did not answer in time.', zh: '供应商未能及时响应。' },
  'error.PROVIDER_RESPONSE_INVALID': {
    en: 'The provider sent an answer that cannot be read.',
    zh: '供应商返回了无法识别的响应。',
  },
} as const satisfies Texts;
