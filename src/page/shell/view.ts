/** A view of the page, as the registry in src/page/views lists it. */

import type { VNode } from 'preact';

import type { TextKey } from '../texts/texts.ts';

export interface View {
  /** Its part of the address: `explore`. */
  readonly path: string;
  readonly title: TextKey;
  readonly View: () => VNode;
}
