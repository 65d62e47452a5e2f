/** The options of a report of spend as a file, and the parameters of its address that they stand for. */

const text = { type: 'string' } as const;
const texts = { type: 'string', multiple: true } as const;
const flag = { type: 'boolean', default: false } as const;

export const spendOptions = {
  'time-zone': text,
  top: text,
  'order-by': text,
  'convert-to': text,
  'product-name': text,
  previous: flag,
  'by-key': flag,
  providers: texts,
  categories: texts,
  currencies: texts,
  'billing-methods': texts,
  without: texts,
  products: texts,
  'product-ids': texts,
  'api-keys': texts,
  'fee-items': texts,
  'sub-accounts': texts,
  projects: texts,
  resources: texts,
  allocations: texts,
} as const;

export type SpendValues = {
  readonly [Name in keyof typeof spendOptions]?: string | boolean | readonly string[];
};

/** Adds those that are given: `--product-ids` is productIds. */
export function appendSpendOptions(values: SpendValues, parameters: URLSearchParams): void {
  for (const name of Object.keys(spendOptions) as (keyof typeof spendOptions)[]) {
    const value = values[name];
    const parameter = name.replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase());
    const all = typeof value === 'object' ? value : value === undefined || value === false ? [] : [value];
    for (const one of all) parameters.append(parameter, String(one));
  }
}
