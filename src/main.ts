/** Where a process begins: with what must be so before anything else is loaded. */

import { enableCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';

// graphql checks each of its values twice unless it is told that this is no workshop.
process.env['NODE_ENV'] ??= 'production';
// What was compiled for one start is there for the next; where nothing can be written, each compiles anew.
enableCompileCache(fileURLToPath(new URL('../node_modules/.cache/compiled', import.meta.url)));
await import('./process.ts');
