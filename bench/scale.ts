/**
 * What grows with what: many accounts at ten vendors, many rows in a Redis, many clients.
 * `node bench/scale.ts --accounts 200 --rows 10000000 --clients 1000` fills a Redis by the history of one gateway, and
 * measures another that is started on it. Prints one line of JSON for each step. `--later` also asks after the time for
 * which a replica trusts its memory.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';

import { openLine, post } from './load.ts';
import { monthBefore, type Question } from './questions.ts';
import { startFleet, tokenOf, type Fleet, type Gateway, type Size } from './scale/fleet.ts';

const { values: options } = parseArgs({
  options: {
    accounts: { type: 'string', default: '200' },
    rows: { type: 'string', default: '10000000' },
    clients: { type: 'string', default: '1000' },
    later: { type: 'boolean', default: false },
  },
});
const size: Size = {
  accounts: Number(options.accounts),
  rows: Number(options.rows),
  clients: Number(options.clients),
};
/** How long memory is trusted: `freshness.openSeconds`. */
const trustedMs = 300_000;

const spendOf = (from: string, to: string, groupBy: string): Question => ({
  query: `{ spend(period: { dates: { from: "${from}-01", to: "${to}-01" } }, groupBy: [${groupBy}]) { totals { billedCost { amount currency } } coverage { complete sources { rowCount } } } }`,
  variables: {},
});
/** Twelve months that are over, so that all of them are held. */
const year = (groupBy: string): Question => spendOf(monthBefore(12), monthBefore(0), groupBy);

function say(step: string, figures: object): void {
  console.log(JSON.stringify({ step, ...size, ...figures }));
}

const round = (value: number, digits = 0): number => Number(value.toFixed(digits));

interface Reply {
  readonly data?: {
    readonly spend?: {
      readonly coverage: {
        readonly complete: boolean;
        readonly sources: readonly { readonly rowCount: number }[];
      };
    } | null;
  } | null;
  readonly errors?: readonly { readonly message: string; readonly extensions?: { readonly code?: string } }[];
}

/** Asks once, and tells what it took of the gateway and of Redis. */
async function measure(fleet: Fleet, gateway: Gateway, step: string, question: Question): Promise<void> {
  const counts = async () => ({
    commands: await fleet.sum('stats', 'total_commands_processed'),
    bytes: await fleet.sum('stats', 'total_net_output_bytes'),
    cpu: gateway.cpuSeconds(),
  });
  const before = await counts();
  const line = await openLine(gateway.url);
  const { tookMs, text } = await line.ask(post(question, tokenOf(0)));
  line.close();
  const after = await counts();
  const { data, errors } = JSON.parse(text()) as Reply;
  say(step, {
    ms: round(tookMs),
    cpuMs: round((after.cpu - before.cpu) * 1000),
    redisCommands: after.commands - before.commands,
    redisMegabytes: round((after.bytes - before.bytes) / 1e6, 1),
    ...(data?.spend == null
      ? {}
      : {
          rowsAddedUp: data.spend.coverage.sources.reduce((sum, { rowCount }) => sum + rowCount, 0),
          complete: data.spend.coverage.complete,
        }),
    ...(errors === undefined ? {} : { errors: errors.map(({ extensions }) => extensions?.code) }),
    residentMb: round(gateway.residentMegabytes()),
    peakMb: round(gateway.peakMegabytes()),
  });
}

