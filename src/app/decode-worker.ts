/** The thread that reads large answers of vendors. It knows the vendors' formats, and has no connection to them. */

import { parentPort } from 'node:worker_threads';

import { providers } from '../providers/registry.ts';
import { serveReadings } from '../upstream/decode-job.ts';

if (parentPort === null) throw new Error('this runs as a thread');
serveReadings(parentPort, ({ provider, list }) => providers.find(({ id }) => id === provider)?.lists?.[list]);
