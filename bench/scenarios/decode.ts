/** How long the gateway takes to parse, check and map a large answer, against JSON.parse alone. */

import { decodeApart } from '../contestants.ts';
import { short, type Scenario } from '../measured.ts';

export const decode: Scenario = {
  title: 'Decode, check and map 100,000 rows, of JSON.parse alone; and pack them',
  async run(isShort) {
    const { parseMs, decodeMs, packMs } = await decodeApart(100_000, isShort ? 3 : 7);
    return {
      cells: { gateway: `${(decodeMs / parseMs).toFixed(2)}x; ${(packMs / parseMs).toFixed(2)}x` },
      note: `JSON.parse takes ${short(parseMs)} ms.`,
    };
  },
};
