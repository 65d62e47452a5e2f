/** Settings, as in gateway.yaml, for a gateway that uses the sandbox. */

import type { Bots } from './bots.ts';
import type { Sandbox } from './sandbox.ts';
import { simulatedVendors, vendorIds } from './vendors.ts';

/** One account at each vendor, with quotas just below what the sandbox accepts. */
export function sandboxSettings({ vendors }: Sandbox) {
  const accounts = vendorIds.map((provider) => ({
    ...simulatedVendors[provider].account,
    provider,
    credential: simulatedVendors[provider].credential,
    baseUrl: vendors[provider].url,
    quota: { requestsPerSecond: 40, concurrent: 4 },
  }));
  return { accounts, log: { level: 'warn' } };
}

/** Alerts that write to the bots of the sandbox, in English; every rule has something to say there. */
export function sandboxAlerts({ addresses }: Bots) {
  const channels = Object.entries(addresses).map(([kind, { url, secret }]) => ({
    id: kind,
    kind,
    url,
    ...(secret === null ? {} : { secret }),
    allowInternal: true,
  }));
  return {
    language: 'en',
    channels,
    rules: [
      { kind: 'balanceBelow', amount: ['20000', '5000'], channels: ['feishu', 'wecom'] },
      { kind: 'runwayBelow', days: 30, channels: ['dingtalk'] },
      { kind: 'anomaly', atLeast: '500', channels: ['slack'] },
      { kind: 'settled', channels: ['slack'] },
      { kind: 'invoiceDue', days: 14, channels: ['webhook'] },
      { kind: 'accountFailing', minutes: 5, channels: ['feishu', 'webhook'] },
      { kind: 'digest', every: 'day', at: '09:00', channels: ['slack'] },
    ],
  };
}

/** Whose cost it is there, by the names of its keys, products and projects; some of it is nobody's. */
export const sandboxAllocations = [
  {
    id: 'team',
    name: 'Team',
    rules: [
      { when: { apiKeyNames: ['prod-*', 'us-prod', '客服*'] }, to: 'search' },
      { when: { apiKeyNames: ['data-*', 'notebooks', 'eval'] }, to: 'research' },
      { when: { products: ['RTX*'] }, split: { search: 40, research: 60 } },
      { when: { categories: ['gpu', 'bare_metal'] }, to: 'training' },
      { when: { projects: ['*search', '*ads'] }, to: 'search' },
    ],
  },
] as const;
