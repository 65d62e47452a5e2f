/** A browser, and a gateway in which every view of the cost page has something to show, for all tests of a file. */

import type { Browser } from 'playwright-core';

import { startBots } from '../../src/sandbox/bots.ts';
import { sandboxAllocations } from '../../src/sandbox/sandbox-settings.ts';
import { alertsTo } from './alert-bots.ts';
import { openBrowser } from './browser.ts';
import { startGateway, type TestGateway } from './gateway.ts';
import { stopAfterFile } from './started.ts';

/** For what a file starts and all of its tests use. */
export const afterFile = {
  onTestFinished: (stop: () => unknown) => stopAfterFile(async () => void (await stop())),
};

/** Starts both; they stop after the file. */
export async function startWholePage(nowMs: number): Promise<{ browser: Browser; gateway: TestGateway }> {
  const browser = await openBrowser(afterFile);
  const bots = await startBots({ nowMs: () => nowMs });
  stopAfterFile(() => bots.stop());
  const rules = [{ kind: 'balanceBelow', amount: ['20000', '5000'], channels: ['slack'] }];
  const gateway = await startGateway(
    {
      settings: (settings) => ({
        ...settings,
        allocations: sandboxAllocations,
        alerts: alertsTo(bots, ['slack'], rules),
      }),
    },
    afterFile,
  );
  await gateway.app.alerts.tick();
  return { browser, gateway };
}
