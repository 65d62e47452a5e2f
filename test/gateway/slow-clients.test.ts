/** Clients that are slow on purpose hold up nobody, and are gone after their time; those that wait are not. */

import { createServer, request } from 'node:http';
import { connect, Socket, type AddressInfo } from 'node:net';

import { describe, expect, test } from 'vitest';

import { startGateway, type Settings, type TestGateway } from '../support/gateway.ts';

type Context = Parameters<typeof startGateway>[1] & object;

/** However busy the machine is, nobody is turned away for it. */
const patient = <Given extends object>(settings: Given) => ({
  ...settings,
  server: { port: 0, keepAliveSeconds: 5 },
  limits: { maxLagMs: 60_000 },
});

/** Sockets of one kind of slow client, and how many are still open. */
async function openMany(
  gateway: TestGateway,
  context: Context,
  count: number,
  begin: (socket: Socket) => void,
): Promise<() => number> {
  const { hostname, port } = new URL(gateway.app.url);
  let open = 0;
  const connected = Array.from({ length: count }, () => {
    const socket = connect({ host: hostname, port: Number(port) });
    context.onTestFinished(async () => void socket.destroy());
    socket.on('error', () => {});
    socket.on('close', () => (open -= 1));
    return new Promise<void>((resolve) => {
      socket.on('connect', () => {
        open += 1;
        begin(socket);
        resolve();
      });
    });
  });
  await Promise.all(connected);
  return () => open;
}

/** One byte after the other. */
function drip(socket: Socket, text: string): void {
  let sent = 0;
  const timer = setInterval(() => socket.write(text[sent++ % text.length] ?? ''), 500);
  socket.on('close', () => clearInterval(timer));
}

/** A question asked from outside while the others are slow. */
async function answered(gateway: TestGateway): Promise<boolean> {
  const query = '{ bills(period: { month: "2026-02" }, first: 1) { totalCount } }';
  const { data, errors } = await gateway.query<{ bills: { totalCount: number } }>(query);
  return errors === undefined && data.bills.totalCount > 0;
}

/** Others are answered for as long as the slow ones are there, and these are gone in the end. */
async function untilGone(gateway: TestGateway, open: () => number): Promise<void> {
  const isPoll = { interval: 200 };
  await expect
    .poll(async () => {
      expect(await answered(gateway)).toBe(true);
      return open();
    }, isPoll)
    .toBe(0);
}

/** A vendor of few rows, each a large one. */
async function startLargeVendor(context: Context): Promise<string> {
  const invoices = Array.from({ length: 12 }, (_, index) => ({
    id: `invoice-${index}`,
    invoice_no: `${index}`,
    org_id: 'o',
    period_start: '2026-02-01',
    period_end: '2026-02-28',
    total: '1.00',
    status: 'paid',
    due_date: null,
    created_at: '2026-03-01T00:00:00Z',
    note: 'x'.repeat(1_000_000),
  }));
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(invoices));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  context.onTestFinished(async () => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const post = 'POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n';

describe('normal questions are answered meanwhile, and the slow are gone after their time', () => {
  const kinds: [number, string, (socket: Socket) => void][] = [
    [300, 'that connect and send nothing', (socket) => void socket.resume()],
    [
      300,
      'that send a header byte by byte',
      (socket) => {
        socket.resume().write(`${post}x-slow: `);
        drip(socket, 'x');
      },
    ],
    [
      300,
      'that send a body byte by byte',
      (socket) => {
        socket.resume().write(`${post}content-length: 100000\r\n\r\n{`);
        drip(socket, ' ');
      },
    ],
    [
      50,
      'that send a chunked body byte by byte',
      (socket) => {
        socket.resume().write(`${post}transfer-encoding: chunked\r\n\r\n`);
        drip(socket, '1\r\n \r\n');
      },
    ],
    [
      50,
      'that had an answer and ask for nothing more',
      (socket) => void socket.resume().write('GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n'),
    ],
  ];
  test.concurrent.for(kinds)('%i clients %s', async ([count, , begin], context) => {
    const gateway = await startGateway({ settings: patient }, context);
    const open = await openMany(gateway, context, count, begin);
    expect(open()).toBe(count);
    await untilGone(gateway, open);
  });

  test.concurrent('50 clients that ask for a large answer and read nothing of it', async (context) => {
    const vendor = await startLargeVendor(context);
    const settings = ({ accounts, ...others }: Settings) =>
      patient({
        ...others,
        accounts: accounts.map((one) => (one.id === 'aione-hq' ? { ...one, baseUrl: vendor } : one)),
      });
    const gateway = await startGateway({ settings }, context);
    const query = '{ invoices(filter: { providers: ["aione"] }) { nodes { raw } } }';
    const body = JSON.stringify({ query });
    // More than the operating system holds for a client that does not read.
    const whole = JSON.stringify((await gateway.query(query)).data).length;
    expect(whole).toBeGreaterThan(10_000_000);
    const sockets: Socket[] = [];
    await openMany(gateway, context, 50, (socket) => {
      sockets.push(socket);
      socket.pause().write(`${post}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
    });
    // Whether one was cut off shows when it reads at last: then it has what lay on its way, and no more.
    const isCutOff = (socket: Socket): Promise<boolean> =>
      new Promise((resolve) => {
        let taken = 0;
        socket
          .on('close', () => resolve(true))
          .on('data', (chunk) => {
            taken += chunk.length;
            if (taken >= whole) resolve(false);
          });
        socket.resume();
      });
    await expect
      .poll(async () => (await answered(gateway)) && isCutOff(sockets.pop() ?? new Socket()), {
        interval: 2000,
      })
      .toBe(true);
    const rest = await Promise.all(sockets.map((socket) => isCutOff(socket)));
    expect(rest).toEqual(rest.map(() => true));
    expect(rest.length).toBeGreaterThan(10);
  });

  test.concurrent('a client that waits long for its answer is not taken for a slow one', async (context) => {
    // Longer than what a silent socket is allowed.
    const limits = { deadlineSeconds: 12, maxLagMs: 60_000 };
    const gateway = await startGateway({ settings: (settings) => ({ ...settings, limits }) }, context);
    gateway.sandbox.vendors.ppio.fault = { name: 'hang' };
    const body = JSON.stringify({ query: '{ bills(period: { month: "2026-02" }) { totalCount } }' });
    const answer = new Promise<string>((resolve, reject) => {
      const headers = { 'content-type': 'application/json' };
      const outgoing = request(`${gateway.app.url}/graphql`, { method: 'POST', headers }, (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => (text += String(chunk))).on('end', () => resolve(text));
      });
      outgoing.on('error', reject).end(body);
    });
    const { data } = JSON.parse(await answer) as { data: { bills: { totalCount: number } } };
    expect(data.bills.totalCount).toBeGreaterThan(0);
  });
});
