/** What StreamLake is asked, and how requests are signed. */

import { describe, expect, test } from 'vitest';

import { streamlake } from '../../src/providers/streamlake/adapter.ts';
import { signatureHeaders } from '../../src/providers/streamlake/signature.ts';
import { connected, instant, only, piece } from '../support/connected.ts';

const day = piece('all', '2026-06-15', '2026-06-16');
const credential = { tenantCode: 'tenant-1' };
const none = (): string => '{"ResponseMeta":{"ErrorCode":""},"ResponseData":{"Total":0,"Billings":[]}}';

describe('a request', () => {
  test('is for one day, in the body, with the action in the query and the tenant in a header', async () => {
    const { read, sent } = connected(streamlake, none, { credential });
    expect(await read('DAILY_DETAIL', day)).toEqual({ rows: [], notices: [] });
    const { method, path, query, body, headers } = only(sent);
    expect([method, path]).toEqual(['POST', '/']);
    expect(query).toEqual({ Action: 'DescribeBillDayDetail' });
    expect(body).toBe('{"BillingCycle":"2026-06-15","Offset":0,"Limit":100}');
    expect(headers()).toEqual({ tenantcode: 'tenant-1' });
  });

  test('is signed for what is sent, and for the moment of each attempt, where keys are set', async () => {
    let now = instant('2026-06-14T16:00:00.900Z');
    const keys = { accessKey: 'AKEXAMPLE', secretKey: 'SKEXAMPLE' };
    const { read, sent } = connected(streamlake, none, {
      credential: { ...credential, ...keys },
      now: () => now,
    });
    await read('DAILY_DETAIL', day);
    const { body = '', headers } = only(sent);
    const request = { action: 'DescribeBillDayDetail', host: 'bill.streamlakeapi.com', body };
    for (const text of ['2026-06-14T16:00:00.900Z', '2026-06-14T16:00:07Z']) {
      now = instant(text);
      const unixSeconds = Math.floor(now / 1000);
      const signature = signatureHeaders({ ...keys, service: 'bill' }, { ...request, unixSeconds });
      expect(headers()).toEqual({ tenantcode: 'tenant-1', ...signature });
      expect(headers()['x-sl-timestamp']).toBe(String(unixSeconds));
    }
  });

  test('carries the signature that the test vector gives', () => {
    const body = '{"BillingCycle":"2026-06-14","Offset":0,"Limit":100}';
    const headers = signatureHeaders(
      { accessKey: 'AKEXAMPLE', secretKey: 'SKEXAMPLE', service: 'bill' },
      { action: 'DescribeBillDayDetail', host: 'bill.streamlakeapi.com', body, unixSeconds: 1_781_452_800 },
    );
    const signature = 'd80060d40cd10b87df4d00319192b978adab372115c8732d8ec794d41e21ff12';
    expect(headers).toMatchObject({
      authorization:
        'SL-HMAC-SHA256 Credential=AKEXAMPLE/2026-06-14/bill/sl_request, SignedHeaders=content-type;host, ' +
        `Signature=${signature}sl_request`,
      accesskey: 'AKEXAMPLE',
      signatureversion: '1',
      'x-sl-action': 'DescribeBillDayDetail',
      'x-sl-timestamp': '1781452800',
    });
    expect(JSON.stringify(headers)).not.toContain('SKEXAMPLE');
  });

  test.each([{ accessKey: 'a' }, { secretKey: 'b' }])(
    'is not left unsigned over half a pair of keys',
    (half) => {
      expect(streamlake.credential.safeParse({ ...credential, ...half }).success).toBe(false);
    },
  );
});