/** Fills the store as a gateway does in service: by reading the history of all accounts. */
async function fill(fleet: Fleet): Promise<void> {
  const gateway = await fleet.startGateway();
  const line = await openLine(gateway.url);
  const request = post({ query: '{ accounts { history { status } } }', variables: {} }, tokenOf(0));
  const startedMs = performance.now();
  for (;;) {
    const text = (await line.ask(request)).text();
    if (!/"(READING|PAUSED|OFF)"/.test(text) && text.includes('COMPLETE')) break;
    await sleep(1000);
  }
  line.close();
  const seconds = (performance.now() - startedMs) / 1000;
  const [cpu, peak] = [gateway.cpuSeconds(), gateway.peakMegabytes()];
  await gateway.stop();
  let keys = 0;
  for (const node of fleet.nodes) keys += Number(await node.call('DBSIZE'));
  const bytes = await fleet.sum('memory', 'used_memory');
  say('filled', {
    seconds: round(seconds),
    cpuSeconds: round(cpu),
    peakMb: round(peak),
    keys,
    redisMb: round(bytes / 1e6),
    bytesPerRow: round(bytes / size.rows),
  });
}

/** Every client asks on a connection of its own, all at the same time. */
async function askByAll(gateway: Gateway, question: Question): Promise<void> {
  const lines = await Promise.all(Array.from({ length: size.clients }, () => openLine(gateway.url)));
  const requests = lines.map((_line, client) => post(question, tokenOf(client)));
  for (const round_ of ['first', 'second', 'third']) {
    const [cpu, startedMs] = [gateway.cpuSeconds(), performance.now()];
    const answers = await Promise.all(lines.map((line, client) => line.ask(requests[client] as Buffer)));
    say(`all clients at once, ${round_} time`, {
      ms: round(performance.now() - startedMs),
      cpuMicrosecondsEach: round(((gateway.cpuSeconds() - cpu) / size.clients) * 1e6),
      notAnswered: answers.filter(({ status }) => status !== 200).length,
      residentMb: round(gateway.residentMegabytes()),
    });
  }
  for (const line of lines) line.close();
}

/** What a gateway does when nobody asks, in ten seconds. */
async function idle(fleet: Fleet, gateway: Gateway): Promise<void> {
  const commands = () => fleet.sum('stats', 'total_commands_processed');
  const before = [gateway.cpuSeconds(), await commands()] as const;
  await sleep(20_000);
  say('idle', {
    cpuMsPerSecond: round((gateway.cpuSeconds() - before[0]) * 50, 1),
    redisCommandsPerSecond: round(((await commands()) - before[1]) / 20, 1),
    residentMb: round(gateway.residentMegabytes()),
  });
}

const fleet = await startFleet(size);
try {
  await fill(fleet);
  const gateway = await fleet.startGateway({
    limits: { maxVisitedRows: 2 * size.rows, deadlineSeconds: 600 },
  });
  const first = await openLine(gateway.url);
  await first.ask(post({ query: '{ __typename }', variables: {} }, tokenOf(0)));
  first.close();
  say('started', {
    ms: round(performance.now() - gateway.startedMs),
    residentMb: round(gateway.residentMegabytes()),
  });
  await sleep(5000);
  await idle(fleet, gateway);
  const month = (groupBy: string): Question => spendOf(monthBefore(1), monthBefore(0), groupBy);
  await measure(fleet, gateway, 'a month of all accounts, first', month('PRODUCT'));
  await measure(fleet, gateway, 'a month of all accounts, by other groups', month('PRODUCT, CATEGORY'));
  await measure(fleet, gateway, 'a year of all accounts, first', year('MONTH, PRODUCT'));
  await measure(fleet, gateway, 'a year of all accounts, second', year('MONTH, PRODUCT'));
  await measure(fleet, gateway, 'a year, of the same sums', {
    ...year('MONTH, PRODUCT'),
    query: `query Again ${year('MONTH, PRODUCT').query}`,
  });
  await measure(fleet, gateway, 'a year, by other groups', year('MONTH, PROVIDER'));
  if (options.later) {
    await sleep(trustedMs + 10_000);
    await measure(fleet, gateway, 'a year, when memory is no longer trusted', year('MONTH, PRODUCT'));
  }
  await askByAll(gateway, month('PRODUCT'));
  await idle(fleet, gateway);
} finally {
  await fleet.stop();
}
