/** The entry point of the process: does what has to come before anything else is loaded. */

import { enableCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';

import { catchHangups } from './cli/hangups.ts';

// Only the gateway reloads its settings; a command or a sandbox ends with its terminal.
if (process.argv.length === 2) catchHangups();
// In any other environment graphql checks each of its values twice.
process.env['NODE_ENV'] ??= 'production';
// The next start reuses compiled code. If the folder cannot be written, each start compiles anew.
enableCompileCache(fileURLToPath(new URL('../node_modules/.cache/compiled', import.meta.url)));
await import('./cli/run.ts');
