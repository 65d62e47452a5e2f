/** A test message says whether a channel can be written to, as its bot means it, and nothing that is secret. */

import { expect, onTestFinished, test } from 'vitest';

import { alertsTo, numbersIn, startTestBots } from '../support/alert-bots.ts';
import { openWorkplace, type Ran, type Workplace } from '../support/command.ts';
import { startProxy, startTlsVendor, trusted } from '../support/tls.ts';

const atEnd = { onTestFinished };
const canary = 'canary-of-the-channel';

interface Finding {
  readonly what: string;
  readonly state: string;
  readonly found: string;
  readonly advice: string;
}

/** What the doctor says of the channel, and its exit code; nothing of the channel's URL or secret is in what it wrote. */
function findingIn({ code, stdout, stderr }: Ran): Finding & { readonly code: Ran['code'] } {
  const text = String(stdout) + stderr;
  for (const secret of [canary, 'sandbox-', 'T000/B000']) expect(text).not.toContain(secret);
  const lines = String(stdout).trimEnd().split('\n');
  const findings = lines.map((line) => JSON.parse(line) as Finding);
  const [found, ...others] = findings.filter(({ what }) => what.startsWith('alerts'));
  if (found === undefined) throw new Error('nothing is said of alerts');
  expect(others).toEqual([]);
  return { ...found, code };
}

const sendTo = async (workplace: Workplace, id: string, environment = {}) =>
  findingIn(await workplace.run(['doctor', '--json', '--send-test', id], { environment }));

const rule = (id: string) => ({ kind: 'settled', channels: [id] });

test('each bot takes it, one that is not meant hears nothing, and a name that there is not is told with those that there are', async () => {
  const bots = await startTestBots(Date.now);
  const ids = ['feishu', 'webhook'] as const;
  const workplace = await openWorkplace(atEnd, (settings) => ({
    ...settings,
    alerts: alertsTo(bots, ids, [rule('feishu')]),
  }));
  for (const id of ids) {
    expect(await sendTo(workplace, id)).toMatchObject({ code: 0, state: 'ok', what: `alerts ${id}` });
    expect(bots.calls.map(({ bot }) => bot)).toEqual([id]);
    const [call] = bots.shown(id);
    expect(call?.text).toContain('Test message');
    if (id !== 'webhook') expect(numbersIn(call?.text ?? '')).toHaveLength(1);
    bots.calls.length = 0;
  }
  expect(await sendTo(workplace, 'fieshu')).toMatchObject({
    code: 1,
    state: 'failed',
    found: 'there is no such channel',
    advice: 'name one of alerts.channels: feishu, webhook',
  });
  expect(bots.calls).toEqual([]);
});

test('an error with status 200 is an error: the code of the bot is told, and neither URL nor secret', async () => {
  const bots = await startTestBots(Date.now);
  const { feishu, dingtalk, wecom } = bots.addresses;
  const channels = [
    { id: 'feishu', kind: 'feishu', url: feishu.url, secret: canary },
    { id: 'dingtalk', kind: 'dingtalk', url: dingtalk.url, secret: canary },
    { id: 'wecom', kind: 'wecom', url: `${wecom.url}${canary}` },
    { id: 'nobody', kind: 'slack', url: `http://127.0.0.1:1/${canary}` },
  ].map((channel) => ({ ...channel, allowInternal: true }));
  const workplace = await openWorkplace(atEnd, (settings) => ({
    ...settings,
    alerts: { channels, rules: [rule('feishu')] },
  }));
  for (const [id, found] of [
    ['feishu', 'error code 19021'],
    ['dingtalk', 'error code 310000'],
    ['wecom', 'error code 93000'],
    ['nobody', 'the connection was refused'],
  ] as const) {
    const finding = await sendTo(workplace, id);
    expect(finding).toMatchObject({ code: 1, state: 'failed', what: `alerts ${id}` });
    expect(finding.found).toContain(found);
    expect(finding.advice).toContain('check url and secret of the channel');
  }
  expect(bots.shown()).toEqual([]);
});

test('it goes through the proxy of the vendors, and no redirect takes it elsewhere', async () => {
  const elsewhere = await startTestBots(Date.now);
  const answers = [
    { status: 200, body: 'ok' },
    { status: 302, body: '' },
  ];
  const bot = await startTlsVendor(
    'good',
    (_request, response) => {
      const { status = 500, body } = answers.shift() ?? {};
      response.writeHead(status, { location: elsewhere.addresses.slack.url }).end(body);
    },
    atEnd,
  );
  const proxy = await startProxy({ to: bot.port }, atEnd);
  const workplace = await openWorkplace(atEnd, (settings) => ({
    ...settings,
    upstream: { proxy: proxy.url },
    accounts: settings.accounts.slice(0, 1),
    alerts: {
      channels: [{ id: 'ops', kind: 'slack', url: `https://vendor.example:${bot.port}/${canary}` }],
      rules: [rule('ops')],
    },
  }));
  const environment = { NODE_EXTRA_CA_CERTS: trusted };
  expect(await sendTo(workplace, 'ops', environment)).toMatchObject({ code: 0, state: 'ok' });
  expect(await sendTo(workplace, 'ops', environment)).toMatchObject({ code: 1, found: 'HTTP status 302' });
  expect(proxy.asked.map(({ target }) => target)).toEqual(Array(2).fill(`vendor.example:${bot.port}`));
  expect(elsewhere.calls).toEqual([]);
});
