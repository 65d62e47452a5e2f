/** The thread that reads large answers of vendors. It knows the vendors, and has no way out to them. */

import { parentPort } from 'node:worker_threads';
import { readlinkSync } from 'node:fs';
import { setPriority } from 'node:os';
setPriority(Number(/(\d+)$/.exec(readlinkSync('/proc/thread-self'))?.[1]), 19);

import { providers } from './providers/registry.ts';
import { yieldToOthers } from './upstream/priority.ts';
import { serveReadings } from './upstream/reading-job.ts';

if (parentPort === null) throw new Error('this runs as a thread');
yieldToOthers();
serveReadings(parentPort, ({ provider, list }) => providers.find(({ id }) => id === provider)?.lists?.[list]);
