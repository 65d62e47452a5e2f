/** Usage is read by the categories that the settings name, and a vendor's refusal of one costs no other its rows. */

import { describe, expect, test } from 'vitest';

import { startGateway, type GraphqlError, type TestGateway } from '../support/gateway.ts';
import { reply, startStand } from '../support/stand.ts';

interface Details {
  readonly totalCount: number;
  readonly nodes: readonly { readonly product: { readonly category: string | null } }[];
  readonly coverage: {
    readonly complete: boolean;
    readonly sources: readonly {
      readonly account: { readonly id: string };
      readonly status: string;
      readonly notices: readonly { readonly code: string; readonly message: string }[];
      readonly error: GraphqlError['extensions'] | null;
    }[];
  };
}

const query = (
  filter: string,
) => `{ dailyDetails(period: { month: "2026-02" }, filter: { ${filter} }, first: 100) {
  totalCount nodes { product { category } }
  coverage { complete sources { account { id } status notices { code message } error { code message retryable } } } } }`;

/** A gateway whose PPIO account has other settings. */
const withPpio = (changes: object) =>
  startGateway({
    settings: (settings) => ({
      ...settings,
      accounts: settings.accounts.map((one) => (one.provider === 'ppio' ? { ...one, ...changes } : one)),
    }),
  });

async function ask(gateway: TestGateway, filter: string) {
  return gateway.query<{ dailyDetails: Details | null }>(query(filter));
}

/** Everything that clients were told, in capitals as vendors write their reasons. */
const told = (gateway: TestGateway): string => gateway.sent.join('\n').toUpperCase();

describe('an account whose settings name categories', () => {
  test('is read in exactly these, whatever a question filters by', async () => {
    const gateway = await withPpio({ usageCategories: ['llm', 'gpu'] });
    const { data, errors } = await ask(gateway, 'accounts: ["ppio-main"]');
    expect(errors).toBeUndefined();
    expect(gateway.calls('ppio')).toBe(2);
    const categories = new Set(data.dailyDetails?.nodes.map(({ product }) => product.category));
    expect(categories).toEqual(new Set(['llm', 'gpu']));
    const asked = gateway.sandbox.vendors.ppio.calls.length;
    const other = await ask(gateway, 'accounts: ["ppio-main"], categories: ["cloud_storage"]');
    expect(other.data.dailyDetails).toMatchObject({ totalCount: 0, coverage: { complete: true } });
    expect(gateway.sandbox.vendors.ppio.calls).toHaveLength(asked);
  });

  test('is read in exactly these by the hour, where the days of another zone are asked for', async () => {
    const gateway = await withPpio({ usageCategories: ['gpu', 'cloud_storage'] });
    const { errors } = await gateway.query(
      `{ spend(period: { month: "2026-02" }, timeZone: "UTC", groupBy: [CATEGORY], filter: { accounts: ["ppio-main"] }) {
        groups { totals { billedCost { amount } } } } }`,
    );
    expect(errors).toBeUndefined();
    const asked = gateway.sandbox.vendors.ppio.calls
      .filter(({ endpoint }) => endpoint.endsWith('/billing/bill/list'))
      .map(({ requestText: question }) => new URLSearchParams(question));
    expect(new Set(asked.map((query) => query.get('cycleType')))).toEqual(new Set(['Hour']));
    // February in UTC reaches into five of PPIO's weeks.
    const ofCategory = Map.groupBy(asked, (query) => query.get('productCategory'));
    const counts = Object.fromEntries([...ofCategory].map(([category, { length }]) => [category, length]));
    expect(counts).toEqual({ gpu: 5, cloud_storage: 5 });
  });

  test('leaves the accounts beside it as they are', async () => {
    const gateway = await withPpio({ usageCategories: ['llm'] });
    await ask(gateway, 'providers: ["ppio", "novita"]');
    expect([gateway.calls('ppio'), gateway.calls('novita')]).toEqual([1, 9]);
  });

  test('that the vendor does not know has the rows of the others, and says which it has not', async () => {
    const gateway = await withPpio({ usageCategories: ['gpu', 'vector_store'] });
    const { data, errors } = await ask(gateway, 'accounts: ["ppio-main"]');
    expect(errors).toBeUndefined();
    const [source] = data.dailyDetails?.coverage.sources ?? [];
    expect(source).toMatchObject({ status: 'FRESH', error: null });
    expect(source?.notices).toMatchObject([{ code: 'UNKNOWN_CATEGORY' }]);
    expect(source?.notices[0]?.message).toContain('vector_store');
    expect(data.dailyDetails?.totalCount).toBeGreaterThan(0);
    expect(gateway.calls('ppio')).toBe(2);
    expect(told(gateway)).not.toContain('INVALID_');
  });
});

describe('a refusal', () => {
  const refusing = async (reason: string) => {
    const body = JSON.stringify({ code: 400, reason, message: `${reason}: in words`, metadata: { reason } });
    const stand = await startStand((response) => reply(response, 400, body));
    return withPpio({ baseUrl: stand.url, usageCategories: ['gpu'] });
  };

  test.each(['INVALID_BILL_CYCLE', 'INVALID_REQUEST_BODY'])(
    "never shows a client the vendor's word %s, and shows it in the log",
    async (reason) => {
      const gateway = await refusing(reason);
      const { data, errors } = await ask(gateway, 'accounts: ["ppio-main"]');
      expect(data.dailyDetails).toBeNull();
      expect(errors?.map(({ extensions }) => extensions.code)).toEqual(['PROVIDER_REJECTED']);
      const beside = await ask(gateway, 'providers: ["ppio", "novita"]');
      expect(beside.data.dailyDetails?.totalCount).toBeGreaterThan(0);
      expect(beside.data.dailyDetails?.coverage.complete).toBe(false);
      const failed = beside.data.dailyDetails?.coverage.sources.find(({ status }) => status === 'FAILED');
      expect(failed).toMatchObject({ account: { id: 'ppio-main' }, error: { code: 'PROVIDER_REJECTED' } });
      expect(told(gateway)).not.toMatch(/INVALID_|IN WORDS/);
      expect(gateway.log.join('\n')).toContain(reason);
      expect(gateway.log.join('\n')).not.toContain('in words');
    },
  );
});
