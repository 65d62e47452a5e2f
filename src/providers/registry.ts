/** The vendors that this gateway supports. Another one costs its folder and one line here. */

import { aione } from './aione/adapter.ts';
import { novita, ppio } from './ppio-novita/adapter.ts';
import { registered, type AnyProvider } from './provider.ts';
import { streamlake } from './streamlake/adapter.ts';

export const providers: readonly AnyProvider[] = [
  registered(ppio),
  registered(novita),
  registered(aione),
  registered(streamlake),
];
