/** Random documents that fit a schema, with arguments and variables of which some are meant to do harm. */

import {
  getNamedType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  type GraphQLArgument,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLInputType,
  type GraphQLSchema,
} from 'graphql';

export interface RandomDocument {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** Numbers from 0 to 1, the same for the same seed. */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export function pick<T>(random: () => number, items: readonly [T, ...T[]]): T {
  return items[Math.floor(random() * items.length)] ?? items[0];
}

/** What no argument expects. */
const hostile: readonly [unknown, ...unknown[]] = [
  '',
  '\u0000',
  '\uD800',
  '__proto__',
  'constructor',
  '🙂'.repeat(50),
  'x'.repeat(20_000),
  '9'.repeat(400),
  '1e400',
  '-0',
  "'; DROP TABLE bills; --",
  '../../etc/passwd',
  '${jndi:ldap://127.0.0.1/a}',
  '2026-02-30',
  '9999-12-31',
  '0000-00-00',
  'eyJ4Ijo1fQ.00',
  1e308,
  -1,
  2_147_483_648,
  Number.MAX_SAFE_INTEGER + 2,
  0.1,
  true,
  [],
  [[[[[]]]]],
  ['ppio-main', null],
  {},
  { __proto__: null, month: '2026-02', constructor: 1 },
  null,
];

/** What scalars and arguments of these names take. */
const sensible: Readonly<Record<string, readonly [unknown, ...unknown[]]>> = {
  YearMonth: ['2026-02', '2026-01', '2025-12', '2026-03', '2031-01', '1999-01'],
  Date: ['2026-02-01', '2026-01-15', '2026-02-28', '2026-03-18', '2025-11-30', '2040-01-01'],
  DateTime: ['2026-02-01T00:00:00Z'],
  CurrencyCode: ['CNY', 'USD', 'EUR'],
  Decimal: ['1.50', '-3', 0],
  BigInt: ['15', '-15'],
  Boolean: [true, false],
  Int: [0, 1, 3, 20, 1000, 1001, -1],
  JSON: [{}, { month: '2026-02' }],
  ID: ['ppio-main', 'novita-us', 'aione-hq', 'streamlake-prod', 'ppio', 'novita', 'nobody'],
  String: ['gpu', 'llm', 'a', 'Asia/Shanghai', 'UTC', 'Europe/Berlin'],
  query: ['{ accounts { id } }', '{ bills(period: { month: "2026-02" }) { totalCount } }', '{', ''],
};

/** One operation on Query, a few levels deep. */
export function randomDocument(schema: GraphQLSchema, random: () => number): RandomDocument {
  const variables: Record<string, unknown> = {};
  const declared: string[] = [];
  const fragments: string[] = [];
  let aliases = 0;

  function valueOf(type: GraphQLInputType, name: string, depth: number): unknown {
    if (isNonNullType(type)) return valueOf(type.ofType, name, depth);
    if (random() < 0.03) return pick(random, hostile);
    if (isListType(type)) {
      const length = Math.floor(random() * 3);
      return Array.from({ length }, () => valueOf(type.ofType, name, depth));
    }
    if (isEnumType(type)) {
      const [first = '', ...others] = type.getValues().map((value) => value.name);
      return pick(random, [first, ...others]);
    }
    if (isInputObjectType(type)) {
      const fields = Object.values(type.getFields());
      const chosen = type.isOneOf
        ? [fields[Math.floor(random() * fields.length)]].filter((field) => field !== undefined)
        : fields.filter((field) => isNonNullType(field.type) || random() < (depth > 2 ? 0 : 0.2));
      return Object.fromEntries(
        chosen.map((field) => [field.name, valueOf(field.type, field.name, depth + 1)]),
      );
    }
    return pick(random, sensible[name] ?? sensible[type.name] ?? ['x']);
  }

  /** As it stands in a document: enum values without quotes, which the type alone tells. */
  function literal(value: unknown, type: GraphQLInputType): string {
    if (isNonNullType(type)) return literal(value, type.ofType);
    if (Array.isArray(value)) {
      const inner = isListType(type) ? type.ofType : type;
      return `[${value.map((item) => literal(item, inner)).join(', ')}]`;
    }
    if (isListType(type)) return literal(value, type.ofType);
    if (typeof value === 'object' && value !== null) {
      const fields = isInputObjectType(type) ? type.getFields() : {};
      const parts = Object.entries(value).map(
        ([name, item]) =>
          `${name}: ${literal(item, Object.hasOwn(fields, name) ? (fields[name]?.type ?? type) : type)}`,
      );
      return `{${parts.join(', ')}}`;
    }
    if (typeof value === 'string' && isEnumType(type) && /^[A-Z_]+$/.test(value)) return value;
    return JSON.stringify(value);
  }

  function argument({ name, type }: GraphQLArgument | GraphQLInputField): string {
    const value = valueOf(type, name, 0);
    if (random() < 0.5) return `${name}: ${literal(value, type)}`;
    const variable = `v${declared.length}`;
    declared.push(`$${variable}: ${String(type)}`);
    variables[variable] = value;
    return `${name}: $${variable}`;
  }

  function field(found: GraphQLField<unknown, unknown>, depth: number): string {
    const args = found.args.filter(({ type }) => isNonNullType(type) || random() < 0.25).map(argument);
    const alias = aliases < 25 && random() < 0.1 ? `a${(aliases += 1)}: ` : '';
    const directive = random() < 0.05 ? ` @${pick(random, ['include', 'skip'])}(if: ${random() < 0.5})` : '';
    const named = getNamedType(found.type);
    const inner = isCompositeType(named) ? ` ${selection(named, depth + 1)}` : '';
    return `${alias}${found.name}${args.length > 0 ? `(${args.join(', ')})` : ''}${directive}${inner}`;
  }

  function selection(type: GraphQLCompositeType, depth: number): string {
    const fields = 'getFields' in type ? Object.values(type.getFields()) : [];
    const fitting = fields.filter(({ type: of }) => depth < 7 || !isCompositeType(getNamedType(of)));
    const chosen = fitting.filter(() => random() < 2.5 / fitting.length).slice(0, 5);
    const parts = ['__typename', ...chosen.map((one) => field(one, depth))];
    if (!isObjectType(type) && depth < 6) {
      for (const possible of schema.getPossibleTypes(type)) {
        if (random() < 0.4) parts.push(`... on ${possible.name} ${selection(possible, depth + 1)}`);
      }
    }
    if (random() > 0.1) return `{ ${parts.join(' ')} }`;
    const name = `F${fragments.length}`;
    fragments.push(`fragment ${name} on ${type.name} { ${parts.join(' ')} }`);
    return `{ ...${name} }`;
  }

  const query = schema.getQueryType();
  if (query === null || query === undefined) throw new TypeError('a schema without Query');
  const body = selection(query, 0);
  const head = declared.length > 0 ? `query Random(${declared.join(', ')})` : 'query Random';
  return { query: `${head} ${body} ${fragments.join(' ')}`, variables };
}

/** A document with something taken out, doubled, or put where it does not belong. */
export function mutate(query: string, random: () => number): string {
  const tokens: string[] = query.match(/\s+|\w+|"(?:[^"\\]|\\.)*"|\.\.\.|[^\s\w]/g) ?? [];
  const strange = [
    '{',
    '}',
    '(',
    ')',
    '"',
    '"""',
    '...',
    '$',
    '@',
    '\uFEFF',
    '\u0000',
    '#',
    '&',
    '\\u{110000}',
    '!',
  ];
  for (let count = 1 + Math.floor(random() * 3); count > 0; count -= 1) {
    const at = Math.floor(random() * tokens.length);
    const token = tokens[at] ?? '';
    const change = Math.floor(random() * 4);
    if (change === 0) tokens.splice(at, 1);
    else if (change === 1) tokens.splice(at, 0, token, token);
    else if (change === 2) tokens.splice(at, 0, strange[Math.floor(random() * strange.length)] ?? '{');
    else tokens.splice(at, 1, tokens[Math.floor(random() * tokens.length)] ?? '');
  }
  return tokens.join('');
}
