/**
 * Simulates StreamLake's DescribeBillDayDetail, by its documentation; the signature by the SDKs of its other products.
 */

import { createHash, createHmac } from 'node:crypto';

import { dateText, dayOf, secondsOf } from './days.ts';
import { dayDetailsOf, streamlakeOffset, type DayDetail } from './streamlake-truth.ts';
import {
  edited,
  fixed,
  type Quirks,
  type SimulatedVendor,
  type Vendor,
  type VendorAnswer,
  type VendorRequest,
} from './vendor.ts';

interface StreamlakeQuirks extends Quirks {
  /** Adds a row at the front of a day as soon as a page of it has been read. */
  readonly growing?: boolean;
}

const tenantCode = 'tenant_sandbox_58f2';
const accessKey = 'AKSANDBOX1c9d';
const secretKey = 'SKSANDBOX77e04a';

export const streamlake = {
  credential: { tenantCode, accessKey, secretKey },
  account: { id: 'streamlake-prod', name: 'StreamLake production' },
  create: createStreamlake,
} satisfies SimulatedVendor<StreamlakeQuirks>;

function createStreamlake(seed: number, nowMs: () => number): Vendor<StreamlakeQuirks> {
  const reads = { count: 0 };
  /** Days with an added row, because a page of them has been read. */
  const grown = new Set<number>();
  return {
    tooFast: failure(429, 'Throttling', 'request was throttled'),
    broken: failure(500, 'InternalError', 'internal error'),
    unauthorized: failure(401, 'AuthFailure', 'tenant code or signature is wrong'),
    refusal: (status, text) => failure(status, text, text),
    answer(request, quirks) {
      reads.count += 1;
      if (request.method !== 'POST' || request.path !== '/') return failure(404, 'InvalidPath', 'not found');
      if (request.query.get('Action') !== 'DescribeBillDayDetail')
        return failure(200, 'InvalidAction', 'unknown action');
      if (request.headers['tenantcode'] !== tenantCode || !isSigned(request)) {
        return failure(401, 'AuthFailure', 'tenant code or signature is wrong');
      }
      const body = readBody(request.body);
      const cycle = body['BillingCycle'];
      const day = typeof cycle === 'string' ? dayOf(cycle) : Number.NaN;
      if (Number.isNaN(day)) return failure(200, 'InvalidParameter', 'BillingCycle must be yyyy-MM-dd');
      const offset = body['Offset'] ?? 0;
      const limit = body['Limit'] ?? 20;
      if (!isCount(offset)) return failure(200, 'InvalidParameter', 'Offset must not be negative');
      if (!isCount(limit) || limit < 1 || limit > 100)
        return failure(200, 'InvalidParameter', 'Limit must be 1 to 100');
      const bump = quirks.mutating === true ? BigInt(reads.count) : 0n;
      const rows = edited(
        dayDetailsOf(seed, day, nowMs()).map((row) => toItem(row, bump, quirks)),
        'DescribeBillDayDetail',
        quirks,
      );
      if (grown.has(day)) rows.unshift({ ...rows[0], BillingCode: 'b-late', Factors: 'late' });
      if (quirks.growing === true) grown.add(day);
      const Billings = quirks.nullList === true ? null : rows.slice(offset, offset + limit);
      const Total = quirks.nullList === true ? 0 : rows.length;
      return {
        status: 200,
        body: { ResponseMeta: meta('', ''), ResponseData: { Total, Offset: offset, Limit: limit, Billings } },
      };
    },
  };
}

function toItem(row: DayDetail, bump: bigint, quirks: Quirks): Record<string, unknown> {
  const money = (value: bigint): unknown =>
    quirks.stringsAsNumbers === true ? JSON.rawJSON(fixed(value, 10)) : fixed(value, 10);
  const billed = row.billed + bump * 100_000_000n;
  const cash = billed - row.voucher;
  const start = secondsOf(row.day, streamlakeOffset) * 1000;
  return {
    BillingCode: row.code,
    BillingCycle: dateText(row.day),
    CustomerId: '900001',
    ProjectId: row.project,
    ProdName: '快手万擎',
    GoodsName: row.goods,
    FeeItemName: row.feeItem,
    BillingMethod: 'post_paid',
    TotalUsage: fixed(row.usage, 6),
    Unit: 'per_1000_tokens',
    PubPrice: fixed(row.unitPrice * 1_000_000n, 10),
    PubPriceUnit: row.currency === 'CNY' ? '¥/per_1000_tokens' : '$/per_1000_tokens',
    Discount: fixed(row.discount * 1_000_000_000n, 10),
    DiscountPubPrice: fixed(row.unitPrice * row.discount * 100_000n, 10),
    SourcePrice: money(row.list),
    ...(quirks.missingOptional === true
      ? {}
      : { DiscountPrice: money((row.list * (10n - row.discount)) / 10n) }),
    ...(quirks.missingRequired === true ? {} : { PayableAmount: money(billed) }),
    CouponDeductAmount: money(row.voucher),
    RemainingPayableAmount: money(row.settled ? 0n : cash),
    CashPaymentAmount: money(row.settled ? cash : 0n),
    Factors: row.factors,
    CurrencyUnit: row.currency,
    StartTime: quirks.numbersAsStrings === true ? String(start) : start,
    EndTime: start + 86_459_000,
    FeeItemVersion: quirks.hugeIntegers === true ? JSON.rawJSON('12345678901234567890') : row.version,
    ...(quirks.extraFields === true ? { Region: 'cn', Nested: { a: [1] } } : {}),
  };
}

/**
 * Accepts unsigned requests with a tenant code, as in the documentation's example; a signature, if sent, must be right.
 */
function isSigned({ headers, body }: VendorRequest): boolean {
  const { authorization } = headers;
  if (authorization === undefined) return true;
  const time = String(headers['x-sl-timestamp']);
  const date = new Date(Number(time) * 1000).toISOString().slice(0, 10);
  const service = /Credential=[^/]+\/[^/]+\/([^/]+)\/sl_request/.exec(authorization)?.[1] ?? '';
  const bodyHash = createHash('sha256').update(body).digest('hex');
  const canonical = `POST\n/\nAction=DescribeBillDayDetail\ncontent-type:application/json\nhost:${headers.host}\ncontent-type;host\n${bodyHash}`;
  const scope = `${date}/${service}/sl_request`;
  const toSign = `SL-HMAC-SHA256\n${time}\n${scope}\n${createHash('sha256').update(canonical).digest('hex')}`;
  let key: string | Buffer = `SL${secretKey}`;
  for (const part of [date, service, 'sl_request', toSign])
    key = createHmac('sha256', key).update(part).digest();
  const signature = key.toString('hex');
  const expected = `SL-HMAC-SHA256 Credential=${accessKey}/${scope}, SignedHeaders=content-type;host, Signature=${signature}sl_request`;
  return authorization === expected;
}

function readBody(text: string): Record<string, unknown> {
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === 'object' && body !== null ? { ...body } : {};
  } catch {
    return {};
  }
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0;
}

function meta(ErrorCode: string, ErrorMessage: string) {
  return { RequestId: 'req-sandbox', ErrorMessage, ErrorCode };
}

function failure(status: number, code: string, message: string): VendorAnswer {
  return { status, body: { ResponseMeta: meta(code, message), ResponseData: null } };
}
