/** The thread that reads large answers of vendors. It knows the vendors, and has no way out to them. */

import { parentPort } from 'node:worker_threads';

import { yieldToOthers } from './upstream/priority.ts';

if (parentPort === null) throw new Error('this runs as a thread');
// Before all the rest is loaded, which takes its time.
yieldToOthers();
const [{ providers }, { serveReadings }] = await Promise.all([
  import('./providers/registry.ts'),
  import('./upstream/reading-job.ts'),
]);
serveReadings(parentPort, ({ provider, list }) => providers.find(({ id }) => id === provider)?.lists?.[list]);
