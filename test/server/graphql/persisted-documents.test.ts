/** Trusted documents: asked for by their SHA-256 in every client's way; who is bound to them gets nothing else. */

import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, onTestFinished, test } from 'vitest';

import { startGateway } from '../../support/gateway.ts';
import { startProcess } from '../../support/process.ts';
import { codesOf, send, tokens, vendorCalls, withClients, type Got } from '../../support/ask.ts';

const trusted = 'query Months($month: YearMonth!) {\n  bills(period: { month: $month }) { totalCount }\n}\n';
const free = '{ bills(period: { month: "2026-02" }) { totalCount } }';
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const hash = sha256(trusted);
const variables = { month: '2026-02' };

function folderOf(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'documents-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

async function start(files: Readonly<Record<string, string>> = { 'months.graphql': trusted }) {
  const gateway = await startGateway({
    settings: withClients({
      documents: { folder: folderOf(files) },
      clients: [
        { id: 'finance', tokens: [tokens.all], accounts: ['*'] },
        { id: 'dashboard', tokens: [tokens.one], accounts: ['*'], trustedOnly: true },
      ],
    }),
  });
  const post = (body: object, token: string = tokens.one): Promise<Got> =>
    send(gateway, { headers: { authorization: `Bearer ${token}` }, body: JSON.stringify(body) });
  const get = (parameters: Record<string, string>, token: string = tokens.one): Promise<Got> =>
    send(gateway, {
      method: 'GET',
      path: `/graphql?${new URLSearchParams(parameters)}`,
      headers: { authorization: `Bearer ${token}` },
    });
  return { gateway, post, get };
}

const outcome = (got: Got): unknown => [got.status, codesOf(got)];
const persisted = (sha256Hash: string) => ({ persistedQuery: { version: 1, sha256Hash } });

describe('a trusted document', () => {
  test('is run however a client names it', async () => {
    const { post, get } = await start();
    const expected = await post({ query: trusted, variables }, tokens.all);
    expect(expected.data).toEqual({ bills: { totalCount: expect.any(Number) } });
    const got = await Promise.all([
      post({ query: trusted, variables }),
      post({ documentId: `sha256:${hash}`, variables }),
      post({ documentId: hash, variables, operationName: 'Months' }),
      post({ id: hash.toUpperCase(), variables }),
      post({ extensions: persisted(hash), variables }),
      post({ extensions: { ...persisted(hash), clientLibrary: { name: 'x' } }, variables, query: null }),
      post({ query: trusted, extensions: persisted(hash), variables }),
      get({ documentId: `sha256:${hash}`, variables: JSON.stringify(variables) }),
      get({ extensions: JSON.stringify(persisted(hash)), variables: JSON.stringify(variables) }),
    ]);
    for (const one of got) expect([one.status, one.data]).toEqual([200, expected.data]);
  });

  test('that nobody has put there is 404, for every client, and no vendor is asked', async () => {
    const { gateway, post, get } = await start();
    const unknown = sha256(free);
    for (const token of [tokens.all, tokens.one]) {
      const got = await Promise.all([
        post({ documentId: `sha256:${unknown}` }, token),
        post({ extensions: persisted(unknown) }, token),
        get({ documentId: unknown }, token),
        get({ extensions: JSON.stringify(persisted(unknown)) }, token),
      ]);
      for (const one of got) expect(outcome(one)).toEqual([404, ['PERSISTED_QUERY_NOT_FOUND']]);
    }
    expect(vendorCalls(gateway)).toBe(0);
  });

  test('is not added by sending its text: nothing is remembered that settings do not trust', async () => {
    const { post } = await start();
    const unknown = sha256(free);
    expect((await post({ query: free, extensions: persisted(unknown) }, tokens.all)).status).toBe(200);
    expect(outcome(await post({ extensions: persisted(unknown) }))).toEqual([
      404,
      ['PERSISTED_QUERY_NOT_FOUND'],
    ]);
  });

  test.each([
    ['a file that ends with a newline', trusted],
    ['a file that does not', trusted.trimEnd()],
    ['a file that ends with several, as another system writes them', `${trusted.trimEnd()}\r\n\r\n`],
  ])('of %s is found by the hash of its text with a newline at its end, and without', async (_name, file) => {
    const { post } = await start({ 'months.graphql': file });
    for (const text of [trusted, trusted.trimEnd(), file]) {
      for (const body of [
        { documentId: sha256(text) },
        { query: text },
        { query: text, extensions: persisted(sha256(text)) },
      ]) {
        expect(outcome(await post({ ...body, variables }))).toEqual([200, []]);
      }
    }
  });

  test('beside another hash is refused: one of the two is not what was meant', async () => {
    const { gateway, post } = await start();
    for (const [query, named] of [
      [free, hash],
      [trusted, sha256(free)],
      [trusted, sha256('another')],
    ] as const) {
      for (const token of [tokens.all, tokens.one]) {
        const got = await post({ query, extensions: persisted(named), variables }, token);
        expect(outcome(got)).toEqual([400, ['BAD_USER_INPUT']]);
      }
    }
    expect(vendorCalls(gateway)).toBe(0);
  });

  test.each([
    ['not hex', 'x'.repeat(64)],
    ['of another algorithm', `md5:${'a'.repeat(64)}`],
    ['a path', '../../etc/passwd'],
    ['a word of the language', '__proto__'],
  ])('named by what is %s is not found, since manifests may name documents anyhow', async (_name, id) => {
    const { post } = await start();
    for (const body of [{ documentId: id }, { doc_id: id }, { extensions: persisted(id) }]) {
      expect(outcome(await post(body))).toEqual([404, ['PERSISTED_QUERY_NOT_FOUND']]);
    }
  });

  test.each([
    ['empty', ''],
    ['without end', 'a'.repeat(513)],
    ['a number', 7],
    ['a list', [hash]],
  ])('named by what is %s is a fault of who asks', async (_name, id) => {
    const { post } = await start();
    for (const body of [{ documentId: id }, { extensions: { persistedQuery: { sha256Hash: id } } }]) {
      expect(outcome(await post(body))).toEqual([400, ['BAD_USER_INPUT']]);
    }
  });
});

describe('a client that may run trusted documents alone', () => {
  test('is refused whatever else it sends, before any vendor is asked', async () => {
    const { gateway, post, get } = await start();
    const others = [
      free,
      `${trusted} `,
      trusted.replaceAll('\n', ' '),
      trusted.replace('totalCount', 'totalCount nodes { id }'),
      '{ __typename }',
    ];
    for (const query of [...others, '{']) {
      expect(outcome(await post({ query, variables }))).toEqual([403, ['FORBIDDEN']]);
      expect(outcome(await get({ query }))).toEqual([403, ['FORBIDDEN']]);
    }
    expect(vendorCalls(gateway)).toBe(0);
    for (const query of others) expect((await post({ query, variables }, tokens.all)).status).toBe(200);
  });

  test('still gets no row of its vendors by asking for a price', async () => {
    const pricing = 'query Price($query: String!) { queryCost(query: $query) { requested } }';
    const { gateway, post } = await start({ 'price.gql': pricing });
    const got = await post({ documentId: sha256(pricing), variables: { query: free } });
    expect(got.data).toMatchObject({ queryCost: { requested: expect.any(Number) } });
    expect(vendorCalls(gateway)).toBe(0);
  });
});

describe('a manifest', () => {
  const text = trusted.trimEnd();
  const digest = (algorithm: string): string => createHash(algorithm).update(text).digest('hex');
  const manifests: [string, string, unknown][] = [
    ['of codegen', `sha256:${hash}`, { [`sha256:${hash}`]: trusted }],
    ['of codegen, by SHA-1 as it did for long', digest('sha1'), { [digest('sha1')]: text }],
    ['of Relay', digest('md5'), { [digest('md5')]: text }],
    ['of Apollo', digest('sha256'), apolloManifest(digest('sha256'), text)],
    ['of Apollo, with ids of its own', 'Months/v2', apolloManifest('Months/v2', text)],
  ];
  test.each(manifests)(
    '%s makes its documents trusted, by its ids and by their texts',
    async (_name, id, manifest) => {
      const { post, get } = await start({ 'manifest.json': JSON.stringify(manifest) });
      const expected = await post({ query: trusted, variables }, tokens.all);
      const got = await Promise.all([
        post({ documentId: id, variables }),
        post({ id, variables }),
        post({ doc_id: id, variables }),
        post({ extensions: persisted(id), variables }),
        post({ query: text, variables }),
        post({ query: text, extensions: persisted(id), variables }),
        get({ doc_id: id, variables: JSON.stringify(variables) }),
      ]);
      for (const one of got) expect([one.status, one.data]).toEqual([200, expected.data]);
      expect(outcome(await post({ query: free, extensions: persisted(id) }, tokens.all))).toEqual([
        400,
        ['BAD_USER_INPUT'],
      ]);
      expect(outcome(await post({ query: free }))).toEqual([403, ['FORBIDDEN']]);
    },
  );

  test('beside files and other manifests may hold the same documents once more', async () => {
    const { post } = await start({
      'months.graphql': trusted,
      'relay.json': JSON.stringify({ [digest('md5')]: text }),
      'apollo.json': JSON.stringify(apolloManifest(digest('sha256'), text)),
      'empty.json': '{}',
    });
    for (const id of [hash, digest('md5'), digest('sha256')]) {
      expect(outcome(await post({ documentId: id, variables }))).toEqual([200, []]);
    }
  });
});

function apolloManifest(id: string, body: string) {
  const operations = [{ id, name: 'Months', type: 'query', body }];
  return { format: 'apollo-persisted-query-manifest', version: 1, operations };
}

describe('a folder that cannot be used stops the start, and the line names the file', () => {
  const broken: [string, Readonly<Record<string, string>>, RegExp][] = [
    ['a syntax error', { 'a.graphql': trusted, 'b.graphql': '{ bills(' }, /b\.graphql: Syntax Error/],
    ['an unknown field', { 'a.graphql': '{ nothing }' }, /a\.graphql: Cannot query field "nothing"/],
    ['an empty file', { 'empty.gql': '' }, /empty\.gql: Syntax Error/],
    ['a missing variable', { 'c.graphql': '{ account(id: $id) { id } }' }, /c\.graphql: Variable "\$id"/],
    ['JSON cut off', { 'm.json': '{"a":' }, /m\.json: expected a manifest/],
    [
      'JSON that is no manifest',
      { 'm.json': '{"name":"app","private":true}' },
      /m\.json: expected a manifest/,
    ],
    ['a list', { 'm.json': '[]' }, /m\.json: expected a manifest/],
    [
      'a manifest of a version to come',
      { 'm.json': JSON.stringify({ ...apolloManifest('a', free), version: 2 }) },
      /m\.json: expected a manifest/,
    ],
    [
      'an operation without text',
      { 'm.json': '{"format":"apollo-persisted-query-manifest","version":1,"operations":[{"id":"a"}]}' },
      /m\.json: expected a manifest/,
    ],
    [
      'a document of a manifest that does not fit',
      { 'm.json': JSON.stringify({ good: free, bad: '{ nothing }' }) },
      /m\.json: "bad": Cannot query field "nothing"/,
    ],
    [
      'an id of two documents',
      { 'a.json': JSON.stringify({ one: free }), 'b.json': JSON.stringify({ one: trusted }) },
      /b\.json: "one": expected an id of its own/,
    ],
  ];
  test.each(broken)('%s', async (_name, files, line) => {
    await expect(start(files)).rejects.toThrow(line);
  });

  test('a folder where a file should be, and no folder at all', async () => {
    const folder = folderOf({});
    mkdirSync(join(folder, 'd.graphql'));
    const settings = (path: string) => withClients({ documents: { folder: path } });
    await expect(startGateway({ settings: settings(folder) })).rejects.toThrow(
      /d\.graphql: cannot be read, EISDIR/,
    );
    await expect(startGateway({ settings: settings('/no/such/folder') })).rejects.toThrow(
      /documents\.folder: .*ENOENT/,
    );
  });

  test('the process says so in one line, not in a stack, and ends with code 1', async () => {
    const folder = folderOf({ 'late.graphql': '{ nothing }' });
    const file = join(folderOf({}), 'gateway.yaml');
    const settings = {
      accounts: [{ id: 'a', provider: 'ppio', credential: { apiKey: 'sk_for_nothing' } }],
      documents: { folder },
      log: { level: 'silent' },
    };
    writeFileSync(file, JSON.stringify(settings));
    chmodSync(file, 0o600);
    const gateway = startProcess([], { GATEWAY_CONFIG: file, PORT: '0', REDIS_URL: '' });
    expect(await gateway.ended).toBe(1);
    expect(gateway.output().trim().split('\n')).toEqual([
      'Cannot start: 1 error in the settings or in what they name:',
      `${join(folder, 'late.graphql')}: Cannot query field "nothing" on type "Query".`,
    ]);
  });
});
