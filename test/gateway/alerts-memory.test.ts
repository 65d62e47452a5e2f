/** A channel that is down for a day costs no memory beyond its bound, however much there is to tell. */

import { expect, onTestFinished, test } from 'vitest';

import { maxWaiting } from '../../src/alerts/queue.ts';
import { startSandbox } from '../../src/sandbox/sandbox.ts';
import { alertsTo, startTestBots } from '../support/alert-bots.ts';
import { createClockedFleet } from '../support/clocked-fleet.ts';
import { patient } from '../support/gateway.ts';
import { quietSettings } from '../support/sandbox-settings.ts';

const mib = 1_048_576;
const firstMs = Date.parse('2026-03-18T09:37:00Z');
/** Each rule has something to say from the start. */
const count = maxWaiting + 40;
/** When its rules are looked at: more than a day goes by. */
const hours = [0, 1, 2, 6, 12, 23, 25, 26];

/** A day of a gateway whose bot is down, or well. */
async function dayOf(isDown: boolean) {
  const clock = { nowMs: firstMs };
  const bots = await startTestBots(() => clock.nowMs);
  if (isDown) for (const bot of ['slack', 'webhook'] as const) bots.faults.set(bot, { name: 'down' });
  const sandbox = await startSandbox({ requestsPerSecond: 100_000, nowMs: () => clock.nowMs });
  onTestFinished(() => sandbox.stop());
  const defaults = quietSettings(sandbox);
  const [ppio] = defaults.accounts;
  const start = createClockedFleet(
    patient({
      ...defaults,
      accounts: [{ ...ppio, quota: { requestsPerSecond: 1000, concurrent: 8 } }],
      alerts: alertsTo(
        bots,
        ['slack', 'webhook'],
        Array.from({ length: count }, (_, index) => ({
          id: `rule-${index}`,
          kind: 'balanceBelow',
          amount: '900000',
          channels: ['slack', 'webhook'],
        })),
      ),
    }),
    { onTestFinished },
  );
  const gateway = await start(firstMs);
  const metrics = async () => (await fetch(`${gateway.url}/metrics`)).text();
  const valueOf = (text: string, series: string): number =>
    Number(
      text
        .split('\n')
        .find((line) => line.startsWith(series))
        ?.split(' ')
        .at(-1),
    );
  let mostWaiting = 0;
  for (const hour of hours) {
    clock.nowMs = firstMs + hour * 3_600_000;
    await gateway.follow({ step: hour, nowMs: clock.nowMs });
    mostWaiting = Math.max(
      mostWaiting,
      valueOf(await metrics(), 'billing_alert_messages_waiting{channel="slack"}'),
    );
  }
  const readings: number[] = [];
  for (let reading = 0; reading < 10; reading += 1) {
    readings.push(valueOf(await metrics(), 'billing_process_resident_memory_bytes') / mib);
  }
  const givenUp = valueOf(
    await metrics(),
    'billing_alert_messages_total{channel="slack",outcome="GIVEN_UP"}',
  );
  await gateway.end('SIGTERM');
  return { residentMib: Math.min(...readings), mostWaiting, givenUp, shown: bots.shown('slack').length };
}

test('its queue is full within the first hour, and the process is no larger than one whose bot is well', async () => {
  const well = await dayOf(false);
  const down = await dayOf(true);
  // What does not fit is given up at once, and what cannot be sent within a day later.
  expect(well.givenUp).toBeGreaterThanOrEqual(count - maxWaiting);
  expect(well.givenUp).toBeLessThan(count);
  expect(well.shown).toBeGreaterThan(0);
  expect(down).toMatchObject({ mostWaiting: maxWaiting, givenUp: count, shown: 0 });
  // The bound is some hundred messages of half a kilobyte; all of a day would be many of them.
  expect(down.residentMib).toBeLessThan(well.residentMib + 48);
});
