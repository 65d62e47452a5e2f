/** A view of the page, as src/page/views/all-views.ts lists it. */

import type { VNode } from 'preact';

import type { TextKey } from '../texts/texts.ts';

export interface View {
  /** Its part of the address: `explore`. */
  readonly path: string;
  readonly title: TextKey;
  readonly View: () => VNode;
}
