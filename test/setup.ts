/**
 * Vitest runs this before each test file. Several files run in one process and share its modules, so a hook that a
 * module of test/support registered on import would be there for the first of them alone.
 */

import { afterAll, afterEach } from 'vitest';

import { stopFile, stopTest } from './support/started.ts';

afterEach(stopTest);
afterAll(stopFile);
