/** Settings, as in gateway.yaml, for a gateway that uses the sandbox. */

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
