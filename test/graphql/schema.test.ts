/** The contract: what is printed is what runs, and everything in it is explained where people read it. */

import { readFileSync } from 'node:fs';

import {
  buildSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isScalarType,
  isSpecifiedScalarType,
} from 'graphql';
import { expect, test } from 'vitest';

import { schema, schemaText } from '../../src/graphql/schema.ts';

test('schema.graphql is what runs: after a change, `npm run schema`', () => {
  expect(readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8')).toBe(schemaText());
});

test('schema.graphql can be read by other tools', () => {
  expect(Object.keys(buildSchema(schemaText()).getTypeMap())).toContain('BillConnection');
});

test('every type, field, argument and enum value has a description, which begins with a capital letter', () => {
  const missing: string[] = [];
  const check = (name: string, description: string | null | undefined): void => {
    if (description == null || !/^[\p{Lu}\d"'`].{2}/su.test(description)) missing.push(name);
  };
  for (const type of Object.values(schema.getTypeMap())) {
    if (type.name.startsWith('__') || isSpecifiedScalarType(type)) continue;
    check(type.name, type.description);
    if (isEnumType(type))
      for (const { name, description } of type.getValues()) check(`${type.name}.${name}`, description);
    if (!isObjectType(type) && !isInterfaceType(type) && !isInputObjectType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      check(`${type.name}.${field.name}`, field.description);
      if ('args' in field)
        for (const { name, description } of field.args)
          check(`${type.name}.${field.name}(${name})`, description);
    }
  }
  expect(missing).toEqual([]);
});

test('every scalar of ours says where it is specified', () => {
  const scalars = Object.values(schema.getTypeMap()).filter(isScalarType);
  const ours = scalars.filter((scalar) => !isSpecifiedScalarType(scalar));
  expect(ours.map(({ name }) => name)).toContain('Decimal');
  expect(ours.filter(({ specifiedByURL }) => specifiedByURL == null)).toEqual([]);
});

test('what the contract names is there', () => {
  const fields = (name: string): string[] => {
    const type = schema.getType(name);
    return isObjectType(type) || isInterfaceType(type) || isInputObjectType(type)
      ? Object.keys(type.getFields())
      : [];
  };
  const contract: Record<string, string> = {
    Query:
      'node nodes providers accounts account bills apiKeyUsage dailyDetails invoices spend restatements reconciliation',
    Money: 'amount currency',
    Period: 'start end',
    Provider: 'id name kinds timeZone homepage status',
    Account: 'id name provider currency kinds bills apiKeyUsage dailyDetails invoices',
    Settlement: 'status finalAt',
    Product: 'productId name category',
    Coverage: 'complete asOf sources',
    SourceCoverage: 'account status asOf settlement rowCount notices error',
    SourceError: 'code message retryable retryAfterSeconds',
    Charge:
      'id account product chargePeriod billingPeriod listCost billedCost voucherAmount cashAmount settlement raw',
    Bill: 'id account listCost billedCost resourceId subAccountId tradeType billingMethod quantity unitPrice createdAt',
    ApiKeyUsage:
      'id apiKey billingMethod inputTokens outputTokens cacheReadTokens cacheWriteTokens reasoningTokens requestCount inputUnitPrice outputUnitPrice',
    DailyDetail:
      'day projectId resourceId subProduct feeItem factors billingMethod quantity unit listUnitPrice discountedUnitPrice discount paidAmount outstandingAmount',
    Invoice:
      'id account number billingPeriod periodStart periodEnd total status providerStatus dueDate createdAt url raw',
    BillConnection: 'edges nodes pageInfo totalCount totals coverage',
    Totals: 'listCost billedCost voucherAmount cashAmount',
    PeriodInput: 'month dates',
    SpendReport: 'groups rest totals converted previous coverage',
    SpendGroup: 'key totals rowCount shares tokens converted previous',
    SpendKey: 'dimension value label',
    SpendFilter: 'accounts providers categories productName apiKeys projects billingMethods currencies',
  };
  for (const [type, names] of Object.entries(contract)) {
    expect(fields(type), type).toEqual(expect.arrayContaining(names.split(' ')));
  }
});

test('a list of one account takes what the list over all accounts takes, but for a choice of accounts', () => {
  const own = schema.getType('Account');
  if (!isObjectType(own)) throw new TypeError('there is no Account');
  const lists = Object.values(own.getFields()).filter(({ args }) =>
    args.some(({ name }) => name === 'filter'),
  );
  expect(lists.map(({ name }) => name).toSorted()).toEqual([
    'apiKeyUsage',
    'bills',
    'dailyDetails',
    'invoices',
  ]);
  for (const { name, args, type } of lists) {
    const all = schema.getQueryType()?.getFields()[name];
    expect(String(all?.type)).toBe(String(type));
    const others = (of: typeof args = []) =>
      of.filter((arg) => arg.name !== 'filter').map((arg) => `${arg.name}: ${String(arg.type)}`);
    expect(others(args)).toEqual(others(all?.args as typeof args));
    const fieldsOf = (of: typeof args = []): Record<string, string> => {
      const filter = of.find((arg) => arg.name === 'filter')?.type;
      if (!isInputObjectType(filter)) throw new TypeError('no filter');
      return Object.fromEntries(
        Object.values(filter.getFields()).map((field) => [field.name, String(field.type)]),
      );
    };
    const choice = { accounts: '[ID!]', providers: '[ID!]' };
    expect({ ...fieldsOf(args), ...choice }).toEqual(fieldsOf(all?.args as typeof args));
    for (const absent of Object.keys(choice)) expect(fieldsOf(args)).not.toHaveProperty(absent);
  }
});
