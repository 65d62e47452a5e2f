/** A correction of PPIO's figures that makes a key odd on a day. */

import type { Edit } from '../../src/sandbox/vendor.ts';
import type { TestGateway } from './gateway.ts';

type Raw = Record<string, string>;

/** Corrections after which a key has used three times as much on a day, in each list that shows it. */
export async function tripled(gateway: TestGateway, day: string, keyId: string): Promise<Edit[]> {
  const period = `period: { dates: { from: "${day}", to: "${nextDay(day)}" } }`;
  const { data } = await gateway.query<Record<'apiKeyUsage' | 'dailyDetails', { nodes: { raw: Raw }[] }>>(
    `{ apiKeyUsage(${period}, filter: { accounts: ["ppio-main"], apiKeys: ["${keyId}"] }) { nodes { raw } }
      dailyDetails(${period}, filter: { accounts: ["ppio-main"] }) { nodes { raw } } }`,
  );
  const fields = ['amount', 'billNum0', 'billNum1'] as const;
  return data.apiKeyUsage.nodes.flatMap(({ raw: used }) => {
    const whole =
      data.dailyDetails.nodes.find(({ raw }) => raw['productName'] === used['productName'])?.raw ?? {};
    const edit = (list: string, row: Raw): Edit => {
      const more = Object.fromEntries(
        fields.map((name) => [name, String(BigInt(row[name] ?? '0') + 2n * BigInt(used[name] ?? '0'))]),
      );
      const payAmount = String(BigInt(more['amount'] ?? '0') - BigInt(row['voucherAmount'] ?? '0'));
      const { ownerID = '', productName = '', startTime = '' } = row;
      return { list, where: { ownerID, productName, startTime }, set: { ...more, payAmount } };
    };
    return [edit('apikey/bill/list', used), edit('bill/list', whole)];
  });
}

function nextDay(day: string): string {
  return new Date(Date.parse(day) + 86_400_000).toISOString().slice(0, 10);
}
