/** Answers of large accounts, as vendors write them. Made up, the same at every call. */

/** A number between 0 and `below`, the same for the same index. */
function pick(index: number, salt: number, below: number): number {
  let hash = Math.imul(index + 1, 0x9e3779b1) ^ Math.imul(salt + 1, 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  hash = Math.imul(hash ^ (hash >>> 12), 0x297a2d39);
  return ((hash ^ (hash >>> 15)) >>> 0) % below;
}

const march = 1_772_294_400;

/** Amounts of PPIO: integers in 1/10000, and a display field that is a JSON number with a fraction. */
function amountsOf(index: number) {
  const amount = pick(index, 1, 90_000_000);
  const voucher = pick(index, 2, 3) === 0 ? pick(index, 3, amount + 1) : 0;
  return {
    amount: String(amount),
    voucherAmount: String(voucher),
    payAmount: String(amount - voucher),
    payAmountDisplay: (amount - voucher) / 10_000,
  };
}

/** `bill/monthly/list`: subscriptions of March 2026. */
export function billsOf(count: number): string {
  const bills = Array.from({ length: count }, (_, index) => {
    const start = march + pick(index, 4, 31) * 86_400;
    return {
      userId: 'u-1001',
      memberId: `m-${pick(index, 5, 40)}`,
      startTime: String(start),
      endTime: String(start + 30 * 86_400 - 1),
      productName: `NVIDIA A100 80GB x${pick(index, 6, 60)}`,
      productCategory: 'gpu',
      ownerID: `inst-${String(pick(index, 7, 1_000_000)).padStart(12, '0')}`,
      tradeMode: 'monthly',
      tradeType: 'monthly_new_buy',
      basePrice: String(pick(index, 8, 900) * 10_000),
      billNum: String(1 + pick(index, 9, 16)),
      ...amountsOf(index),
      pricePrecision: 1,
      createTime: String(start - 5),
      cycle: '2026-03',
      productId: `p-${pick(index, 6, 60)}`,
      billingMethod: 2,
    };
  });
  return JSON.stringify({ bills });
}

/** `apikey/bill/list`: usage of March 2026 by day, key and model. */
export function keyUsageOf(count: number): string {
  const bills = Array.from({ length: count }, (_, index) => {
    const start = march + pick(index, 4, 31) * 86_400;
    const key = pick(index, 5, 300);
    const model = pick(index, 6, 40);
    return {
      userId: 'u-1001',
      startTime: String(start),
      endTime: String(start + 86_399),
      billingMethod: 1,
      productName: `deepseek/deepseek-v3-${model}`,
      category: 'llm',
      ownerID: `key-${String(key).padStart(8, '0')}`,
      billNum0: String(pick(index, 7, 2_000_000_000)),
      billNum1: String(pick(index, 8, 900_000_000)),
      basePrice0: String(pick(index, 6, 40) * 400),
      basePrice1: String(pick(index, 6, 40) * 1600),
      discountPrice0: String(pick(index, 6, 40) * 400),
      discountPrice1: String(pick(index, 6, 40) * 1600),
      ...amountsOf(index),
      pricePrecision: 1,
      productId: `model-${model}`,
      apikeyName: `team ${key}`,
      apikeyMask: `sk_***${String(key).padStart(4, '0')}`,
    };
  });
  return JSON.stringify({ bills });
}

/** StreamLake's DescribeBillDayDetail, with all rows on one page. */
export function dayDetailsOf(count: number): string {
  const Billings = Array.from({ length: count }, (_, index) => {
    const list = pick(index, 1, 1_000_000_000);
    const voucher = pick(index, 2, 3) === 0 ? pick(index, 3, list + 1) : 0;
    const money = (units: number) => `${Math.floor(units / 1e6)}.${String(units % 1e6).padStart(6, '0')}0000`;
    const model = pick(index, 4, 40);
    return {
      BillingCode: `${String(index).padStart(12, '0')}a1d4578682de98765`,
      BillingCycle: '2026-03-15',
      CustomerId: '123456789',
      ProdName: '快手万擎',
      GoodsName: '基础模型推理',
      FeeItemName: `Gemini-${model}-Pro-在线推理`,
      BillingMethod: 'post_paid',
      TotalUsage: `${pick(index, 5, 100_000)}.120000`,
      Unit: 'per_1000_tokens',
      SourcePrice: money(list),
      Discount: '1.0000000000',
      DiscountPrice: '0.0000000000',
      PayableAmount: money(list),
      RemainingPayableAmount: money(list - voucher),
      CouponDeductAmount: money(voucher),
      CashPaymentAmount: '0.0000000000',
      PubPrice: `0.${String(model).padStart(3, '0')}0000000`,
      DiscountPubPrice: `0.${String(model).padStart(3, '0')}0000000`,
      PubPriceUnit: '¥/per_1000_tokens',
      Factors: model % 2 === 0 ? 'customTokenType=输入' : 'customTokenType=输出',
      ProjectId: `P${pick(index, 6, 20)}default987654321`,
      CurrencyUnit: 'CNY',
      StartTime: 1_773_504_000_000,
      EndTime: 1_773_590_459_000,
      FeeItemVersion: 123,
    };
  });
  const ResponseMeta = { RequestId: 'rB05A2Lp6Lo123456789', ErrorMessage: '', ErrorCode: '' };
  return JSON.stringify({ ResponseMeta, ResponseData: { Total: count, Offset: 0, Limit: count, Billings } });
}
