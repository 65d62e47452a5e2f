/** Loaded into a process with --import: tells on standard error each file of a package that is loaded. */

import { registerHooks } from 'node:module';
import { writeSync } from 'node:fs';

registerHooks({
  load(url, context, next) {
    if (/node_modules\/@modelcontextprotocol\/|\/src\/server\/mcp\//.test(url))
      writeSync(2, `LOADED ${url}\n`);
    return next(url, context);
  },
});
