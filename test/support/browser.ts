/** A real browser, which asks nothing of the internet by itself. */

import { chromium, type Browser } from 'playwright-core';

import { findOnPath } from './path.ts';
import type { AtEnd } from './redis.ts';

/** It is closed after the test. */
export async function openBrowser(atEnd: AtEnd): Promise<Browser> {
  const browser = await chromium.launch({
    executablePath: findOnPath('chromium') ?? 'chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
  atEnd.onTestFinished(() => browser.close());
  return browser;
}
