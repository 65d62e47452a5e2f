/** Settings, as in gateway.yaml, of a gateway that speaks to the sandbox. */

import type { Sandbox } from './sandbox.ts';
import { sandboxCredentials } from './vendor.ts';

/** One account at each vendor, with quotas just below what the sandbox bears. */
export function sandboxSettings({ vendors }: Sandbox) {
  const quota = { requestsPerSecond: 40, concurrent: 4 };
  return {
    accounts: [
      {
        id: 'ppio-main',
        name: 'PPIO production',
        provider: 'ppio',
        credential: sandboxCredentials.ppio,
        baseUrl: vendors.ppio.url,
        quota,
      },
      {
        id: 'novita-us',
        name: 'Novita US',
        provider: 'novita',
        credential: sandboxCredentials.novita,
        baseUrl: vendors.novita.url,
        quota,
      },
      {
        id: 'aione-hq',
        name: 'AIone headquarters',
        provider: 'aione',
        credential: sandboxCredentials.aione,
        baseUrl: vendors.aione.url,
        currency: 'CNY',
        quota,
      },
      {
        id: 'streamlake-prod',
        name: 'StreamLake production',
        provider: 'streamlake',
        credential: sandboxCredentials.streamlake,
        baseUrl: vendors.streamlake.url,
        quota,
      },
    ],
    log: { level: 'warn' },
  };
}
