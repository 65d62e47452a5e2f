/** The views of the cost page, by what their addresses begin with. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { root } from './process.ts';

/** Read in its text: the page itself is for browsers. */
const registry = readFileSync(join(root, 'src/page/views/all-views.ts'), 'utf8');
export const views: readonly string[] = Array.from(
  registry.matchAll(/path: '(\w+)'/g),
  ([, path = '']) => path,
);
