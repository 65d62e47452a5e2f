/** Answers of a vendor with any number of rows: usage by product and day, as PPIO writes it on the wire. */

const daysOfAll = 28;
const products = 40;

/** The text of an answer with so many rows in the month that begins at `start`, in unix seconds. No two amounts are alike. */
export function answerOf(rows: number, start: number): string {
  const texts = Array.from({ length: rows }, (_, index) => JSON.stringify(rowOf(index, start)));
  return `{"bills":[${texts.join(',')}]}`;
}

function rowOf(index: number, start: number) {
  const day = index % daysOfAll;
  const product = Math.floor(index / daysOfAll) % products;
  const amount = 10_000 + ((index * 7919) % 999_983);
  const voucher = index % 10 === 0 ? 1000 : 0;
  return {
    userId: 'u-1001',
    startTime: String(start + day * 86_400),
    endTime: String(start + (day + 1) * 86_400 - 1),
    billingMethod: 1,
    productName: `deepseek/deepseek-v${product}`,
    category: 'llm',
    ownerID: `endpoint-${Math.floor(index / daysOfAll / products)}`,
    billNum0: String(1_000_000 + index * 37),
    billNum1: String(200_000 + index * 11),
    basePrice0: '20000',
    basePrice1: '80000',
    discountPrice0: '20000',
    discountPrice1: '80000',
    amount: String(amount),
    voucherAmount: String(voucher),
    payAmount: String(amount - voucher),
    payAmountDisplay: (amount - voucher) / 10_000,
    pricePrecision: 1,
    productId: `p-${product}`,
  };
}
